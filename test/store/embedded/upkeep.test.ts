/** What happens to the files over months: sealing in time, gathering, retention, damage, a full disk. */
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedStoreOptions, openEmbeddedStore } from '#store/embedded/embedded-store.ts';
import { columnsOf } from '#store/measurement-columns.ts';
import type { MeasurementStore, StoreTrouble } from '#store/ports.ts';
import { maintainForDays, measurement } from '#test/contract/measurement-store-contract.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const JANUARY = Date.UTC(2025, 0, 10);
const MARCH = Date.UTC(2025, 2, 10);

let directory = '';
let store: MeasurementStore;
let troubles: StoreTrouble[] = [];
const open = (options: EmbeddedStoreOptions = {}): MeasurementStore =>
  (store = openEmbeddedStore(directory, { ...options, onTrouble: (trouble) => troubles.push(trouble) }));
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'embedded-'));
  troubles = [];
});
afterEach(() => {
  store.close();
  rmSync(directory, { recursive: true });
});

const dataFiles = (): string[] => readdirSync(directory).filter((name) => /^data-\d+\.db$/.test(name));
const inDatabase = (name: string, sql: string) => {
  const database = new DatabaseSync(join(directory, name));
  const rows = database.prepare(sql).all();
  database.close();
  return rows;
};
const codes = (): string[] => troubles.map((trouble) => trouble.code);
/** Every ten minutes of two hours. */
const twoHours = (from: number) =>
  Array.from({ length: 12 }, (_, i) => measurement({ time: from + i * 10 * MINUTE, value: i / 10 }));
const values = (from: number): (number | null)[] =>
  store.raw(3, from, from + 2 * HOUR, 100).map((row) => row.value);
const EXPECTED = twoHours(0).map((row) => row.value);

describe('sealing in time', () => {
  it('leaves the running hour open, seals it when it is over and its grace is past', () => {
    open({ graceMs: 10 * MINUTE });
    store.write(columnsOf(twoHours(MARCH).slice(0, 6)), 1);
    store.maintain(MARCH + 59 * MINUTE);
    store.maintain(MARCH + 69 * MINUTE);
    expect(store.openRows()).toBe(6);
    store.maintain(MARCH + 70 * MINUTE);
    expect(store.openRows()).toBe(0);
  });

  it('gathers late rows for the length of the grace instead of rewriting the hour each time', () => {
    open({ graceMs: 10 * MINUTE });
    store.write(columnsOf([measurement({ time: MARCH })]), 1);
    store.maintain(MARCH + DAY);
    store.maintain(MARCH + DAY + 9 * MINUTE);
    expect(store.openRows()).toBe(1);
    store.maintain(MARCH + DAY + 10 * MINUTE);
    expect(store.openRows()).toBe(0);
  });

  it('holds the record log back by an hour and the grace at most, even for a row stamped a day ahead', () => {
    open({ graceMs: 10 * MINUTE });
    store.write(columnsOf([measurement({ time: MARCH + 23 * HOUR })]), 1);
    for (let now = MARCH; now <= MARCH + 70 * MINUTE; now += MINUTE) store.maintain(now);
    expect(store.durableThrough()).toBe(1);
  });

  it('is done with positions that hold no rows, and still is after a crash', () => {
    open();
    store.write(columnsOf([]), 50);
    expect(store.durableThrough()).toBe(0);
    store.maintain(MARCH);
    expect(store.durableThrough()).toBe(50);
    const crashed = store;
    open();
    expect(store.durableThrough()).toBe(50);
    crashed.close();
  });

  it('seals on when the clock falls back a year', () => {
    open({ graceMs: 10 * MINUTE });
    store.write(columnsOf([measurement({ time: MARCH })]), 1);
    store.maintain(MARCH + 365 * DAY);
    for (let now = MARCH; now <= MARCH + 2 * HOUR; now += MINUTE) store.maintain(now);
    expect(store.durableThrough()).toBe(1);
  });

  it('seals early rather than holding more open rows than it may, and refuses no row', () => {
    open({ openRowsMax: 100 });
    for (let k = 0; k < 20; k++) {
      store.write(
        columnsOf(Array.from({ length: 50 }, (_, i) => measurement({ time: MARCH + k * 50 + i, value: i }))),
        k + 1,
      );
      expect(store.openRows()).toBeLessThanOrEqual(250);
    }
    expect(store.raw(3, MARCH, MARCH + HOUR, 9999)).toHaveLength(1000);
  });
});

describe('gathering', () => {
  it('puts the sparse hours of a finished day into one chunk and gives the space back', () => {
    open();
    const rows = Array.from({ length: 144 * 30 }, (_, i) =>
      measurement({ pointIndex: i % 30, time: MARCH + Math.floor(i / 30) * 10 * MINUTE, value: i % 7 }),
    );
    store.write(columnsOf(rows), 1);
    maintainForDays(store, MARCH, 3);
    store.close();
    const name = dataFiles()[0] ?? '';
    expect(inDatabase(name, 'SELECT count(*) AS n FROM hour')[0]?.['n']).toBe(0);
    expect(inDatabase(name, 'SELECT count(*) AS n FROM day')[0]?.['n']).toBe(30);
    expect(inDatabase(name, 'SELECT count(*) AS n FROM pending')[0]?.['n']).toBe(0);
    expect(inDatabase(name, 'PRAGMA freelist_count')[0]?.['freelist_count']).toBe(0);
    open();
    expect(store.raw(5, MARCH, MARCH + DAY, 999)).toHaveLength(144);
  });
});

