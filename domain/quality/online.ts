/**
 * 在线率 and valid data, by time: the platform's own alarms about silence say when a gateway was absent (`gateway-absent`)
 * and when a point said nothing (`no-data`, `sensor-lost`) or nothing usable (`no-data-only-bad`). Not by counting samples:
 * what came late counts where it was missed.
 */
import type { Timestamp } from '../time.ts';
import { activeStretches, type Period, type QualityRow } from './rows.ts';

export type Watched = {
  /** Gateways in service. */
  readonly gateways: readonly string[];
  /** Points in service, each with the gateway it hangs on. */
  readonly points: readonly { readonly id: string; readonly gateway: string }[];
};

export type Service = {
  readonly gateways: number;
  readonly points: number;
  /** Shares of the time, 0 to 1; null where nothing is watched or the period has not begun. */
  readonly gatewaysOnline: number | null;
  readonly pointsOnline: number | null;
  readonly pointsValid: number | null;
};

const POINT_RULES: readonly string[] = ['no-data', 'sensor-lost'];
const ONLY_BAD = 'no-data-only-bad';

/** `rows` of whole alarms of silence, oldest first, of anything; what is not watched does not count. */
export function serviceOf(
  rows: readonly QualityRow[],
  watched: Watched,
  period: Period,
  now: Timestamp,
): Service {
  const within = { from: period.from, to: Math.min(period.to, now) };
  const lastsMs = within.to - within.from;
  const absent = new Map<string, Period[]>();
  const silent = new Map<string, Period[]>();
  const unusable = new Map<string, Period[]>();
  const stretches = activeStretches(rows, now);
  const seen = new Set<string>();
  for (const { alarm, rule, point, gateway } of rows) {
    if (seen.has(alarm)) continue;
    seen.add(alarm);
    for (const { code, ...when } of stretches.get(alarm) ?? []) {
      if (rule === 'gateway-absent' && gateway !== null) add(absent, gateway, when);
      if (!POINT_RULES.includes(rule) || point === null) continue;
      add(unusable, point, when);
      if (code !== ONLY_BAD) add(silent, point, when);
    }
  }
  let absentMs = 0;
  for (const gateway of watched.gateways) absentMs += lengthOf(absent.get(gateway) ?? [], within);
  let silentMs = 0;
  let unusableMs = 0;
  for (const { id, gateway } of watched.points) {
    const gone = absent.get(gateway) ?? [];
    silentMs += lengthOf([...gone, ...(silent.get(id) ?? [])], within);
    unusableMs += lengthOf([...gone, ...(unusable.get(id) ?? [])], within);
  }
  const share = (lostMs: number, count: number): number | null =>
    count === 0 || lastsMs <= 0 ? null : 1 - lostMs / (count * lastsMs);
  return {
    gateways: watched.gateways.length,
    points: watched.points.length,
    gatewaysOnline: share(absentMs, watched.gateways.length),
    pointsOnline: share(silentMs, watched.points.length),
    pointsValid: share(unusableMs, watched.points.length),
  };
}

function add(to: Map<string, Period[]>, key: string, when: Period): void {
  const known = to.get(key);
  if (known === undefined) to.set(key, [when]);
  else known.push(when);
}

/** How much of `within` the periods cover together. */
function lengthOf(periods: readonly Period[], within: Period): number {
  if (periods.length === 0) return 0;
  let covered = 0;
  let reached = within.from;
  for (const { from, to } of periods.toSorted((a, b) => a.from - b.from)) {
    const end = Math.min(to, within.to);
    if (end <= reached) continue;
    covered += end - Math.max(from, reached);
    reached = end;
  }
  return covered;
}
