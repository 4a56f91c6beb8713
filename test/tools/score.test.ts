/** The scorers against cases worked out by hand, and the settings against the literature. */
import { describe, expect, it } from 'vitest';
import { official } from '#tools/score/batadal.ts';
import { runBench } from '#tools/score/bench-city.ts';
import { scoreOf } from '#tools/score/nab.ts';
import { bareLimits, cusumLimit, deviationRule, keptLimits } from '#tools/score/settings.ts';

const HOUR_MS = 3_600_000;

describe('the settings', () => {
  it('know the run length of a CUSUM: h 4 and 5 of slack 1/2 run 168 and 465 readings', () => {
    const limitFor = (run: number): number => cusumLimit((90 * 24 * HOUR_MS) / run, 0.5);
    expect(limitFor(168)).toBeCloseTo(4, 0);
    expect(limitFor(465)).toBeCloseTo(5, 0);
  });

  it('hang on quantity and interval alone', () => {
    expect(deviationRule('flow', 60_000, 'weekly')).toEqual(deviationRule('flow', 60_000, 'weekly'));
    expect(cusumLimit(1_000)).toBeGreaterThan(cusumLimit(HOUR_MS));
  });
});

describe('the official score of BATADAL', () => {
  const hours = Array.from({ length: 10 }, (_, hour) => hour * HOUR_MS);
  const attack = [[2 * HOUR_MS, 6 * HOUR_MS]] as const;
  const score = (...flagged: number[]) =>
    official(
      hours,
      hours.map((_, hour) => flagged.includes(hour)),
      attack,
    );

  it('is 1 for the attack and nothing else, 0.25 for always safe', () => {
    expect(score(2, 3, 4, 5, 6)).toMatchObject({ score: 1, time: 1, match: 1, found: 1 });
    expect(score()).toMatchObject({ score: 0.25, time: 0, match: 0.5, found: 0 });
  });

  it('takes half the time to half the attack, and a false hour for what it is', () => {
    // Found after two of four hours: 0.5. Three of five attacked hours and four of five safe ones: 0.7.
    const { score: s, time, match } = score(0, 4, 5, 6);
    expect([time, match, s].map((one) => Number(one.toFixed(6)))).toEqual([0.5, 0.7, 0.6]);
  });
});

describe('the score of NAB', () => {
  const at = Array.from({ length: 100 }, (_, row) => row * 60_000);
  const series = { name: 'x', at, values: [] };
  const window = [[40 * 60_000, 59 * 60_000]] as const;

  it('is 1 for the first row of a window, little for its last, and -1 without a detection', () => {
    expect(scoreOf(series, window, [40])).toBeCloseTo(1, 9);
    expect(scoreOf(series, window, [59])).toBeCloseTo(0.13, 1);
    expect(scoreOf(series, window, [])).toBe(-1);
  });

  it('counts a window once, and a false detection the more the further behind', () => {
    expect(scoreOf(series, window, [40, 41, 50])).toBeCloseTo(1, 9);
    expect(scoreOf(series, [], [50])).toBeCloseTo(-0.11, 9);
    expect(scoreOf(series, window, [40, 60])).toBeGreaterThan(0.95);
    expect(scoreOf(series, window, [40, 99])).toBeLessThan(0.9);
  });

  it('does not look at the rows for learning', () => {
    expect(scoreOf(series, [], [3])).toBe(0);
  });
});

describe('a bench', () => {
  const limits = [{ name: 'H', colour: 'yellow', limit: 100 }];
  const point = { quantity: 'pressure', unit: 'kPa', intervalMs: 60_000 };
  const rows = [90, 101, 99, 101, 99, 101, 102, 103, 50, 50, 50, 50].map((value, minute) => ({
    point: 0,
    time: minute * 60_000,
    value,
  }));

  it('rings at every crossing of a bare limit, and once for one that is kept', () => {
    const bare = runBench([point], [bareLimits('pressure', 'kPa', 'high', limits)], rows);
    const kept = runBench([point], [keptLimits('pressure', 'kPa', 'high', 60_000, 200, limits)], rows);
    expect(bare.rings.length).toBe(3);
    expect(kept.rings.length).toBe(1);
    expect(kept.episodes).toEqual([
      { rule: 'limits-pressure', point: 0, onsetAt: 75_000, returnedAt: 10 * 60_000 },
    ]);
  });
});
