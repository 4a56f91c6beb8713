/** Suppression by design: a rule names the alarm or the condition that makes it expected. Beside the state, never red. */
import { describe, expect, it } from 'vitest';
import * as engine from '#rules/engine.ts';
import { parseCatalogue } from '#rules/catalogue-parse.ts';
import { DutyRoom, wall } from './duty-room.ts';

/** A rule on one quantity at a pump station; its levels begin at the limits given. */
const rule = (id: string, quantity: string, unit: string, levels: object[], more: object = {}) => ({
  ...{ id, version: 1, binds: { quantities: [quantity], kinds: 'any' }, signal: 'value', side: 'high', unit },
  ...{ levels, ...more },
});
const level = (name: string, colour: string, limit: number) => ({ name, colour, limit, deadband: 0 });

const RULES = [
  rule('hot', 'temperature', 'Cel', [level('H', 'yellow', 30), level('HH', 'red', 60)], {
    suppressedBy: [
      { rule: 'station-down', at: 'facility' },
      { rule: 'valve-shut', at: 'facility' },
      { rule: 'gateway-absent', at: 'gateway' },
    ],
  }),
  rule('station-down', 'pressure', 'kPa', [level('H', 'orange', 100)]),
  rule('valve-shut', 'valve-state', '1', [level('shut', 'blue', 1)], { interlock: true }),
];
const catalogueOf = (rules: readonly object[]) => ({ format: 1, rules, system: [] });

function station() {
  const duty = new DutyRoom(catalogueOf(RULES));
  const quiet = { reportIntervalMs: 86_400_000 };
  const hot = duty.point('pump-station', 'temperature', 'Cel', quiet);
  const down = duty.point('pump-station', 'pressure', 'kPa', quiet);
  const valve = duty.point('pump-station', 'valve-state', '1', { reportIntervalMs: 60_000 });
  return { duty, hot, down, valve };
}

const lines = (duty: DutyRoom, of = 'hot') =>
  duty.events
    .filter(({ alarm }) => alarm.rule === of)
    .map(({ at, change, announce }) => [(at - wall(0)) / 1_000, change, announce.ring, announce.reason]);

describe('a parent', () => {
  it('silences what follows from it, and says which alarm it is', () => {
    const { duty, hot, down } = station();
    duty.sample(0, down, 120);
    const parent = duty.latest();
    duty.sample(5, hot, 40);
    expect(lines(duty)).toEqual([[5, 'raised', false, 'parent']]);
    expect(duty.latest()).toMatchObject({
      state: 'unacknowledged',
      suppression: 'suppressed-by-design',
      suppressions: [
        {
          ...{
            kind: 'suppressed-by-design',
            by: 'station-down',
            reason: 'parent',
            since: wall(0),
            until: null,
          },
          cause: { kind: 'parent', alarm: parent.id, point: parent.point },
        },
      ],
    });
  });

  it('swallows no return, and what still holds when it is over rings', () => {
    const { duty, hot, down } = station();
    duty.sample(0, down, 120);
    duty.sample(5, hot, 40);
    duty.sample(10, hot, 20);
    duty.sample(15, hot, 40);
    duty.sample(20, down, 80);
    expect(lines(duty)).toEqual([
      [5, 'raised', false, 'parent'],
      [10, 'returned', false, 'returned'],
      [15, 'reactivated', false, 'parent'],
      [20, 'unsuppressed', true, 'parent-ended'],
    ]);
  });

  it('that comes later takes the alarm from then on, as a revision of its own', () => {
    const { duty, hot, down } = station();
    duty.sample(0, hot, 40);
    const before = duty.latest();
    duty.sample(5, down, 120);
    expect(lines(duty)).toEqual([
      [0, 'raised', true, 'raised'],
      [5, 'suppressed', false, 'parent'],
    ]);
    expect(engine.alarmById(duty.state, before.id)?.revision).toBe(before.revision + 1);
  });

  it('never holds a red: a rise to red rings, and stays loud until it is taken', () => {
    const { duty, hot, down } = station();
    duty.sample(0, down, 120);
    duty.sample(5, hot, 40);
    duty.sample(10, hot, 70);
    duty.sample(15, hot, 40);
    expect(duty.events.slice(2).map(({ announce, alarm }) => [announce.ring, alarm.suppression])).toEqual([
      [true, 'none'],
      [false, 'none'],
    ]);
    duty.order(20, 'officer', { action: 'acknowledge' });
    expect(duty.latest().suppression).toBe('suppressed-by-design');
  });

  it('suppresses only where it is: another facility rings', () => {
    const { duty, down } = station();
    const far = duty.pointAt(
      { kind: 'pump-station', place: 2, east: 5_000 },
      { quantity: 'temperature', unit: 'Cel', reportIntervalMs: 86_400_000 },
    );
    duty.sample(0, down, 120);
    duty.sample(5, far, 40);
    expect(lines(duty)).toEqual([[5, 'raised', true, 'raised']]);
  });

  it('may be the absence of the gateway itself', () => {
    const { duty, hot } = station();
    duty.presence(0, 'G-1', true);
    duty.sample(1, hot, 40);
    duty.presence(10, 'G-1', false);
    duty.pass(70);
    expect(lines(duty).at(-1)).toEqual([70, 'suppressed', false, 'parent']);
    duty.presence(100, 'G-1', true);
    expect(lines(duty).at(-1)).toEqual([100, 'unsuppressed', true, 'parent-ended']);
  });
});

