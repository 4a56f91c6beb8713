/** The rule catalogue as the engine uses it. Texts, sources and examples stay in the files for people. */
import type { ResponseLimits } from '#domain/quality/response.ts';
import { type Colour, colourRank } from '#domain/colour.ts';
import type { Debounce } from './debounce.ts';
import type { Season, SeasonWindow } from './season.ts';
import type { Side } from './state.ts';
import { NO_SUPPRESSION, type ParentSpec, type Suppression } from './suppression-rules.ts';
import type { TraceRule } from './traces/trace-rules.ts';

/** What a rule looks at: the value itself, or something made of the recent values inside each level's window. */
export const SIGNALS = ['value', 'sum', 'mean', 'rise', 'fall', 'rise-percent', 'fall-percent'] as const;
export type Signal = (typeof SIGNALS)[number];

/**
 * A limit: a number in the rule's unit; a sum of numbers and multiples of attributes given in that unit; or one of two
 * numbers, by whether an attribute is true.
 */
export type LimitSpec = number | readonly LimitTerm[] | LimitChoice;
export type LimitChoice = { readonly ifTrue: string; readonly yes: number; readonly no: number };
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
  readonly season: SeasonWindow | null;
  /** Null where delays alone decide. */
  readonly debounce: Debounce | null;
};

type RuleHead = {
  readonly id: string;
  readonly version: number;
  readonly quantities: readonly string[];
  /** Null = every kind of facility. */
  readonly kinds: readonly string[] | null;
  /** Mildest first. */
  readonly levels: readonly LevelSpec[];
  /** What suppresses it by design while it holds. */
  readonly suppressedBy: readonly ParentSpec[];
};

/** Limits on one point's own signal. */
export type LimitRule = RuleHead & {
  readonly kind: 'limit';
  readonly signal: Signal;
  readonly side: Side;
  readonly unit: string;
  /** Reaching it is no alarm, only a reason to expect others. */
  readonly interlock: boolean;
  /** While active it lifts that rule's colour on the same point. */
  readonly promotes: { readonly rule: string; readonly colours: number } | null;
};

/** A date kept with the device; `limit` of a level is how many ms before it the level begins. */
export type DueDateRule = RuleHead & { readonly kind: 'due-date'; readonly field: 'calibrationDueAt' };

/** Which points play a part: by quantity, and by whether an attribute is true. */
export type PartSelector = {
  readonly quantities: readonly string[];
  readonly where: { readonly attribute: string; readonly is: boolean } | null;
};

/** When a point of a join counts: its signal against a limit, or an own alarm of at least this colour. */
export type ConditionSpec =
  | {
      readonly kind: 'limit';
      readonly signal: Signal;
      readonly side: Side;
      readonly unit: string;
      readonly limit: LimitSpec;
      readonly deadband: number;
      readonly windowMs: number;
    }
  | { readonly kind: 'alarm'; readonly rank: number };

/** `paired` = only points that share the anchor's device or the attribute `pairBy`. */
export type PartSpec = PartSelector & { readonly condition: ConditionSpec; readonly paired: boolean };

/** k of the points of one facility, or of the facilities around one, at once. */
export type CountRule = RuleHead & {
  readonly kind: 'k-of-n';
  /** Null = the points of one facility. */
  readonly withinM: number | null;
  /** Kinds of edges along which the distance is measured; null = straight. */
  readonly along: readonly string[] | null;
  readonly count: 'points' | 'facilities';
  readonly part: PartSpec;
};

/** Several parts at once: `parts[0]` is the anchor, bound point by bound point. A mismatch is one of two parts. */
export type CombinedRule = RuleHead & {
  readonly kind: 'combined' | 'mismatch';
  readonly pairBy: string | null;
  readonly parts: readonly PartSpec[];
};

/** A limit on the difference or the ratio (in %) of two points, both converted to `in`. */
export type RelationRule = RuleHead & {
  readonly kind: 'relation';
  readonly of: 'difference' | 'ratio';
  readonly side: Side;
  readonly in: string;
  readonly anchor: PartSelector;
  readonly to: PartSelector;
};

/** A value that conditions name: of the rule's `own` point, of the `first` other by id, or of `all` (then a list). */
export type CompositePart = PartSelector & {
  readonly as: string;
  readonly unit: string;
  readonly signal: Signal;
  readonly windowMs: number;
  readonly of: 'own' | 'first' | 'all';
  readonly paired: boolean;
};

/** Conditions in CEL over named values of one facility: `parts[0]` is the rule's own point, `conditions` go by level. */
export type CompositeRule = RuleHead & {
  readonly kind: 'composite';
  readonly pairBy: string | null;
  readonly parts: readonly CompositePart[];
  readonly conditions: readonly { readonly when: string; readonly until: string | null }[];
};

export type JoinRule = CountRule | CombinedRule | RelationRule | CompositeRule;
/** Rules that each sample of a point moves by itself. */
export type PointRule = LimitRule | TraceRule;
export type Rule = PointRule | DueDateRule | JoinRule;

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
  /**
   * How long an acknowledgement of an alarm that stays active holds, by its colour when it was taken; a colour that is
   * not named: for ever.
   */
  readonly reAlarmMs: Readonly<Partial<Record<Colour, number>>>;
  /** Within which time an alarm of a colour shall be taken: what the service is measured by, nothing waits for it. */
  readonly respondWithinMs: ResponseLimits;
  /** Colour of a value beyond range on the dangerous side, by quantity; orange where none is named. */
  readonly overRangeColours: Readonly<Record<string, Colour>>;
  readonly seasons: Readonly<Record<string, Season>>;
};

export type Catalogue = {
  readonly revision: string;
  readonly settings: Settings;
  readonly rules: readonly Rule[];
  readonly system: ReadonlyMap<string, SystemRule>;
  readonly suppression: Suppression;
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
  reAlarmMs: {},
  respondWithinMs: {},
  overRangeColours: {},
  seasons: {},
};

/** In force before the first catalogue input: no rules, but absence and over-range already watched. */
export const emptyCatalogue = (): Catalogue => ({
  revision: '',
  settings: DEFAULT_SETTINGS,
  rules: [],
  system: new Map(),
  suppression: NO_SUPPRESSION,
});

const JOIN_KINDS: readonly Rule['kind'][] = ['k-of-n', 'combined', 'mismatch', 'relation', 'composite'];

/** Whether the rule looks at several points. */
export const isJoin = (rule: Rule): rule is JoinRule => JOIN_KINDS.includes(rule.kind);

/** Mildest first; levels of one colour by how extreme they are. */
export function sortLevels<T extends { readonly colour: Colour }>(levels: readonly T[]): T[] {
  return levels
    .map((level, order) => ({ level, order }))
    .sort((a, b) => colourRank(a.level.colour) - colourRank(b.level.colour) || a.order - b.order)
    .map(({ level }) => level);
}
