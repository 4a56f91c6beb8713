/** Conditions in CEL across the points of a facility: what is allowed, and how they ring. */
import { describe, expect, it } from 'vitest';
import { FLAG } from '#domain/measurement.ts';
import { refusalOf } from '#rules/composite/expression.ts';
import { parseCatalogue, unboundLevels } from '#rules/engine.ts';
import { DutyRoom } from './duty-room.ts';

const NAMES = [
  { name: 'flow', list: false },
  { name: 'pumps', list: true },
];

describe('a condition', () => {
  it.each([
    'flow > 1.0',
    'flow > 1',
    'flow > 1.0 && !(flow > 5.0) || pumps.exists(p, p > 3.0)',
    'pumps.filter(p, p > 0.5).size() >= 2',
    'pumps.all(p, p < 0.5) ? flow > 0.1 : flow > 80.0',
    'double(size(pumps)) * 2.0 < flow',
  ])('may be %s', (condition) => {
    expect(refusalOf(condition, NAMES)).toBeNull();
  });

  it.each([
    ['"aaaaaaaaaaaaaaaa!".matches("^(a+)+$")', 'matches is not allowed'],
    ['pumps.exists(p, pumps.exists(q, q > p))', 'exists inside another macro'],
    ['pumps.all(p, pumps.map(q, q * p).size() > 0)', 'map inside another macro'],
    ['cel.bind(x, flow, x > 1.0)', 'bind is not allowed'],
    ['timestamp("2026-01-01T00:00:00Z") < timestamp("2027-01-01T00:00:00Z")', 'timestamp is not allowed'],
    ['"a" == "b"', 'texts are not allowed'],
    ['flow + 1.0', 'is double, not true or false'],
    ['speed > 1.0', 'Unknown variable: speed'],
    ['constructor', 'Unknown variable: constructor'],
    ['flow > "high"', 'no such overload'],
    ['flow > ', 'Unexpected'],
    ['pumps[5] > 1.0', ''],
    [Array.from({ length: 80 }, () => 'flow > 1.0').join(' && '), 'longer than'],
    [Array.from({ length: 70 }, () => 'flow>1').join('&&'), ''],
    [`${'('.repeat(40)}flow > 1.0${')'.repeat(40)}`, ''],
  ])('may not be %s', (condition, why) => {
    const refusal = refusalOf(condition, NAMES);
    expect(refusal).not.toBeNull();
    expect(refusal).toContain(why);
  });
});

/** A main burst inside a heat station: pressure low while the make-up pumps run and the flow in exceeds the flow out. */
const burst = (more: object = {}, level: object = {}) => ({
  id: 'station-burst',
  version: 1,
  kind: 'composite',
  binds: { quantities: ['pressure'], kinds: ['heat-station'] },
  as: 'pressure',
  unit: 'MPa',
  parts: [
    { as: 'flow', quantities: ['flow'], unit: 'm3/h' },
    { as: 'fall', of: 'own', unit: 'MPa', signal: 'fall', windowMs: 600_000 },
    { as: 'pumps', quantities: ['pump-state'], unit: '1', of: 'all' },
  ],
  levels: [
    {
      name: 'burst',
      colour: 'orange',
      when: 'pressure < 0.3 && fall >= 0.05 && flow > 20.0 && pumps.exists(p, p > 0.5)',
      until: 'pressure > 0.35',
      ...level,
    },
  ],
  ...more,
});

function station(rule: unknown = burst()) {
  const room = new DutyRoom({ format: 1, rules: [rule], system: [] });
  const at = { kind: 'heat-station' };
  const every = { reportIntervalMs: 60_000 };
  const pressure = room.pointAt(at, { quantity: 'pressure', unit: 'kPa', ...every });
  const flow = room.pointAt(at, { quantity: 'flow', unit: 'm3/h', ...every });
  const pumps = [1, 2].map(() => room.pointAt(at, { quantity: 'pump-state', unit: '1', ...every }));
  const minute = (at: number, kPa: number, m3: number, ...running: number[]): void => {
    room.sample(at * 60, flow, m3);
    running.forEach((state, pump) => room.sample(at * 60 + 1, pumps[pump] ?? -1, state));
    room.sample(at * 60 + 2, pressure, kPa);
  };
  return { room, pressure, flow, pumps, minute };
}

