import { describe, expect, test } from 'vitest';
import { keyCommand } from '../../dashboard/src/live/keys.ts';
import { alarmAddress, parseAddress, safeReturn } from '../../dashboard/src/store/address.ts';
import { EVERYTHING, toggleColour, togglePlace } from '../../dashboard/src/store/filter.ts';
import { PLAIN_VIEW, viewFromQuery, viewToQuery } from '../../dashboard/src/store/view-state.ts';
import { durationText, spanText } from '../../dashboard/src/text/clock.ts';
import { writtenValue } from '../../dashboard/src/text/unit.ts';

const press = (key: string, change = {}) => ({
  key,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  repeat: false,
  ...change,
});

describe('keys', () => {
  const rows: [string, string, unknown][] = [
    ['A takes', 'a', { do: 'acknowledge' }],
    ['with Caps Lock on too', 'A', { do: 'acknowledge' }],
    ['1 shows red alone', '1', { do: 'colour', colour: 'red' }],
    ['4 shows blue alone', '4', { do: 'colour', colour: 'blue' }],
    ['J and the arrow go down', 'j', { do: 'move', by: 1 }],
    ['? explains', '?', { do: 'help' }],
    ['others mean nothing', 'q', null],
  ];
  test.each(rows)('%s', (_, key, command) => {
    expect(keyCommand(press(key), 'page', true)).toEqual(command);
  });

  test('nobody takes an alarm while typing, by Ctrl+A, or by leaning on the key', () => {
    expect(keyCommand(press('a'), 'typing', true)).toBeNull();
    expect(keyCommand(press('a', { ctrlKey: true }), 'page', true)).toBeNull();
    expect(keyCommand(press('a', { repeat: true }), 'page', true)).toBeNull();
    expect(keyCommand(press('j', { repeat: true }), 'page', true)).toEqual({ do: 'move', by: 1 });
  });

  test('a button keeps Enter and the arrows for itself', () => {
    expect(keyCommand(press('Enter'), 'control', true)).toBeNull();
    expect(keyCommand(press('a'), 'control', true)).toEqual({ do: 'acknowledge' });
  });

  test('single keys can be switched off; arrows, Enter and Esc stay', () => {
    expect(keyCommand(press('a'), 'page', false)).toBeNull();
    expect(keyCommand(press('ArrowDown'), 'page', false)).toEqual({ do: 'move', by: 1 });
    expect(keyCommand(press('Escape'), 'typing', false)).toEqual({ do: 'back' });
  });
});

describe('the address', () => {
  const places = [
    { name: 'duty', paths: ['/duty', '/duty/a/:alarm'] },
    { name: 'map', paths: ['/map', '/map/a/:alarm'] },
    { name: 'gateways', paths: ['/cfg/gateways', '/cfg/gateways/:id'] },
  ];

  test('holds the chosen alarm, the filter, the map and its layers, and gives them back', () => {
    const seen = {
      filter: {
        tab: 'returned',
        colours: ['orange', 'red'],
        lifeline: 'gas',
        area: '371702',
        text: '牡丹 井',
      },
      facility: 'F-1',
      edge: 'E-1',
      trace: 'up',
      base: 'tdt',
      pane: 'map',
      box: { lon: 115.48, lat: 35.24, zoom: 11.25 },
      hidden: ['heat', 'drain'],
      everyFacility: true,
      table: true,
      grouped: true,
      follow: true,
    } as const;
    const [path = '', search = ''] = alarmAddress('map', 'a/1 b', viewToQuery(seen)).split('?');
    const route = parseAddress(path, search, places);
    expect(route).toMatchObject({ page: 'map', params: { alarm: 'a/1 b' } });
    expect(viewFromQuery(route.query)).toEqual(seen);
  });

  test('at its defaults has no query, and nonsense counts as not given', () => {
    expect(viewToQuery(PLAIN_VIEW)).toBe('');
    const nonsense = 'tab=x&colour=green&at=200,95,x&hide=<&lifeline=a b&pane=3d';
    expect(viewFromQuery(new URLSearchParams(nonsense))).toEqual(PLAIN_VIEW);
    expect(parseAddress('/duty/a/%E0%A4%A', '', places)).toMatchObject({ params: { alarm: '%E0%A4%A' } });
  });

  test('of no page is the first page; a trailing slash changes nothing', () => {
    expect(parseAddress('/nowhere/at/all', '', places).page).toBe('duty');
    expect(parseAddress('/cfg/gateways/G-1', '', places).params).toEqual({ id: 'G-1' });
    expect(parseAddress('/cfg/gateways/', '', places)).toMatchObject({ page: 'gateways', params: {} });
  });

  test('after log-in leads nowhere but into the console', () => {
    for (const good of ['/duty/a/1?tab=handling', '/map?at=115,35,9', '/cfg/points'])
      expect(safeReturn(good)).toBe(good);
    for (const bad of [
      '//evil.example/duty',
      '/cfg//evil.example',
      'https://evil.example',
      '/dutyfree',
      null,
    ])
      expect(safeReturn(bad)).toBe('/');
  });

  test('pressing the chosen cell of the area panel again shows all', () => {
    const gas = togglePlace(EVERYTHING, 'gas', '371702');
    expect(gas).toMatchObject({ lifeline: 'gas', area: '371702' });
    expect(togglePlace(gas, 'gas', null)).toMatchObject({ lifeline: 'gas', area: null });
    expect(togglePlace(gas, 'gas', '371702')).toEqual(EVERYTHING);
  });

  test('pressing the chosen colour again shows all', () => {
    const red = toggleColour(EVERYTHING, 'red');
    expect(red.colours).toEqual(['red']);
    expect(toggleColour(red, 'red').colours).toEqual([]);
  });
});

test('numbers, units and durations as people write them', () => {
  expect(writtenValue(2.6000001, '%{LEL}')).toBe('2.6 %LEL');
  expect(writtenValue(0.00042, 'mg/m3')).toBe('0.00042 mg/m³');
  expect(writtenValue(null, 'cm')).toBe('—');
  expect(durationText(252_000)).toBe('04:12');
  expect(durationText(3_852_000)).toBe('1:04:12');
  expect(durationText(-5)).toBe('00:00');
});

test('lengths of time in words', () => {
  const rows: [number, string][] = [
    [4_000, '4 秒'],
    [60_000, '1 分钟'],
    [90_000, '1.5 分钟'],
    [65_300, '65 秒'],
    [120_000, '2 分钟'],
    [900_000, '15 分钟'],
    [43_200_000, '12 小时'],
    [3_600_000, '1 小时'],
  ];
  for (const [ms, text] of rows) expect(spanText(ms, 'zh-CN')).toBe(text);
  expect(spanText(900_000, 'en')).toBe('15 min');
});
