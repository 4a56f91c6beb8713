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

const ESCAPE = `const process = msg.constructor.constructor('return process')();
  const fs = process.getBuiltinModule('fs');`;

/** [what, what its function node does, what is said of it]; `later` = outside the function node's own time limit. */
const MISBEHAVIOURS: readonly [string, string, RegExp][] = [
  ['floods the pipe with 100 MB', `fs.writeSync(3, Buffer.alloc(100e6, 65));`, /framing/],
  [
    'sends a message that is none',
    `fs.writeSync(3, Buffer.from('00000002' + '01' + '7b7d', 'hex'));`,
    /unknown/,
  ],
  ['loops for ever', `for (;;);`, /busy/],
  ['fills the heap', `const kept = []; for (;;) kept.push(new Array(1e6).fill({}));`, /killed by|ended/],
  ['ends the process', `process.exit(3);`, /ended with 3/],
];

describe('a flow that', () => {
  it.each(MISBEHAVIOURS)(
    '%s',
    async (_what, code, said) => {
      const before = await city.until('up');
      await city.deploy(
        pressed(
          `${ESCAPE} process.getBuiltinModule('timers').setTimeout(() => { ${code} }, 1); return null;`,
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

  it('takes 4 GB of memory is refused them by the kernel', async () => {
    const before = await city.until('up');
    await city.deploy(
      pressed(`${ESCAPE} const kept = []; process.getBuiltinModule('timers').setTimeout(() => {
        try { for (let n = 0; n < 64; n++) kept.push(Buffer.alloc(64e6, 1)); } catch (e) { node.error('refused'); }
        fs.writeSync(2, 'TOOK ' + kept.length * 64 + ' MB\\n'); }, 1); return null;`),
    );
    await city.press('i').catch(() => 0);
    const said = async () => city.platform().output();
    const output = await until('it is over', 60_000, said, (text) => /TOOK|memory/.test(text));
    const took = Number(/TOOK (\d+) MB/.exec(output)?.[1] ?? 0);
    expect(took).toBeLessThan(1_000);
    await city.send(3, 'G-2');
    await until('the flows are well again', 150_000, city.status, ({ state }) => state === 'up');
    expect((await city.status()).starts).toBeGreaterThanOrEqual(before.starts);
  }, 240_000);

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