describe('a composite rule', () => {
  it('rings when the condition holds over all its names, each in the unit of the rule', () => {
    const { room, minute } = station();
    minute(0, 380, 30, 0, 1);
    minute(1, 310, 30, 0, 1);
    expect(room.events).toEqual([]);
    minute(2, 290, 30, 0, 1);
    expect(room.told()).toEqual([[122, 'raised', 'station-burst', 'orange', true]]);
    expect(room.latest()).toMatchObject({
      // It holds or it does not: no value stands against a limit.
      value: null,
      limitValue: null,
      unit: null,
      explanation: { code: 'composite', params: { names: 'pressure, flow, fall, pumps', members: 5 } },
    });
    expect(room.latest().explanation.params['which']).toContain('D-1/pressure = 0.29');
  });

  it('says nothing again when its points are bound anew', () => {
    const { room, minute } = station();
    for (const [at, pressure] of [380, 310, 290].entries()) minute(at, pressure, 30, 0, 1);
    room.registerAt(130, { op: 'update', kind: 'devices', value: { id: 'D-1', model: 'M-2' } });
    expect(room.told().map(([, change]) => change)).toEqual(['raised']);
  });

  it('is over when `until` holds, not when the condition merely ceases to', () => {
    const { room, minute } = station();
    minute(0, 380, 30, 1, 1);
    minute(1, 290, 30, 1, 1);
    minute(2, 320, 5, 0, 0);
    expect(room.latest()).toMatchObject({ active: true });
    minute(3, 360, 5, 0, 0);
    expect(room.latest()).toMatchObject({ active: false });
  });

  it('without `until` is over when the condition is not true any more', () => {
    const { room, minute } = station(burst({}, { until: undefined }));
    minute(0, 380, 30, 1, 1);
    minute(1, 290, 30, 1, 1);
    minute(2, 320, 30, 1, 1);
    expect(room.told().map(([, change]) => change)).toEqual(['raised', 'returned']);
  });

  it('says nothing while a name was never told, and raises nothing on stale values', () => {
    const { room, minute, pressure } = station();
    room.sample(0, pressure, 380);
    room.sample(60, pressure, 320);
    expect(room.events).toEqual([]);
    minute(2, 380, 30, 1, 1);
    room.sample(900, pressure, 300);
    room.sample(960, pressure, 240);
    // Flow and pumps last spoke fourteen minutes ago: they may not help to raise.
    expect(room.told('station-burst')).toEqual([]);
  });

  it('is not cleared by a doubtful, a bad or a missing value', () => {
    const { room, minute, pressure } = station();
    minute(0, 380, 30, 1, 1);
    minute(1, 290, 30, 1, 1);
    room.sample(180, pressure, 400, { flags: FLAG.valueUncertain });
    room.sample(240, pressure, NaN, { quality: 'bad', flags: FLAG.sensorBad });
    room.pass(3_600);
    expect(room.open().find(({ rule }) => rule === 'station-burst')).toMatchObject({ active: true });
  });

  it('sees all names of one point as of the same sample', () => {
    const torn = burst(
      { parts: [{ as: 'fall', of: 'own', unit: 'MPa', signal: 'fall', windowMs: 600_000 }] },
      { when: 'pressure >= 0.35 && fall >= 0.05', until: undefined },
    );
    const { room, pressure } = station(torn);
    // 400 has no fall, 300 has one: never both at once.
    for (let at = 0; at < 20; at += 1) room.sample(at * 60, pressure, at % 2 === 0 ? 400 : 300);
    expect(room.events).toEqual([]);
  });

  it('runs its delay anew when its condition changes, and on when it does not', () => {
    const delayed = (when: string) => burst({}, { when, until: undefined, onDelayMs: 300_000 });
    const run = (second: string): number => {
      const { room, minute } = station(delayed('pressure < 0.3 && flow > 20.0'));
      for (let at = 0; at < 3; at += 1) minute(at, 290, 30, 1, 1);
      room.publishCatalogue(170, { format: 1, rules: [delayed(second)], system: [] });
      for (let at = 3; at < 12; at += 1) minute(at, 290, 30, 1, 1);
      return room.told()[0]?.[0] ?? -1;
    };
    expect(run('pressure < 0.3 && flow > 20.0')).toBe(302);
    expect(run('pressure < 0.3 && flow > 25.0')).toBeGreaterThanOrEqual(480);
  });

  it('goes on after a restart as if there had been none', () => {
    const run = (restartAt: number): DutyRoom => {
      const { room, minute } = station();
      const kPa = [380, 370, 290, 280, 320, 340, 360, 380, 280, 270];
      for (const [at, value] of kPa.entries()) {
        if (at === restartAt) room.restart();
        minute(at, value, at === 5 ? 10 : 30, at % 2, 1);
      }
      return room;
    };
    const whole = run(-1).events;
    expect(whole.map(({ change }) => change)).toEqual(['raised', 'returned', 'reactivated']);
    for (let at = 1; at < 10; at += 1) expect(run(at).events).toEqual(whole);
  });

  it('does not bind where a part has no point', () => {
    const room = new DutyRoom({ format: 1, rules: [burst()], system: [] });
    const point = room.pointAt(
      { kind: 'heat-station' },
      { quantity: 'pressure', unit: 'kPa', reportIntervalMs: 60_000 },
    );
    for (const [at, value] of [380, 290].entries()) room.sample(at * 60, point, value);
    expect(room.events).toEqual([]);
    expect(unboundLevels(room.state, point)).toEqual([]);
  });

  it.each([
    [
      'a condition that hangs',
      burst({}, { when: '"a".matches("(a+)+")' }),
      'rules[0].levels[0].when: matches is not allowed',
    ],
    [
      'an unknown name',
      burst({}, { until: 'level > 1.0' }),
      'rules[0].levels[0].until: Unknown variable: level',
    ],
    ['a name twice', burst({ as: 'flow' }), 'flow: stands twice'],
    ['a name that is none', burst({ as: 'Flow out' }), 'rules[0].as'],
    ['a window of a plain value', burst({ windowMs: 5 }), 'windowMs'],
  ])('is refused with %s', (_, rule, why) => {
    const parsed = parseCatalogue({ format: 1, rules: [JSON.parse(JSON.stringify(rule))], system: [] }, 'x');
    expect(parsed).toMatchObject({ ok: false, error: expect.stringContaining(why) });
    if (why.includes('levels[0]')) expect(parsed).toMatchObject({ code: 'bad-condition' });
  });
});
