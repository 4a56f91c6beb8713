import { describe, expect, test } from 'vitest';
import { keyCommand } from '../../dashboard/src/live/keys.ts';
import { dutyAddress, parseAddress, safeReturn } from '../../dashboard/src/store/address.ts';
import {
  EVERYTHING,
  filterFromQuery,
  filterToQuery,
  toggleColour,
} from '../../dashboard/src/store/filter.ts';
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
  test('holds the chosen alarm and the filter, and gives them back', () => {
    const filter = { tab: 'returned', colours: ['orange', 'red'], text: '牡丹 井' } as const;
    const [path = '', search = ''] = dutyAddress('a/1 b', filterToQuery(filter)).split('?');
    const route = parseAddress(path, search);
    expect(route).toMatchObject({ page: 'duty', alarm: 'a/1 b' });
    expect(filterFromQuery(route.query)).toEqual(filter);
  });

  test('at its defaults has no query, and nonsense counts as not given', () => {
    expect(filterToQuery(EVERYTHING)).toBe('');
    expect(filterFromQuery(new URLSearchParams('tab=x&colour=green'))).toEqual(EVERYTHING);
    expect(parseAddress('/duty/a/%E0%A4%A', '')).toMatchObject({ page: 'duty', alarm: '%E0%A4%A' });
  });

  test('after log-in leads nowhere but into the console', () => {
    expect(safeReturn('/duty/a/1?tab=handling')).toBe('/duty/a/1?tab=handling');
    for (const bad of ['//evil.example/duty', 'https://evil.example', '/dutyfree', null])
      expect(safeReturn(bad)).toBe('/duty');
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
