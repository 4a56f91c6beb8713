import { describe, expect, test } from 'vitest';
import {
  burnInShift,
  countdown,
  isGrave,
  nextReload,
  wallPage,
  worstFirst,
} from '../../dashboard/src/store/wall.ts';
import { alarmOf, NOON } from './alarm-fixture.ts';

describe('the wall', () => {
  test('puts the gravest first, taken or not, and leaves out what is shelved or over', () => {
    const alarms = [
      alarmOf('yellow', { colour: 'yellow' }),
      alarmOf('taken', { colour: 'red', state: 'acknowledged' }),
      alarmOf('red', { colour: 'red', onsetAt: NOON - 9_000 }),
      alarmOf('newer', { colour: 'red' }),
      alarmOf('shelved', { colour: 'red', suppression: 'shelved' }),
      alarmOf('over', { colour: 'red', state: 'normal', active: false }),
    ];
    expect(worstFirst(alarms).map(({ id }) => id)).toEqual(['newer', 'red', 'taken', 'yellow']);
  });

  test('stays on its overview for an open 一级 or 二级, also a taken one', () => {
    expect(isGrave(alarmOf('a', { colour: 'orange', state: 'acknowledged' }))).toBe(true);
    expect(isGrave(alarmOf('a', { colour: 'yellow', highestColour: 'red' }))).toBe(true);
    expect(isGrave(alarmOf('a', { colour: 'yellow' }))).toBe(false);
    expect(isGrave(alarmOf('a', { colour: 'red', suppression: 'out-of-service' }))).toBe(false);
  });

  test('counts down to what is due: taking it, or renewing', () => {
    expect(countdown(alarmOf('a'), 300_000, NOON + 60_000)).toEqual({ kind: 'take', leftMs: 240_000 });
    expect(countdown(alarmOf('a'), 300_000, NOON + 360_000)?.leftMs).toBe(-60_000);
    expect(countdown(alarmOf('a'), null, NOON)).toBeNull();
    const taken = alarmOf('a', { state: 'acknowledged', acknowledgementExpiresAt: NOON + 5_000 });
    expect(countdown(taken, 300_000, NOON)).toEqual({ kind: 'renew', leftMs: 5_000 });
    expect(countdown(alarmOf('a', { state: 'acknowledged' }), 300_000, NOON)).toBeNull();
  });

  test('moves by two pixels every ten minutes and comes back', () => {
    const places = Array.from({ length: 5 }, (_, i) => burnInShift(NOON + i * 600_000).join());
    expect(new Set(places).size).toBe(4);
    expect(places[4]).toBe(places[0]);
    expect(burnInShift(Math.floor(NOON / 600_000) * 600_000 + 599_999)).toEqual(burnInShift(NOON));
  });

  test('takes a fresh page at the city’s 04:00 of the coming night', () => {
    expect(new Date(nextReload(NOON)).toISOString()).toBe('2026-11-22T20:00:00.000Z');
    expect(nextReload(nextReload(NOON)) - nextReload(NOON)).toBe(86_400_000);
  });

  test('has three pages, whatever its address says', () => {
    expect(['1', '3', '9', 'x', undefined].map(wallPage)).toEqual([1, 3, 3, 1, 1]);
  });
});
