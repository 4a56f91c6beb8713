import { describe, expect, test } from 'vitest';
import type { Area } from '#domain/registry.ts';
import { areaCells, cellAt, districtOf, districts, sumOf } from '../../dashboard/src/store/area-panel.ts';
import { EVERYTHING, matches } from '../../dashboard/src/store/filter.ts';
import { alarmOf } from './alarm-fixture.ts';

const AREAS = new Map<string, Area>(
  [
    { id: '371700', name: '菏泽市' },
    { id: '371702', name: '牡丹区', parent: '371700' },
    { id: '371702100', name: '沙土镇', parent: '371702' },
    { id: '371703', name: '定陶区', parent: '371700' },
  ].map((area) => [area.id, area]),
);
const districtIn = (area: string | null) => districtOf(AREAS, area);

describe('the area panel', () => {
  const alarms = [
    alarmOf('a', { lifeline: 'gas', area: '371702', colour: 'yellow', highestColour: 'orange' }),
    alarmOf('b', { lifeline: 'gas', area: '371702100', colour: 'blue', state: 'acknowledged' }),
    alarmOf('c', { lifeline: 'gas', area: '371703', suppression: 'shelved' }),
    alarmOf('d', { lifeline: null, area: null, point: null, colour: 'red', highestColour: 'red' }),
    alarmOf('e', { lifeline: 'heat', area: '371703', state: 'normal' }),
  ];
  const cells = areaCells(alarms, districtIn);

  test('counts a township to its district, and shows the highest colour reached', () => {
    expect(cellAt(cells, 'gas', '371702')).toEqual({ open: 2, waiting: 1, highest: 'orange' });
  });

  test('leaves out what is shelved or over, and is quiet there', () => {
    expect(cellAt(cells, 'gas', '371703')).toEqual({ open: 0, waiting: 0, highest: null });
    expect(cellAt(cells, 'heat', '371703').open).toBe(0);
  });

  test('the platform’s own alarms have a place too, and the sum is all of them', () => {
    expect(cellAt(cells, '-', '-')).toEqual({ open: 1, waiting: 1, highest: 'red' });
    expect(sumOf([...cells.values()])).toEqual({ open: 3, waiting: 2, highest: 'red' });
  });

  test('a cell filters the list to what it counts', () => {
    const by = { textOf: () => '', districtOf: districtIn };
    const shown = (lifeline: string | null, area: string | null) =>
      alarms.filter((alarm) => matches({ ...EVERYTHING, lifeline, area }, alarm, by)).map(({ id }) => id);
    expect(shown('gas', '371702')).toEqual(['a', 'b']);
    expect(shown(null, '371703')).toEqual(['c', 'e']);
    expect(shown('-', '-')).toEqual(['d']);
  });

  test('its columns are the districts, in the registry’s order', () => {
    expect(districts(AREAS).map(({ name }) => name)).toEqual(['牡丹区', '定陶区']);
    expect(districtIn('nowhere')).toBe('nowhere');
  });
});
