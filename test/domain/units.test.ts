import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { QUANTITIES } from '#domain/catalogue.ts';
import type { Attributes } from '#domain/registry.ts';
import { convert, unitFits, unitsOf } from '#domain/units.ts';

type Row = [value: number, from: string, to: string, quantity: string, expected: number | null, Attributes?];

const EXACT: Row[] = [
  [1.25, '%', '%{LEL}', 'ch4', 25],
  [1.25, '%', '[ppm]', 'ch4', 12_500],
  [2.5, '%', '%{LEL}', 'ch4', 50],
  [25_000, '[ppm]', '%', 'ch4', 2.5],
  [25_000, '[ppm]', '%{LEL}', 'ch4', 50],
  [50, '%{LEL}', '[ppm]', 'ch4', 25_000],
  [4, '%{LEL}', '%', 'ch4', 0.2],
  [4.4, '%', '%{LEL}', 'ch4', 100, { lelVolPercent: 4.4 }],
  [1, 'MPa', 'kPa', 'pressure', 1000],
  [1, 'bar', 'Pa', 'pressure', 100_000],
  [27, 'cm', 'mm', 'water-depth', 270],
  [12, '[in_i]', 'cm', 'water-depth', 30.48],
  [1, 'm3/s', 'L/s', 'flow', 1000],
  [3600, 'm3/h', 'm3/s', 'flow', 1],
  [0, 'Cel', 'K', 'temperature', 273.15],
  [300, 'K', 'Cel', 'temperature', 26.85],
  [2, '[in_i]/h', 'mm/h', 'rain-rate', 50.8],
  [0.5, '1', '%', 'make-up-ratio', 50],
  [3, '1', '{people}', 'people', 3],
  [85, '%', '%', 'tank-level', 85],
];

const NONE: Row[] = [
  [1, '%', 'm', 'tank-level', null],
  [1, '%', 'V', 'battery', null],
  [1, '%', 'kPa', 'ch4', null],
  [1, '%', '%{LEL}', 'o2', null],
  [1, 'furlong', 'm', 'water-depth', null],
  [1, 'toString', 'm', 'water-depth', null],
  [1, '%', '%', 'no-such-quantity', null],
];

describe('units', () => {
  test.each(EXACT)('%d %s is so many %s of %s: %d', (value, from, to, quantity, expected, attributes) => {
    expect(convert(value, from, to, quantity, attributes)).toBe(expected);
  });

  test.each(NONE)('%d %s cannot be told in %s of %s', (value, from, to, quantity, expected) => {
    expect(convert(value, from, to, quantity)).toBe(expected);
  });

  test.each([
    ['h2s', 1.418],
    ['co', 1.165],
    ['nh3', 0.708],
    ['cl2', 2.95],
    ['ch4', 0.667],
  ])('1 ppm of %s at 20 °C weighs %d mg/m3', (gas, mass) => {
    expect(convert(1, '[ppm]', 'mg/m3', gas)).toBeCloseTo(mass, 3);
  });

  test('occupational limits of the mg/m3 tables come out in ppm as printed', () => {
    expect(convert(10, 'mg/m3', '[ppm]', 'h2s')).toBeCloseTo(7.05, 2);
    expect(convert(20, 'mg/m3', '[ppm]', 'co')).toBeCloseTo(17.2, 1);
    expect(convert(20, 'mg/m3', '[ppm]', 'nh3')).toBeCloseTo(28.2, 1);
    expect(convert(1, 'mg/m3', '[ppm]', 'cl2')).toBeCloseTo(0.34, 2);
  });

  test('a molar mass of the point replaces that of the catalogue; nonsense does not', () => {
    expect(convert(1, '[ppm]', 'mg/m3', 'ch4', { molarMass: 24.04 })).toBe(1);
    expect(convert(1, '%', '%{LEL}', 'ch4', { lelVolPercent: 0 })).toBe(20);
  });

  test('%LEL of a gas that does not burn needs the limit from the point', () => {
    expect(unitFits('%{LEL}', 'cl2')).toBe(false);
    expect(unitFits('%{LEL}', 'cl2', { lelVolPercent: 5 })).toBe(true);
  });

  test('every unit of every quantity converts there and back', () => {
    const pairs = QUANTITIES.flatMap(({ id }) =>
      unitsOf(id).flatMap((from) => unitsOf(id).map((to) => ({ id, from, to }))),
    );
    fc.assert(
      fc.property(fc.constantFrom(...pairs), fc.integer({ min: -5000, max: 5000 }), ({ id, from, to }, n) => {
        const there = convert(n / 100, from, to, id);
        if (there === null) return;
        expect(convert(there, to, from, id)).toBeCloseTo(n / 100, 6);
      }),
      { seed: 17, numRuns: 500 },
    );
  });
});
