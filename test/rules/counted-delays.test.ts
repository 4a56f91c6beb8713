/** 防抖: a delay longer than the report interval counts samples; a stray one neither saves nor dooms it. */
import { describe, expect, test } from 'vitest';
import { FLAG } from '#domain/measurement.ts';
import { spanOf } from '#rules/sample-count.ts';
import { judgeSeries } from '#rules/engine.ts';
import { DutyRoom, wall } from './duty-room.ts';

const MINUTE = 60_000;

describe('how many of how many', () => {
  test.each([
    [120_000, MINUTE, { need: 2, of: 3 }],
    [300_000, MINUTE, { need: 4, of: 6 }],
    [90_000, MINUTE, { need: 2, of: 2 }],
    [MINUTE, MINUTE, null],
    [30_000, MINUTE, null],
    [0, MINUTE, null],
    [1_800_000, 900_000, { need: 2, of: 3 }],
  ])('a delay of %i ms at %i ms', (delay, interval, span) => {
    expect(spanOf(delay, interval)).toEqual(span);
  });
});

type Row = readonly [string, readonly (readonly [number, number])[], readonly (readonly [number, string])[]];

/** H 10 with deadband 1: two minutes on, two minutes off, a sample a minute. */
const ROWS: readonly Row[] = [
  [
    'three of three',
    [
      [0, 11],
      [60, 11],
      [120, 11],
    ],
    [[120, 'raised']],
  ],
  [
    'two of three: the stray is in the middle',
    [
      [0, 11],
      [60, 5],
      [120, 11],
    ],
    [[120, 'raised']],
  ],
  [
    'two strays end it',
    [
      [0, 11],
      [60, 5],
      [120, 5],
      [180, 5],
    ],
    [],
  ],
  ['silence does not save: the time runs out', [[0, 11]], [[120, 'raised']]],
  [
    'nothing begins on a stray: the next sample that agrees does it',
    [
      [0, 11],
      [60, 11],
      [119, 5],
      [179, 11],
    ],
    [[179, 'raised']],
  ],
  [
    'after a stray the next sample decides',
    [
      [0, 11],
      [60, 5],
    ],
    [],
  ],
  [
    'back to normal takes two of three as well, through a brief return inside the deadband',
    [
      [0, 11],
      [60, 11],
      [120, 11],
      [180, 5],
      [240, 9.5],
      [300, 5],
    ],
    [
      [120, 'raised'],
      [300, 'returned'],
    ],
  ],
  [
    'but a sample at the limit itself starts the way out anew',
    [
      [0, 11],
      [60, 11],
      [120, 11],
      [180, 5],
      [240, 10],
      [300, 5],
      [360, 5],
      [420, 5],
    ],
    [
      [120, 'raised'],
      [420, 'returned'],
    ],
  ],
  [
    'one good sample is not two of three',
    [
      [0, 11],
      [60, 11],
      [120, 11],
      [180, 5],
    ],
    [[120, 'raised']],
  ],
];

const LIMITS = { H: 10, deadband: 1, onDelayMs: 120_000, offDelayMs: 120_000 };

describe.each([['live'], ['in retrospect']])('%s', (lane) => {
  test.each(ROWS)('%s', (_name, samples, expected) => {
    const room = new DutyRoom();
    const point = room.point('heat-station', 'temperature', 'Cel', { limits: LIMITS });
    const end = (samples.at(-1)?.[0] ?? 0) + 130;
    if (lane === 'live') {
      for (const [second, value] of samples) room.sample(second, point, value);
      room.pass(end);
      const told = room.told('point-limits').map(([second, change]) => [second, change]);
      expect(told).toEqual(expected);
      return;
    }
    const rows = samples.map(([second, value]) => ({
      time: wall(second),
      value,
      quality: 'good' as const,
      flags: FLAG.late,
    }));
    const found = judgeSeries(room.state, room.registry, point, rows, wall(end));
    const [episode] = found;
    const told = expected.map(([second]) => wall(second));
    expect([episode?.onsetAt, episode?.returnedAt].filter((at) => at != null)).toEqual(told);
  });
});

test('a bad value and one out of order are no samples on the way out', () => {
  const room = new DutyRoom();
  const point = room.point('heat-station', 'temperature', 'Cel', { limits: LIMITS });
  for (const second of [0, 60, 120]) room.sample(second, point, 11);
  room.sample(180, point, 5);
  room.sample(240, point, 5, { flags: FLAG.outOfOrder, time: 170 });
  room.pass(320);
  expect(room.latest()).toMatchObject({ active: true });
  room.sample(321, point, NaN, { quality: 'bad', flags: FLAG.sensorBad });
  room.sample(330, point, 5);
  room.sample(390, point, 5);
  room.pass(449);
  expect(room.latest()).toMatchObject({ active: true });
  room.pass(450);
  expect(room.latest()).toMatchObject({ active: false });
});
