/** Rules on what a point's recent samples say together: how fast it moves, when it gets there, whether it moves at all. */
import type { LevelSpec, LimitSpec } from '../catalogue.ts';
import type { Side } from '../state.ts';
import type { ParentSpec } from '../suppression-rules.ts';

/** Time units a rate may be told in; the rate's own unit is `<unit>/<per>`. */
export const PER_MS = { s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;
export type Per = keyof typeof PER_MS;

export type TraceHead = {
  readonly id: string;
  readonly version: number;
  readonly quantities: readonly string[];
  /** Null = every kind of facility. */
  readonly kinds: readonly string[] | null;
  /** Mildest first. */
  readonly levels: readonly LevelSpec[];
  /** What suppresses it by design while it holds. */
  readonly suppressedBy: readonly ParentSpec[];
  /** While active it lifts that rule's colour on the same point. */
  readonly promotes: { readonly rule: string; readonly colours: number } | null;
};

/** How a slope is taken from the last `samples` of `windowMs`: the median of all pairs, or newest less oldest. */
export type SlopeSpec = {
  readonly by: 'theil-sen' | 'difference';
  readonly samples: number;
  readonly windowMs: number;
};

/** Limits on the slope, rising (`high`) or falling (`low`; its limits are negative). */
export type RateRule = TraceHead & {
  readonly kind: 'rate';
  readonly unit: string;
  readonly side: Side;
  readonly per: Per;
  readonly slope: SlopeSpec;
};

/** Time until `target` at the present slope; a level's limit is in minutes. */
export type EtaRule = TraceHead & {
  readonly kind: 'eta';
  readonly unit: string;
  /** From which side the target is reached: `high` = by rising. */
  readonly side: Side;
  readonly target: LimitSpec;
  readonly slope: SlopeSpec;
};

/**
 * Minutes for which the value did not move by more than `tolerance` (`still`), or repeated what it had told before,
 * exactly (`repeated`: a buffer sent again under new times). Values within `rests` may rest (a dry underpass).
 */
export type FrozenRule = TraceHead & {
  readonly kind: 'frozen';
  /** Of tolerance and rests; null when neither needs one. */
  readonly unit: string | null;
  readonly pattern: 'still' | 'repeated';
  readonly tolerance: number;
  /** Reports it takes at least. */
  readonly samples: number;
  readonly rests: { readonly from: number; readonly to: number } | null;
};

/** Limits on a control chart over the distance from what is usual, in standard deviations (CUSUM h, EWMA L). */
export type DeviationRule = TraceHead & {
  readonly kind: 'deviation';
  readonly side: 'high' | 'low' | 'both';
  /** Of `leastSigma`; null when that is 0. */
  readonly unit: string | null;
  readonly chart:
    | { readonly by: 'cusum'; readonly slack: number; readonly fastStart: boolean }
    | { readonly by: 'ewma'; readonly lambda: number };
  /** What is usual: null = by hour of the week, else the recent past so long. */
  readonly recentMs: number | null;
  readonly learnMs: number;
  readonly leastSigma: number;
  readonly leastPercent: number;
  readonly relearnAfterMs: number;
};

export type TraceRule = RateRule | EtaRule | FrozenRule | DeviationRule;
