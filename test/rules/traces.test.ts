/** Rules on recent samples: how fast a value moves, when it gets there, whether it moves at all. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FLAG } from '#domain/measurement.ts';
import { createBacktest } from '#rules/backtest.ts';
import { judgeSeries, parseCatalogue } from '#rules/engine.ts';
import { medianOf, minutesTo, theilSen } from '#rules/traces/slope.ts';
import { DutyRoom, wall } from './duty-room.ts';

const head = (id: string, quantity: string) => ({
  id,
  version: 1,
  binds: { quantities: [quantity], kinds: 'any' },
});
const catalogueOf = (...rules: unknown[]) => ({ format: 1, rules, system: [] });

/** Pressure that falls: 5 kPa a minute over ten minutes is yellow. */
const falling = (by: string, more: object = {}) => ({
  ...head('pressure-falls', 'pressure'),
  kind: 'rate',
  by,
  samples: 11,
  windowMs: 600_000,
  unit: 'kPa',
  per: 'min',
  side: 'low',
  levels: [{ name: 'fast', colour: 'yellow', limit: -5, deadband: 1, ...more }],
});

const reaching = (more: object = {}) => ({
  ...head('depth-eta', 'water-depth'),
  kind: 'eta',
  by: 'theil-sen',
  samples: 6,
  windowMs: 300_000,
  unit: 'cm',
  side: 'high',
  target: 27,
  levels: [{ name: 'soon', colour: 'yellow', withinMs: 600_000, deadbandMs: 300_000 }],
  ...more,
});

const frozen = (more: object = {}) => ({
  ...head('frozen', 'pressure'),
  kind: 'frozen',
  pattern: 'still',
  unit: 'kPa',
  tolerance: 0.1,
  samples: 10,
  levels: [{ name: 'hour', colour: 'blue', afterMs: 3_600_000 }],
  ...more,
});

const pressureRoom = (rule: unknown): { room: DutyRoom; point: number } => {
  const room = new DutyRoom(catalogueOf(rule));
  return { room, point: room.point('gas-station', 'pressure', 'kPa') };
};

