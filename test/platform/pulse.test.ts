/** The heartbeat of the alarm path: real inputs are beats; at rest a tick is; a stall is seen and told once. */
import { expect, it } from 'vitest';
import { createClock } from '#test/server/fakes.ts';
import { startPulse, STALLED_MS } from '../../platform/pulse.ts';

function heart() {
  const clock = createClock();
  const ticks: number[] = [];
  const stalls: number[] = [];
  const pulse = startPulse({
    clock,
    tick: () => ticks.push(clock.monotonicMs()),
    recovered: (quietMs) => stalls.push(quietMs),
  });
  const pass = (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) clock.advance(1_000);
  };
  return { pulse, ticks, stalls, pass };
}

it('a city at rest sends a tick every five seconds', () => {
  const { pulse, ticks, pass } = heart();
  for (let beat = 0; beat < 6; beat += 1) {
    pass(5);
    pulse.beat();
  }
  expect(ticks.length).toBe(6);
});

it('a busy one sends none', () => {
  const { pulse, ticks, pass } = heart();
  for (let second = 0; second < 60; second += 1) {
    pass(1);
    pulse.beat();
  }
  expect(ticks).toEqual([]);
});

it('while one tick is on its way, no second is sent: a dead disk does not fill the queue', () => {
  const { pulse, ticks, pass } = heart();
  pass(60);
  expect(ticks.length).toBe(1);
  expect(pulse.quietMs()).toBe(60_000);
});

it('a stall is told once, when it is over', () => {
  const { pulse, stalls, pass } = heart();
  // The tick leaves after five seconds of rest.
  pass(5 + STALLED_MS / 1_000);
  pulse.beat();
  expect(stalls).toEqual([]);
  pass(5 + STALLED_MS / 1_000 + 1);
  pulse.beat();
  pulse.beat();
  expect(stalls).toEqual([STALLED_MS + 6_000]);
});

it('stopped, it asks for nothing more', () => {
  const { pulse, ticks, pass } = heart();
  pulse.stop();
  pass(60);
  expect(ticks).toEqual([]);
});
