/** Over which channel a person is tried next, and how healthy the channels are. */
import type { ChannelHealth, OnCallPerson } from '#domain/notification.ts';
import type { EmergencyState, Turn } from './state.ts';

/** Tries over one channel before the person's next one gets its turn; after the last the first comes again. */
export const TRIES_PER_CHANNEL = 3;
/** Failures in a row after which a channel counts as failing. */
export const FAILING_AFTER = 3;

/** The person's channels that are configured and did not refuse them for good, in their order. */
export const usableChannels = (
  state: EmergencyState,
  person: OnCallPerson,
  refused: readonly string[],
): string[] =>
  person.channels
    .map(({ channel }) => channel)
    .filter((channel) => state.channels.has(channel) && !refused.includes(channel));

/** The channel after `current`, round and round; null when there is none left. */
export function nextChannel(
  usable: readonly string[],
  all: readonly string[],
  current: string,
): string | null {
  const place = all.indexOf(current);
  const later = all.slice(place + 1).find((channel) => usable.includes(channel));
  return later ?? usable[0] ?? null;
}

export function noteSuccess(turn: Turn, channel: string): void {
  setHealth(turn, channel, { lastSuccessAt: turn.wall, failuresInARow: 0, detail: null });
}

export function noteFailure(turn: Turn, channel: string, detail: string): void {
  const failuresInARow = (turn.state.channels.get(channel)?.failuresInARow ?? 0) + 1;
  setHealth(turn, channel, { lastFailureAt: turn.wall, failuresInARow, detail });
}

function setHealth(turn: Turn, channel: string, fields: Partial<ChannelHealth>): void {
  const health = turn.state.channels.get(channel);
  if (health !== undefined) turn.state.channels.set(channel, { ...health, ...fields });
  judgeChannels(turn);
}

/** `channel-failing`: no channel that anybody on call can be reached by works. */
export function judgeChannels(turn: Turn): void {
  const { state } = turn;
  const list = state.lists.get(state.revision);
  const used = new Set(list?.persons.flatMap(({ channels }) => channels.map(({ channel }) => channel)));
  const configured = [...used].filter((channel) => state.channels.has(channel)).sort();
  const works = (id: string): boolean => (state.channels.get(id)?.failuresInARow ?? 0) < FAILING_AFTER;
  const active = list !== undefined && list.persons.length > 0 && !configured.some(works);
  setConditions(turn, 'channel-failing', active ? [''] : [], { channels: configured.join(' ') });
}

/** Raises the named condition for exactly these subjects and ends it for all others. */
export function setConditions(
  turn: Turn,
  name: string,
  subjects: readonly string[],
  detail: Readonly<Record<string, string | number>> = {},
): void {
  const { conditions } = turn.state;
  const wanted = new Set(subjects.map((subject) => `${name}|${subject}`));
  const ours = [...conditions].filter((key) => key.startsWith(`${name}|`)).sort();
  for (const key of ours) {
    if (wanted.has(key)) continue;
    conditions.delete(key);
    turn.out.condition(name, key.slice(name.length + 1), false, {});
  }
  for (const key of wanted) {
    if (conditions.has(key)) continue;
    conditions.add(key);
    turn.out.condition(name, key.slice(name.length + 1), true, detail);
  }
}
