/** Every shipped rule proves itself on the examples that stand beside its limits. */
import { describe, expect, it } from 'vitest';
import { COLOURS } from '#domain/colour.ts';
import en from '../../dashboard/src/text/en.json' with { type: 'json' };
import zh from '../../dashboard/src/text/zh-CN.json' with { type: 'json' };
import { parseCatalogue, shippedCatalogue, unboundLevels } from '#rules/engine.ts';
import { SHIPPED_RULES, SHIPPED_SYSTEM } from '#rules/shipped.ts';
import { DutyRoom, wall } from './duty-room.ts';

/** A rule across points: `series` is [second, number of the point, value]. */
type Together = {
  readonly name: string;
  readonly points: readonly {
    readonly kind: string;
    readonly place?: number;
    readonly east?: number;
    readonly quantity: string;
    readonly unit: string;
    readonly reportIntervalMs: number;
    readonly attributes?: Readonly<Record<string, number | string | boolean>>;
    readonly calibrationDueSecond?: number;
  }[];
  readonly series: readonly (readonly number[])[];
  readonly expect: readonly (readonly (number | string)[])[];
};
type Example = {
  readonly name: string;
  readonly kind: string;
  readonly quantity: string;
  readonly unit: string;
  readonly reportIntervalMs: number;
  readonly attributes?: Readonly<Record<string, number | boolean>>;
  readonly series: readonly (readonly number[])[];
  readonly expect: readonly (readonly (number | string)[])[];
};

/** The shipped catalogue, with its seasons all year round. */
function allYear(): unknown {
  const catalogue = structuredClone(shippedCatalogue().catalogue) as {
    settings: { seasons: Record<string, unknown> };
  };
  for (const name of Object.keys(catalogue.settings.seasons))
    catalogue.settings.seasons[name] = { from: '01-01', to: '12-31' };
  return catalogue;
}

function play(example: Example | Together): DutyRoom {
  const room = new DutyRoom(allYear());
  if ('points' in example) {
    const points = example.points.map(({ kind, place = 1, east = 0, calibrationDueSecond, ...point }) =>
      room.pointAt(
        { kind, place, east },
        point,
        calibrationDueSecond === undefined ? {} : { calibrationDueAt: wall(calibrationDueSecond) },
      ),
    );
    for (const [second = 0, which = 0, value = NaN] of example.series)
      room.sample(second, points[which] ?? -1, value);
    const last = example.expect.at(-1)?.[0];
    if (typeof last === 'number') room.pass(last);
    return room;
  }
  const { kind, quantity, unit, reportIntervalMs, attributes } = example;
  const point = room.point(kind, quantity, unit, { reportIntervalMs }, 'G-1', attributes);
  for (const [second = 0, value = NaN] of example.series) room.sample(second, point, value);
  return room;
}

describe('the shipped catalogue', () => {
  for (const rule of SHIPPED_RULES) {
    const examples: readonly (Example | Together)[] = rule.examples;
    describe(rule.id, () => {
      it('says what it is for, what to do and how sure we are', () => {
        for (const text of [rule.name, rule.cause, rule.consequence, rule.response]) {
          expect(text.zh).not.toBe('');
          expect(text.en).not.toBe('');
        }
        expect(rule.source).not.toBe('');
        expect(rule.confidence).not.toBe('');
        expect(rule.timeToRespondMs).toBeGreaterThan(0);
        expect(examples.length).toBeGreaterThan(0);
      });
      it.each(examples.map((example) => [example.name, example] as const))('%s', (_, example) => {
        const room = play(example);
        const told = room.told(rule.id).map(([second, change, , colour]) => [second, change, colour]);
        expect(told).toEqual(example.expect);
      });
      it('keeps red and orange of gas and ponding free of any delay', () => {
        if (!/ch4|ponding/.test(rule.id)) return;
        const levels: readonly { readonly colour: string; readonly onDelayMs?: number }[] = rule.levels;
        for (const level of levels)
          if (level.colour === 'red' || level.colour === 'orange') expect(level.onDelayMs).toBe(0);
      });
    });
  }

  it('has a name in both languages for every limit that is no plain figure', () => {
    for (const rule of SHIPPED_RULES)
      for (const { name } of rule.levels) {
        if (/^[-+]?\d[\d.]*(%|mm|MPa|cm|Cel|dBm)/.test(name)) continue;
        expect(Object.keys(zh.limit), name).toContain(name);
        expect(Object.keys(en.limit), name).toContain(name);
      }
  });

  it('refuses a catalogue with a slip in it and says where', () => {
    const { catalogue } = shippedCatalogue();
    const slip = structuredClone(catalogue) as { rules: { levels: Record<string, unknown>[] }[] };
    Object.assign(slip.rules[0]?.levels[0] ?? {}, { onDelay: 5 });
    expect(parseCatalogue(slip, 'x')).toEqual({
      ok: false,
      code: 'unknown-field',
      error: 'rules[0].levels[0].onDelay: unknown field',
    });
    expect(parseCatalogue({ format: 2, rules: [], system: [] }, 'x').ok).toBe(false);
    expect(parseCatalogue(null, 'x').ok).toBe(false);
  });

  it('keeps the old rules and says so when a faulty catalogue is put in force', () => {
    const room = new DutyRoom();
    const point = room.point('gas-valve-well', 'ch4', '%');
    room.publishCatalogue(10, { format: 1, rules: [{}], system: [] });
    expect(room.latest().rule).toBe('catalogue-refused');
    room.sample(20, point, 2.5);
    expect(room.told('gas-well-ch4')).toEqual([[20, 'raised', 'gas-well-ch4', 'orange', true]]);
  });

  it('lists limits that an attribute is missing for', () => {
    const room = new DutyRoom();
    const point = room.point('manhole', 'sewer-level', 'm', {}, 'G-1', { coverLevelM: 51 });
    expect(unboundLevels(room.state, point)).toEqual([
      'sewer-level/fill-80: no attribute invertLevelM',
      'sewer-level/crown: no attribute invertLevelM',
    ]);
  });

  it('has an owner, a colour and a text for every system alarm', () => {
    for (const rule of SHIPPED_SYSTEM) {
      expect(COLOURS).toContain(rule.colour);
      expect(rule.owner).toMatch(/^(system-admin|security-admin|engineer|duty-leader)$/);
      expect(rule.text.zh).not.toBe('');
      expect(rule.text.en).not.toBe('');
    }
  });
});
