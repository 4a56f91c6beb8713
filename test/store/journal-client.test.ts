import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, test } from 'vitest';
import { openJournalClient, type JournalClient } from '#store/journal-client.ts';
import type { Journaled } from '#domain/input.ts';
import type { StoreTrouble } from '#store/ports.ts';
import type { StoreReport } from '#store/worker-link.ts';
import { numbered, publishes } from './journal-entries.ts';

const folder = mkdtempSync(join(tmpdir(), 'lifeline-journal-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const newDirectory = (): string => join(folder, `d${(count += 1)}`);
const SMALL = { reserveBytes: 0 };

async function readAll(journal: JournalClient, after = 0): Promise<Journaled[]> {
  const entries: Journaled[] = [];
  await journal.read(after, (entry) => entries.push(entry));
  return entries;
}

function syncedThrough(journal: JournalClient, position: number): Promise<void> {
  return new Promise((resolve) => journal.onSynced((through) => through >= position && resolve()));
}

test('what was synced is read back after a restart, from any position', async () => {
  const directory = newDirectory();
  const journal = await openJournalClient(directory, SMALL);
  expect([journal.start, journal.end]).toEqual([1, 0]);
  const entries = publishes(1, 2_500);
  const done = syncedThrough(journal, 2_500);
  for (let at = 0; at < entries.length; at += 100) journal.commit(entries.slice(at, at + 100));
  await done;
  await journal.close();
  const again = await openJournalClient(directory, SMALL);
  expect(again.end).toBe(2_500);
  expect(await readAll(again)).toEqual(entries);
  expect(await readAll(again, 2_450)).toEqual(entries.slice(2_450));
  await again.close();
});

test('a journal larger than one chunk is read in pieces, in order', async () => {
  const directory = newDirectory();
  const journal = await openJournalClient(directory, { ...SMALL, segmentBytes: 1_000_000 });
  const done = syncedThrough(journal, 20);
  for (let position = 1; position <= 20; position += 1) journal.commit([numbered(position, 400_000)]);
  await done;
  await journal.close();
  const again = await openJournalClient(directory, SMALL);
  const entries = await readAll(again, 3);
  expect(entries.map(({ position }) => position)).toEqual(Array.from({ length: 17 }, (_, at) => at + 4));
  await again.close();
});

describe('a journal with a damaged stretch', () => {
  /** Three commits of ten entries in one segment, a byte of the middle one turned over. */
  async function damaged(): Promise<string> {
    const directory = newDirectory();
    const journal = await openJournalClient(directory, SMALL);
    for (const first of [1, 11, 21]) {
      const done = syncedThrough(journal, first + 9);
      journal.commit(publishes(first, 10));
      await done;
    }
    await journal.close();
    const folder = join(directory, 'journal');
    const [name] = readdirSync(folder).filter((file) => file.startsWith('0000000000000001.'));
    const path = join(folder, name ?? '');
    const bytes = readFileSync(path);
    const at = Math.floor(bytes.length / 2);
    bytes[at] = (bytes[at] ?? 0) ^ 0xff;
    writeFileSync(path, bytes);
    return directory;
  }

  test('is refused, and the refusal says how to go on', async () => {
    await expect(openJournalClient(await damaged(), SMALL)).rejects.toMatchObject({
      code: 'log-corrupt',
      detail: expect.stringContaining('LIFELINE_DAMAGED_JOURNAL=skip'),
    });
  });

  test('passed over, it is told with its positions, a copy is kept, and new inputs follow', async () => {
    const directory = await damaged();
    const skipping = { ...SMALL, onCorruption: 'skip' } as const;
    const journal = await openJournalClient(directory, skipping);
    const reports: StoreReport[] = [];
    journal.onReport((report) => reports.push(report));
    const found = await readAround(journal);
    expect(found).toEqual({ read: [...upTo(1, 10), ...upTo(21, 30)], missing: ['11-20'] });
    expect(reports[0]).toMatchObject({ kind: 'damage', damage: { fromPosition: 11, toPosition: 20 } });
    expect(readdirSync(join(directory, 'journal')).filter((file) => file.endsWith('.corrupt'))).toHaveLength(
      1,
    );
    const done = syncedThrough(journal, 31);
    journal.commit([numbered(31)]);
    await done;
    await journal.close();
    const again = await openJournalClient(directory, skipping);
    expect(await readAround(again)).toEqual({
      read: [...upTo(1, 10), ...upTo(21, 31)],
      missing: ['11-20'],
    });
    await again.close();
  });

  test('whose end is gone goes on behind what has acted', async () => {
    const directory = newDirectory();
    const journal = await openJournalClient(directory, SMALL);
    const done = syncedThrough(journal, 10);
    journal.commit(publishes(1, 10));
    await done;
    await journal.close();
    await expect(openJournalClient(directory, { ...SMALL, endAtLeast: 15 })).rejects.toMatchObject({
      code: 'journal-behind',
    });
    const skipping = { ...SMALL, onCorruption: 'skip', endAtLeast: 15 } as const;
    const again = await openJournalClient(directory, skipping);
    expect(again.end).toBe(15);
    const next = syncedThrough(again, 16);
    again.commit([numbered(16)]);
    await next;
    await again.close();
    const third = await openJournalClient(directory, skipping);
    expect(await readAround(third)).toEqual({ read: [...upTo(1, 10), 16], missing: ['11-15'] });
    await third.close();
  });
});

const upTo = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

async function readAround(journal: JournalClient): Promise<{ read: number[]; missing: string[] }> {
  const read: number[] = [];
  const missing: string[] = [];
  await journal.read(
    0,
    ({ position }) => read.push(position),
    (from, to) => missing.push(`${from}-${to}`),
  );
  return { read, missing };
}

test('trouble begins when the disk fails, ends when it is back, and nothing is lost or out of order', async () => {
  const directory = newDirectory();
  const journal = await openJournalClient(directory, { ...SMALL, segmentBytes: 1 });
  const troubles: (string | null)[] = [];
  const order: number[] = [];
  journal.onSynced((through) => order.push(through));
  const began = new Promise<StoreTrouble | null>((resolve) => journal.onTrouble(resolve));
  journal.onTrouble((trouble) => troubles.push(trouble?.code ?? null));
  const first = syncedThrough(journal, 1);
  journal.commit([numbered(1)]);
  await first;
  renameSync(join(directory, 'journal'), join(directory, 'gone'));
  journal.commit([numbered(2)]);
  journal.commit([numbered(3)]);
  expect(await began).toMatchObject({ code: 'disk-error' });
  const last = syncedThrough(journal, 3);
  renameSync(join(directory, 'gone'), join(directory, 'journal'));
  await last;
  expect(troubles).toEqual(['disk-error', null]);
  expect(order).toEqual([1, 3]);
  await journal.close();
  const again = await openJournalClient(directory, SMALL);
  expect((await readAll(again)).map(({ position }) => position)).toEqual([1, 2, 3]);
  await again.close();
});

test('a thread that dies is told as trouble that does not end, and what it held is not called synced', async () => {
  const directory = newDirectory();
  const journal = await openJournalClient(directory, SMALL);
  const synced: number[] = [];
  journal.onSynced((through) => synced.push(through));
  const trouble = new Promise((resolve) => journal.onTrouble(resolve));
  journal.commit([numbered(7)]);
  expect(await trouble).toMatchObject({ code: 'worker-stopped' });
  expect(synced).toEqual([]);
  await journal.close();
});

test('kill -9 at any moment: every position printed as synced is there, and each entry is whole', async () => {
  const directory = newDirectory();
  for (let round = 0; round < 3; round += 1) {
    const script = join(import.meta.dirname, 'journal-victim.ts');
    const child = spawn(process.execPath, [script, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    let synced = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      synced = Number(line);
      if (synced > (round + 1) * 3_000) child.kill('SIGKILL');
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    const journal = await openJournalClient(directory, SMALL);
    expect(journal.end).toBeGreaterThanOrEqual(synced);
    const entries = await readAll(journal);
    expect(entries).toEqual(publishes(1, journal.end));
    await journal.close();
  }
});
