/** Own limits beside the catalogue's: nobody loses an orange or a red by asking for an earlier yellow. */
import { describe, expect, test } from 'vitest';
import { FLAG } from '#domain/measurement.ts';
import type { PointLimits } from '#domain/registry.ts';
import { DutyRoom } from './duty-room.ts';

type Open = readonly (readonly [rule: string, limit: string, colour: string])[];
type Row = readonly [
  name: string,
  place: readonly [kind: string, quantity: string, unit: string],
  limits: PointLimits,
  value: number,
  open: Open,
];

const WELL = ['gas-valve-well', 'ch4', '%'] as const;
const AIR = ['manhole', 'o2', '%'] as const;
const TANK = ['tank', 'tank-level', '%'] as const;

const YELLOW: Open = [['point-limits', 'H', 'yellow']];
const ORANGE: Open = [['point-limits', 'HH', 'orange']];

const ROWS: readonly Row[] = [
  ['an earlier yellow is yellow', WELL, { H: 1.5 }, 1.6, YELLOW],
  [
    'and 2.5 % stays orange at once',
    WELL,
    { H: 1.5 },
    2.5,
    [['gas-well-ch4', '50%LEL', 'orange'], ...YELLOW],
  ],
  ['and 4 % stays red at once', WELL, { H: 1.5 }, 4, [['gas-well-ch4', '80%LEL', 'red'], ...YELLOW]],
  ['a later yellow does not quieten orange', WELL, { H: 3 }, 2.5, [['gas-well-ch4', '50%LEL', 'orange']]],
  ['an own orange replaces orange', WELL, { H: 1.5, HH: 3 }, 2.9, YELLOW],
  ['and leaves red', WELL, { H: 1.5, HH: 3 }, 4, [['gas-well-ch4', '80%LEL', 'red'], ...ORANGE]],
  ['an own red replaces all', WELL, { H: 4.5, colours: { H: 'red' } }, 4.4, []],
  [
    'a low blue leaves the low yellow',
    AIR,
    { L: 19.9, colours: { L: 'blue' } },
    19,
    [
      ['o2-low', 'entry-limit', 'yellow'],
      ['point-limits', 'L', 'blue'],
    ],
  ],
  ['a low yellow replaces the low yellow', AIR, { L: 19 }, 19.2, []],
  ['and rings itself', AIR, { L: 19 }, 19, [['point-limits', 'L', 'yellow']]],
  ['and leaves the high side alone', AIR, { L: 19 }, 24, [['o2-high', 'entry-limit', 'yellow']]],
  ['a tank with its own H 70', TANK, { H: 70 }, 71, YELLOW],
  [
    'still has HH at 90',
    TANK,
    { H: 70 },
    90,
    [
      ['point-limits', 'H', 'yellow'],
      ['tank-level', 'HH', 'orange'],
    ],
  ],
  [
    'and red at 95',
    TANK,
    { H: 70 },
    95,
    [
      ['point-limits', 'H', 'yellow'],
      ['tank-level', 'HHH', 'red'],
    ],
  ],
];

describe('a point’s own limits take away no worse colour of the catalogue', () => {
  test.each(ROWS)('%s', (_name, [kind, quantity, unit], limits, value, open) => {
    const room = new DutyRoom();
    const point = room.point(kind, quantity, unit, { limits, reportIntervalMs: 30_000 });
    for (const second of [0, 30]) room.sample(second, point, value);
    room.pass(31);
    const found = room.open().map(({ rule, limit, colour }) => [rule, limit, colour]);
    expect(found.sort()).toEqual([...open].sort());
  });

  const hosts: readonly (readonly [PointLimits, string])[] = [
    [{ H: 1.5 }, 'gas-well-ch4'],
    [{ H: 1.5, HH: 3 }, 'gas-well-ch4'],
    [{ H: 1.5, colours: { H: 'red' } }, 'point-limits'],
    [{ L: 0.1 }, 'gas-well-ch4'],
  ];
  test.each(hosts)('beyond range is one red that waits for a reset: %j', (limits, host) => {
    const room = new DutyRoom();
    const well = room.point(...WELL, { limits, range: { min: 0, max: 5 } });
    room.sample(0, well, 5.1, { flags: FLAG.overRange, quality: 'uncertain' });
    room.sample(60, well, 0.2);
    room.pass(200);
    const latched = room.open().filter(({ latched }) => latched);
    expect(latched.map(({ rule, limit, colour }) => [rule, limit, colour])).toEqual([
      [host, 'over-range', 'red'],
    ]);
  });
});
