/**
 * What is usual at a point: median and 1.4826 MAD of what it told at this hour of the week (a city lives by weeks), or of
 * the recent past where weeks mean nothing. An hour that has told too little yet borrows from the same hour of all
 * days, then from everything. Outliers move neither figure; what is learned during an alarm would.
 */
import type { Timestamp } from '#domain/time.ts';
import { digits12 } from '../limit-value.ts';
import { medianOf } from './slope.ts';

const HOUR_MS = 3_600_000;
const HOURS = 168;
const HOURS_A_DAY = 24;
/** Asia/Shanghai, which has no summer time. */
const ZONE_MS = 8 * HOUR_MS;
/** Values an hour of the week keeps: four a week, so four weeks of them. */
const KEPT = 16;
const APART_MS = HOUR_MS / 4;
/** Values the recent past keeps. */
const RECENT_KEPT = 512;
/** An hour of the week, an hour of the day and all together must have told so many before they are believed. */
const LEAST = { hour: 8, day: 7, all: 32 } as const;
/** Of the recent past the figures are made anew after so many values. */
const RECENT_STEP = 8;
/** Of the spread of one hour by itself, which is a rough figure. */
const OWN_SHARE = 0.7;
const MAD_TO_SIGMA = 1.4826;
/** A tenth of normal values is 1.645 standard deviations away or more: so many MAD. */
const TAIL_TO_MAD = 1.645 * MAD_TO_SIGMA;
const TAIL_LEAST = 20;

export type BaselineTerms = {
  /** Null = by hour of the week; else how long the recent past is. */
  readonly recentMs: number | null;
  /** Nothing is judged before so much time was learned. */
  readonly learnMs: number;
  /** Point's unit: less is the sensor's noise or its last digit. */
  readonly leastSigma: number;
  /** The same as a share of the median. */
  readonly leastPercent: number;
};

export type Baseline = {
  /** Rings of values, one an hour of the week, or one; null before the first. */
  kept: Float32Array | null;
  /** Values each ring ever took. */
  counts: Uint32Array | null;
  firstAt: Timestamp;
  lastAt: Timestamp;
  /** Figures in use, of which ring, and at which count they were made. */
  ring: number;
  madeAt: number;
  median: number;
  mad: number;
};

export const freshBaseline = (): Baseline => ({
  kept: null,
  counts: null,
  firstAt: NaN,
  lastAt: -Infinity,
  ring: -1,
  madeAt: 0,
  median: NaN,
  mad: NaN,
});

/** Hour of the week in Asia/Shanghai, 0..167; where the week begins does not matter. */
export const hourOfWeek = (time: Timestamp): number => Math.floor((time + ZONE_MS) / HOUR_MS) % HOURS;

/** Learns one value, unless the last one is too near. */
export function learn(baseline: Baseline, terms: BaselineTerms, time: Timestamp, value: number): void {
  const recent = terms.recentMs !== null;
  const apartMs = terms.recentMs === null ? APART_MS : terms.recentMs / RECENT_KEPT;
  // Half a report of jitter must not cost a value.
  if (time - baseline.lastAt < apartMs * 0.9) return;
  const kept = (baseline.kept ??= new Float32Array(recent ? RECENT_KEPT : HOURS * KEPT));
  const counts = (baseline.counts ??= new Uint32Array(recent ? 1 : HOURS));
  if (Number.isNaN(baseline.firstAt)) baseline.firstAt = time;
  baseline.lastAt = time;
  const ring = recent ? 0 : hourOfWeek(time);
  const size = recent ? RECENT_KEPT : KEPT;
  const count = counts[ring] ?? 0;
  kept[ring * size + (count % size)] = value;
  counts[ring] = count + 1;
}

