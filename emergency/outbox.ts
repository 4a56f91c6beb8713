/**
 * The notification outbox: a fold over alarm events and over what the outside reports. It reads no clock and sends
 * nothing: it says who is to be told (`notification` events), and is told what came of it. Same inputs, same messages,
 * each under an id that is made of alarm, round, step and person; so none is lost and none is another one after a crash.
 */
import { type Alarm, type AlarmEvent, isOpen } from '#domain/alarm.ts';
import { colourRank } from '#domain/colour.ts';
import type { Answer, FlowNoticeEvent } from '#domain/event.ts';
import type { ChannelHealth, ChannelName, OnCallList } from '#domain/notification.ts';
import { addMessage, arm, stop, WATCH_FROM_RANK } from './chain.ts';
import { entryFor, personOf, uncovered } from './coverage.ts';
import { begin, changeItem, close, episodeOfAlarm, everyEpisode, reopen } from './episodes.ts';
import { checkOnCall } from './on-call.ts';
import { judgeChannels, noteFailure, noteSuccess, setConditions, usableChannels } from './reach.ts';
import { skipStepIfLost } from './reports.ts';
import { type EmergencyState, type Episode, OPEN_EPISODES_MAX, openEpisodes, type Turn } from './state.ts';

export { advance, nextDeadline } from './chain.ts';
export { findItem } from './episodes.ts';
export { acceptedItems, itemsOfAlarm, personNow, queuedItems } from './views.ts';
export { applyReport, isReceiptNews } from './reports.ts';
export { pagesOf, restOf, restoreEmergency } from './snapshot.ts';
export { createEmergency, type EmergencyState, type Turn } from './state.ts';

/** Alarms about the messages themselves: told on the console, never by a message. */
const OWN_ALARMS = new Set(['on-call-missing', 'channel-failing', 'alerts-overflow']);

/** Share of the bound below which `alerts-overflow` ends. */
const ROOM_AGAIN = 0.9;

/** An alarm changed: somebody is told of it, or told no longer. */
export function onAlarm(turn: Turn, { alarm, announce }: Pick<AlarmEvent, 'alarm' | 'announce'>): void {
  const { state } = turn;
  if (state.revision === 0 || alarm.unjournaled === true) return;
  const known = episodeOfAlarm(state, alarm.id);
  if (known !== undefined) follow(turn, known, alarm, announce.ring);
  else if (announce.ring) watch(turn, alarm);
}

function watch(turn: Turn, alarm: Alarm): void {
  const { state } = turn;
  const rank = colourRank(alarm.colour);
  if (rank < WATCH_FROM_RANK || (alarm.point === null && OWN_ALARMS.has(alarm.rule))) return;
  const entry = entryHere(turn, alarm);
  if (entry < 0) return;
  if (openEpisodes(state) >= OPEN_EPISODES_MAX) {
    setConditions(turn, 'alerts-overflow', [''], { max: OPEN_EPISODES_MAX });
    return;
  }
  const { area, lifeline } = alarm;
  arm(turn, begin(state, { alarm: alarm.id, area, lifeline }), rank, entry);
}

function follow(turn: Turn, episode: Episode, alarm: Alarm, ring: boolean): void {
  const rank = colourRank(alarm.colour);
  if (isOver(alarm)) {
    stop(turn, episode, 'over');
    close(turn.state, episode);
    judgeRoom(turn);
  } else if (alarm.state === 'acknowledged') stop(turn, episode, 'taken');
  else if (alarm.suppression !== 'none') stop(turn, episode, 'suppressed');
  else if (ring && rank >= WATCH_FROM_RANK && (rank > episode.rank || mustRingAnew(episode))) {
    if (episode.closed !== null) reopen(turn.state, episode);
    const entry = entryHere(turn, alarm);
    if (entry >= 0) arm(turn, episode, rank, entry);
  }
}

const isOver = (alarm: Alarm): boolean =>
  alarm.state === 'normal' || alarm.withdrawn === true || (alarm.historical && !alarm.active);

/** Whoever took or silenced it is done with it; 收到 on a phone is not: somebody is on it already. */
const mustRingAnew = ({ stop: why }: Episode): boolean =>
  why === 'taken' || why === 'suppressed' || why === 'over';

function entryHere({ state, registry }: Turn, alarm: Alarm): number {
  const list = state.lists.get(state.revision);
  return list === undefined ? -1 : entryFor(list, registry, alarm);
}

function judgeRoom(turn: Turn): void {
  if (turn.state.conditions.size === 0) return;
  if (openEpisodes(turn.state) < OPEN_EPISODES_MAX * ROOM_AGAIN) setConditions(turn, 'alerts-overflow', []);
}

