/** A disk that is full, that cannot sync, or that may only be read, under a real platform. */
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '#test/e2e/api.ts';
import { account, type Account, type Act } from './act.ts';
import { type CityPlan, inCity, type ProcessCity } from './process-city.ts';

const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const VOLUME_MB = 96;
const RESERVE_MB = '4';
const FULL_MS_MAX = 3_000;
/** Reasons of health that a full disk may come with, whichever is seen first. */
const FULL = [
  'disk-full',
  'disk-nearly-full',
  'journal-failing',
  'store-failing',
  'ledger-failing',
  'store-backlog',
];

/** A city on a small file system of its own; without the right to mount one nothing is done, and said so. */
async function onVolume(
  plan: Omit<CityPlan, 'directory'>,
  work: (city: ProcessCity, volume: string) => Promise<void>,
): Promise<Account> {
  const volume = mkdtempSync(join(tmpdir(), 'lifeline-volume-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${VOLUME_MB}m`, 'tmpfs', volume], { stdio: 'pipe' });
  } catch {
    rmSync(volume, { recursive: true });
    return account({ did: 'NOT DONE: no right to mount a file system of its own', told: ['-'] });
  }
  try {
    const directory = join(volume, 'data');
    return await inCity({ ...plan, directory }, (city) => work(city, volume));
  } finally {
    execFileSync('umount', [volume]);
    rmSync(volume, { recursive: true });
  }
}

export const diskFull: Act = {
  name: 'disk-full',
  does: 'the disk filled to its last byte under load, half of the times a kill on top; then room again',
  counts: { test: 0, usual: 3, full: 25 },
  run: ({ count, random, say }) =>
    onVolume(
      { alarms: count * 2 + 1, platform: { env: { LIFELINE_RESERVE_MB: RESERVE_MB } } },
      async (city, volume) => {
        for (let time = 0; time < count; time++) {
          city.field.load(true);
          await city.ring();
          const filler = join(volume, 'filler');
          fill(filler);
          const seen = await until('a full disk is told', 60_000, city.health, (codes) =>
            codes.some((code) => FULL.includes(code)),
          );
          for (const code of seen) if (FULL.includes(code)) city.told(code);
          // Again: housekeeping has let go of what it could.
          fill(filler);
          await pass(random.int(FULL_MS_MAX));
          const dies = random.chance(0.5);
          if (dies) await city.kill();
          rmSync(filler);
          if (dies) await city.rise();
          else await city.ring();
          say(`${time + 1} of ${count} times full`);
        }
      },
    ),
};

/** Writes until the file system takes no more. */
function fill(path: string): void {
  const fd = openSync(path, 'a');
  for (let piece = 1_048_576; piece >= 1; ) {
    try {
      writeSync(fd, Buffer.alloc(piece));
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC')) throw cause;
      piece = Math.floor(piece / 16);
    }
  }
  closeSync(fd);
}

export const readOnly: Act = {
  name: 'read-only',
  does: 'a start on a data directory that may only be read, then one that may be written again',
  counts: { test: 0, usual: 2, full: 20 },
  run: ({ count }) =>
    onVolume(
      { alarms: count + 1, platform: { env: { LIFELINE_RESERVE_MB: RESERVE_MB } } },
      async (city, volume) => {
        for (let time = 0; time < count; time++) {
          city.field.load(true);
          await pass(500);
          await city.kill();
          execFileSync('mount', ['-o', 'remount,ro', volume]);
          const refused = await city.refuses();
          execFileSync('mount', ['-o', `remount,rw,size=${VOLUME_MB}m`, volume]);
          if (refused === null) city.breach('it started where it cannot write');
          else city.told(`refused to start: ${refused}`);
          await city.rise();
        }
      },
    ),
};

const FAILING_MS_MAX = 3_000;

export const syncErrors: Act = {
  name: 'sync-errors',
  does: 'every fsync and fdatasync of a running platform fails with EIO for some seconds',
  counts: { test: 1, usual: 3, full: 30 },
  async run({ count, random, say }) {
    if (!existsSync('/usr/bin/strace')) return account({ did: 'NOT DONE: needs strace', told: ['-'] });
    return inCity({ alarms: count * 2 + 1 }, async (city) => {
      for (let time = 0; time < count; time++) {
        city.field.load(true);
        await city.ring();
        const { pid } = city.platform();
        const inject = ['-e', 'trace=fsync,fdatasync', '-e', 'inject=fsync,fdatasync:error=EIO'];
        const tracer = spawn('strace', ['-f', '-qq', '-o', '/dev/null', ...inject, '-p', String(pid)]);
        const detached = new Promise((resolve) => tracer.once('exit', resolve));
        await city.toldOf('journal-failing');
        await pass(random.int(FAILING_MS_MAX));
        tracer.kill('SIGINT');
        await detached;
        await city.toldOf('journal-failing', false);
        await city.ring();
        say(`${time + 1} of ${count} times`);
      }
    });
  },
};
