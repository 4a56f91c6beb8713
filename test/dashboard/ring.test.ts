import { describe, expect, test } from 'vitest';
import {
  createRing,
  dueTone,
  owing,
  ringNow,
  silence,
  toneOf,
  type Tone,
} from '../../dashboard/src/store/ring.ts';
import { alarmOf, messageOf } from './alarm-fixture.ts';

const owes = (change: Partial<{ red: boolean; orange: boolean; lost: boolean }>) => ({
  red: false,
  orange: false,
  lost: false,
  ...change,
});

/** Tones sounded by `dueTone` over a minute of ticks every second. */
function minute(owed: ReturnType<typeof owes>, from = 0, ring = createRing()): Tone[] {
  const sounded: Tone[] = [];
  for (let now = from; now < from + 60_000; now += 1_000) {
    const tone = dueTone(ring, owed, now);
    if (tone !== null) sounded.push(tone);
  }
  return sounded;
}

describe('what sounds', () => {
  test('red repeats until taken, orange every 30 s, nothing when nothing is owed', () => {
    expect(minute(owes({ red: true }))).toHaveLength(20);
    expect(minute(owes({ orange: true }))).toEqual(['orange', 'orange']);
    expect(minute(owes({}))).toEqual([]);
  });

  test('a lost line has its own tone and does not drown the red', () => {
    const sounded = minute(owes({ red: true, lost: true }));
    expect(sounded.filter((tone) => tone === 'lost').length).toBe(2);
    expect(sounded.filter((tone) => tone === 'red').length).toBeGreaterThanOrEqual(18);
  });

  test('yellow sounds once, blue never, and only when the server says it rings', () => {
    expect(toneOf(messageOf(alarmOf('a', { colour: 'yellow' }), 1))).toBe('yellow');
    expect(toneOf(messageOf(alarmOf('a', { colour: 'blue' }), 1))).toBeNull();
    expect(toneOf(messageOf(alarmOf('a', { colour: 'red' }), 1, 0, { ring: false }))).toBeNull();
  });

  test('a late record has a tone of its own', () => {
    const late = messageOf(alarmOf('a', { colour: 'red', historical: true }), 1, 0, {
      change: 'late-ring',
      reason: 'late',
    });
    expect(toneOf(late)).toBe('late');
  });

  test('in a burst one tone speaks for all of its kind', () => {
    const ring = createRing();
    const sounded = Array.from({ length: 100 }, (_, i) => ringNow(ring, 'yellow', i * 10)).filter(Boolean);
    expect(sounded).toHaveLength(1);
  });

  test('silence lasts 60 s and is not 接警: afterwards the untaken red sounds again', () => {
    const ring = createRing();
    expect(dueTone(ring, owes({ red: true }), 0)).toBe('red');
    silence(ring, 1_000);
    expect(dueTone(ring, owes({ red: true }), 60_999)).toBeNull();
    expect(dueTone(ring, owes({ red: true }), 61_000)).toBe('red');
  });

  test('a new red or orange ends the silence, a new yellow does not', () => {
    const ring = createRing();
    silence(ring, 0);
    expect(ringNow(ring, 'yellow', 1_000)).toBe(false);
    expect(ringNow(ring, 'orange', 2_000)).toBe(true);
    expect(dueTone(ring, owes({ red: true }), 3_000)).toBe('red');
  });

  test('taken, shelved and ended alarms owe no sound; a returned untaken red still does', () => {
    const quiet = [
      alarmOf('a', { colour: 'red', state: 'acknowledged' }),
      alarmOf('b', { colour: 'red', suppression: 'shelved' }),
      alarmOf('c', { colour: 'orange', state: 'normal' }),
    ];
    expect(owing(quiet, false)).toEqual(owes({}));
    expect(owing([alarmOf('d', { colour: 'red', state: 'returned-unacknowledged' })], true)).toEqual(
      owes({ red: true, lost: true }),
    );
  });

  test('未入账 alarms are owed like any other', () => {
    expect(owing([alarmOf('u', { colour: 'red', unjournaled: true })], false).red).toBe(true);
  });
});