describe('an interlock', () => {
  it('is no alarm, and makes others expected while it holds', () => {
    const { duty, hot, valve } = station();
    duty.sample(0, valve, 1);
    duty.sample(5, hot, 40);
    expect(duty.told()).toEqual([[5, 'raised', 'hot', 'yellow', false]]);
    expect(duty.latest().suppressions).toMatchObject([
      { by: 'valve-shut', reason: 'interlock', since: wall(0), cause: { kind: 'interlock', alarm: null } },
    ]);
    duty.sample(10, valve, 0);
    expect(lines(duty).at(-1)).toEqual([10, 'unsuppressed', true, 'interlock-ended']);
  });

  it('whose sensor falls silent hides nothing any more, until it speaks again', () => {
    const { duty, hot, valve } = station();
    duty.presence(0, 'G-1', true);
    duty.sample(0, valve, 1);
    duty.sample(5, hot, 40);
    duty.pass(400);
    expect(lines(duty).at(-1)).toEqual([360, 'unsuppressed', true, 'interlock-ended']);
    duty.sample(500, valve, 1);
    expect(lines(duty).at(-1)).toEqual([500, 'suppressed', false, 'interlock']);
  });

  it('behind an absent gateway neither', () => {
    const { duty, hot, valve } = station();
    const { rules } = catalogueOf(RULES);
    const alone = rules.map((one) =>
      'suppressedBy' in one ? { ...one, suppressedBy: [{ rule: 'valve-shut', at: 'facility' }] } : one,
    );
    duty.publishCatalogue(0, catalogueOf(alone));
    duty.presence(0, 'G-1', true);
    duty.sample(1, valve, 1);
    duty.sample(5, hot, 40);
    duty.presence(10, 'G-1', false);
    duty.pass(70);
    expect(lines(duty).at(-1)).toEqual([70, 'unsuppressed', true, 'interlock-ended']);
  });

  it('rings for no late value, and no stored value makes an episode of it', () => {
    const { duty, valve } = station();
    const rows = [0, 60, 120].map(
      (second) => ({ time: wall(second), value: 1, quality: 'good', flags: 0 }) as const,
    );
    expect(engine.judgeSeries(duty.state, duty.registry, valve, rows)).toEqual([]);
  });
});

describe('a change of the rules', () => {
  it('takes and gives back at once', () => {
    const { duty, hot, down } = station();
    const free = RULES.map((one) => ({ ...one, suppressedBy: [] }));
    duty.publishCatalogue(0, catalogueOf(free));
    duty.sample(1, down, 120);
    duty.sample(2, hot, 40);
    duty.publishCatalogue(10, catalogueOf(RULES));
    duty.publishCatalogue(20, catalogueOf(free));
    expect(lines(duty)).toEqual([
      [2, 'raised', true, 'raised'],
      [10, 'suppressed', false, 'parent'],
      [20, 'unsuppressed', true, 'parent-ended'],
    ]);
  });

  const refused: readonly [string, object[], string][] = [
    [
      'a parent that nobody knows',
      [{ ...RULES[1], suppressedBy: [{ rule: 'nobody', at: 'point' }] }],
      'rules[0].suppressedBy: no rule nobody',
    ],
    [
      'two that would silence each other',
      [
        { ...RULES[1], suppressedBy: [{ rule: 'other', at: 'point' }] },
        { ...RULES[1], id: 'other', suppressedBy: [{ rule: 'station-down', at: 'point' }] },
      ],
      'rules[0].suppressedBy: other and station-down would silence each other',
    ],
    [
      'an interlock of two levels',
      [{ ...RULES[2], levels: [level('a', 'blue', 1), level('b', 'blue', 2)] }],
      'rules[0].levels: an interlock has one level, which does not latch',
    ],
    [
      'a place that is none',
      [{ ...RULES[1], suppressedBy: [{ rule: 'gateway-absent', at: 'city' }] }],
      'rules[0].suppressedBy[0].at: none of point, device, facility, gateway',
    ],
  ];
  it.each(refused)('refuses %s', (_, rules, error) => {
    expect(parseCatalogue(catalogueOf(rules), 'r')).toMatchObject({ ok: false, error });
  });
});

