/** Deviation from what is usual: control charts against published examples, the baseline, and the rule. */
import { describe, expect, it } from 'vitest';
import { FLAG } from '#domain/measurement.ts';
import { judgeSeries, parseCatalogue } from '#rules/engine.ts';
import {
  type BaselineTerms,
  freshBaseline,
  hourOfWeek,
  learn,
  residual,
  sigmaOf,
} from '#rules/traces/baseline.ts';
import {
  cusumStep,
  ewmaSigma,
  startCusum,
  startEwma,
  stepCusum,
  stepEwma,
} from '#rules/traces/control-charts.ts';
import {
  autocorrelation,
  type DeviationTerms,
  freshDeviation,
  takeDeviation,
} from '#rules/traces/deviation.ts';
import { DutyRoom, wall } from './duty-room.ts';

const HOUR_MS = 3_600_000;
const DAY = 86_400;
const WEEK_MS = 168 * HOUR_MS;

/** Roughly normal, from a seed: the sum of twelve even ones less six. */
function noise(seed: number): () => number {
  let state = seed;
  const even = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return () => Array.from({ length: 12 }, even).reduce((sum, one) => sum + one, -6);
}

describe('CUSUM', () => {
  const z = [0.8, 1.9, 1.4, 2.0, 1.1, 0.7, 2.6];
  const sums = (headStart: number): number[] => {
    const state = startCusum(headStart);
    return z.map((one) => {
      stepCusum(state, one, 0.5, Infinity);
      return Number(state.high.toFixed(6));
    });
  };

  it('is that of Lucas and Crosier, k 0.5, h 5: a signal at the seventh', () => {
    expect(sums(0)).toEqual([0.3, 1.7, 2.6, 4.1, 4.7, 4.9, 7.0]);
    expect(sums(0).findIndex((sum) => sum >= 5) + 1).toBe(7);
  });

  it('with a head start of h/2 signals at the third', () => {
    expect(sums(2.5)).toEqual([2.8, 4.2, 5.1, 6.6, 7.2, 7.4, 9.5]);
    expect(sums(2.5).findIndex((sum) => sum >= 5) + 1).toBe(3);
  });

  it('without slack and floor is the plain sum of Montgomery and Runger, table 16-7', () => {
    const x = [102, 94.8, 98.3, 98.4, 102, 98.5, 99, 97.7, 100, 98.1];
    const more = [101.3, 98.7, 101.1, 98.4, 97, 96.7, 100.3, 101.4, 97.2, 101];
    let sum = 0;
    const told = [...x, ...more].map((value) => {
      sum = cusumStep(sum, value - 99, 0, -Infinity);
      return Number(sum.toFixed(6)) + 0;
    });
    const first = [3, -1.2, -1.9, -2.5, 0.5, 0, 0, -1.3, -0.3, -1.2];
    expect(told).toEqual([...first, 1.1, 0.8, 2.9, 2.3, 0.3, -2, -0.7, 1.7, -0.1, 1.9]);
  });

  it('watches both ways and keeps no more than its cap, so that the way back is short', () => {
    const state = startCusum(0);
    for (let at = 0; at < 50; at += 1) stepCusum(state, -3, 0.5, 10);
    expect(state).toEqual({ high: 0, low: 10 });
    for (let at = 0; at < 20; at += 1) stepCusum(state, 0, 0.5, 10);
    expect(state.low).toBe(0);
  });

  it('of normal noise runs about 465 readings to a false signal at h 5, and ten to a shift of one sigma', () => {
    const next = noise(11);
    const runLength = (shift: number, runs: number): number => {
      let readings = 0;
      for (let run = 0; run < runs; run += 1) {
        let sum = 0;
        while (sum < 5) {
          sum = cusumStep(sum, next() + shift, 0.5);
          readings += 1;
        }
      }
      return readings / runs;
    };
    // One side alone runs twice as long as both: 930 readings.
    expect(runLength(0, 300)).toBeGreaterThan(750);
    expect(runLength(0, 300)).toBeLessThan(1_150);
    expect(runLength(1, 2_000)).toBeCloseTo(10.4, 0);
  });
});

describe('EWMA', () => {
  it('has the limits of lambda 0.2 and L 2.962 at sigma 1', () => {
    const limits = [1, 2, 3, 5, 10, 1_000].map((count) => 2.962 * ewmaSigma(0.2, count));
    expect(limits.map((limit) => Number(limit.toFixed(3)))).toEqual([
      0.592, 0.759, 0.848, 0.933, 0.982, 0.987,
    ]);
  });

  it('counts in its own standard deviations', () => {
    expect(stepEwma(startEwma(), 2.962, 0.2)).toBeCloseTo(2.962, 12);
  });
});

