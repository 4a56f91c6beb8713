/** Alarms that should not be as they are: chattering, fleeting, stale, and the few that make most of the noise. */
import type { Timestamp } from '../time.ts';
import { activeStretches, isIn, type Period, type QualityRow, subjectOf } from './rows.ts';

/** Chattering: so many onsets within so long. */
const CHATTER_ONSETS = 3;
const CHATTER_MS = 60_000;
/** Fleeting: over within so long, and not chattering: nobody could have answered. */
const FLEETING_MS = 60_000;
/** Stale: active for longer without a break. */
export const STALE_MS = 24 * 3_600_000;
const BAD_ACTORS = 10;

export type BadActor = {
  readonly point: string | null;
  readonly gateway: string | null;
  readonly rule: string;
  readonly rings: number;
  /** Of all that was heard, 0 to 1. */
  readonly share: number;
};

export type Nuisance = {
  /** Things (point or gateway, and rule) that chattered, and how often they came while they did. */
  readonly chattering: number;
  readonly chatteringOnsets: number;
  readonly fleeting: number;
  /** Still active at the end of the period, for more than 24 h. */
  readonly stale: number;
  readonly badActors: readonly BadActor[];
  /** What those ten make of all that was heard, 0 to 1. */
  readonly topTenShare: number;
};

/** `rows` of whole alarms, oldest first; `now` bounds what goes on. */
export function nuisanceOf(rows: readonly QualityRow[], period: Period, now: Timestamp): Nuisance {
  const chatter = chatterOf(rows, period);
  const ends = Math.min(period.to, now);
  let fleeting = 0;
  let stale = 0;
  const subjects = new Map(rows.map((row) => [row.alarm, subjectOf(row)]));
  for (const [alarm, stretches] of activeStretches(rows, now)) {
    const chatters = chatter.onsets.has(subjects.get(alarm) ?? '');
    for (const { from, to } of stretches) {
      if (!chatters && isIn(period, from) && to - from < FLEETING_MS && to < now) fleeting += 1;
      if (from < ends - STALE_MS && to >= ends) stale += 1;
    }
  }
  const badActors = badActorsOf(rows, period);
  return {
    chattering: chatter.onsets.size,
    chatteringOnsets: [...chatter.onsets.values()].reduce((sum, one) => sum + one, 0),
    fleeting,
    stale,
    badActors,
    topTenShare: badActors.reduce((sum, { share }) => sum + share, 0),
  };
}

/** Onsets by thing, of the things that came three times within a minute. */
function chatterOf(rows: readonly QualityRow[], period: Period): { readonly onsets: Map<string, number> } {
  const came = new Map<string, Timestamp[]>();
  for (const row of rows) {
    const onset = row.change === 'raised' || row.change === 'reactivated';
    if (!onset || row.historical || !isIn(period, row.at)) continue;
    const subject = subjectOf(row);
    const known = came.get(subject);
    if (known === undefined) came.set(subject, [row.at]);
    else known.push(row.at);
  }
  const onsets = new Map<string, number>();
  for (const [subject, times] of came) {
    const within = new Set<number>();
    times.forEach((at, index) => {
      const last = times[index + CHATTER_ONSETS - 1];
      if (last === undefined || last - at > CHATTER_MS) return;
      for (let one = index; one < index + CHATTER_ONSETS; one += 1) within.add(one);
    });
    if (within.size > 0) onsets.set(subject, within.size);
  }
  return { onsets };
}

function badActorsOf(rows: readonly QualityRow[], period: Period): BadActor[] {
  const found = new Map<string, { row: QualityRow; rings: number }>();
  let all = 0;
  for (const row of rows) {
    if (!row.ring || !isIn(period, row.at)) continue;
    all += 1;
    const known = found.get(subjectOf(row));
    if (known === undefined) found.set(subjectOf(row), { row, rings: 1 });
    else known.rings += 1;
  }
  return [...found.values()]
    .sort((a, b) => b.rings - a.rings || (subjectOf(a.row) < subjectOf(b.row) ? -1 : 1))
    .slice(0, BAD_ACTORS)
    .map(({ row: { point, gateway, rule }, rings }) => ({ point, gateway, rule, rings, share: rings / all }));
}
