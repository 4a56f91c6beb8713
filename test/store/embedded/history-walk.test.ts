/** Reading the whole city's past in order of time while the store goes on writing. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Measurement } from '#domain/measurement.ts';
import { openEmbeddedStore } from '#store/embedded/embedded-store.ts';
import { columnsOf } from '#store/measurement-columns.ts';
import { walkHistory } from '#store/embedded/history-walk.ts';
import type { MeasurementStore } from '#store/ports.ts';
import { maintainForDays, measurement } from '#test/contract/measurement-store-contract.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2025, 0, 31, 20);

let directory = '';
let store: MeasurementStore;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'walk-'));
  store = openEmbeddedStore(directory);
});
afterEach(() => {
  store.close();
  rmSync(directory, { recursive: true });
});

function walked(from: number, to: number, wanted: (point: number) => boolean = () => true) {
  const rows: Measurement[] = [];
  const figures = walkHistory(directory, { from, to, wanted }, { row: (m) => void rows.push(m) });
  return { rows, figures };
}

/** Two points over the end of a month: one a minute, one every ten minutes. */
function twoPoints(): Measurement[] {
  const rows: Measurement[] = [];
  for (let minute = 0; minute < 8 * 60; minute += 1) {
    rows.push(measurement({ pointIndex: 1, time: START + minute * MINUTE + 500, value: minute / 10 }));
    if (minute % 10 === 0)
      rows.push(measurement({ pointIndex: 3, time: START + minute * MINUTE, value: minute }));
  }
  return rows;
}

describe('walking stored history', () => {
  it('gives every sealed row once, by time, over hours, days and the end of a month', () => {
    const rows = twoPoints();
    store.write(columnsOf(rows), 1);
    maintainForDays(store, START);
    const expected = rows.toSorted((a, b) => a.time - b.time || a.pointIndex - b.pointIndex);
    const { rows: found, figures } = walked(START, START + 8 * HOUR);
    expect(found.map(({ time, pointIndex, value }) => [time, pointIndex, value])).toEqual(
      expected.map(({ time, pointIndex, value }) => [time, pointIndex, value]),
    );
    expect(found[0]).toEqual(expected[0]);
    expect(figures).toEqual({ rows: expected.length, coveredThrough: START + 8 * HOUR, damagedChunks: 0 });
  });

  it('keeps to the stretch and the points asked for', () => {
    store.write(columnsOf(twoPoints()), 1);
    maintainForDays(store, START);
    const { rows } = walked(START + HOUR, START + 2 * HOUR, (point) => point === 3);
    expect(rows.map(({ time }) => (time - START) / MINUTE)).toEqual([60, 70, 80, 90, 100, 110]);
  });

  it('ends where sealing has come to: the running hour is not there yet', () => {
    const end = START + 2 * HOUR + 30 * MINUTE;
    for (let now = START; now < end; now += 10 * MINUTE) {
      const came = twoPoints().filter(({ time }) => time >= now && time < now + 10 * MINUTE);
      store.write(columnsOf(came), (now - START) / MINUTE + 1);
      store.maintain(now + 10 * MINUTE);
    }
    const { figures } = walked(START, START + 8 * HOUR);
    expect(figures.coveredThrough).toBe(START + 2 * HOUR);
  });

  it('passes over a damaged chunk and counts it', () => {
    store.write(columnsOf(twoPoints()), 1);
    maintainForDays(store, START);
    store.close();
    const database = new DatabaseSync(join(directory, 'data-202501.db'));
    database.exec(
      "UPDATE hour SET b = x'00ff00ff' WHERE s = 1 AND t = (SELECT min(t) FROM hour WHERE s = 1)",
    );
    const changed = Number(database.prepare('SELECT changes() AS n').get()?.['n']);
    database.exec("UPDATE day SET b = x'00ff00ff' WHERE s = 1");
    const more = Number(database.prepare('SELECT changes() AS n').get()?.['n']);
    database.close();
    const { figures, rows } = walked(START, START + 8 * HOUR);
    expect(figures.damagedChunks).toBe(changed + more);
    expect(figures.damagedChunks).toBeGreaterThan(0);
    expect(rows.some(({ pointIndex }) => pointIndex === 3)).toBe(true);
    store = openEmbeddedStore(directory);
  });
});
