import { expect, it } from 'vitest';
import { createDelivery } from '#server/push/delivery.ts';

/** Rooms of socket ids, what each console got, and turns that come when the test says so. */
function hall(consoles: number) {
  const ids = Array.from({ length: consoles }, (_, at) => `c${at}`);
  const rooms = new Map([['duty', new Set(ids)]]);
  const got = new Map<string, string[]>();
  const turns: (() => void)[] = [];
  const io = {
    sockets: { adapter: { rooms } },
    to: (to: string[]) => (word: string) => {
      for (const id of to) {
        const words = got.get(id) ?? [];
        words.push(word);
        got.set(id, words);
      }
    },
  };
  const delivery = createDelivery(io, (run) => turns.push(run));
  const say = (word: string, except?: ReadonlySet<string>) =>
    delivery.to('duty', (send) => send(word), except);
  return { rooms, got, delivery, say, ids, turn: () => turns.shift()?.(), waits: () => turns.length > 0 };
}

it('a few consoles get it at once', () => {
  const { got, say, waits } = hall(100);
  say('red');
  expect(got.size).toBe(100);
  expect(waits()).toBe(false);
});

it('of five hundred, a hundred get it at once, and the others a hundred each turn', () => {
  const { got, say, turn, waits } = hall(500);
  say('red');
  const counts = [got.size];
  while (waits()) {
    turn();
    counts.push(got.size);
  }
  expect(counts).toEqual([100, 200, 300, 400, 500]);
});

it('a later message overtakes an earlier one nowhere', () => {
  const { got, say, turn, waits, ids } = hall(250);
  say('first');
  say('second');
  turn();
  say('third');
  while (waits()) turn();
  for (const id of ids) expect(got.get(id)).toEqual(['first', 'second', 'third']);
});

it('before something is written to one console alone, all that waits has left', () => {
  const { got, say, delivery, turn, waits, ids } = hall(250);
  say('first');
  delivery.drain();
  for (const id of ids) expect(got.get(id)).toEqual(['first']);
  while (waits()) turn();
  for (const id of ids) expect(got.get(id)).toEqual(['first']);
});

it('whoever was left out stays left out, and who came after it was said is not told', () => {
  const { got, say, rooms, turn, waits } = hall(250);
  say('first', new Set(['c0', 'c249']));
  rooms.get('duty')?.add('late');
  while (waits()) turn();
  expect(got.size).toBe(248);
  expect(['c0', 'c249', 'late'].filter((id) => got.has(id))).toEqual([]);
});

it('a storm is held back by its own weight: what waits has a bound', () => {
  const { got, say, delivery, ids } = hall(1_000);
  for (let n = 0; n < 500; n += 1) say(`alarm ${n}`);
  const late = ids.filter((id) => (got.get(id)?.length ?? 0) < 380);
  expect(late).toEqual([]);
  delivery.drain();
  for (const id of ids) expect(got.get(id)?.length).toBe(500);
});
