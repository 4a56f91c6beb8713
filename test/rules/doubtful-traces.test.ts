/** Values in doubt in rules on recent samples: they may bring an alarm nearer, never its end. */
import { describe, expect, it } from 'vitest';
import { FLAG } from '#domain/measurement.ts';
import { type DeviationTerms, freshDeviation, takeDeviation } from '#rules/traces/deviation.ts';
import { DutyRoom } from './duty-room.ts';

const UNSURE = { flags: FLAG.valueUncertain };

describe.each([
  ['CUSUM', { by: 'cusum', slack: 0.5, start: 0, cap: 16 }],
  ['EWMA', { by: 'ewma', lambda: 0.2 }],
] as const)('a %s of what is usual', (_, chart) => {
  const terms = (side: DeviationTerms['side']): DeviationTerms => ({
    recentMs: 512 * 60_000,
    learnMs: 100 * 60_000,
    leastSigma: 1,
    leastPercent: 0,
    side,
    chart,
    relearnAfterMs: Infinity,
    followMs: 180_000,
  });

  /** 100 is usual. */
  function watch(side: DeviationTerms['side']) {
    const state = freshDeviation(terms(side));
    let time = 0;
    const take = (value: number, trusted: boolean, inAlarm: boolean): number =>
      takeDeviation(state, terms(side), { time: (time += 60_000), value, trusted, inAlarm });
    for (let at = 0; at < 300; at += 1) take(at % 2 === 0 ? 99 : 101, true, false);
    return take;
  }

  it.each(['high', 'both'] as const)('on the side %s is not brought down by readings in doubt', (side) => {
    const take = watch(side);
    let up = 0;
    for (let at = 0; at < 6; at += 1) up = take(103, true, false);
    expect(up).toBeGreaterThan(3);
    for (let at = 0; at < 20; at += 1) expect(take(90, false, true)).toBeGreaterThanOrEqual(up);
    // Nor does one trusted reading at the usual end what twenty in doubt could not.
    const one = watch(side);
    for (let at = 0; at < 6; at += 1) one(103, true, false);
    expect(take(100, true, true)).toBeGreaterThanOrEqual(one(100, true, true));
  });

  it('is brought up by readings in doubt, and down by trusted ones', () => {
    const take = watch('high');
    let up = 0;
    for (let at = 0; at < 6; at += 1) up = take(103, false, false);
    expect(up).toBeGreaterThan(3);
    let down = up;
    for (let at = 0; at < 40; at += 1) down = take(99, true, true);
    expect(down).toBeLessThan(1);
  });
});

const rule = (more: object) => ({
  id: 'trace',
  version: 1,
  binds: { quantities: ['pressure'], kinds: 'any' },
  unit: 'kPa',
  ...more,
});

/** A value a minute; `true` marks it doubtful. */
function play(asked: object, values: readonly (number | readonly [number])[]): [number, string][] {
  const room = new DutyRoom({ format: 1, rules: [rule(asked)], system: [] });
  const point = room.point('gas-station', 'pressure', 'kPa');
  values.forEach((value, minute) => {
    if (typeof value === 'number') room.sample(minute * 60, point, value);
    else room.sample(minute * 60, point, value[0], UNSURE);
  });
  return room.told('trace').map(([second, change]) => [second / 60, change]);
}

describe('a falling pressure', () => {
  const falls = {
    kind: 'rate',
    by: 'difference',
    samples: 11,
    windowMs: 600_000,
    per: 'min',
    side: 'low',
    levels: [{ name: 'fast', colour: 'yellow', limit: -5, deadband: 1 }],
  };
  const falling = Array.from({ length: 12 }, (_, minute) => 300 - 6 * minute);

  it('is not over because an old value in doubt was low', () => {
    // From the low value onwards the pressure seems to rise, while it goes on falling.
    const doubtful = falling.map((value, minute) => (minute === 1 ? ([200] as const) : value));
    const on = Array.from({ length: 9 }, (_, minute) => 228 - 6 * minute);
    expect(play(falls, [...doubtful, ...on])).toEqual([[5, 'raised']]);
  });

  it('is over when trusted values alone say so', () => {
    const steady = Array.from({ length: 15 }, () => 234);
    const told = play(falls, [...falling, ...steady]);
    expect(told.map(([, change]) => change)).toEqual(['raised', 'returned']);
  });
});

describe('a value that stands still', () => {
  const still = {
    kind: 'frozen',
    pattern: 'still',
    tolerance: 0.1,
    samples: 10,
    levels: [{ name: 'hour', colour: 'blue', afterMs: 3_600_000 }],
  };
  const hour = Array.from({ length: 62 }, () => 250);

  it('is not moved by a value in doubt, and is by a trusted one', () => {
    expect(play(still, [...hour, [180], 250, 250])).toEqual([[60, 'raised']]);
    expect(play(still, [...hour, 180, 250])).toEqual([
      [60, 'raised'],
      [62, 'returned'],
    ]);
  });
});

describe('values told before', () => {
  const again = {
    kind: 'frozen',
    pattern: 'repeated',
    tolerance: undefined,
    samples: 10,
    levels: [{ name: 'again', colour: 'blue', afterMs: 1_200_000 }],
  };
  const buffer = Array.from({ length: 40 }, (_, minute) => [250, 251, 253, 252][minute % 4] ?? 0);

  it('repeat themselves on, whatever a value in doubt says between them', () => {
    expect(play(again, buffer).map(([, change]) => change)).toEqual(['raised']);
    expect(play(again, [...buffer, [180], 250, 251]).map(([, change]) => change)).toEqual(['raised']);
    expect(play(again, [...buffer, 180, 250]).map(([, change]) => change)).toEqual(['raised', 'returned']);
  });
});
