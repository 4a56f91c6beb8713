import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { serialize, deserialize } from 'node:v8';
import { afterAll, expect, test } from 'vitest';
import { openOutputClient, type OutputClient } from '#store/output-client.ts';
import type { KeyedEvent } from '#store/ports.ts';
import { recordBlock } from './record-blocks.ts';

const folder = mkdtempSync(join(tmpdir(), 'lifeline-output-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const newDirectory = (): string => join(folder, `d${(count += 1)}`);

const durableThrough = (outputs: OutputClient, position: number): Promise<void> =>
  new Promise((resolve) => outputs.onDurable((through) => through >= position && resolve()));

async function eventsAfter(outputs: OutputClient, after: number) {
  const events: KeyedEvent[] = [];
  let last = after;
  await outputs.readEvents(after, async (some, through) => {
    events.push(...some);
    last = through;
  });
  return { events, through: last };
}

test('outputs become durable, feed the ledger after a restart, and answer for the history', async () => {
  const directory = newDirectory();
  const outputs = await openOutputClient(directory);
  expect(outputs.recordEnd).toBe(0);
  const done = durableThrough(outputs, 60);
  for (let from = 1; from <= 60; from += 6) outputs.append(recordBlock(from, 6));
  await done;
  const before = await outputs.raw(1, 0, 100_000, 100);
  expect(before.map(({ time }) => time / 1000)).toEqual([...Array(20).keys()].map((at) => at * 3 + 1));
  await outputs.close();

  const again = await openOutputClient(directory);
  expect(again.recordEnd).toBe(60);
  const { events, through } = await eventsAfter(again, 8);
  expect(events).toEqual(recordBlock(9, 52).events);
  expect(through).toBe(60);
  expect(await again.raw(1, 0, 100_000, 100)).toEqual(before);
  expect(await again.latest(0)).toMatchObject({ time: 60_000, value: 30 });
  expect(await again.latest(99)).toBeNull();
  const [bucket] = await again.buckets(0, 0, 90_000, 1);
  expect(bucket).toMatchObject({ count: 20, min: 1.5, max: 30, last: 30 });
  expect(await again.status()).toMatchObject({ recordLogBytes: expect.any(Number), openRows: 60 });
  await again.close();
});

test('rows without events are durable too, though nobody presses', async () => {
  const outputs = await openOutputClient(newDirectory());
  const done = durableThrough(outputs, 2);
  outputs.append({ ...recordBlock(1), events: [] });
  outputs.append({ fromPosition: 2, toPosition: 2, rows: [], events: [] });
  await done;
  expect(await eventsAfter(outputs, 0)).toEqual({ events: [], through: 2 });
  await outputs.close();
});

test('a snapshot is invisible until finished, and comes back as it was given', async () => {
  const directory = newDirectory();
  const outputs = await openOutputClient(directory);
  const done = durableThrough(outputs, 9);
  outputs.append(recordBlock(1, 9));
  await done;
  const state = { alarms: new Map([[1, 'red']]), values: new Float64Array([1.5, Number.NaN]) };
  const writer = outputs.beginSnapshot({ position: 9, engineRevision: 'e', takenAt: 5 });
  writer.page({ name: 'rest', page: 0, bytes: serialize(state) });
  writer.page({ name: 'rules/x', page: 1, bytes: serialize([1, 2]) });
  expect(await outputs.loadSnapshot()).toBeNull();
  await writer.finish();
  const abandoned = outputs.beginSnapshot({ position: 9, engineRevision: 'f', takenAt: 6 });
  abandoned.page({ name: 'rest', page: 0, bytes: serialize({}) });
  abandoned.abandon();
  await outputs.close();
  const again = await openOutputClient(directory);
  const snapshot = await again.loadSnapshot();
  expect(snapshot?.header).toEqual({ position: 9, engineRevision: 'e', takenAt: 5 });
  expect(snapshot?.pages.map(({ name, page }) => [name, page])).toEqual([
    ['rest', 0],
    ['rules/x', 1],
  ]);
  expect(deserialize(snapshot?.pages[0]?.bytes ?? new Uint8Array(0))).toEqual(state);
  expect(await again.snapshotPositions()).toEqual([9]);
  await again.close();
});

test('a dead thread fails what was asked of it and says so', async () => {
  const outputs = await openOutputClient(newDirectory());
  const trouble = new Promise((resolve) => outputs.onTrouble(resolve));
  const asked = outputs.latest(1);
  outputs.append(recordBlock(5));
  const late = trouble.then(() => outputs.latest(1));
  await expect(trouble).resolves.toMatchObject({ code: 'worker-stopped' });
  await expect(late).rejects.toMatchObject({ code: 'worker-stopped' });
  expect(await asked).toBeNull();
  await outputs.close();
});

test('kill -9 at any moment: everything printed as durable is in the record log, events and rows', async () => {
  const directory = newDirectory();
  for (let round = 1; round <= 2; round += 1) {
    const script = join(import.meta.dirname, 'output-victim.ts');
    const child = spawn(process.execPath, [script, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    let durable = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      durable = Number(line);
      if (durable > round * 1_500) child.kill('SIGKILL');
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    const outputs = await openOutputClient(directory);
    expect(outputs.recordEnd).toBeGreaterThanOrEqual(durable);
    const { events } = await eventsAfter(outputs, 0);
    expect(events).toEqual(recordBlock(1, outputs.recordEnd).events);
    const rows = await outputs.raw(2, 0, 1e9, 100_000);
    expect(rows).toHaveLength(Math.floor((outputs.recordEnd + 1) / 3));
    await outputs.close();
  }
});