describe('retention', () => {
  const keep = { retentionMs: 30 * DAY };

  it('removes whole months when their last hour is too old, and no others', () => {
    open(keep);
    store.write(columnsOf([...twoHours(JANUARY), ...twoHours(MARCH)]), 1);
    maintainForDays(store, MARCH, 1);
    expect(dataFiles()).toEqual(['data-202503.db']);
    expect(values(JANUARY)).toEqual([]);
    expect(values(MARCH)).toEqual(EXPECTED);
    maintainForDays(store, MARCH + 19 * DAY, 1);
    expect(values(MARCH)).toEqual(EXPECTED);
  });

  it('keeps a month whose last day is still within the kept time', () => {
    open(keep);
    store.write(columnsOf(twoHours(JANUARY)), 1);
    maintainForDays(store, Date.UTC(2025, 2, 1), 1);
    expect(values(JANUARY)).toEqual(EXPECTED);
  });

  it('is not fooled by a clock that jumps a year ahead and back', () => {
    open(keep);
    store.write(columnsOf(twoHours(MARCH)), 1);
    maintainForDays(store, MARCH, 1);
    for (let i = 0; i < 1000; i++) store.maintain(MARCH + DAY + 365 * DAY + i * 5000);
    store.close();
    open(keep);
    for (let i = 0; i < 1000; i++) store.maintain(MARCH + DAY + 365 * DAY + i * 5000);
    expect(values(MARCH)).toEqual(EXPECTED);
    maintainForDays(store, MARCH + DAY, 1);
    expect(values(MARCH)).toEqual(EXPECTED);
  });

  it('remembers the newest row of a point whose chunks are gone', () => {
    open(keep);
    store.write(columnsOf(twoHours(JANUARY)), 1);
    maintainForDays(store, JANUARY, 1);
    for (let day = 1; day <= 59; day++) store.maintain(JANUARY + day * DAY);
    for (let i = 0; i < 1000; i++) store.maintain(MARCH + i * 5000);
    expect(dataFiles()).toEqual([]);
    expect(store.latest(3)?.value).toBe(1.1);
  });
});

describe('damage', () => {
  const seal = (): string => {
    open();
    store.write(columnsOf(twoHours(MARCH)), 1);
    maintainForDays(store, MARCH, 0.2);
    store.close();
    return dataFiles()[0] ?? '';
  };

  it('in one chunk is reported once, costs that chunk alone, and its bytes are kept', () => {
    const name = seal();
    inDatabase(name, 'UPDATE hour SET b = zeroblob(length(b)) WHERE t = (SELECT min(t) FROM hour)');
    open();
    for (let i = 0; i < 3; i++) {
      expect(values(MARCH)).toEqual(EXPECTED.slice(6));
      expect(store.buckets(3, MARCH, MARCH + 2 * HOUR, 2).map((bucket) => bucket.count)).toEqual([6]);
    }
    expect(codes()).toEqual(['measurement-chunk-damaged']);
    store.write(columnsOf(twoHours(MARCH).slice(0, 2)), 2);
    maintainForDays(store, MARCH + DAY, 0.2);
    expect(values(MARCH)).toEqual([0, 0.1, ...EXPECTED.slice(6)]);
    store.close();
    expect(inDatabase(name, 'SELECT count(*) AS n FROM damaged')[0]?.['n']).toBe(1);
    open();
  });

  it('of a whole file is reported, the file is kept aside, and the rest goes on', () => {
    const name = seal();
    writeFileSync(join(directory, name), Buffer.alloc(65536, 'not a database '));
    open();
    expect(values(MARCH)).toEqual([]);
    expect(codes()).toEqual(['measurement-file-damaged']);
    expect(existsSync(join(directory, `${name}.damaged-1`))).toBe(true);
    store.write(columnsOf(twoHours(MARCH)), 2);
    maintainForDays(store, MARCH + DAY, 1);
    expect(values(MARCH)).toEqual(EXPECTED);
  });

  it('of meta.db costs a replay and no more: the latest rows are found again in the chunks', () => {
    seal();
    writeFileSync(join(directory, 'meta.db'), Buffer.alloc(8192, 'not a database '));
    open();
    expect(store.latest(3)).toMatchObject({ time: MARCH + 110 * MINUTE, value: 1.1 });
    expect(store.durableThrough()).toBe(0);
    expect(codes()).toEqual(['measurement-file-damaged']);
  });
});

describe('a disk that refuses', () => {
  it('loses nothing: the failing call is made again when there is room', () => {
    open();
    store.write(columnsOf(twoHours(MARCH)), 1);
    const blocker = new DatabaseSync(join(directory, 'meta.db'));
    blocker.exec('BEGIN IMMEDIATE');
    store.maintain(MARCH + DAY);
    expect(() => store.maintain(MARCH + DAY + HOUR)).toThrow(
      expect.objectContaining({ code: 'ERR_SQLITE_ERROR' }),
    );
    expect(store.durableThrough()).toBe(0);
    expect(values(MARCH)).toEqual(EXPECTED);
    blocker.exec('ROLLBACK');
    blocker.close();
    store.maintain(MARCH + DAY + HOUR);
    expect(store.durableThrough()).toBe(1);
    expect(values(MARCH)).toEqual(EXPECTED);
    expect(statSync(join(directory, dataFiles()[0] ?? '')).size).toBeGreaterThan(0);
  });
});

describe('rows that ingest never makes', () => {
  it.each([
    ['half a millisecond', { time: MARCH + 0.5 }],
    ['no time', { time: NaN }],
    ['no arrival', { time: MARCH, receivedAt: NaN }],
    ['a point below zero', { time: MARCH, pointIndex: -1 }],
    ['a device time beyond dates', { time: MARCH, deviceTime: 1e300 }],
  ])('are a broken invariant: %s', (_, change) => {
    open();
    expect(() => store.write(columnsOf([measurement(change)]), 1)).toThrow(RangeError);
  });
});
