/** Engine time goes on across restarts, and no step of the wall clock changes a delay. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SimClock } from '#test/simulation/sim-clock.ts';
import { startEngineClock } from '../../city/engine-clock.ts';
import { NOON, oneCity, RED } from './one-city.ts';

const HOUR = 3_600_000;
const YEAR = 365 * 24 * HOUR;
const NEVER = { engineTime: 0, receivedAt: null, anchor: null };

/** Runs for a minute, and hands over what the last input of that life would have journaled. */
async function oneLife(clock: SimClock) {
  const engine = startEngineClock(clock, NEVER);
  await clock.advance(60_000);
  return { ...engine.now(), anchor: engine.anchor };
}

describe('engine time', () => {
  it('starts at 0 in a new city', () => {
    expect(startEngineClock(new SimClock(NOON), NEVER).now()).toEqual({ receivedAt: NOON, engineTime: 0 });
  });

  it.each([
    ['the same boot: the gap is measured exactly', 0, 7_000],
    ['the same boot, the wall set back an hour meanwhile', -HOUR, 7_000],
    ['the same boot, the wall set on a year meanwhile', YEAR, 7_000],
  ])('%s', async (_, stepMs, gapMs) => {
    const clock = new SimClock(NOON);
    const last = await oneLife(clock);
    clock.forget(gapMs);
    clock.stepWall(stepMs);
    expect(startEngineClock(clock, last).now().engineTime).toBe(60_000 + gapMs);
  });

  it.each([
    ['another boot: the wall clock measures the gap', 0, 90_000],
    ['another boot, and the wall behind: no time went by', -HOUR, 0],
    ['another boot, the wall ahead: the wall is all we have', HOUR, HOUR + 90_000],
  ])('%s', async (_, stepMs, gapMs) => {
    const clock = new SimClock(NOON);
    const last = await oneLife(clock);
    clock.reboot(90_000);
    clock.stepWall(stepMs);
    expect(startEngineClock(clock, last).now().engineTime).toBe(60_000 + gapMs);
  });

  it('never lies before the start it follows, nor before what was journaled', () => {
    const part = fc.double({ min: 0, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(
        part,
        part,
        part,
        fc.nat(1e9),
        fc.boolean(),
        (monotonicMs, was, anchored, engineTime, same) => {
          const clock = {
            wallMs: () => NOON,
            monotonicMs: () => monotonicMs,
            bootId: () => 'now',
            after: () => () => {},
          };
          const anchor = { boot: same ? 'now' : 'then', monotonicMs: was, engineTime: Math.floor(anchored) };
          const engine = startEngineClock(clock, { engineTime, receivedAt: NOON - 5_000, anchor });
          expect(engine.anchor.engineTime).toBeGreaterThanOrEqual(engineTime);
          expect(engine.now().engineTime).toBeGreaterThanOrEqual(engine.anchor.engineTime);
          expect(Number.isInteger(engine.now().engineTime)).toBe(true);
        },
      ),
    );
  });

  it.each([
    [2_001, 2_001],
    [-2_001, -2_001],
    [2_000, 0],
    [-1_999, 0],
    [YEAR, YEAR],
  ])('a wall step of %i ms is told as %i, and once', (stepMs, told) => {
    const clock = new SimClock(NOON);
    const engine = startEngineClock(clock, NEVER);
    clock.stepWall(stepMs);
    expect([engine.wallStepMs(), engine.wallStepMs()]).toEqual([told, 0]);
    expect(engine.now()).toEqual({ receivedAt: NOON + stepMs, engineTime: 0 });
  });
});

describe('a year forward and back', () => {
  it('is two alarms of the clock, journaled before what comes next, and changes no alarm of a well', async () => {
    const city = oneCity();
    await city.open();
    await city.register();
    city.send(RED);
    await city.pass(1_000);
    const before = city.alarms.filter(({ alarm }) => alarm.point !== null).length;
    city.clock.stepWall(YEAR);
    city.pipeline().submit({ kind: 'tick' });
    await city.pass(1_000);
    city.clock.stepWall(-YEAR);
    city.pipeline().submit({ kind: 'tick' });
    await city.pass(1_000);
    const steps = city.alarms.filter(({ alarm }) => alarm.rule === 'clock-step');
    expect(steps.map(({ change }) => change)).toEqual(['raised', 'returned', 'reactivated', 'returned']);
    expect(city.alarms.filter(({ alarm }) => alarm.point !== null)).toHaveLength(before);
    const kinds = (await city.journal()).map(({ kind }) => kind);
    expect(kinds[kinds.indexOf('wall-step') + 1]).toBe('tick');
    expect(city.pipeline().city.engineTime).toBeLessThan(60_000);
  });
});
