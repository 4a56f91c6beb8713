/** The alarm machine's table of states: every pair led to each of the three other states. */
import type { Change } from './change.ts';

const STATES = ['normal', 'unacknowledged', 'acknowledged', 'returned-unacknowledged'] as const;
const TABLE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  onset: {
    normal: 'unacknowledged',
    unacknowledged: 'unacknowledged',
    acknowledged: 'unacknowledged',
    'returned-unacknowledged': 'unacknowledged',
  },
  return: { unacknowledged: 'returned-unacknowledged', acknowledged: 'normal' },
  acknowledge: {
    unacknowledged: 'acknowledged',
    acknowledged: 'acknowledged',
    'returned-unacknowledged': 'normal',
  },
  lapse: { acknowledged: 'unacknowledged' },
};

export const TRANSITIONS: readonly Change[] = Object.entries(TABLE).flatMap(([stimulus, row]) =>
  Object.entries(row).flatMap(([state, next]) =>
    STATES.filter((other) => other !== next).map(
      (other): Change => [
        `${stimulus} of ${state} leads to ${other}`,
        'NEXT[stimulus][state] ?? state;',
        `stimulus === '${stimulus}' && state === '${state}' ? '${other}' : (NEXT[stimulus][state] ?? state);`,
      ],
    ),
  ),
);
