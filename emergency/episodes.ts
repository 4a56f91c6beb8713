/** Where episodes live: beginning, finding, changing and letting go of them. */
import type { NotificationItem, NotificationState } from '#domain/notification.ts';
import type { EngineTime } from '#domain/time.ts';
import { pushDue } from './due-heap.ts';
import {
  CLOSED_EPISODES_MAX,
  type Delivery,
  type EmergencyState,
  type Episode,
  ITEMS_PER_EPISODE_MAX,
  type Turn,
} from './state.ts';

/** Puts a new episode into a free place. */
export function begin(state: EmergencyState, start: Pick<Episode, 'alarm' | 'area' | 'lifeline'>): Episode {
  state.episodes += 1;
  const episode: Episode = {
    ...start,
    number: state.episodes,
    rank: -1,
    round: 0,
    chain: null,
    step: 0,
    stepDue: null,
    reminded: 0,
    remindDue: null,
    stop: null,
    closed: null,
    deliveries: [],
  };
  const { slots, bySlot } = state;
  const slot = bySlot.free.pop() ?? slots.push({ episode: null });
  slots.forWrite(slot).episode = episode;
  bySlot.number.set(episode.number, slot);
  if (episode.alarm !== null) bySlot.alarm.set(episode.alarm, slot);
  return episode;
}

/** The episode of an alarm, for reading. */
export const episodeOfAlarm = (state: EmergencyState, alarm: string): Episode | undefined =>
  at(state, state.bySlot.alarm.get(alarm));

/** A message and the episode it belongs to, for reading. */
export function findItem(
  state: EmergencyState,
  id: string,
): { readonly episode: Episode; readonly delivery: Delivery } | undefined {
  const episode = at(state, state.bySlot.item.get(id));
  const delivery = episode?.deliveries.find(({ item }) => item.id === id);
  return episode === undefined || delivery === undefined ? undefined : { episode, delivery };
}

export const episodeOfNumber = (state: EmergencyState, number: number): Episode | undefined =>
  at(state, state.bySlot.number.get(number));

const at = (state: EmergencyState, slot: number | undefined): Episode | undefined =>
  slot === undefined ? undefined : (state.slots.get(slot)?.episode ?? undefined);

/** Every episode kept, in order of beginning. */
export function everyEpisode(state: EmergencyState): Episode[] {
  const all: Episode[] = [];
  for (const page of state.slots.pages)
    for (const { episode } of page) if (episode !== null) all.push(episode);
  return all.sort((a, b) => a.number - b.number);
}

/** Says to a running snapshot that this episode is about to change; call it before each change. */
export function touch(state: EmergencyState, episode: Episode): void {
  const slot = state.bySlot.number.get(episode.number);
  if (slot === undefined) throw new Error(`episode ${episode.number} has no place`);
  state.slots.forWrite(slot);
}

/** When the episode next tells somebody by itself; null = never. */
export function dueOf({ stepDue, remindDue }: Episode): EngineTime | null {
  if (stepDue === null || remindDue === null) return stepDue ?? remindDue;
  return Math.min(stepDue, remindDue);
}

/** Notes in the heap when the episode is due next. */
export function schedule(state: EmergencyState, episode: Episode): void {
  const due = dueOf(episode);
  if (due !== null) pushDue(state.due, { at: due, number: episode.number });
}

/** The episode is over; it is kept a while for receipts and taps, then forgotten here. */
export function close(state: EmergencyState, episode: Episode): void {
  if (episode.closed !== null) return;
  touch(state, episode);
  state.closings += 1;
  episode.closed = state.closings;
  const slot = state.bySlot.number.get(episode.number);
  if (slot !== undefined) state.bySlot.closed.push(slot);
  while (state.bySlot.closed.length > CLOSED_EPISODES_MAX) forget(state, state.bySlot.closed.shift());
}

/** It rings again after it was over. */
export function reopen(state: EmergencyState, episode: Episode): void {
  touch(state, episode);
  episode.closed = null;
  const slot = state.bySlot.number.get(episode.number);
  const place = state.bySlot.closed.findIndex((one) => one === slot);
  if (place >= 0) state.bySlot.closed.splice(place, 1);
}

function forget(state: EmergencyState, slot: number | undefined): void {
  if (slot === undefined) return;
  const { bySlot, slots } = state;
  const place = slots.forWrite(slot);
  const { episode } = place;
  place.episode = null;
  bySlot.free.push(slot);
  if (episode === null) return;
  bySlot.number.delete(episode.number);
  if (episode.alarm !== null) bySlot.alarm.delete(episode.alarm);
  for (const { item } of episode.deliveries) bySlot.item.delete(item.id);
}

/** Adds a message to an episode (already touched), letting the oldest that is done with go beyond the bound. */
export function addDelivery(turn: Turn, episode: Episode, delivery: Delivery): void {
  const { bySlot } = turn.state;
  if (episode.deliveries.length >= ITEMS_PER_EPISODE_MAX) {
    const done = episode.deliveries.findIndex(({ item }) => item.state !== 'queued');
    const [gone] = episode.deliveries.splice(Math.max(done, 0), 1);
    if (gone !== undefined) forgetItem(turn, gone);
  }
  episode.deliveries.push(delivery);
  const slot = bySlot.number.get(episode.number);
  if (slot !== undefined) bySlot.item.set(delivery.item.id, slot);
  turn.out.notification({ kind: 'notification', at: turn.wall, item: delivery.item });
}

/** One that still waited is not sent any more, and its last word says so. */
function forgetItem(turn: Turn, { item }: Delivery): void {
  turn.state.bySlot.item.delete(item.id);
  if (item.state !== 'queued') return;
  const times = { ...item.times, cancelled: turn.wall };
  const last: NotificationItem = { ...item, state: 'cancelled', detail: 'too-many', at: turn.wall, times };
  turn.out.notification({ kind: 'notification', at: turn.wall, item: last });
}

/** Changes a message of an episode (touched here) and says so. */
export function changeItem(
  turn: Turn,
  episode: Episode,
  delivery: Delivery,
  fields: Partial<Pick<NotificationItem, 'state' | 'channel' | 'attempts' | 'detail' | 'answers'>>,
): void {
  touch(turn.state, episode);
  const { item } = delivery;
  const state = fields.state ?? item.state;
  const times = item.times[state] === undefined ? { ...item.times, [state]: turn.wall } : item.times;
  delivery.item = { ...item, ...fields, at: turn.wall, times };
  turn.out.notification({ kind: 'notification', at: turn.wall, item: delivery.item });
}

const EVIDENCE: Readonly<Record<NotificationState, number>> = {
  queued: 0,
  failed: 0,
  cancelled: 0,
  accepted: 1,
  delivered: 2,
  opened: 3,
  acknowledged: 4,
};

/** Whether `to` says more than `from`: evidence of arrival never goes back. */
export const saysMore = (from: NotificationState, to: NotificationState): boolean =>
  EVIDENCE[to] > EVIDENCE[from];
