/** The heartbeat of the alarm path: real inputs are beats; at rest a tick is; a stall is seen and told once. */
import { expect, it } from 'vitest';
import { createClock } from '#test/server/fakes.ts';
import { startPulse, STALLED_MS } from '../../platform/pulse.ts';

const TICK = { publishes: 0, syncMs: 2, alarmDelaysMs: [] };

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
    pulse.beat(TICK);
  }
  expect(ticks.length).toBe(6);
});

it('a busy one sends none', () => {
  const { pulse, ticks, pass } = heart();
  for (let second = 0; second < 60; second += 1) {
    pass(1);
    pulse.beat(TICK);
  }
  expect(ticks).toEqual([]);
});

it('while one tick is on its way, no second is sent: a dead disk does not fill the queue', () => {
  const { pulse, ticks, pass } = heart();
  pass(60);
  expect(ticks.length).toBe(1);
  expect(pulse.figures().quietMs).toBe(60_000);
});

it('a stall is told once, when it is over', () => {
  const { pulse, stalls, pass } = heart();
  // The tick leaves after five seconds of rest.
  pass(5 + STALLED_MS / 1_000);
  pulse.beat(TICK);
  expect(stalls).toEqual([]);
  pass(5 + STALLED_MS / 1_000 + 1);
  pulse.beat(TICK);
  pulse.beat(TICK);
  expect(stalls).toEqual([STALLED_MS + 6_000]);
});

it('stopped, it asks for nothing more', () => {
  const { pulse, ticks, pass } = heart();
  pulse.stop();
  pass(60);
  expect(ticks).toEqual([]);
});

it('the age of data is that of the last publish: ticks keep the path alive and are no data', () => {
  const { pulse, pass } = heart();
  pulse.beat(TICK);
  expect(pulse.figures().dataQuietMs).toBe(null);
  pulse.beat({ ...TICK, publishes: 3 });
  pass(7);
  pulse.beat(TICK);
  expect(pulse.figures()).toMatchObject({ quietMs: 0, dataQuietMs: 7_000 });
});

it('the delay is the longest of the last minute, an alarm’s included, and goes with it', () => {
  const { pulse, pass } = heart();
  expect(pulse.figures().delayMs).toBe(null);
  pulse.beat({ publishes: 1, syncMs: 4.4, alarmDelaysMs: [9.6, 6] });
  pass(5);
  pulse.beat({ publishes: 1, syncMs: 3, alarmDelaysMs: [] });
  expect(pulse.figures().delayMs).toBe(10);
  pass(45);
  pulse.beat(TICK);
  expect(pulse.figures().delayMs).toBe(10);
  pass(15);
  expect(pulse.figures().delayMs).toBe(2);
  pass(60);
  expect(pulse.figures().delayMs).toBe(null);
});