/** A flow's message to whoever is on call where it is about; it asks for nothing and is not escalated. */
export function onNotice(turn: Turn, event: FlowNoticeEvent): void {
  const { state, registry } = turn;
  const list = state.lists.get(state.revision);
  if (list === undefined) return;
  const { flowName, area, lifeline, facility, colour, text } = event;
  const notice = { flowName, area, lifeline, facility, colour, text };
  const entry = entryFor(list, registry, { area, lifeline });
  const first = list.entries[entry]?.steps[0];
  if (first === undefined) return;
  if (openEpisodes(state) >= OPEN_EPISODES_MAX) {
    setConditions(turn, 'alerts-overflow', [''], { max: OPEN_EPISODES_MAX });
    return;
  }
  const episode = begin(state, { alarm: null, area, lifeline });
  episode.chain = { list: state.revision, entry };
  for (const person of new Set(first.persons))
    addMessage(turn, episode, 'notice', 1, person, { id: event.id, ...notice });
  if (episode.deliveries.every(({ item }) => item.state !== 'queued')) close(state, episode);
}

/** The channels that are configured from here on. Messages that had none take one of them. */
export function onChannels(turn: Turn, channels: readonly ChannelName[]): void {
  const { state } = turn;
  const before = new Map(state.channels);
  state.channels.clear();
  for (const { id, kind } of channels) {
    const health = before.get(id);
    state.channels.set(id, health?.kind === kind ? health : newHealth(id, kind));
  }
  rechoose(turn);
  judgeChannels(turn);
}

const newHealth = (id: string, kind: ChannelName['kind']): ChannelHealth => ({
  id,
  kind,
  lastSuccessAt: null,
  lastFailureAt: null,
  failuresInARow: 0,
  detail: null,
});

/** What waits for a channel that is gone, or had none, is queued for one that is there; what has none left fails. */
function rechoose(turn: Turn): void {
  for (const episode of everyEpisode(turn.state)) {
    if (episode.closed !== null || (episode.stop !== null && episode.stop !== 'confirmed')) continue;
    for (const delivery of episode.deliveries) {
      const { item } = delivery;
      const lost = item.state === 'queued' && !turn.state.channels.has(item.channel ?? '');
      if (item.state !== 'failed' && !lost) continue;
      const person = personOf(turn.state, episode, item.person);
      const channel =
        person === undefined ? undefined : usableChannels(turn.state, person, delivery.refused)[0];
      if (channel !== undefined)
        changeItem(turn, episode, delivery, { state: 'queued', channel, detail: null });
      else if (lost)
        changeItem(turn, episode, delivery, { state: 'failed', channel: null, detail: 'no-channel' });
    }
    skipStepIfLost(turn, episode);
  }
}

/** A person's test of a channel succeeded or failed. */
export function onChannelTested(turn: Turn, test: { channel: string; ok: boolean; detail: string }): void {
  if (test.ok) noteSuccess(turn, test.channel);
  else noteFailure(turn, test.channel, test.detail);
}

/**
 * A new on-call list. Running episodes go on along theirs; `open` alarms that ring untaken and had nobody are told now.
 * Refuses with `stale-revision` and `invalid-on-call`.
 */
export function onOnCall(
  turn: Turn,
  order: { readonly revision: number; readonly list: OnCallList },
  open: readonly Alarm[],
): Answer {
  const { state } = turn;
  if (order.revision !== state.revision)
    return { ok: false, code: 'stale-on-call', detail: `the list is at revision ${state.revision}` };
  const wrong = checkOnCall(order.list);
  if (wrong !== null) return { ok: false, code: 'invalid-on-call', detail: wrong };
  state.revision += 1;
  state.lists.set(state.revision, order.list);
  const followed = new Set(everyEpisode(state).flatMap(({ chain }) => (chain === null ? [] : [chain.list])));
  for (const revision of [...state.lists.keys()])
    if (revision !== state.revision && !followed.has(revision)) state.lists.delete(revision);
  onRegistry(turn);
  rechoose(turn);
  judgeChannels(turn);
  for (const alarm of open) if (ringsUntaken(alarm) && !isFollowed(state, alarm)) watch(turn, alarm);
  return { ok: true, body: { revision: state.revision } };
}

const ringsUntaken = (alarm: Alarm): boolean =>
  isOpen(alarm) &&
  alarm.state !== 'acknowledged' &&
  alarm.suppression === 'none' &&
  alarm.incident?.folded !== true;

const isFollowed = (state: EmergencyState, alarm: Alarm): boolean =>
  episodeOfAlarm(state, alarm.id) !== undefined;

/** `on-call-missing`, for each area and lifeline with facilities for which nobody is on call. */
export function onRegistry(turn: Turn): void {
  const { state, registry } = turn;
  const list = state.lists.get(state.revision);
  if (list === undefined) return;
  const { named, more } = uncovered(list, registry);
  setConditions(turn, 'on-call-missing', named, { more });
}
