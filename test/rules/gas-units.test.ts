/** The same gas gives the same alarm in whatever unit its sensor sends it. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantityOf } from '#domain/catalogue.ts';
import { convert, unitsOf } from '#domain/units.ts';
import { SHIPPED_RULES } from '#rules/shipped.ts';
import { DutyRoom } from './duty-room.ts';

type Told = readonly (readonly [number, string, string, string])[];

const cases = SHIPPED_RULES.flatMap((rule) => {
  if (!('signal' in rule) || rule.signal !== 'value') return [];
  const kinds = rule.binds.kinds === 'any' ? ['manhole'] : rule.binds.kinds;
  return rule.binds.quantities
    .filter((id) => quantityOf(id)?.dimensions.includes('gas') === true)
    .map((quantity) => ({ rule, quantity, kind: kinds[0] ?? '', unit: rule.unit }));
});

/** Values around the limits of the rule, in its unit: a tenth below, on, a tenth above. */
const limitsOf = ({ rule }: (typeof cases)[number]): number[] =>
  rule.levels.flatMap(({ limit }) => {
    const value = typeof limit === 'number' ? limit : 'no' in limit ? limit.no : 0;
    return [value * 0.9, value, value * 1.1];
  });

function told(of: (typeof cases)[number], unit: string, values: readonly number[]): Told {
  const room = new DutyRoom();
  const point = room.point(of.kind, of.quantity, unit, { reportIntervalMs: 60_000 });
  values.forEach((value, at) => {
    const sent = convert(value, of.unit, unit, of.quantity);
    if (sent === null) throw new Error(`${of.quantity}: no ${unit}`);
    room.sample(at * 60, point, sent);
  });
  room.pass(values.length * 60 + 600);
  return room
    .told()
    .map(([second, change, rule, colour]): [number, string, string, string] => [
      second,
      change,
      rule,
      colour,
    ]);
}

describe('the same gas in any unit', () => {
  it.each(cases.map((one) => [`${one.rule.id} ${one.quantity}`, one] as const))('%s', (_name, of) => {
    const units = unitsOf(of.quantity);
    expect(units.length).toBeGreaterThanOrEqual(of.quantity === 'combustible' ? 3 : 5);
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0, ...limitsOf(of)), { minLength: 3, maxLength: 12 }),
        (values) => {
          const expected = told(of, of.unit, values);
          for (const unit of units) expect(told(of, unit, values), unit).toEqual(expected);
        },
      ),
      { numRuns: 6, seed: 20_261_128 },
    );
  });

  it('and reaches every colour of the rule on the way', () => {
    for (const of of cases) {
      const high = Math.max(...limitsOf(of));
      const side = 'side' in of.rule ? of.rule.side : 'high';
      const colours = told(of, of.unit, Array(12).fill(side === 'high' ? high : 1)).map(
        ([, , , colour]) => colour,
      );
      expect(colours, of.rule.id).toContain(of.rule.levels.at(-1)?.colour);
    }
  });
});
