/** Whatever the flows' process does, the platform goes on: alarms as fast, nothing lost, and a person is told. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alarm } from '#domain/alarm.ts';
import { type FlowsCity, openFlowsCity, pressed } from '../node-red/flows-city.ts';
import { openAlarms, until } from '#test/e2e/api.ts';

let city: FlowsCity;
beforeAll(async () => {
  city = await openFlowsCity();
  await city.until('up');
}, 240_000);
afterAll(() => city?.close());

const ESCAPE = `const process = msg.constructor.constructor('return process')();`;

/** [what, what its function node does, what is said of it]; `later` = outside the function node's own time limit. */
const MISBEHAVIOURS: readonly [string, string, RegExp][] = [
  [
    'floods the pipe with 100 MB',
    `process.getBuiltinModule('fs').writeSync(3, Buffer.alloc(100e6, 65));`,
    /framing/,
  ],
  [
    'sends a message that is none',
    `later(() => { const b = Buffer.from('00000002' + '01' + '7b7d', 'hex');
      process.getBuiltinModule('fs').writeSync(3, b); });`,
    /unknown/,
  ],
  [
    'takes 4 GB of memory',
    `const kept = []; later(function more() {
      for (let n = 0; n < 8; n++) kept.push(Buffer.alloc(64e6, 1)); later(more); });`,
    /memory|killed by|ended/,
  ],
];

describe('a flow that', () => {
  it.each(MISBEHAVIOURS)(
    '%s',
    async (_what, code, said) => {
      const before = await city.until('up');
      await city.deploy(
        pressed(
          `${ESCAPE} const later = process.getBuiltinModule('timers').setTimeout; ${code} return null;`,
        ),
      );
      await city.press('i').catch(() => 0);
      const alarms = () => openAlarms(city.admin());
      const isDown = ({ rule, active }: Alarm): boolean => rule === 'flows-down' && active;
      const open = await until('an administrator is told', 60_000, alarms, (list) => list.some(isDown));
      expect(String(open.find(isDown)?.explanation.params['reason'])).toMatch(said);
      await city.send(3);
      await until('and is told that it is over', 150_000, alarms, (list) => !list.some(isDown));
      expect((await city.until('up', before.starts)).starts).toBeGreaterThan(before.starts);
    },
    90_000,
  );

  it('is killed from outside comes back with the same flows', async () => {
    await city.deploy([{ id: 'c', type: 'comment', name: 'still here' }]);
    const { starts } = await city.status();
    process.kill(city.pid(), 'SIGKILL');
    const down = await until(
      'the editor is gone',
      10_000,
      () => city.editor('/flows/'),
      ({ status }) => status === 503,
    );
    expect(await down.json()).toMatchObject({ code: 'flows-down' });
    await city.until('up', starts);
    expect(await (await city.editor('/flows/flows')).text()).toContain('still here');
  }, 200_000);
});
