import { describe, expect, test } from 'vitest';
import {
  AREAS,
  CITY_AREA,
  EDGE_KINDS,
  FACILITY_KINDS,
  LIFELINES,
  QUANTITIES,
  edgeKindOf,
  facilityKindOf,
  lifelineOf,
  quantityOf,
} from '#domain/catalogue.ts';
import { convert, unitFits } from '#domain/units.ts';

describe('catalogue', () => {
  test('the four shipped lifelines have packs, the others wait for the city', () => {
    const packs = LIFELINES.map(({ id, pack }) => [id, pack]);
    expect(packs).toEqual([
      ['gas', 'shipped'],
      ['heat', 'shipped'],
      ['drainage', 'shipped'],
      ['hazchem', 'shipped'],
      ['water', 'empty'],
      ['bridge', 'empty'],
      ['tunnel', 'empty'],
    ]);
  });

  test('every district, county and zone of 菏泽 is an area of the city, every township of one of them', () => {
    const districts = AREAS.filter(({ parent }) => parent === CITY_AREA).map(({ id }) => id);
    expect(districts).toEqual([
      '371702',
      '371703',
      '371721',
      '371722',
      '371723',
      '371724',
      '371725',
      '371726',
      '371728',
      '371771',
      '371772',
      'LXXQ',
    ]);
    const townships = AREAS.filter(({ parent }) => parent !== undefined && parent !== CITY_AREA);
    expect(townships).toHaveLength(167);
    for (const { id, parent } of townships) expect(districts, id).toContain(parent);
  });

  test('a pipe runs one way and hands on what it carries; a neighbourhood has no direction', () => {
    const carriers = (what: string) =>
      EDGE_KINDS.filter(({ carries }) => carries === what).map(({ id }) => id);
    expect(carriers('gas')).toEqual(['gas-main', 'gas-branch']);
    expect(carriers('heat')).toEqual(['heat-main', 'heat-branch', 'heat-secondary']);
    expect(carriers('power')).toEqual(['power-feed']);
    expect(edgeKindOf('adjacent')).toMatchObject({ carries: 'seepage', directed: false });
    expect(edgeKindOf('sewer')).toMatchObject({ carries: 'sewage', directed: true });
  });

  test.each(QUANTITIES.map((quantity) => [quantity.id, quantity] as const))(
    '%s: the offered unit fits and its absurd bounds are told in a fitting unit',
    (id, { unit, absurd }) => {
      expect(unitFits(unit, id)).toBe(true);
      for (const bounds of absurd) {
        expect(unitFits(bounds.unit, id)).toBe(true);
        expect(bounds.min).toBeLessThan(bounds.max);
      }
    },
  );

  test('a full scale of pure gas is over range, never absurd', () => {
    const bounds = quantityOf('ch4')?.absurd[0];
    expect(convert(100, '%', bounds?.unit ?? '', 'ch4')).toBeLessThan(bounds?.max ?? 0);
  });

  test('look-ups answer undefined for what the catalogue has not', () => {
    expect(lifelineOf('gas')?.zh).toBe('燃气');
    expect(facilityKindOf('underpass')?.lifelines).toEqual(['drainage']);
    expect(FACILITY_KINDS.length).toBeGreaterThan(12);
    expect([lifelineOf('x'), facilityKindOf('x'), quantityOf('x')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
