/** The demo's stand-in: takes what is over and nobody took, leaves what goes on, and is not upset by a visitor. */
import { expect, it } from 'vitest';
import { type Call, PATIENCE_MS, takeWhatIsOver } from '#tools/demo-officer.ts';

const NOW = 1_800_000_000_000;
const OVER_LONG = NOW - PATIENCE_MS;

const alarm = (id: string, state: string, returnedAt: number | null, over: object = {}) => ({
  id,
  revision: 3,
  rule: 'gas-well-ch4',
  facility: 'W-1',
  state,
  returnedAt,
  active: returnedAt === null,
  latched: false,
  acknowledgedBy: null,
  ...over,
});

function desk(alarms: readonly unknown[], refused: readonly string[] = []) {
  const taken: [path: string, body: unknown][] = [];
  const call: Call = async (method, path, body) => {
    if (method === 'GET') return { status: 200, body: { items: alarms, next: null } };
    taken.push([path, body]);
    return { status: refused.some((id) => path.includes(id)) ? 409 : 200, body: {} };
  };
  return { taken, call };
}

it('takes only what was over for long, at the revision it saw', async () => {
  const { call, taken } = desk([
    alarm('goes-on', 'unacknowledged', null),
    alarm('just-over', 'returned-unacknowledged', OVER_LONG + 1),
    alarm('over', 'returned-unacknowledged', OVER_LONG),
    alarm('taken', 'acknowledged', null),
  ]);
  expect(await takeWhatIsOver(call, NOW, () => {})).toBe(1);
  expect(taken).toEqual([['/api/v1/alarms/over/acknowledge', { revision: 3 }]]);
});

it('leaves to the next look what a visitor changed meanwhile, and goes on with the others', async () => {
  const both = ['a', 'b'].map((id) => alarm(id, 'returned-unacknowledged', OVER_LONG));
  const { call, taken } = desk(both, ['/a/']);
  expect(await takeWhatIsOver(call, NOW, () => {})).toBe(1);
  expect(taken).toHaveLength(2);
});

it('takes a latched alarm that is over, and resets it next time; what a visitor took is left to the visitor', async () => {
  const latched = (id: string, state: string, acknowledgedBy: string | null) =>
    alarm(id, state, OVER_LONG, { latched: true, acknowledgedBy });
  const { call, taken } = desk([
    latched('red', 'unacknowledged', null),
    latched('mine', 'acknowledged', 'stand-in'),
    latched('theirs', 'acknowledged', 'duty'),
  ]);
  expect(await takeWhatIsOver(call, NOW, () => {})).toBe(2);
  expect(taken.map(([path]) => path)).toEqual([
    '/api/v1/alarms/red/acknowledge',
    '/api/v1/alarms/mine/reset',
  ]);
});
