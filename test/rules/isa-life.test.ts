/** The state diagram of ISA-18.2, transition by transition, as the engine walks it. */
import { describe, expect, it } from 'vitest';
import { isaState } from '#domain/isa-state.ts';
import { DutyRoom, wall } from './duty-room.ts';

const ON = 2.6;
const OFF = 0.1;
/** Its red latches. */
const LATCHING = 4.2;
const RULE = {
  ...{ id: 'gas', version: 1, binds: { quantities: ['ch4'], kinds: 'any' } },
  ...{ signal: 'value', side: 'high', unit: '%' },
  levels: [
    { name: 'H', colour: 'orange', limit: 2.5 },
    { name: 'HH', colour: 'red', limit: 4, latch: true },
  ],
};
const LIMITS = { H: 25, deadband: 2, onDelayMs: 10_000 };

type Walk = {
  readonly duty: DutyRoom;
  readonly point: number;
  second: number;
};
type Step = number | 'take' | 'reset' | 'shelve' | 'unshelve' | 'maintenance' | 'over' | 'out' | 'in';

function walk(): Walk {
  const duty = new DutyRoom({ format: 1, rules: [RULE], system: [] });
  const point = duty.point('gas-valve-well', 'ch4', '%', { reportIntervalMs: 43_200_000 });
  return { duty, point, second: 0 };
}

/** Takes one step and says where the alarm then is. */
function step(at: Walk, what: Step): string {
  const { duty, point } = at;
  at.second += 10;
  const { second } = at;
  const later = wall(second + 3_600);
  const order = (who: string, action: Parameters<DutyRoom['order']>[2]) =>
    expect(duty.order(second, who, action), String(what)).toMatchObject({ ok: true });
  if (typeof what === 'number') duty.sample(second, point, what);
  else if (what === 'take') order('officer', { action: 'acknowledge' });
  else if (what === 'reset') order('officer', { action: 'reset' });
  else if (what === 'shelve')
    order('leader', { action: 'shelve', until: later, reason: 'crew on site', secondPerson: 'chief' });
  else if (what === 'unshelve') order('officer', { action: 'unshelve' });
  else if (what === 'maintenance') duty.maintenance(second, 'facilities', 'gas-valve-well-1', second + 3_600);
  else if (what === 'over') duty.maintenance(second, 'facilities', 'gas-valve-well-1', second);
  else if (what === 'out')
    order('engineer', { action: 'out-of-service', reviewAt: later, reason: 'sensor is being changed' });
  else order('engineer', { action: 'in-service' });
  return isaState(duty.latest());
}

describe('the state diagram', () => {
  const stories: readonly [string, readonly (readonly [Step, string])[]][] = [
    [
      'A-B-C-A: alarm, taken, returned',
      [
        [ON, 'B'],
        ['take', 'C'],
        [OFF, 'A'],
      ],
    ],
    [
      'A-B-D-A: alarm, returned, taken',
      [
        [ON, 'B'],
        [OFF, 'D'],
        ['take', 'A'],
      ],
    ],
    [
      'D-B: alarm again before anybody took it',
      [
        [ON, 'B'],
        [OFF, 'D'],
        [ON, 'B'],
        ['take', 'C'],
      ],
    ],
    [
      'B-E-F-A: latched, returned, taken, reset',
      [
        [LATCHING, 'B'],
        [OFF, 'E'],
        ['take', 'F'],
        ['reset', 'A'],
      ],
    ],
    [
      'B-C-F-A: latched, taken, returned, reset',
      [
        [LATCHING, 'B'],
        ['take', 'C'],
        [OFF, 'F'],
        ['reset', 'A'],
      ],
    ],
    [
      'E-B: a latched one comes again',
      [
        [LATCHING, 'B'],
        [OFF, 'E'],
        [LATCHING, 'B'],
      ],
    ],
    [
      'F-B: also after it was taken',
      [
        [LATCHING, 'B'],
        ['take', 'C'],
        [OFF, 'F'],
        [LATCHING, 'B'],
      ],
    ],
    [
      'B-G-B: shelved and back, still in alarm',
      [
        [ON, 'B'],
        ['shelve', 'G'],
        ['unshelve', 'B'],
      ],
    ],
    [
      'B-G-A: shelved, returned beneath, taken',
      [
        [ON, 'B'],
        ['shelve', 'G'],
        [OFF, 'G'],
        ['unshelve', 'D'],
        ['take', 'A'],
      ],
    ],
    [
      'C-G-C: taken before it was shelved',
      [
        [ON, 'B'],
        ['take', 'C'],
        ['shelve', 'G'],
        ['unshelve', 'C'],
      ],
    ],
    [
      'B-H-B: maintenance begins and ends',
      [
        [ON, 'B'],
        ['maintenance', 'H'],
        ['over', 'B'],
      ],
    ],
    [
      'B-H-D: returned during maintenance',
      [
        [ON, 'B'],
        ['maintenance', 'H'],
        [OFF, 'H'],
        ['over', 'D'],
      ],
    ],
    [
      'red is never H',
      [
        [LATCHING, 'B'],
        ['maintenance', 'B'],
      ],
    ],
    [
      'B-I-B: out of service and in again',
      [
        [ON, 'B'],
        ['out', 'I'],
        ['in', 'B'],
      ],
    ],
    [
      'E-I-E: the latch holds out of service too',
      [
        [LATCHING, 'B'],
        [OFF, 'E'],
        ['out', 'I'],
        ['in', 'E'],
      ],
    ],
    [
      'I over G: the stronger letter, then the weaker',
      [
        [ON, 'B'],
        ['shelve', 'G'],
        ['out', 'I'],
        ['in', 'G'],
      ],
    ],
  ];

  it.each(stories)('%s', (_, steps) => {
    const at = walk();
    expect(steps.map(([what]) => step(at, what))).toEqual(steps.map(([, letter]) => letter));
  });
});

it('the alarm script: H 25, deadband 2, on-delay 10 s, no off-delay', () => {
  const duty = new DutyRoom();
  const point = duty.point('heat-station', 'temperature', 'Cel', { limits: LIMITS });
  const letter = () => duty.open().map(isaState).join('') || 'A';
  const script: readonly (readonly [number, number | 'take', string])[] = [
    [0, 26, 'A'],
    [9, 26, 'A'],
    [10, 26, 'B'],
    [11, 24, 'B'],
    [12, 22.9, 'D'],
    [13, 'take', 'A'],
  ];
  for (const [second, what, expected] of script) {
    if (what === 'take') duty.order(second, 'officer', { action: 'acknowledge' });
    else duty.sample(second, point, what);
    expect([second, letter()]).toEqual([second, expected]);
  }
});