describe('what is usual', () => {
  const terms: BaselineTerms = { recentMs: null, learnMs: 0, leastSigma: 0.1, leastPercent: 0 };
  const monday9 = Date.UTC(2026, 6, 6, 1);

  it('is kept by the hour of the week in Asia/Shanghai', () => {
    expect(hourOfWeek(monday9 + WEEK_MS)).toBe(hourOfWeek(monday9));
    expect(hourOfWeek(monday9 + HOUR_MS)).toBe(hourOfWeek(monday9) + 1);
    expect(hourOfWeek(monday9 + 59 * 60_000)).toBe(hourOfWeek(monday9));
  });

  it('is another at nine on Monday than at three at night, and no outlier moves it', () => {
    const baseline = freshBaseline();
    const usualAt = (time: number): number => (Math.floor(time / HOUR_MS) % 24 < 8 ? 100 : 40);
    for (let time = monday9; time < monday9 + 6 * WEEK_MS; time += HOUR_MS / 4)
      learn(baseline, terms, time, (time / HOUR_MS) % 29 === 0 ? 9_999 : usualAt(time));
    const now = monday9 + 6 * WEEK_MS;
    expect(residual(baseline, terms, now, 100)).toBe(0);
    expect(residual(baseline, terms, now, 101)).toBeCloseTo(10);
    expect(residual(baseline, terms, now + 12 * HOUR_MS, 40)).toBe(0);
  });

  it('has the standard deviation of normal noise, and never less than its least', () => {
    const baseline = freshBaseline();
    const next = noise(3);
    const recent = { ...terms, recentMs: 512_000 };
    for (let at = 0; at < 512; at += 1) learn(baseline, recent, at * 1_000, 50 + 4 * next());
    residual(baseline, recent, 512_000, 50);
    expect(sigmaOf(baseline, recent)).toBeGreaterThan(3.5);
    expect(sigmaOf(baseline, recent)).toBeLessThan(4.5);
    expect(sigmaOf(baseline, { ...recent, leastSigma: 7 })).toBe(7);
    expect(sigmaOf(baseline, { ...recent, leastPercent: 20 })).toBeCloseTo(10, 0);
  });

  it('is unknown while too little was told, and while the time to learn runs', () => {
    const baseline = freshBaseline();
    for (let at = 0; at < 31; at += 1) learn(baseline, terms, monday9 + at * HOUR_MS, 5);
    expect(residual(baseline, terms, monday9 + 31 * HOUR_MS, 5)).toBeNaN();
    learn(baseline, terms, monday9 + 31 * HOUR_MS, 5);
    expect(residual(baseline, terms, monday9 + 32 * HOUR_MS, 5)).toBe(0);
    expect(residual(baseline, { ...terms, learnMs: WEEK_MS }, monday9 + 32 * HOUR_MS, 5)).toBeNaN();
  });
});

describe('residuals that hang together', () => {
  const terms: DeviationTerms = {
    recentMs: 512_000,
    learnMs: 100_000,
    leastSigma: 0.01,
    leastPercent: 0,
    side: 'both',
    chart: { by: 'cusum', slack: 0.5, start: 0, cap: 100 },
    relearnAfterMs: Infinity,
    followMs: 3_000,
  };
  /** Readings an AR(1) of `rho` takes to the first sum of 8. */
  const firstSignal = (rho: number, seed: number): { at: number; lag: number } => {
    const state = freshDeviation(terms);
    const next = noise(seed);
    let value = 0;
    for (let at = 0; at < 3_000; at += 1) {
      value = rho * value + Math.sqrt(1 - rho * rho) * next();
      const sum = takeDeviation(state, terms, { time: at * 1_000, value, trusted: true, inAlarm: false });
      // Before the autocorrelation is known nothing can be made white.
      if (at > 700 && sum >= 8) return { at, lag: autocorrelation(state) };
      if (at === 700) for (const { cusum } of [state.all, state.trusted]) cusum.high = cusum.low = 0;
    }
    return { at: 3_000, lag: autocorrelation(state) };
  };

  it('are made white first, so that a slow wave is no shift', () => {
    const white = firstSignal(0.8, 5);
    expect(white.lag).toBeGreaterThan(0.6);
    // The same wave, not made white, would be over the limit within a hundred readings.
    expect(white.at).toBeGreaterThan(1_200);
    expect(firstSignal(0, 5).lag).toBeLessThan(0.3);
  });
});

const flowRule = (more: object = {}, level: object = {}) => ({
  id: 'flow-unusual',
  version: 1,
  binds: { quantities: ['flow'], kinds: 'any' },
  kind: 'deviation',
  by: 'cusum',
  slack: 0.5,
  side: 'high',
  unit: 'm3/h',
  leastSigma: 1,
  learnMs: 7 * 24 * HOUR_MS,
  levels: [{ name: 'unusual', colour: 'blue', limit: 8, deadband: 4, ...level }],
  ...more,
});

/** Flow by night 20, by day 60, plus noise of 2. */
const usualFlow = (second: number, next: () => number): number =>
  (Math.floor(second / 3_600) % 24 < 12 ? 60 : 20) + 2 * next();

