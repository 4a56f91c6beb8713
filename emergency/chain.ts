/** The steps of an episode: who is told first, who next, who is reminded, and what ends it. */
import { COLOURS, type Colour } from '#domain/colour.ts';
import type { NotificationItem, NotificationKind, NoticeText } from '#domain/notification.ts';
import type { EngineTime, Timestamp } from '#domain/time.ts';
import { chainOf, personOf } from './coverage.ts';
import { firstDue, popDue } from './due-heap.ts';
import { addDelivery, changeItem, dueOf, episodeOfNumber, schedule, touch } from './episodes.ts';
import { usableChannels } from './reach.ts';
import type { EmergencyState, Episode, Stop, Turn } from './state.ts';

/** Orange and red are told at once. */
export const TELL_FROM_RANK = 2;
/** Yellow is only reminded of. */
export const WATCH_FROM_RANK = 1;

/** Starts the steps of an episode anew, from the first person, along the list in force. */
export function arm(turn: Turn, episode: Episode, rank: number, entry: number): void {
  touch(turn.state, episode);
  cancelQueued(turn, episode, 'rearmed');
  episode.rank = rank;
  episode.round += 1;
  episode.chain = { list: turn.state.revision, entry };
  episode.stop = null;
  episode.step = 0;
  episode.stepDue = null;
  episode.reminded = 0;
  const afterMs = chainOf(turn.state, episode)?.list.reminders.afterMs[colourOf(rank)];
  episode.remindDue = afterMs === undefined ? null : turn.now + afterMs;
  if (rank >= TELL_FROM_RANK) tellNext(turn, episode);
  schedule(turn.state, episode);
}

const colourOf = (rank: number): Exclude<Colour, 'blue'> => {
  const colour = COLOURS[rank];
  if (colour === undefined || colour === 'blue') throw new Error(`an episode is armed at rank ${rank}`);
  return colour;
};

/** Tells everybody of the next step; on at once to the one after it when nobody of it can be reached at all. */
export function tellNext(turn: Turn, episode: Episode): void {
  const chain = chainOf(turn.state, episode);
  if (chain === null) return;
  const { steps } = chain.entry;
  touch(turn.state, episode);
  for (;;) {
    const step = steps[episode.step];
    if (step === undefined) break;
    episode.step += 1;
    for (const person of new Set(step.persons)) addMessage(turn, episode, 'alert', episode.step, person);
    episode.stepDue = episode.step < steps.length ? turn.now + step.waitMs : null;
    if (!nobodyReached(episode)) break;
  }
}

/** Nobody of the present step can be reached over any channel. */
export const nobodyReached = (episode: Episode): boolean =>
  ofStep(episode).every(({ item }) => item.state === 'failed');

/** The messages of the present step, in this round. */
export const ofStep = (episode: Episode) =>
  episode.deliveries.filter(
    ({ item }) => item.kind === 'alert' && item.round === episode.round && item.step === episode.step,
  );

/** Nobody else is told. What is not sent yet is not sent; after 收到 the reminders go on, for nobody took the alarm. */
export function stop(turn: Turn, episode: Episode, why: Stop): void {
  if (episode.stop === why || episode.stop === 'over') return;
  touch(turn.state, episode);
  episode.stop = why;
  episode.stepDue = null;
  if (why === 'confirmed') {
    schedule(turn.state, episode);
    return;
  }
  episode.remindDue = null;
  cancelQueued(turn, episode, why);
}

function cancelQueued(turn: Turn, episode: Episode, why: string): void {
  for (const delivery of episode.deliveries) {
    if (delivery.item.state === 'queued')
      changeItem(turn, episode, delivery, { state: 'cancelled', detail: why });
  }
}

/**
 * Lets every step and reminder happen that is due by `to`, in order, each stamped with its due time; those due at `to`
 * itself only when `inclusive`.
 */
export function advance(
  turn: Turn,
  at: { readonly engineTime: EngineTime; readonly receivedAt: Timestamp },
  to: EngineTime,
  inclusive: boolean,
): void {
  const { due } = turn.state;
  for (
    let next = firstDue(due);
    next !== null && (next < to || (inclusive && next === to));
    next = firstDue(due)
  ) {
    const woken = popDue(due);
    const episode = woken === undefined ? undefined : episodeOfNumber(turn.state, woken.number);
    if (episode === undefined || dueOf(episode) !== next) continue;
    turn.now = next;
    turn.wall = at.receivedAt - (at.engineTime - next);
    touch(turn.state, episode);
    // The next person before the reminder of the same instant.
    if (episode.stepDue === next) tellNext(turn, episode);
    else remind(turn, episode);
    schedule(turn.state, episode);
  }
}

function remind(turn: Turn, episode: Episode): void {
  const chain = chainOf(turn.state, episode);
  episode.remindDue = null;
  if (chain === null) return;
  const { reminders } = chain.list;
  episode.reminded += 1;
  if (episode.reminded < reminders.max) episode.remindDue = turn.now + reminders.everyMs;
  const { leaders, steps } = chain.entry;
  const persons = leaders.length > 0 ? leaders : (steps.at(-1)?.persons ?? []);
  for (const person of new Set(persons)) addMessage(turn, episode, 'reminder', episode.reminded, person);
}

/** Queues one message to one person; failed at once when no channel of theirs is configured. */
export function addMessage(
  turn: Turn,
  episode: Episode,
  kind: NotificationKind,
  step: number,
  person: string,
  about: (NoticeText & { readonly id: string }) | null = null,
): void {
  const known = personOf(turn.state, episode, person);
  const channel = known === undefined ? undefined : usableChannels(turn.state, known, [])[0];
  const state = channel === undefined ? 'failed' : 'queued';
  const place = kind === 'reminder' ? `r${step}` : `${step}`;
  const item: NotificationItem = {
    id: `${episode.alarm ?? about?.id}.${episode.round}.${place}.${person}`,
    kind,
    alarm: episode.alarm,
    round: episode.round,
    step,
    person,
    name: known?.name ?? person,
    channel: channel ?? null,
    state,
    attempts: 0,
    createdAt: turn.wall,
    at: turn.wall,
    detail: channel === undefined ? 'no-channel' : null,
    times: { [state]: turn.wall },
    answers: {},
    notice: about === null ? null : noticeOf(about),
  };
  addDelivery(turn, episode, { item, refused: [], tries: 0 });
}

const noticeOf = ({ flowName, area, lifeline, facility, colour, text }: NoticeText): NoticeText => ({
  flowName,
  area,
  lifeline,
  facility,
  colour,
  text,
});

/** When `advance` should next be called if nothing comes; it may then find nothing to do. Null = never. */
export const nextDeadline = (state: EmergencyState): EngineTime | null => firstDue(state.due);
