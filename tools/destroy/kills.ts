/** kill -9 of the platform at any moment: under load, while it writes a snapshot, while it starts and replays. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Random, seededRandom } from '#test/simulation/random.ts';
import { type Account, type Act, type ActRun, joined } from './act.ts';
import { inCity } from './process-city.ts';

/** Cities side by side: one process at a time leaves a core idle. */
const LANES = 2;
/** A fresh city after so many: a journal of hours would be replayed a thousand times over. */
const KILLS_A_CITY = 125;
const SNAPSHOT_EVERY_MS = 1_000;
/** Share of the kills that come before the platform is up again. */
const WHILE_STARTING = 0.3;
const START_MS_FIRST = 1_500;
const UNDER_LOAD_MS = 600;
const ALARM_UNDER_WAY_MS = 30;

type Tally = { loaded: number; starting: number };

/** The kills of the platform. */
export const kills: Act = {
  name: 'kills',
  does: 'kill -9 of the platform at any moment, under load and while it starts; at once started again',
  counts: { test: 0, usual: 60, full: 900 },
  async run({ count, random, say }: ActRun) {
    const tally: Tally = { loaded: 0, starting: 0 };
    const cities = Math.max(Math.min(LANES, count), Math.ceil(count / KILLS_A_CITY));
    const todo = Array.from({ length: cities }, (_, city) => ({
      kills: Math.floor(count / cities) + (city < count % cities ? 1 : 0),
      random: seededRandom(random.int(2 ** 31)),
    }));
    const parts: Account[] = [];
    const lane = async (): Promise<void> => {
      for (let one = todo.shift(); one !== undefined; one = todo.shift()) {
        parts.push(await killCity(one.kills, one.random, tally));
        say(`${tally.loaded + tally.starting} of ${count} kills`);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    return joined(`${tally.loaded} kills under load, ${tally.starting} while starting`, parts);
  },
};

function killCity(count: number, random: Random, tally: Tally): Promise<Account> {
  const platform = {
    script: ['tools/destroy/victim.ts', String(SNAPSHOT_EVERY_MS)],
    // Compiled once for all lives: a start costs less.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), 'lifeline-destroy-compiled') },
  };
  return inCity({ alarms: count * 2 + 1, platform }, async (city) => {
    city.field.load(true);
    let startMs = START_MS_FIRST;
    for (let done = 0; done < count; ) {
      await pass(random.int(UNDER_LOAD_MS));
      // Half of the deaths come just behind an alarm: on its way, journaled, decided or told.
      if (random.chance(0.5)) {
        city.raise();
        await pass(random.int(ALARM_UNDER_WAY_MS));
      }
      await city.kill();
      tally.loaded += 1;
      done += 1;
      while (done < count && random.chance(WHILE_STARTING)) {
        await city.start(random.int(startMs * 1.2));
        await city.kill();
        tally.starting += 1;
        done += 1;
      }
      const from = performance.now();
      await city.rise();
      startMs = performance.now() - from;
    }
  });
}

const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
