import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from 'vitest';
import { openLedgerDatabase, openMemoryDatabase } from '#store/ledger/database.ts';
import { ledgerOnThisThread } from '#store/ledger/in-process.ts';
import { Ledger, memoryLedger, openLedger } from '#store/ledger/ledger.ts';
import type { KeyedEvent } from '#store/ports.ts';
import { testDirectories } from './directories.ts';
import { alarmEvent, cityEvents, keyed, registryEvent, rejected } from './events.ts';
import { everything } from './ledger-contract.ts';

const directory = testDirectories();
const opened: Ledger[] = [];
afterAll(() => {
  for (const ledger of opened) ledger.close();
});
const open = (path: string): Ledger => {
  const ledger = openLedger(path);
  opened.push(ledger);
  return ledger;
};
const seen = (ledger: Ledger): Promise<unknown> => everything(ledgerOnThisThread(ledger));
const between = (events: readonly KeyedEvent[], after: number, through: number) =>
  events.filter(({ position }) => position > after && position <= through);

async function uninterrupted(positions: number): Promise<unknown> {
  const ledger = memoryLedger();
  ledger.apply(cityEvents(positions), positions);
  const result = await seen(ledger);
  ledger.close();
  return result;
}

describe('every event counts once', () => {
  it('wherever a crash cuts the events, and however far back they are handed over again', async () => {
    const positions = 24;
    const events = cityEvents(positions);
    const expected = await uninterrupted(positions);
    for (let cut = 0; cut <= positions; cut++) {
      const path = directory();
      open(path).apply(between(events, 0, cut), cut);
      const after = open(path);
      expect(after.cursor()).toBe(cut);
      after.apply(between(events, Math.max(cut - 5, 0), positions), positions);
      expect(await seen(after), `cut after ${cut}`).toEqual(expected);
      expect(after.figures().reconciliations).toBe(0);
    }
  });

  it('a batch that fails in the middle leaves nothing behind, counts included', async () => {
    const db = openMemoryDatabase();
    const ledger = new Ledger(db);
    ledger.apply(cityEvents(16), 16);
    const before = await seen(ledger);
    const figures = ledger.figures();
    db.exec("CREATE TRIGGER broken BEFORE UPDATE ON progress BEGIN SELECT RAISE(ABORT, 'broken'); END");
    expect(() => ledger.apply(cityEvents(40, 17), 40)).toThrow('broken');
    expect(await seen(ledger)).toEqual(before);
    db.exec('DROP TRIGGER broken');
    expect(ledger.figures()).toMatchObject({ cursor: figures.cursor, auditHead: figures.auditHead });
    ledger.apply(cityEvents(40, 17), 40);
    expect(await seen(ledger)).toEqual(await uninterrupted(40));
    ledger.close();
  });

  it('a full disk refuses with a code and keeps what was there readable', async () => {
    const path = directory();
    const db = openLedgerDatabase(path);
    const ledger = new Ledger(db);
    opened.push(ledger);
    ledger.apply(cityEvents(16), 16);
    const before = await seen(ledger);
    db.exec('PRAGMA max_page_count = 1');
    expect(() => ledger.apply(cityEvents(2_000, 17), 2_000)).toThrow(
      expect.objectContaining({ code: 'disk-full' }),
    );
    expect(await seen(ledger)).toEqual(before);
    db.exec('PRAGMA max_page_count = 100000');
    ledger.apply(cityEvents(2_000, 17), 2_000);
    expect(ledger.cursor()).toBe(2_000);
  });

  it('a batch out of order, or beyond what it says it covers, is our own fault and changes nothing', () => {
    const ledger = memoryLedger();
    const [first, second] = [keyed(1, alarmEvent(1)), keyed(2, alarmEvent(2))];
    expect(() => ledger.apply([...second, ...first], 2)).toThrow('out of order');
    expect(() => ledger.apply([...first, ...first], 2)).toThrow('out of order');
    expect(() => ledger.apply([...first, ...second], 1)).toThrow('out of order');
    expect(ledger.cursor()).toBe(0);
    ledger.close();
  });

  it('an old batch handed over again does not take the cursor back', () => {
    const ledger = memoryLedger();
    ledger.apply(cityEvents(9), 9);
    ledger.apply(cityEvents(4), 4);
    ledger.apply([], 2);
    expect(ledger.cursor()).toBe(9);
    ledger.close();
  });

  it('refusals are compared as far back as their digests reach; older ones are taken for what they were', () => {
    const ledger = memoryLedger({ passingDigests: 5 });
    const refusals = Array.from({ length: 20 }, (_, n) => keyed(n + 1, rejected({ sample: `s${n}` }))).flat();
    ledger.apply(refusals, 20);
    ledger.apply(refusals, 20);
    ledger.apply(keyed(3, rejected({ sample: 'other' })), 20);
    expect(ledger.figures().reconciliations).toBe(0);
    ledger.apply(keyed(19, rejected({ sample: 'other' })), 20);
    expect(ledger.reconciliations(9)).toMatchObject([{ position: 19, kind: 'differs' }]);
    expect(ledger.quarantine()).toMatchObject([{ count: 20 }]);
    ledger.close();
  });

  it('a registry row without an id is noted and its change kept whole', () => {
    const ledger = memoryLedger();
    const items = [{ op: 'create', kind: 'points', value: { channel: 'ch4' } }] as const;
    ledger.apply(keyed(1, registryEvent(1, items), rejected()), 1);
    expect(ledger.reconciliations(9)).toMatchObject([{ position: 1, index: 0, kind: 'unreadable' }]);
    expect(ledger.registryChanges(0, 9)).toMatchObject([{ revision: 1, change: { items } }]);
    ledger.close();
  });
});

describe('kill -9 while events are being applied', () => {
  it('loses nothing that was reported as kept, and doubles nothing', async () => {
    const path = directory();
    let kept = 0;
    for (const reports of [1, 3, 6, 2, 4]) {
      kept = await applyAndKill(path, reports);
      const ledger = openLedger(path);
      const cursor = ledger.cursor();
      expect(cursor).toBeGreaterThanOrEqual(kept);
      expect(await seen(ledger)).toEqual(await uninterrupted(cursor));
      expect(ledger.verifyAudit()).toMatchObject({ whole: true });
      expect(ledger.figures().reconciliations).toBe(0);
      ledger.close();
    }
    expect(kept).toBeGreaterThan(0);
  });
});

/**
 * Lets a process of its own apply until it has reported so many batches as kept; returns the last one
 * reported.
 */
async function applyAndKill(path: string, reports: number): Promise<number> {
  const script = new URL('./apply-until-killed.ts', import.meta.url);
  const child = spawn(process.execPath, [script.pathname, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let kept = 0;
  let lines = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    kept = Number(line);
    if (++lines === reports) child.kill('SIGKILL');
  }
  const [, signal] = await exited;
  expect(signal).toBe('SIGKILL');
  return kept;
}
