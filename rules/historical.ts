/** Historical alarms (补报): added, changed or withdrawn when stored data were judged again. They never ring. */
import type { Alarm } from '#domain/alarm.ts';
import type { RejudgedEpisode } from '#domain/input.ts';
import type { Timestamp } from '#domain/time.ts';
import { everyRule } from './at-rest.ts';
import { keepPast } from './late-ring.ts';
import { freshId, publish } from './publish.ts';
import { sameEpisode } from './retrospect.ts';
import { type AlarmSlot, type PointRules, type Turn } from './state.ts';
import { subjectKey, subjectOf } from './subject.ts';

export type Rejudged = {
  readonly pointIndex: number;
  readonly from: Timestamp;
  readonly to: Timestamp;
  readonly episodes: readonly RejudgedEpisode[];
};

/** Brings the known past of one point in line with `rejudged`; what was announced live is left alone. */
export function applyRejudged(turn: Turn, rejudged: Rejudged): void {
  const point = turn.state.points.forWrite(rejudged.pointIndex);
  const met = new Set<AlarmSlot>();
  for (const episode of rejudged.episodes) {
    if (wasLive(point, episode)) continue;
    const same = point.past.filter((slot) => !met.has(slot) && isSame(slot, episode));
    const known = same.find(({ rang }) => rang === true) ?? same[0];
    if (known !== undefined) {
      met.add(known);
      revise(turn, point, known, episode);
    } else if (episode.onsetAt >= rejudged.from && episode.onsetAt <= rejudged.to) {
      met.add(add(turn, point, episode));
    }
  }
  for (const slot of point.past) {
    const onsetAt = slot.alarm?.onsetAt ?? NaN;
    if (!met.has(slot) && onsetAt >= rejudged.from && onsetAt <= rejudged.to) withdraw(turn, point, slot);
  }
}

function add(turn: Turn, point: PointRules, episode: RejudgedEpisode): AlarmSlot {
  const slot = keepPast(turn, point, episode.rule);
  const alarm: Alarm = {
    ...subjectOf(turn.registry, slot),
    id: freshId(turn.state, subjectKey(turn.registry, slot), episode.rule, episode.onsetAt, 'historical'),
    revision: 0,
    sequence: 0,
    rule: episode.rule,
    ruleVersion: everyRule(point).find(({ rule }) => rule === episode.rule)?.version ?? 0,
    ...told(point, episode),
    active: false,
    state: 'normal',
    latched: false,
    suppression: 'none',
    suppressions: [],
    onsetAt: episode.onsetAt,
    acknowledgedAt: null,
    acknowledgedBy: null,
    historical: true,
    verdict: null,
  };
  publish(turn, slot, { change: 'historical', alarm, reason: 'historical' });
  return slot;
}

function revise(turn: Turn, point: PointRules, slot: AlarmSlot, episode: RejudgedEpisode): void {
  if (slot.alarm === null || sameEpisode(slot.alarm, episode)) return;
  const ended = episode.returnedAt !== null;
  const { state, active } = slot.alarm;
  const settled = ended && state === 'unacknowledged' ? 'returned-unacknowledged' : state;
  const alarm: Alarm = {
    ...slot.alarm,
    ...told(point, episode),
    active: active && !ended,
    state: ended && state === 'acknowledged' ? 'normal' : settled,
  };
  publish(turn, slot, { change: 'historical', alarm, reason: 'historical' });
}

/** It was only true of incomplete data (撤回): kept by the ledger, marked, and forgotten here. */
function withdraw(turn: Turn, point: PointRules, slot: AlarmSlot): void {
  if (slot.alarm === null) return;
  const alarm: Alarm = { ...slot.alarm, active: false, state: 'normal', withdrawn: true };
  publish(turn, slot, { change: 'withdrawn', alarm, reason: 'withdrawn' });
  point.past = point.past.filter((one) => one !== slot);
  turn.state.byId.delete(alarm.id);
}

function told(point: PointRules, episode: RejudgedEpisode) {
  const limitValue = Number.isNaN(episode.limitValue) ? null : episode.limitValue;
  const value = Number.isNaN(episode.value) ? null : episode.value;
  const { colour, limit, returnedAt } = episode;
  const unit = everyRule(point).find(({ rule }) => rule === episode.rule)?.unit ?? point.unit;
  const params = { rule: episode.rule, level: limit, colour, value, limit: limitValue, unit };
  return {
    limit,
    colour,
    highestColour: colour,
    value,
    limitValue,
    returnedAt,
    unit,
    explanation: { code: 'historical', params },
  };
}

/** A late ring is the same episode when they overlap; a historical one when it began at the same instant. */
function isSame(slot: AlarmSlot, episode: RejudgedEpisode): boolean {
  const { alarm, rule, rang } = slot;
  if (alarm === null || rule !== episode.rule) return false;
  if (alarm.onsetAt === episode.onsetAt) return true;
  return rang === true && overlaps(alarm.onsetAt, alarm.returnedAt, episode);
}

function wasLive(point: PointRules, episode: RejudgedEpisode): boolean {
  const open = point.rules.find(({ rule }) => rule === episode.rule)?.slot.alarm;
  if (open && open.active && overlaps(open.onsetAt, null, episode)) return true;
  return point.lived.some(
    (one) => one.rule === episode.rule && overlaps(one.onsetAt, one.returnedAt, episode),
  );
}

const overlaps = (onsetAt: Timestamp, returnedAt: Timestamp | null, episode: RejudgedEpisode): boolean =>
  onsetAt <= (episode.returnedAt ?? Infinity) && episode.onsetAt <= (returnedAt ?? Infinity);
