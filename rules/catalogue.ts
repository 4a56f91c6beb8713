/** The rule catalogue as the engine uses it. Texts, sources and examples stay in the files for people. */
import { type Colour, colourRank } from '#domain/colour.ts';
import type { Side } from './state.ts';

/** What a rule looks at: the value itself, or something made of the recent values inside each level's window. */
export const SIGNALS = ['value', 'sum', 'mean', 'rise', 'fall'] as const;
export type Signal = (typeof SIGNALS)[number];

/** A limit: a number in the rule's unit, or a sum of numbers and multiples of attributes given in that unit. */
export type LimitSpec = number | readonly LimitTerm[];
export type LimitTerm =
  | number
  | { readonly attribute: string; readonly times: number; readonly otherwise: number | null };

export type LevelSpec = {
  readonly name: string;
  readonly colour: Colour;
  readonly limit: LimitSpec;
  readonly deadband: number;
  readonly onDelayMs: number;
  readonly offDelayMs: number;
  /** 0 for signal `value`. */
  readonly windowMs: number;
  readonly latch: boolean;
};

export type Rule = {
  readonly id: string;
  readonly version: number;
  readonly quantities: readonly string[];
  /** Null = every kind of facility. */
  readonly kinds: readonly string[] | null;
  readonly signal: Signal;
  readonly side: Side;
  readonly unit: string;
  /** Mildest first. */
  readonly levels: readonly LevelSpec[];
};

export type SystemRule = {
  readonly name: string;
  readonly version: number;
  readonly colour: Colour;
  readonly owner: string;
  readonly latch: boolean;
};

export type Settings = {
  /** An always-on gateway is absent after this long without a connection. */
  readonly alwaysOnAbsentMs: number;
  /** A sleepy one after so many of the longest report interval among its points. */
  readonly sleepyIntervals: number;
  readonly gatewayAbsentColour: Colour;
  readonly noDataIntervals: number;
  readonly noDataColour: Colour;
  readonly sensorLostIntervals: number;
  /** Least colour of a lost sensor whose alarm is open. */
  readonly sensorLostColour: Colour;
  /** A late red or orange value rings only when younger than this. */
  readonly lateRingMs: number;
  /** Colour of a value beyond range on the dangerous side, by quantity; orange where none is named. */
  readonly overRangeColours: Readonly<Record<string, Colour>>;
};

export type Catalogue = {
  readonly revision: string;
  readonly settings: Settings;
  readonly rules: readonly Rule[];
  readonly system: ReadonlyMap<string, SystemRule>;
};

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

export const DEFAULT_SETTINGS: Settings = {
  alwaysOnAbsentMs: 60 * SECOND,
  sleepyIntervals: 3,
  gatewayAbsentColour: 'yellow',
  noDataIntervals: 6,
  noDataColour: 'blue',
  sensorLostIntervals: 3,
  sensorLostColour: 'yellow',
  lateRingMs: 2 * HOUR,
  overRangeColours: {},
};

/** In force before the first catalogue input: no rules, but absence and over-range already watched. */
export const emptyCatalogue = (): Catalogue => ({
  revision: '',
  settings: DEFAULT_SETTINGS,
  rules: [],
  system: new Map(),
});

/** Mildest first; levels of one colour by how extreme they are. */
export function sortLevels<T extends { readonly colour: Colour }>(levels: readonly T[]): T[] {
  return levels
    .map((level, order) => ({ level, order }))
    .sort((a, b) => colourRank(a.level.colour) - colourRank(b.level.colour) || a.order - b.order)
    .map(({ level }) => level);
}
