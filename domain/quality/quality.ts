/** Alarm quality and service, of everything or of one group: what the API answers and what is watched over time. */
import type { Colour } from '../colour.ts';
import type { Scope } from '../user.ts';
import type { Timestamp } from '../time.ts';
import { type Load, loadOf } from './load.ts';
import { type Nuisance, nuisanceOf } from './nuisance.ts';
import { type Response, type ResponseLimits, responseOf } from './response.ts';
import { isIn, type Period, type QualityRow } from './rows.ts';
import { type Service, serviceOf, type Watched } from './online.ts';
import type { RingSlot } from './series.ts';

/** Owner units, districts, lifelines; or all in one. */
export const QUALITY_BY = ['all', 'organisation', 'area', 'lifeline'] as const;
export type QualityBy = (typeof QUALITY_BY)[number];

/** The longest period that is looked at in one go. */
export const QUALITY_DAYS_MAX = 31;
/** How long before the period a flood may have begun and still be seen. */
export const LOOK_BACK_MS = 3_600_000;

export type QualityQuery = Period & {
  readonly now: Timestamp;
  readonly by: QualityBy;
  readonly scope: Scope;
  /** The county of each area below one; an area that is not named is a group of its own. */
  readonly counties: Readonly<Record<string, string>>;
  readonly limits: ResponseLimits;
  /** Gateways that never connected nor sent: registered, not yet in service. */
  readonly neverHeard: readonly string[];
};

export type QualityFigures = {
  readonly load: Load;
  /** Rings by colour. */
  readonly mix: Readonly<Record<Colour, number>>;
  readonly nuisance: Nuisance;
  readonly response: Readonly<Record<Colour, Response>>;
  readonly service: Service;
};

export type QualityReport = Period & {
  readonly by: QualityBy;
  /** False when there were more alarm events than are read in one go: the newest are missing. */
  readonly complete: boolean;
  /** When the registry first held anything: nothing was watched before; null = it never did. */
  readonly since: Timestamp | null;
  readonly total: QualityFigures;
  /** What was heard, hour by hour or day by day, of everything. */
  readonly series: readonly RingSlot[];
  /** `id` null = what belongs to none. */
  readonly groups: readonly ({ readonly id: string | null } & QualityFigures)[];
};

/**
 * The figures of one set of rows (whole alarms, oldest first) and of what is watched; `silence` = the rows of alarms about
 * silence, whoever's they are.
 */
export function figuresOf(
  rows: readonly QualityRow[],
  silence: readonly QualityRow[],
  watched: Watched,
  { from, to, now, limits }: Pick<QualityQuery, 'from' | 'to' | 'now' | 'limits'>,
): QualityFigures {
  const period = { from, to };
  const heard = rows.filter(({ ring }) => ring);
  const mix = { blue: 0, yellow: 0, orange: 0, red: 0 };
  for (const { at, colour } of heard) if (isIn(period, at)) mix[colour] += 1;
  return {
    load: loadOf(
      heard.map(({ at }) => at).sort((a, b) => a - b),
      { from, to: Math.min(to, now) },
    ),
    mix,
    nuisance: nuisanceOf(rows, period, now),
    response: responseOf(rows, period, now, limits),
    service: serviceOf(silence, watched, period, now),
  };
}
