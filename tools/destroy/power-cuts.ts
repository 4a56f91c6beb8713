/**
 * Power cuts: the real pipeline, journal, record log and snapshots over a disk that drops and tears whatever was not
 * synced, in simulated streets where somebody dies every minute. Judged by the simulation's own oracles: the ledger
 * against the record log, the record log against the journal, alarms against a second model.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { addFigures, noFigures, repeatOf, type SimFigures, sizeOf } from '#test/simulation/sim-run.ts';
import { account, type Act } from './act.ts';

const HOURS = 0.5;
const SIZE = 'street';
const JOBS = 2;
const SIMULATE = fileURLToPath(new URL('../simulate.ts', import.meta.url));

/** Streets from `seed` on, until there were so many power cuts. */
export const powerCuts: Act = {
  name: 'power-cuts',
  does: 'power cuts on a disk that drops and tears what was not synced (simulated streets)',
  counts: { test: 0, usual: 200, full: 1_000 },
  async run({ count, seed, say }) {
    const totals = noFigures();
    const breaches: string[] = [];
    let next = seed;
    const job = (): Promise<void> =>
      new Promise((resolve) => {
        const child = fork(SIMULATE, ['--child', '--hours', String(HOURS), '--size', SIZE]);
        let running = next;
        const give = (): void => {
          if (totals.powerCuts >= count || breaches.length > 0) return void child.kill();
          running = next++;
          child.send(running);
        };
        child.on('message', (figures: SimFigures | null) => {
          const repeat = repeatOf(running, HOURS, sizeOf(SIZE));
          if (figures === null) breaches.push(`a simulated street was breached; see it with: ${repeat}`);
          else addFigures(totals, figures);
          say(`${totals.powerCuts} of ${count} power cuts`);
          give();
        });
        child.once('exit', (code) => {
          if (code !== null && code !== 0)
            breaches.push(`the simulation ended with ${code} at seed ${running}`);
          resolve();
        });
        give();
      });
    await Promise.all(Array.from({ length: JOBS }, job));
    return account({
      did: `${totals.powerCuts} power cuts and ${totals.kills} kills in ${totals.seeds} streets, ${totals.faults} faults in all`,
      acknowledged: totals.acknowledged,
      alarms: totals.spans,
      breaches,
    });
  },
};
