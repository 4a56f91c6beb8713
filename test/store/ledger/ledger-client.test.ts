import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { LEDGER_FILE } from '#store/ledger/database.ts';
import { openLedgerClient } from '#store/ledger/ledger-client.ts';
import type { LedgerClient } from '#store/ledger/ledger-protocol.ts';
import type { QualityQuery } from '#domain/quality/quality.ts';
import type { KeyedEvent, StoreTrouble } from '#store/ports.ts';
import { testDirectories } from './directories.ts';
import { alarmEvent, auditEntry, cityEvents, keyed, NOON } from './events.ts';
import { applied } from './ledger-contract.ts';

const directory = testDirectories();

const trouble = (ledger: LedgerClient, wanted: (trouble: StoreTrouble | null) => boolean) =>
  new Promise<StoreTrouble | null>((resolve) => {
    ledger.onTrouble((now) => {
      if (wanted(now)) resolve(now);
    });
  });

describe('the ledger thread while another process holds the file', () => {
  it('says so, goes on answering, refuses direct writes, and later applies all in order', async () => {
    const path = directory();
    const ledger = await openLedgerClient(path);
    await applied(ledger, keyed(1, alarmEvent(1)), 1);
    const other = new DatabaseSync(join(path, LEDGER_FILE));
    other.exec('BEGIN IMMEDIATE');

    const begun = trouble(ledger, (now) => now !== null);
    const order: number[] = [];
    ledger.onApplied((through) => order.push(through));
    ledger.apply(keyed(2, alarmEvent(2, { id: 'alarm-2' })), 2);
    ledger.apply(keyed(3, alarmEvent(3, { id: 'alarm-3' })), 3);
    expect(await begun).toMatchObject({ code: 'busy' });
    expect((await ledger.alarms({ scope: {}, limit: 9 })).map(({ id }) => id)).toEqual(['alarm-1']);
    expect(await ledger.status()).toMatchObject({ cursor: 1, pendingEvents: 2, trouble: { code: 'busy' } });
    await expect(ledger.audit(auditEntry())).rejects.toMatchObject({ code: 'busy' });

    const over = trouble(ledger, (now) => now === null);
    other.exec('ROLLBACK');
    other.close();
    expect(await over).toBeNull();
    expect(await ledger.alarms({ scope: {}, limit: 9 })).toHaveLength(3);
    expect(await ledger.status()).toMatchObject({ cursor: 3, pendingEvents: 0, trouble: null });
    expect(order).toEqual([3]);
    await ledger.close();
  });
});

describe('alarm quality', () => {
  const day = (over: Partial<QualityQuery> = {}): QualityQuery => ({
    ...{ from: NOON - 1, to: NOON + 86_400_000, now: NOON + 86_400_000, by: 'all', scope: {} },
    ...{ counties: {}, limits: {}, neverHeard: [], ...over },
  });
  const many = (count: number): KeyedEvent[] =>
    Array.from({ length: count }, (_, n) => ({
      ...{ position: 1, index: n, event: alarmEvent(n + 1, { id: `alarm-${n}` }) },
    }));

  it('is counted beside the ledger: what is asked and applied meanwhile does not wait for it', async () => {
    const ledger = await openLedgerClient(directory());
    await applied(ledger, many(5_000), 1);
    const done: string[] = [];
    const counted = ledger.quality(day()).then(({ total }) => {
      done.push('quality');
      return total.load.rings;
    });
    await ledger.alarm('alarm-1').then(() => done.push('alarm'));
    await applied(ledger, keyed(2, alarmEvent(5_001, { id: 'late' })), 2);
    await counted;
    expect(done).toEqual(['alarm', 'quality']);
    expect((await ledger.quality(day())).total.load.rings).toBe(5_001);
    await ledger.close();
  });

  it('an impossible question is rejected, and the next is answered', async () => {
    const ledger = await openLedgerClient(directory());
    const impossible = day({ scope: { areas: [1n] as unknown as string[] } });
    await expect(ledger.quality(impossible)).rejects.toThrow(Error);
    expect((await ledger.quality(day())).total.load.rings).toBe(0);
    await ledger.close();
    await expect(ledger.quality(day())).rejects.toMatchObject({ code: 'closed' });
  });

  it('under way when the ledger closes is rejected, and the ledger opens again whole', async () => {
    const path = directory();
    const ledger = await openLedgerClient(path);
    await applied(ledger, many(2_000), 1);
    const counted = ledger.quality(day());
    const refusal = expect(counted).rejects.toMatchObject({ code: 'closed' });
    await ledger.close();
    await refusal;
    const again = await openLedgerClient(path);
    expect([again.cursor, (await again.quality(day())).total.load.rings]).toEqual([1, 2_000]);
    await again.close();
  });
});

describe('the ledger thread', () => {
  it('applies what waits before it ends, and opens where it ended', async () => {
    const path = directory();
    const ledger = await openLedgerClient(path);
    for (let n = 1; n <= 100; n++) ledger.apply(cityEvents(n, n), n);
    await ledger.close();
    const again = await openLedgerClient(path);
    expect(again.cursor).toBe(100);
    await again.close();
  });

  it('tells of its own end, and leaves no question without an answer', async () => {
    const ledger = await openLedgerClient(directory());
    const stopped = trouble(ledger, (now) => now?.code === 'ledger-stopped');
    ledger.apply([...keyed(2, alarmEvent(2)), ...keyed(1, alarmEvent(1))], 2);
    const question = ledger.users();
    expect(await stopped).toMatchObject({ detail: expect.stringContaining('out of order') });
    await expect(question).rejects.toMatchObject({ code: 'closed' });
    await expect(ledger.users()).rejects.toMatchObject({ code: 'closed' });
    expect(() => ledger.apply([], 3)).toThrow(expect.objectContaining({ code: 'closed' }));
    await ledger.close();
  });

  it('rejects an impossible question and goes on', async () => {
    const ledger = await openLedgerClient(directory());
    await expect(ledger.alarms({ scope: {}, limit: Number.NaN })).rejects.toThrow(Error);
    expect(await ledger.users()).toEqual([]);
    await ledger.close();
  });
});
