/** One letter of ISA-18.2 for every combination of the fields, written down by hand. */
import { describe, expect, it } from 'vitest';
import type { AlarmState, Suppression } from '#domain/alarm.ts';
import { ISA_STATES, isaState } from '#domain/isa-state.ts';

const STATES = [
  'unacknowledged',
  'acknowledged',
  'returned-unacknowledged',
  'normal',
] as const satisfies AlarmState[];

/** Columns as in STATES; rows: active, latched. */
const UNSUPPRESSED = [
  { active: true, latched: false, letters: 'B C B A' },
  { active: true, latched: true, letters: 'B C B A' },
  { active: false, latched: false, letters: 'D A D A' },
  { active: false, latched: true, letters: 'E F E A' },
];
const SUPPRESSED: Readonly<Record<Exclude<Suppression, 'none'>, string>> = {
  shelved: 'G',
  'suppressed-by-design': 'H',
  'out-of-service': 'I',
};

describe('the letters of ISA-18.2', () => {
  const seen = new Set<string>();

  it.each(UNSUPPRESSED)('active $active, latched $latched: $letters', ({ active, latched, letters }) => {
    STATES.forEach((state, column) => {
      const letter = isaState({ active, latched, state, suppression: 'none' });
      expect([state, letter]).toEqual([state, letters.split(' ')[column]]);
      seen.add(letter);
    });
  });

  it.each(Object.entries(SUPPRESSED))('%s hides what is beneath it: %s', (suppression, letter) => {
    for (const { active, latched } of UNSUPPRESSED)
      for (const state of STATES)
        expect(isaState({ active, latched, state, suppression: suppression as Suppression })).toBe(letter);
    seen.add(letter);
  });

  it('are all nine of them', () => {
    expect([...seen].sort()).toEqual([...ISA_STATES]);
  });
});
