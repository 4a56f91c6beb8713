/** kill -9 of the platform's own children: Node-RED with its flows, and a back-test that is running. */
import { childOf } from '#test/e2e/child-processes.ts';
import { createUser, logIn, until } from '#test/e2e/api.ts';
import type { Act } from './act.ts';
import { inCity } from './process-city.ts';

const FLOWS_MS_MAX = 120_000;
/** With a third one within a quarter of an hour the flows themselves would be held to be at fault, and stay stopped. */
const KILLS_A_LIFE = 2;

export const childKills: Act = {
  name: 'child-kills',
  does: 'kill -9 of Node-RED while alarms come; every third time of the platform too, its children with it',
  counts: { test: 0, usual: 3, full: 40 },
  run: ({ count, say }) =>
    inCity({ alarms: count * 3 + 1, platform: { env: { LIFELINE_FLOWS: 'on' } } }, async (city) => {
      city.field.load(true);
      const up = (starts: number) =>
        until(
          'the flows are up',
          FLOWS_MS_MAX,
          () => city.api().get<{ state: string; starts: number }>('/api/v1/flows'),
          (now) => now.state === 'up' && now.starts > starts,
        );
      let { starts } = await up(0);
      for (let kill = 0; kill < count; kill++) {
        const pid = childOf(city.platform().pid, 'node-red/child.ts');
        if (pid === null) throw new Error('no flows to kill');
        if (kill % (KILLS_A_LIFE + 1) === KILLS_A_LIFE) {
          await city.kill();
          await city.rise();
          if (isAlive(pid)) city.breach('flows outlived their platform');
          ({ starts } = await up(0));
        } else {
          process.kill(pid, 'SIGKILL');
          await city.ring();
          ({ starts } = await up(starts));
        }
        await city.ring();
        say(`${kill + 1} of ${count} kills`);
      }
      city.told('state of the flows');
    }),
};

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const DAY_MS = 86_400_000;

export const backtestKills: Act = {
  name: 'backtest-kills',
  does: 'kill -9 of back-tests while they judge',
  counts: { test: 0, usual: 2, full: 20 },
  run: ({ count, say }) =>
    inCity({ alarms: count + 1 }, async (city) => {
      city.field.load(true);
      const { http } = city.platform();
      const engineer = await logIn(http, 'engineer', await createUser(city.api(), 'engineer', ['engineer']));
      const draft = await engineer.post('/api/v1/rules/drafts', { id: 'draft', removed: ['signal-weak'] });
      if (draft.status >= 300) throw new Error(JSON.stringify(draft.body));
      for (let kill = 0; kill < count; kill++) {
        const to = Date.now();
        const run = await engineer.post<{ id: string }>('/api/v1/rules/backtest', {
          ...{ draft: 'draft', from: to - 300 * DAY_MS, to },
        });
        if (run.status >= 300) throw new Error(JSON.stringify(run.body));
        const pid = await until(
          'a back-test runs',
          60_000,
          async () => childOf(city.platform().pid, 'backtest-child'),
          (found) => found !== null,
        );
        if (pid !== null) process.kill(pid, 'SIGKILL');
        await city.ring();
        const { state } = await until(
          'its end is told',
          60_000,
          () => engineer.get<{ state: string }>(`/api/v1/rules/backtest/${run.body.id}`),
          (now) => now.state !== 'running',
        );
        city.told(`the run is ${state}`);
        say(`${kill + 1} of ${count} kills`);
      }
    }),
};
