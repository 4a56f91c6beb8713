/**
 * Late data (历史补传) rings in one case only: it is the newest we know of its point, younger than two hours, and at red
 * or orange. Then it rings once, with its own tone, until that episode is over or a worse colour comes.
 */
import type { Alarm } from '#domain/alarm.ts';
import { colourRank, worseColour } from '#domain/colour.ts';
import type { Measurement } from '#domain/measurement.ts';
import type { Timestamp } from '#domain/time.ts';
import { awake } from './at-rest.ts';
import { standingOf } from './process-alarm.ts';
import { freshId, publish } from './publish.ts';
import { isInForce } from './season.ts';
import {
  type AlarmSlot,
  type BoundRule,
  createSlot,
  type Level,
  PAST_KEPT,
  type PointRules,
  type RuleInstance,
  touch,
  type Turn,
} from './state.ts';
import { subjectKey, subjectOf } from './subject.ts';
import { isData } from './trust.ts';

/** Orange. */
const RINGS_FROM_RANK = 2;

/** `m` is late and the newest sample of its point. */
export function ringLate(turn: Turn, point: PointRules, m: Measurement): void {
  const young = m.receivedAt - m.time < turn.state.catalogue.settings.lateRingMs;
  const { interlocks } = turn.state.catalogue.suppression;
  for (const [place, bound] of point.binding.rules.entries()) {
    if (bound.signal !== 'value' || interlocks.has(bound.rule)) continue;
    if (levelsReached(bound, m).length === 0) {
      const instance = point.rules.find((one) => one.place === place);
      if (instance !== undefined && isData(m)) endWatch(turn, point, instance, m.time);
    } else if (young) {
      const instance = awake(point, bound, place);
      const reached = levelsReached(instance, m);
      const [worst] = reached;
      if (worst !== undefined && !ringsAlready(instance, worst)) watchLate(turn, point, instance, reached, m);
    }
  }
}

/** A live sample came: the late episode is over when the value is, or when the live alarm has taken it up. */
export function endLateWatch(
  turn: Turn,
  point: PointRules,
  instance: RuleInstance,
  m: Measurement,
  trusted: boolean,
): void {
  const liveHasIt =
    instance.slot.alarm?.active === true && colourRank(instance.slot.alarm.colour) >= RINGS_FROM_RANK;
  if (liveHasIt || (trusted && levelsReached(instance, m).length === 0))
    endWatch(turn, point, instance, m.time);
}

/**
 * Adds an alarm of the past to the point, forgetting the oldest settled one beyond the bound (the ledger keeps it). One
 * that rang and that nobody took is not forgotten.
 */
export function keepPast(turn: Turn, point: PointRules, rule: string): AlarmSlot {
  const slot = createSlot('past', point.index, rule);
  if (point.past.length >= PAST_KEPT) {
    const at = point.past.findIndex(({ alarm }) => alarm === null || alarm.state === 'normal');
    const [oldest] = at < 0 ? [] : point.past.splice(at, 1);
    if (oldest?.alarm) turn.state.byId.delete(oldest.alarm.id);
  }
  point.past.push(slot);
  return slot;
}

function watchLate(
  turn: Turn,
  point: PointRules,
  instance: RuleInstance,
  reached: readonly Level[],
  m: Measurement,
): void {
  const watch = instance.late ?? { since: m.time, counts: {}, rung: -1, alarm: '' };
  instance.late = watch;
  for (const { name } of reached) watch.counts[name] = (watch.counts[name] ?? 0) + 1;
  const level = reached.find(
    ({ name, debounce }) => debounce === null || (watch.counts[name] ?? 0) >= debounce.count,
  );
  if (level === undefined) return;
  level.seen = m.value;
  if (m.time - watch.since < level.onDelayMs || level.rank <= watch.rung) return;
  const known = turn.state.byId.get(watch.alarm);
  watch.rung = level.rank;
  if (known?.alarm) {
    touch(turn.state, known);
    const risen = rung(turn, point, instance, level, known.alarm);
    publish(turn, known, { change: 'late-ring', alarm: risen, reason: 'late' });
    return;
  }
  const slot = keepPast(turn, point, instance.rule);
  slot.rang = true;
  slot.suppressions = instance.slot.suppressions.filter(
    (one) => one.kind !== 'shelved' || level.rank <= one.rank,
  );
  turn.state.putAside.add(slot);
  const alarm = newAlarm(turn, point, instance, level, watch.since);
  watch.alarm = alarm.id;
  publish(turn, slot, { change: 'late-ring', alarm, reason: 'late' });
}

function newAlarm(
  turn: Turn,
  point: PointRules,
  instance: RuleInstance,
  level: Level,
  onsetAt: Timestamp,
): Alarm {
  const { registry, state } = turn;
  const subject = subjectOf(registry, instance.slot);
  const { version, ...standing } = standingOf(point, instance, level, onsetAt);
  return {
    ...subject,
    id: freshId(state, subjectKey(registry, instance.slot), instance.rule, onsetAt, 'late'),
    revision: 0,
    sequence: 0,
    rule: instance.rule,
    ruleVersion: version,
    ...standing,
    highestColour: standing.colour,
    active: true,
    state: 'unacknowledged',
    latched: false,
    suppression: 'none',
    suppressions: [],
    onsetAt,
    returnedAt: null,
    acknowledgedAt: null,
    acknowledgedBy: null,
    historical: true,
    verdict: null,
  };
}

function rung(turn: Turn, point: PointRules, instance: RuleInstance, level: Level, before: Alarm): Alarm {
  const next = newAlarm(turn, point, instance, level, before.onsetAt);
  const { id, revision, sequence, highestColour } = before;
  return { ...next, id, revision, sequence, highestColour: worseColour(highestColour, level.colour) };
}

function endWatch(turn: Turn, point: PointRules, instance: RuleInstance, returnedAt: Timestamp): void {
  const watch = instance.late;
  if (watch === null) return;
  instance.late = null;
  const slot = turn.state.byId.get(watch.alarm);
  if (slot?.kind !== 'past' || slot.index !== point.index || slot.alarm === null || !slot.alarm.active)
    return;
  const state = slot.alarm.state === 'acknowledged' ? 'normal' : 'returned-unacknowledged';
  touch(turn.state, slot);
  const alarm: Alarm = { ...slot.alarm, active: false, state, returnedAt };
  publish(turn, slot, { change: 'historical', alarm, reason: 'historical' });
}

/** Levels of orange and above that `m` reaches and that are in force at its time, worst first. */
function levelsReached(instance: BoundRule, m: Measurement): Level[] {
  const reached = instance.levels.filter((level) => {
    if (level.rank < RINGS_FROM_RANK) return false;
    if (level.season !== null && !isInForce(level.season, m.time)) return false;
    return level.flag !== 0 ? (m.flags & level.flag) !== 0 : isData(m) && reaches(level, m.value);
  });
  return reached.reverse();
}

const reaches = (level: Level, value: number): boolean =>
  level.side === 'high' ? value >= level.limit : value <= level.limit;

/** The live alarm of this rule already rang at least as loud. */
const ringsAlready = (instance: RuleInstance, level: Level): boolean =>
  instance.slot.alarm?.active === true && colourRank(instance.slot.alarm.colour) >= level.rank;