it('survives a restart: what suppressed before does so after, and is lifted in its time', () => {
  const { duty, hot, down, valve } = station();
  duty.sample(0, down, 120);
  duty.sample(1, valve, 1);
  duty.sample(2, hot, 40);
  const pages: Record<string, unknown[][]> = {};
  for (const [name, { pages: of }] of Object.entries(engine.pagesOf(duty.state))) pages[name] = of;
  const copy = structuredClone({ pages, rest: engine.restOf(duty.state) });
  duty.state = engine.restoreRules('heze', copy.pages, copy.rest);
  duty.sample(10, down, 80);
  expect(lines(duty).at(-1)).toEqual([10, 'unsuppressed', false, 'interlock']);
  duty.sample(20, valve, 0);
  expect(lines(duty).at(-1)).toEqual([20, 'unsuppressed', true, 'interlock-ended']);
});

describe('who tells nobody silences nobody', () => {
  it('a parent out of service lets its children ring, and those it had silenced too', () => {
    const { duty, hot, down } = station();
    duty.sample(0, down, 120);
    const parent = duty.latest();
    duty.sample(5, hot, 40);
    const order = { action: 'out-of-service', reason: 'broken', reviewAt: wall(86_400) } as const;
    duty.order(10, 'engineer', order, parent);
    expect(lines(duty)).toEqual([
      [5, 'raised', false, 'parent'],
      [10, 'unsuppressed', true, 'parent-ended'],
    ]);
  });

  it('a parent under maintenance of its own point is heard by nobody: its child rings', () => {
    const { duty, hot, down } = station();
    duty.maintenance(0, 'points', 'D-2/ch', 3_600);
    duty.sample(1, down, 120);
    duty.sample(10, hot, 40);
    expect(lines(duty)).toEqual([[10, 'raised', true, 'raised']]);
  });

  it('a parent under a parent that was told still stands for its children', () => {
    const [child = {}, parent = {}, valve = {}] = RULES;
    const gone = { ...parent, suppressedBy: [{ rule: 'gateway-absent', at: 'gateway' }] };
    const duty = new DutyRoom(catalogueOf([child, gone, valve]));
    const quiet = { reportIntervalMs: 86_400_000 };
    const hot = duty.point('pump-station', 'temperature', 'Cel', quiet);
    const down = duty.point('pump-station', 'pressure', 'kPa', quiet);
    duty.sample(0, down, 120);
    duty.sample(1, hot, 40);
    duty.presence(2, 'G-1', true);
    duty.presence(3, 'G-1', false);
    duty.pass(120);
    expect(duty.told('station-down').at(-1)).toEqual([63, 'suppressed', 'station-down', 'orange', false]);
    expect(lines(duty).filter(([, , ring]) => ring)).toEqual([]);
  });
});

describe('a restart', () => {
  it('changes nothing in the order in which a new catalogue silences what is open', () => {
    const play = (restarted: boolean) => {
      const [child = {}, parent = {}, valve = {}] = RULES;
      const duty = new DutyRoom(catalogueOf([{ ...child, suppressedBy: [] }, parent]));
      const quiet = { reportIntervalMs: 86_400_000 };
      const places = [1, 2, 3].map((place) => {
        const where = { kind: 'pump-station', place, east: place * 5_000 };
        const hot = duty.pointAt(where, { quantity: 'temperature', unit: 'Cel', ...quiet });
        return { hot, down: duty.pointAt(where, { quantity: 'pressure', unit: 'kPa', ...quiet }) };
      });
      for (const { hot } of places) duty.sample(1, hot, 40);
      for (const { down } of places.toReversed()) duty.sample(2, down, 120);
      if (restarted) duty.restart();
      duty.publishCatalogue(10, catalogueOf([child, parent, valve]));
      return duty.events.map(({ sequence, change, alarm }) => [sequence, change, alarm.id]);
    };
    expect(play(true)).toEqual(play(false));
  });
});
