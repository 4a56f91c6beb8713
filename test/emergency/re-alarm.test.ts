/** Whoever took a red and left it is asked again: on the console, and over the phone from the first person on. */
import { expect, it } from 'vitest';
import { PhoneRoom } from './phone-room.ts';

const RED = 30 * 60;

it('a red that is taken, not renewed and still active begins its calls anew', () => {
  const room = new PhoneRoom();
  room.gas(0, 4.5);
  const first = room.told().length;
  expect(first).toBeGreaterThan(0);
  room.order(10, { action: 'acknowledge' });
  for (let minute = 1; minute < 30; minute += 1) room.gas(minute * 60, 4.5);
  expect(room.told()).toHaveLength(first);
  room.gas(10 + RED, 4.5);
  expect(room.alarm().state).toBe('unacknowledged');
  const again = room.told().slice(first);
  expect(again.map(([, ...rest]) => rest)).toEqual(
    room
      .told()
      .slice(0, first)
      .map(([, ...rest]) => rest),
  );
  expect(again[0]?.[0]).toBe(10 + RED);
});

it('one that is renewed calls nobody', () => {
  const room = new PhoneRoom();
  room.gas(0, 4.5);
  const first = room.told().length;
  room.order(10, { action: 'acknowledge' });
  for (let minute = 1; minute <= 45; minute += 1) {
    room.gas(minute * 60, 4.5);
    if (minute === 20) expect(room.order(minute * 60, { action: 'acknowledge' })).toMatchObject({ ok: true });
  }
  expect(room.told()).toHaveLength(first);
});

it('a restart in between forgets neither the time nor the calls', () => {
  const room = new PhoneRoom();
  room.gas(0, 4.5);
  const first = room.told().length;
  room.order(10, { action: 'acknowledge' });
  room.restart(600);
  for (let minute = 11; minute <= 31; minute += 1) room.gas(minute * 60, 4.5);
  expect(room.told().length).toBeGreaterThan(first);
  expect(room.told()[first]?.[0]).toBe(10 + RED);
});
