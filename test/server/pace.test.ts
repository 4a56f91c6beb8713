import { expect, it } from 'vitest';
import { createPace } from '#server/push/pace.ts';
import { createClock } from './fakes.ts';

it('a console that asks for its picture without end gets one a second, and the last it asked for', () => {
  const clock = createClock();
  const sent: number[] = [];
  const start = clock.monotonicMs();
  const pace = createPace(clock, 1_000, () => void sent.push(clock.monotonicMs() - start));
  for (let n = 0; n < 500; n++) {
    pace.ask();
    clock.advance(5);
  }
  clock.advance(10_000);
  expect(sent).toEqual([0, 1_000, 2_000, 3_000]);
  pace.ask();
  expect(sent).toEqual([0, 1_000, 2_000, 3_000, 12_500]);
});

it('nothing is sent to a console that has gone', () => {
  const clock = createClock();
  let sent = 0;
  const pace = createPace(clock, 1_000, () => void (sent += 1));
  pace.ask();
  pace.ask();
  pace.stop();
  clock.advance(5_000);
  expect(sent).toBe(1);
});
