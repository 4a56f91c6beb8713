import { describe, expect, test } from 'vitest';
import {
  applyAlarm,
  applySnapshot,
  createBook,
  findAlarm,
  keepAlarm,
} from '../../dashboard/src/store/alarm-book.ts';
import { alarmOf, messageOf, NOON } from './alarm-fixture.ts';

const snapshotOf = (...ids: string[]) => ({
  cursor: 'c10',
  serverTime: NOON,
  pointIndex: {},
  alarms: ids.map((id) => alarmOf(id)),
});

describe('what the console knows', () => {
  test('a snapshot replaces everything, also alarms it does not name', () => {
    const book = createBook();
    applyAlarm(book, messageOf(alarmOf('old'), 1));
    applySnapshot(book, snapshotOf('a', 'b'));
    expect([...book.open.keys()]).toEqual(['a', 'b']);
    expect(book.cursor).toBe('c10');
  });

  test('the first event after a snapshot starts the chain, whatever it follows', () => {
    const book = createBook();
    applySnapshot(book, snapshotOf());
    expect(applyAlarm(book, messageOf(alarmOf('a'), 40, 17))).toBe('applied');
    expect(applyAlarm(book, messageOf(alarmOf('b'), 44, 40))).toBe('applied');
  });

  test('a missed event asks for a resync once, shows what came meanwhile, and ends with the snapshot', () => {
    const book = createBook();
    applyAlarm(book, messageOf(alarmOf('a'), 5));
    expect(applyAlarm(book, messageOf(alarmOf('b'), 9, 8))).toBe('gap');
    expect(applyAlarm(book, messageOf(alarmOf('c'), 12, 11))).toBe('applied');
    expect([...book.open.keys()]).toEqual(['a', 'b', 'c']);
    applySnapshot(book, snapshotOf('b'));
    expect(book.resyncing).toBe(false);
    expect([...book.open.keys()]).toEqual(['b']);
  });

  test('an event told twice counts once', () => {
    const book = createBook();
    applyAlarm(book, messageOf(alarmOf('a', { revision: 1 }), 5));
    applyAlarm(book, messageOf(alarmOf('a', { revision: 2, state: 'acknowledged' }), 6));
    expect(applyAlarm(book, messageOf(alarmOf('a', { revision: 1 }), 5))).toBe('repeated');
    expect(findAlarm(book, 'a')?.state).toBe('acknowledged');
  });

  test('an answer older than what the line told is not taken', () => {
    const book = createBook();
    applyAlarm(book, messageOf(alarmOf('a', { revision: 3, state: 'acknowledged' }), 7));
    keepAlarm(book, alarmOf('a', { revision: 2, sequence: 6 }));
    expect(findAlarm(book, 'a')?.state).toBe('acknowledged');
  });

  test('an alarm that ended leaves the open ones but can still be read', () => {
    const book = createBook();
    applyAlarm(book, messageOf(alarmOf('a'), 1));
    applyAlarm(book, messageOf(alarmOf('a', { revision: 2, state: 'normal', active: false }), 2));
    expect(book.open.size).toBe(0);
    expect(findAlarm(book, 'a')?.state).toBe('normal');
  });

  test('未入账: shown outside the chain, and gone when redelivery makes the real alarm', () => {
    const book = createBook();
    applyAlarm(book, messageOf(alarmOf('x'), 5));
    const shadow = alarmOf('shadow', { unjournaled: true, point: 'p/ch4' });
    expect(applyAlarm(book, messageOf(shadow, 6, 3))).toBe('applied');
    expect(book.lastSequence).toBe(5);
    expect(applyAlarm(book, messageOf(alarmOf('real', { point: 'p/ch4' }), 6, 5))).toBe('applied');
    expect([...book.open.keys()]).toEqual(['x', 'real']);
  });

  test('the real alarm under the same id replaces its shadow even with a lower sequence', () => {
    const book = createBook();
    applyAlarm(book, messageOf(alarmOf('a', { unjournaled: true }), 9));
    applyAlarm(book, messageOf(alarmOf('a'), 6, 5));
    expect(findAlarm(book, 'a')?.unjournaled).toBeUndefined();
  });

  test('closed alarms are kept up to a bound', () => {
    const book = createBook();
    for (let i = 1; i <= 500; i++) applyAlarm(book, messageOf(alarmOf(`a${i}`, { state: 'normal' }), i));
    expect(book.closed.size).toBe(200);
    expect(findAlarm(book, 'a500')).toBeDefined();
  });
});
