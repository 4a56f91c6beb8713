/** The outbox in pages for a snapshot, and back. */
import type { ChannelHealth, OnCallList } from '#domain/notification.ts';
import type { PagedArray } from '#domain/paged-array.ts';
import { everyEpisode, schedule } from './episodes.ts';
import { createEmergency, type EmergencyState, type EpisodeSlot } from './state.ts';

/** The large part, copied page by page while the fold goes on. */
export const pagesOf = (state: EmergencyState): Record<string, PagedArray<unknown>> => ({
  slots: state.slots,
});

type Rest = {
  readonly revision: number;
  readonly lists: Map<number, OnCallList>;
  readonly channels: Map<string, ChannelHealth>;
  readonly episodes: number;
  readonly closings: number;
  readonly conditions: Set<string>;
};

/** The small part. Shares objects with the state: serialise it before the next input. */
export function restOf(state: EmergencyState): unknown {
  const { revision, lists, channels, episodes, closings, conditions } = state;
  return { revision, lists, channels, episodes, closings, conditions } satisfies Rest;
}

/** Rebuilds the state from what `pagesOf` and `restOf` gave; a snapshot from before the outbox gives an empty one. */
export function restoreEmergency(pages: Record<string, unknown[][]>, rest: unknown): EmergencyState {
  const state = createEmergency();
  if (rest === undefined) return state;
  const small = rest as Rest;
  state.slots.restore((pages['slots'] ?? []) as EpisodeSlot[][]);
  state.revision = small.revision;
  state.episodes = small.episodes;
  state.closings = small.closings;
  for (const [revision, list] of small.lists) state.lists.set(revision, list);
  for (const [id, health] of small.channels) state.channels.set(id, health);
  for (const key of small.conditions) state.conditions.add(key);
  index(state);
  return state;
}

function index(state: EmergencyState): void {
  const { slots, bySlot } = state;
  const closed: { readonly slot: number; readonly order: number }[] = [];
  for (let slot = 0; slot < slots.length; slot += 1) {
    const episode = slots.get(slot)?.episode ?? null;
    if (episode === null) {
      bySlot.free.push(slot);
      continue;
    }
    bySlot.number.set(episode.number, slot);
    if (episode.alarm !== null) bySlot.alarm.set(episode.alarm, slot);
    for (const { item } of episode.deliveries) bySlot.item.set(item.id, slot);
    if (episode.closed !== null) closed.push({ slot, order: episode.closed });
  }
  closed.sort((a, b) => a.order - b.order);
  bySlot.closed.push(...closed.map(({ slot }) => slot));
  for (const episode of everyEpisode(state)) schedule(state, episode);
}