/** `value` in standard deviations from what is usual at `time`; NaN while too little was learned. */
export function residual(baseline: Baseline, terms: BaselineTerms, time: Timestamp, value: number): number {
  if (!(time - baseline.firstAt >= terms.learnMs)) return NaN;
  refresh(baseline, terms, time);
  const sigma = sigmaOf(baseline, terms);
  // What was never seen to move, and is usually 0, has no measure for how far it is away.
  return sigma > 0 ? (value - baseline.median) / sigma : NaN;
}

/** The standard deviation in use, never below the least. */
export function sigmaOf({ median, mad }: Baseline, terms: BaselineTerms): number {
  const least = Math.max(terms.leastSigma, (Math.abs(median) * terms.leastPercent) / 100);
  return Math.max(digits12(MAD_TO_SIGMA * mad), least);
}

function refresh(baseline: Baseline, terms: BaselineTerms, time: Timestamp): void {
  const { counts } = baseline;
  const recent = terms.recentMs !== null;
  const ring = recent ? 0 : hourOfWeek(time);
  const count = counts?.[ring] ?? 0;
  const stale = count - baseline.madeAt >= (recent ? RECENT_STEP : 1);
  if (ring === baseline.ring && !stale && !Number.isNaN(baseline.median)) return;
  const values = recent ? ringValues(baseline, 0, RECENT_KEPT) : weekValues(baseline, ring);
  baseline.ring = ring;
  baseline.madeAt = count;
  baseline.median = values.length < (recent ? LEAST.all : 1) ? NaN : medianOf(values);
  const ownHour = !recent && count >= LEAST.hour;
  baseline.mad = ownHour ? weekMad(baseline, ring) : madOf([values]);
}

/** Sixteen values tell a spread badly: the same hour of the other days, each about its own median, helps; the wider counts. */
function weekMad(baseline: Baseline, hour: number): number {
  const own = ringValues(baseline, hour, KEPT);
  const day = hoursAt(hour % HOURS_A_DAY).map((ring) => ringValues(baseline, ring, KEPT));
  const full = own.length === KEPT ? madOf([own]) * OWN_SHARE : 0;
  return Math.max(full, madOf(day.filter(({ length }) => length >= LEAST.hour)));
}

/**
 * Median distance from the own median of each group, over all groups; where every tenth value is further away than it would
 * be of a normal spread (a pump that runs now and then), that is usual too and counts. Made wider for what few values hide: their
 * distances are short by n/(n - 0.8), and the median itself is off by sigma x sqrt(1.57/n).
 */
function madOf(groups: number[][]): number {
  const least = Math.min(...groups.map(({ length }) => length));
  const distances = groups.flatMap((group) => {
    const median = medianOf(group);
    return group.map((value) => Math.abs(value - median));
  });
  const median = medianOf(distances);
  const far = distances.length < TAIL_LEAST ? 0 : (distances[Math.floor(distances.length * 0.9)] ?? 0);
  const spread = Math.max(median, far / TAIL_TO_MAD);
  return spread * (least / (least - 0.8)) * Math.sqrt(1 + 1.57 / least);
}

/** Of this hour of the week, else of this hour of all days, else of all hours; none while even they are too few. */
function weekValues(baseline: Baseline, hour: number): number[] {
  const own = ringValues(baseline, hour, KEPT);
  if (own.length >= LEAST.hour) return own;
  const ofDay = hoursAt(hour % HOURS_A_DAY).flatMap((ring) => ringValues(baseline, ring, KEPT));
  if (ofDay.length >= LEAST.day) return ofDay;
  const all = Array.from({ length: HOURS }, (_, ring) => ringValues(baseline, ring, KEPT)).flat();
  return all.length >= LEAST.all ? all : [];
}

const hoursAt = (hour: number): number[] =>
  Array.from({ length: HOURS / HOURS_A_DAY }, (_, day) => day * HOURS_A_DAY + hour);

function ringValues({ kept, counts }: Baseline, ring: number, size: number): number[] {
  const count = Math.min(counts?.[ring] ?? 0, size);
  return kept === null ? [] : Array.from(kept.subarray(ring * size, ring * size + count));
}