function roomWith(rule: unknown): { room: DutyRoom; point: number } {
  const room = new DutyRoom({ format: 1, rules: [JSON.parse(JSON.stringify(rule))], system: [] });
  return { room, point: room.point('gas-station', 'flow', 'm3/h', { reportIntervalMs: 900_000 }) };
}

describe('a deviation rule', () => {
  /** Three weeks as usual, then `extra` more for so many hours, then usual again. */
  const play = (rule: unknown, extra: number, hours: number, restartAt = -1): DutyRoom => {
    const { room, point } = roomWith(rule);
    const next = noise(21);
    const from = 21 * DAY + 16 * 3_600;
    for (let second = 0; second < 25 * DAY; second += 900) {
      if (second === restartAt) {
        room.restart();
      }
      const more = second >= from && second < from + hours * 3_600 ? extra : 0;
      room.sample(second, point, usualFlow(second, next) + more);
    }
    return room;
  };

  it('finds five more by night, far below any limit of the day, and lets go when it is over', () => {
    const room = play(flowRule(), 8, 6);
    const told = room.told('flow-unusual');
    const from = 21 * DAY + 16 * 3_600;
    expect(told.map(([, change]) => change)).toEqual(['raised', 'returned']);
    expect((told[0]?.[0] ?? 0) - from).toBeLessThanOrEqual(3_600);
    const { alarm } = room.events[0] ?? { alarm: null };
    expect(alarm).toMatchObject({
      unit: null,
      explanation: { code: 'deviation-cusum', params: { side: 'high' } },
    });
    expect(alarm?.explanation.params['usual']).toBeGreaterThan(18);
    expect(alarm?.explanation.params['usual']).toBeLessThan(22);
  });

  it('by EWMA finds the same', () => {
    const rule = flowRule({ by: 'ewma', slack: undefined, lambda: 0.2 }, { limit: 4.5, deadband: 2 });
    const room = play(rule, 8, 6);
    expect(room.told('flow-unusual').map(([, change]) => change)).toEqual(['raised', 'returned']);
    expect(room.events[0]?.alarm.explanation.code).toBe('deviation-ewma');
  });

  it('says nothing in four usual weeks, and nothing in the first however odd it is', () => {
    expect(play(flowRule(), 0, 0).events).toEqual([]);
    const { room, point } = roomWith(flowRule());
    for (let second = 0; second < 6 * DAY; second += 900) room.sample(second, point, second);
    expect(room.events).toEqual([]);
  });

  it('does not learn from its own alarm, but in the end takes new ways for usual', () => {
    const { room, point } = roomWith(flowRule({ relearnAfterMs: 14 * 24 * HOUR_MS }));
    for (let second = 0; second < 21 * DAY; second += 900) room.sample(second, point, 20);
    for (let second = 21 * DAY; second < 35 * DAY; second += 900) room.sample(second, point, 40);
    expect(room.told('flow-unusual').map(([, change]) => change)).toEqual(['raised']);
    for (let second = 35 * DAY; second < 60 * DAY; second += 900) room.sample(second, point, 40);
    expect(room.told('flow-unusual').map(([, change]) => change)).toEqual(['raised', 'returned']);
  });

  it('goes on after a restart as if there had been none', () => {
    const whole = play(flowRule(), 8, 6).events;
    for (const second of [3 * DAY, 21 * DAY + 17 * 3_600])
      expect(play(flowRule(), 8, 6, second).events).toEqual(whole);
  });

  it('learns nothing from a doubtful value', () => {
    const { room, point } = roomWith(flowRule());
    for (let second = 0; second < 21 * DAY; second += 900) {
      const doubtful = (second / 900) % 3 > 0;
      room.sample(second, point, doubtful ? 24 : 20, { flags: doubtful ? FLAG.valueUncertain : 0 });
    }
    expect(room.latest().explanation.params['usual']).toBe(20);
  });

  it('is judged live and by back-test, not in the late lane: weeks are not at hand there', () => {
    const { room, point } = roomWith(flowRule({ learnMs: 0 }));
    const rows = Array.from({ length: 400 }, (_, at) => ({
      time: wall(at * 900),
      value: at < 300 ? 20 : 90,
      quality: 'good' as const,
      flags: FLAG.late,
    }));
    expect(judgeSeries(room.state, room.registry, point, rows)).toEqual([]);
  });

  it.each([
    ['a chart that is none', { by: 'shewhart' }, 'by'],
    ['slack of an EWMA', { by: 'ewma', lambda: 0.2 }, 'slack'],
    ['a lambda above one', { by: 'ewma', slack: undefined, lambda: 2 }, 'lambda'],
    ['no least standard deviation', { leastSigma: 0 }, 'leastSigma'],
    ['no time to learn', { learnMs: undefined }, 'learnMs'],
  ])('refuses %s', (_, slip, field) => {
    const rule = JSON.parse(JSON.stringify(flowRule(slip))) as unknown;
    const parsed = parseCatalogue({ format: 1, rules: [rule], system: [] }, 'x');
    expect(parsed).toMatchObject({ ok: false, error: expect.stringContaining(`rules[0].${field}`) });
  });
});
