/** What a console that comes back may still ask for. */
import { describe, expect, it } from 'vitest';
import { alarmEvent } from '#test/store/ledger/events.ts';
import { createEventRing } from '../../platform/event-ring.ts';

const recovered = (from: number, to: number) => ({
  recoveredEvents: Array.from({ length: to - from + 1 }, (_, at) => alarmEvent(from + at)),
  city: { rules: { sequence: to } },
});
const sequences = (events: readonly { sequence: number }[] | null) =>
  events?.map(({ sequence }) => sequence) ?? null;

describe('the event ring', () => {
  it('of a new city has nothing and misses nothing', () => {
    const ring = createEventRing(10, recovered(1, 0));
    expect([sequences(ring.after(0)), ring.lastSequence()]).toEqual([[], 0]);
  });

  it.each([
    ['from the middle', 5, [6, 7, 8]],
    ['from just before the oldest held', 2, [3, 4, 5, 6, 7, 8]],
    ['too old: some are gone', 1, null],
    ['from the newest', 8, []],
    ['ahead of us: another history', 9, null],
  ])('gives what came after a sequence: %s', (_, since, wanted) => {
    const ring = createEventRing(10, recovered(3, 7));
    ring.add(alarmEvent(8));
    expect(sequences(ring.after(since))).toEqual(wanted);
  });

  it('after a start without events to decide again knows only the newest sequence', () => {
    const ring = createEventRing(10, { recoveredEvents: [], city: { rules: { sequence: 40 } } });
    expect([sequences(ring.after(40)), sequences(ring.after(39))]).toEqual([[], null]);
  });

  it('holds at least its bound, at most twice as many, and takes none twice', () => {
    const ring = createEventRing(10, recovered(1, 0));
    for (let sequence = 1; sequence <= 95; sequence++) {
      ring.add(alarmEvent(sequence));
      ring.add(alarmEvent(sequence));
    }
    expect(sequences(ring.after(85))).toEqual([86, 87, 88, 89, 90, 91, 92, 93, 94, 95]);
    expect(ring.after(95 - 21)).toBeNull();
  });
});