describe('the Theil-Sen slope', () => {
  it('is the slope of a line, whatever a few spikes say', () => {
    const times = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    const line = times.map((time) => 3 - 0.5 * time);
    expect(theilSen(times, line)).toBe(-0.5);
    const spiked = line.map((value, at) => (at === 4 || at === 7 ? 900 : value));
    expect(theilSen(times, spiked)).toBeCloseTo(-0.5, 1);
  });

  it('does not hang on where the values lie, and turns with them', () => {
    const series = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 4, maxLength: 20 });
    fc.assert(
      fc.property(series, fc.integer({ min: -500, max: 500 }), (values, shift) => {
        const times = values.map((_, at) => at * 7);
        const slope = theilSen(times, values);
        expect(
          theilSen(
            times,
            values.map((value) => value + shift),
          ),
        ).toBeCloseTo(slope, 9);
        expect(
          theilSen(
            times,
            values.map((value) => -value),
          ),
        ).toBeCloseTo(-slope, 9);
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it('has no slope of nothing, and a median of an even number between the two middle ones', () => {
    expect(theilSen([5], [1])).toBeNaN();
    expect(medianOf([4, 1, 3, 2])).toBe(2.5);
    expect(medianOf([])).toBeNaN();
  });
});

describe('a rate rule', () => {
  it('rings when the pressure falls 5 kPa a minute, in the unit of the rate', () => {
    const { room, point } = pressureRoom(falling('theil-sen'));
    for (let minute = 0; minute <= 10; minute += 1) room.sample(minute * 60, point, 300 - 5 * minute);
    expect(room.told()).toEqual([[300, 'raised', 'pressure-falls', 'yellow', true]]);
    expect(room.latest()).toMatchObject({
      value: -5,
      unit: 'kPa/min',
      explanation: { code: 'rate-theil-sen', params: { samples: 6 } },
    });
    for (let minute = 11; minute <= 30; minute += 1) room.sample(minute * 60, point, 250);
    expect(room.told().at(-1)?.[1]).toBe('returned');
  });

  it('binds in another unit of the same quantity', () => {
    const room = new DutyRoom(catalogueOf(falling('theil-sen')));
    const point = room.point('gas-station', 'pressure', 'MPa');
    for (let minute = 0; minute <= 10; minute += 1) room.sample(minute * 60, point, 0.3 - 0.005 * minute);
    expect(room.latest()).toMatchObject({ value: -0.005, limitValue: -0.005, unit: 'MPa/min' });
  });

  it('by Theil-Sen stands a spike, by simple difference sees it', () => {
    for (const [by, alarms] of [
      ['theil-sen', 0],
      ['difference', 1],
    ] as const) {
      const { room, point } = pressureRoom(falling(by));
      for (let minute = 0; minute < 10; minute += 1) room.sample(minute * 60, point, 300);
      room.sample(600, point, 240);
      expect(room.told().length, by).toBe(alarms);
    }
  });

  it('says nothing over a hole, and a sample out of order does not bend it', () => {
    const { room, point } = pressureRoom(falling('theil-sen'));
    for (let minute = 0; minute <= 5; minute += 1) room.sample(minute * 60, point, 300);
    room.sample(330, point, 0, { flags: FLAG.outOfOrder, time: 290 });
    room.sample(3_600, point, 100);
    room.sample(3_660, point, 90);
    expect(room.events).toEqual([]);
  });

  it('thins a fast sensor to its samples, so that the window stays what it is', () => {
    const { room, point } = pressureRoom(falling('theil-sen'));
    for (let second = 0; second <= 600; second += 1) room.sample(second, point, 300 - second / 12);
    expect(room.told()).toEqual([[expect.any(Number), 'raised', 'pressure-falls', 'yellow', true]]);
    expect(room.told()[0]?.[0]).toBeLessThanOrEqual(360);
  });
});

describe('time to a limit', () => {
  it('is the way left over the slope; 0 beyond it, never when the value moves away', () => {
    expect(minutesTo(27, 'high', 17, 1 / 60_000)).toBe(10);
    expect(minutesTo(27, 'high', 30, -1)).toBe(0);
    expect(minutesTo(27, 'high', 20, 0)).toBe(Infinity);
    expect(minutesTo(2, 'low', 3, -1 / 60_000)).toBe(1);
    expect(minutesTo(2, 'low', 3, NaN)).toBeNaN();
  });

  it('warns before the closure depth and says what it reckons with', () => {
    const room = new DutyRoom(catalogueOf(reaching()));
    const point = room.point('underpass', 'water-depth', 'mm');
    for (let minute = 0; minute <= 10; minute += 1) room.sample(minute * 60, point, 20 * minute);
    // 2 cm a minute: at 3 min 6 cm are reached and 21 are left, at 4 min 19.
    expect(room.told()).toEqual([[240, 'raised', 'depth-eta', 'yellow', true]]);
    expect(room.latest()).toMatchObject({
      value: 9.5,
      limitValue: 10,
      unit: 'min',
      explanation: { code: 'eta-high', params: { target: 270, now: 80 } },
    });
    for (let minute = 11; minute <= 20; minute += 1) room.sample(minute * 60, point, 200);
    expect(room.latest()).toMatchObject({ active: false, state: 'returned-unacknowledged' });
  });

  it('lifts the colour of the depth it foretells', () => {
    const depth = {
      ...head('depth', 'water-depth'),
      signal: 'value',
      side: 'high',
      unit: 'cm',
      levels: [{ name: '15cm', colour: 'yellow', limit: 15 }],
    };
    const room = new DutyRoom(catalogueOf(depth, reaching({ promotes: { rule: 'depth', colours: 1 } })));
    const point = room.point('underpass', 'water-depth', 'cm');
    for (let minute = 0; minute <= 8; minute += 1) room.sample(minute * 60, point, 2 * minute);
    expect(room.told('depth')).toEqual([[480, 'raised', 'depth', 'orange', true]]);
  });
});

describe('a frozen sensor', () => {
  it('is one that stood still for its time, and over with the first move', () => {
    const { room, point } = pressureRoom(frozen());
    room.sample(0, point, 310);
    for (let minute = 1; minute <= 70; minute += 1) room.sample(minute * 60, point, 300 + (minute % 2) * 0.1);
    expect(room.told()).toEqual([[3_660, 'raised', 'frozen', 'blue', expect.any(Boolean)]]);
    expect(room.latest()).toMatchObject({ value: 60, unit: 'min', explanation: { code: 'frozen-still' } });
    room.sample(71 * 60, point, 301);
    expect(room.latest()).toMatchObject({ active: false });
  });

  it('is not one that creeps, nor one that sent too little to tell', () => {
    const { room, point } = pressureRoom(frozen());
    for (let minute = 0; minute <= 120; minute += 1) room.sample(minute * 60, point, 300 + minute * 0.02);
    for (let hour = 3; hour <= 8; hour += 1) room.sample(hour * 3_600, point, 100);
    expect(room.events).toEqual([]);
  });

  it('may rest where rest is normal', () => {
    const { room, point } = pressureRoom(frozen({ rests: { from: 0, to: 1 } }));
    for (let minute = 0; minute <= 200; minute += 1) room.sample(minute * 60, point, 0);
    expect(room.events).toEqual([]);
  });

  it('is also one that tells its last hour again under new times', () => {
    const { room, point } = pressureRoom(frozen({ pattern: 'repeated', tolerance: undefined }));
    const buffer = [300.1, 300.4, 299.8, 300.2, 300.9, 301.3];
    for (let minute = 0; minute <= 90; minute += 1) {
      const live = minute < 12 ? 300 + Math.sin(minute * minute) : buffer[minute % 6];
      room.sample(minute * 60, point, live ?? NaN);
    }
    // The buffer first comes at minute 12, its repetition at minute 18; an hour later it is told.
    expect(room.told()).toEqual([[78 * 60, 'raised', 'frozen', 'blue', expect.any(Boolean)]]);
    expect(room.latest()).toMatchObject({ explanation: { code: 'frozen-repeated' } });
  });

  it('is no gas alarm for the rules that count alarms', () => {
    const room = new DutyRoom(
      catalogueOf(
        frozen({
          ...head('frozen', 'ch4'),
          unit: '%',
          levels: [{ name: 'hour', colour: 'orange', afterMs: 3_600_000 }],
        }),
        {
          ...head('two', 'ch4'),
          kind: 'k-of-n',
          among: 'facility',
          count: 'points',
          when: { alarm: 'yellow' },
          levels: [{ name: 'two', colour: 'red', atLeast: 2 }],
        },
      ),
    );
    const points = [room.point('gas-station', 'ch4', '%'), room.point('gas-station', 'ch4', '%')];
    for (let minute = 0; minute <= 70; minute += 1)
      for (const point of points) room.sample(minute * 60, point, 0.2);
    expect(room.told('frozen').length).toBe(2);
    expect(room.told('two')).toEqual([]);
  });
});

describe('debounce by samples (防抖)', () => {
  const counted = (debounce: object) => ({
    ...head('counted', 'pressure'),
    signal: 'value',
    side: 'high',
    unit: 'kPa',
    levels: [{ name: 'H', colour: 'yellow', limit: 400, debounce }],
  });
  const tenSeconds = { windowMs: 10_000, count: 3, tells: 'first' };

  it('rings on the third in a row within ten seconds and shows the first (每10秒内连续出现3次输出第一次)', () => {
    const { room, point } = pressureRoom(counted({ ...tenSeconds, counting: 'continuous' }));
    [410, 420, 390, 411, 422, 433].forEach((value, at) => room.sample(at * 2, point, value));
    expect(room.told().map(([second, change]) => [second, change])).toEqual([[10, 'raised']]);
    expect(room.latest()).toMatchObject({
      value: 411,
      explanation: { code: 'limit-high-continuous', params: { count: 3, withinMs: 10_000 } },
    });
  });

  it('in all (累计) forgives what lies between, and shows the last when told so', () => {
    const { room, point } = pressureRoom(counted({ ...tenSeconds, counting: 'total', tells: 'last' }));
    [410, 420, 390, 411].forEach((value, at) => room.sample(at * 2, point, value));
    expect(room.latest()).toMatchObject({ value: 411, explanation: { code: 'limit-high-total' } });
  });

  it('forgets what is older than its window', () => {
    const { room, point } = pressureRoom(counted({ ...tenSeconds, counting: 'total' }));
    for (let at = 0; at < 20; at += 1) room.sample(at * 6, point, 410);
    expect(room.events).toEqual([]);
  });

  it('is refused beside an on-delay, and with a count of one', () => {
    const refused = (rule: unknown) => parseCatalogue(catalogueOf(rule), 'x');
    const rule = counted({ ...tenSeconds, counting: 'total' });
    const delayed = { ...rule, levels: rule.levels.map((level) => ({ ...level, onDelayMs: 1 })) };
    expect(refused(delayed)).toMatchObject({
      ok: false,
      code: 'not-allowed',
      error: 'rules[0].levels[0]: onDelayMs or debounce, not both',
    });
    expect(refused(counted({ ...tenSeconds, counting: 'total', count: 1 })).ok).toBe(false);
  });
});

describe('trace rules', () => {
  const everything = [
    falling('theil-sen'),
    frozen(),
    frozen({ id: 'again', pattern: 'repeated', tolerance: undefined }),
  ];
  /** Three hours of pressure with a fall, a standstill and a repetition. */
  const value = (minute: number): number =>
    minute < 40
      ? 300 + Math.sin(minute * minute)
      : minute < 60
        ? 300 - 6 * (minute - 40)
        : minute < 130
          ? 180
          : 180 + ((minute % 5) * (minute % 5)) / 3;
  const run = (restartAt: number): DutyRoom => {
    const room = new DutyRoom(catalogueOf(...everything));
    const point = room.point('gas-station', 'pressure', 'kPa');
    for (let minute = 0; minute < 220; minute += 1) {
      if (minute === restartAt) {
        room.restart();
      }
      room.sample(minute * 60, point, value(minute));
    }
    return room;
  };

  it('go on after a restart as if there had been none', () => {
    const whole = run(-1);
    expect(whole.told().map(([, , rule]) => rule)).toEqual(
      expect.arrayContaining(['pressure-falls', 'frozen', 'again']),
    );
    for (const minute of [45, 90, 140, 180]) expect(run(minute).events).toEqual(whole.events);
  });

  it('find in stored rows, in any order, what they found live', () => {
    const live = run(-1);
    const rows = Array.from({ length: 220 }, (_, minute) => ({
      time: wall(minute * 60),
      value: value(minute),
      quality: 'good' as const,
      flags: FLAG.late,
    }));
    const room = new DutyRoom(catalogueOf(...everything));
    const point = room.point('gas-station', 'pressure', 'kPa');
    const found = judgeSeries(room.state, room.registry, point, rows.toReversed(), wall(220 * 60));
    const raised = live.events.filter(({ change }) => change === 'raised');
    expect(found.map(({ rule, onsetAt, limit }) => [rule, onsetAt, limit])).toEqual(
      raised.map(({ alarm }) => [alarm.rule, alarm.onsetAt, alarm.limit]),
    );
  });

  it('find in a back-test what they found live', () => {
    const live = run(-1);
    const entry = live.registry.pointsByIndex[0];
    const replay = createBacktest({
      site: 'heze',
      registry: live.registry,
      catalogue: catalogueOf(...everything),
      revision: 'r1',
      from: -Infinity,
    });
    for (let minute = 0; minute < 220; minute += 1)
      replay.take({
        pointIndex: entry?.index ?? -1,
        time: wall(minute * 60),
        deviceTime: null,
        receivedAt: wall(minute * 60 + 5),
        value: value(minute),
        quality: 'good',
        flags: 0,
      });
    const found = replay.finish(wall(220 * 60)).map(({ rule, onsetAt, colour }) => [rule, onsetAt, colour]);
    const raised = live.events.filter(({ change }) => change === 'raised' || change === 'reactivated');
    expect(found).toEqual(
      raised.map(({ at, alarm }) => [alarm.rule, alarm.active ? at : alarm.onsetAt, alarm.colour]),
    );
  });

  it('keep what they gathered when another rule changes, and begin anew when their own does', () => {
    const { room, point } = pressureRoom(frozen());
    for (let minute = 0; minute <= 59; minute += 1) room.sample(minute * 60, point, 300);
    room.publishCatalogue(3_541, catalogueOf(frozen(), falling('difference')));
    room.sample(3_600, point, 300);
    expect(room.told('frozen').length).toBe(1);
    room.publishCatalogue(3_610, catalogueOf(frozen({ tolerance: 0.2, id: 'frozen' })));
    room.sample(3_660, point, 300);
    expect(room.latest()).toMatchObject({ active: false });
  });

  it.each([
    ['more samples than a slope takes', falling('theil-sen'), { samples: 65 }, 'samples'],
    ['too few for a median', falling('theil-sen'), { samples: 3 }, 'samples'],
    [
      'a window longer than late data is judged with',
      falling('theil-sen'),
      { windowMs: 43_200_001 },
      'windowMs',
    ],
    ['a unit of time that is none', falling('theil-sen'), { per: 'week' }, 'per'],
    ['a tolerance of an exact repetition', frozen(), { pattern: 'repeated' }, 'tolerance'],
    ['a field of another kind', reaching(), { tolerance: 1 }, 'tolerance'],
  ])('refuse %s and say where', (_, rule, slip, field) => {
    const parsed = parseCatalogue(catalogueOf({ ...rule, ...slip }), 'x');
    expect(parsed).toMatchObject({ ok: false, error: expect.stringContaining(`rules[0].${field}`) });
  });
});
