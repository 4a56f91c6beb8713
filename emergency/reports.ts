/** What the outside said of a message: attempts, results, receipts, and what the person did on the phone page. */
import type { Answer } from '#domain/event.ts';
import type { NotificationInput } from '#domain/input.ts';
import type { PhoneAnswer } from '#domain/notification.ts';
import { nobodyReached, stop, tellNext } from './chain.ts';
import { personOf } from './coverage.ts';
import { changeItem, close, findItem, saysMore, schedule, touch } from './episodes.ts';
import { nextChannel, noteFailure, noteSuccess, TRIES_PER_CHANNEL, usableChannels } from './reach.ts';
import type { Delivery, EmergencyState, Episode, Turn } from './state.ts';

type Place = { readonly turn: Turn; readonly episode: Episode; readonly delivery: Delivery };

/** `news` is false when nothing changed: an old message, a second tap, a repeated receipt. */
export type Reported = { readonly answer: Answer; readonly news: boolean };

const OK: Answer = { ok: true, body: null };

/** Applies one report. Refuses with `not-found` (forgotten or never known) and `not-queued` (need not be sent). */
export function applyReport(turn: Turn, input: NotificationInput): Reported {
  const found = findItem(turn.state, input.id);
  if (found === undefined) {
    return { answer: { ok: false, code: 'not-found', detail: `no notification ${input.id}` }, news: false };
  }
  const place = { turn, ...found };
  const before = found.delivery.item;
  const answer = apply(place, input);
  if (found.episode.alarm === null && found.delivery.item.state !== 'queued') closeNotice(place);
  return { answer, news: found.delivery.item !== before };
}

function apply(place: Place, input: NotificationInput): Answer {
  const { turn, episode, delivery } = place;
  const { item } = delivery;
  switch (input.report) {
    case 'attempt': {
      if (item.state !== 'queued') return { ok: false, code: 'not-queued', detail: item.state };
      touch(turn.state, episode);
      delivery.tries += 1;
      changeItem(turn, episode, delivery, { channel: input.channel, attempts: item.attempts + 1 });
      return { ok: true, body: delivery.item };
    }
    case 'accepted':
      noteSuccess(turn, input.channel);
      if (saysMore(item.state, 'accepted'))
        changeItem(turn, episode, delivery, {
          state: 'accepted',
          channel: input.channel,
          detail: input.reference,
        });
      return OK;
    case 'refused':
      return refused(place, input);
    case 'receipt':
      return receipt(place, input.delivered, input.detail);
    case 'opened':
      if (saysMore(item.state, 'opened')) changeItem(turn, episode, delivery, { state: 'opened' });
      return OK;
    case 'answer':
      return answered(place, input.answer);
  }
}

function refused(place: Place, input: Extract<NotificationInput, { report: 'refused' }>): Answer {
  const { turn, episode, delivery } = place;
  // A number that does not exist says nothing of the channel.
  if (!input.permanent) noteFailure(turn, input.channel, input.detail);
  if (delivery.item.state !== 'queued') return OK;
  if (input.permanent || delivery.tries >= TRIES_PER_CHANNEL) moveOn(place, input);
  else changeItem(turn, episode, delivery, { detail: input.detail });
  return OK;
}

/** To the person's next channel; when none is left they cannot be reached, and the next person is told at once. */
function moveOn(
  { turn, episode, delivery }: Place,
  { channel, permanent, detail }: { channel: string; permanent: boolean; detail: string },
): void {
  touch(turn.state, episode);
  const person = personOf(turn.state, episode, delivery.item.person);
  if (permanent) delivery.refused = [...delivery.refused, channel];
  delivery.tries = 0;
  const usable = person === undefined ? [] : usableChannels(turn.state, person, delivery.refused);
  const all = person?.channels.map((one) => one.channel) ?? [];
  const next = nextChannel(usable, all, channel);
  changeItem(turn, episode, delivery, {
    state: next === null ? 'failed' : 'queued',
    channel: next ?? channel,
    detail,
  });
  if (next === null) skipStepIfLost(turn, episode);
}

/** On to the next step when nobody of the present one can be reached. */
export function skipStepIfLost(turn: Turn, episode: Episode): void {
  if (episode.stop !== null || episode.stepDue === null || !nobodyReached(episode)) return;
  tellNext(turn, episode);
  schedule(turn.state, episode);
}

/** A receipt that says "not delivered" sends the message on over the person's next channel. */
function receipt(place: Place, delivered: boolean, detail: string): Answer {
  const { turn, episode, delivery } = place;
  if (!isNews(place, delivered)) return OK;
  const { channel } = delivery.item;
  if (delivered) changeItem(turn, episode, delivery, { state: 'delivered', detail });
  else if (channel !== null) moveOn(place, { channel, permanent: true, detail });
  return OK;
}

function isNews({ episode, delivery }: Omit<Place, 'turn'>, delivered: boolean): boolean {
  const { state, channel } = delivery.item;
  if (delivered) return saysMore(state, 'delivered');
  if (state !== 'accepted' || channel === null || delivery.refused.includes(channel)) return false;
  return episode.stop === null || episode.stop === 'confirmed';
}

/** Whether a receipt of this message would change anything; what would not needs no place in the journal. */
export function isReceiptNews(state: EmergencyState, id: string, delivered: boolean): boolean {
  const found = findItem(state, id);
  return found !== undefined && isNews(found, delivered);
}

/** 收到 and 到场 keep the next person from being told; 误报 is a proposal, the officer decides. */
function answered({ turn, episode, delivery }: Place, answer: PhoneAnswer): Answer {
  const { item } = delivery;
  if (item.answers[answer] !== undefined) return OK;
  const answers = { ...item.answers, [answer]: turn.wall };
  const state = saysMore(item.state, 'acknowledged') ? 'acknowledged' : item.state;
  changeItem(turn, episode, delivery, { state, answers });
  if (answer !== 'false-alarm' && episode.stop === null && item.kind !== 'notice')
    stop(turn, episode, 'confirmed');
  return OK;
}

/** A notice asks for nothing: once it has left, or cannot, it is over. */
function closeNotice({ turn, episode }: Place): void {
  if (episode.deliveries.every(({ item }) => item.state !== 'queued')) close(turn.state, episode);
}
