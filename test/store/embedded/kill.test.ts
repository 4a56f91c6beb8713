/** kill -9 in the middle of sealing: what the store calls durable is there, and with the record log again all of it is. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openEmbeddedStore } from '#store/embedded/embedded-store.ts';
import { columnsOf } from '#store/measurement-columns.ts';
import { newOracle } from '#test/contract/measurement-oracle.ts';
import { HISTORY_START, killHistory, randomFrom } from './random-history.ts';

const HOUR = 3_600_000;
const SEED = 5;
const ROUNDS = 6;
let directory = '';
let child: ChildProcess | null = null;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'embedded-kill-'));
});
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});

/** Runs the child until it has printed `lines` lines, waits `turns` more turns of ours, and kills it. */
async function runAndKill(lines: number, turns: number): Promise<void> {
  const script = fileURLToPath(new URL('./sealing-child.ts', import.meta.url));
  const process_ = spawn(process.execPath, [script, directory, String(SEED)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = process_;
  const exited = once(process_, 'exit');
  let seen = 0;
  for await (const data of process_.stdout) {
    seen += String(data).split('\n').length - 1;
    if (seen >= lines) break;
  }
  for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
  process_.kill('SIGKILL');
  await exited;
  child = null;
}

it('loses and doubles nothing when killed again and again while sealing', { timeout: 60_000 }, async () => {
  const random = randomFrom(9);
  const history = killHistory(SEED);
  for (let round = 0; round < ROUNDS; round++) {
    await runAndKill(8 + Math.floor(random() * 20), Math.floor(random() * 400));
    const logged = readFileSync(join(directory, 'positions.log'), 'utf8').split('\n').filter(Boolean).length;
    const oracle = newOracle();
    for (const block of history.slice(0, logged)) oracle.write(block.rows);
    const store = openEmbeddedStore(join(directory, 'chunks'), { graceMs: 0 });
    const durable = store.durableThrough();
    for (const block of history.slice(0, logged))
      if (block.position > durable) store.write(columnsOf(block.rows), block.position);
    for (let point = 0; point < 8; point++) {
      const [from, to] = [HISTORY_START - 100 * HOUR, HISTORY_START + 300 * HOUR];
      expect(store.raw(point, from, to, 1e9)).toEqual(oracle.raw(point, from, to, 1e9));
      expect(store.latest(point)).toEqual(oracle.latest(point));
    }
    expect(logged).toBeGreaterThan(round);
    if (round === ROUNDS - 1) expect(durable).toBeGreaterThan(0);
    store.close();
  }
});
