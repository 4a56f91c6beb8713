/**
 * The embedded measurement store: rows of the running hours in RAM, older ones in compressed chunks in a SQLite file a month.
 * It keeps no log of its own: after a restart the store worker hands over the record log behind `durableThrough()`, and
 * writing a row twice changes nothing. One thread, one writer. Errors of the disk come out as SQLite's
 * (`ERR_SQLITE_ERROR`); the call can then be made again.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { MeasurementStore, StoreTrouble } from '../ports.ts';
import { gatherSlice } from './day-gatherer.ts';
import type { Holdings } from './holdings.ts';
import { type HourSource, hourSourceOf } from './hour-source.ts';
import { newestIndex, newLatestValues, observeLatest, settleLatest } from './latest-values.ts';
import { MetaFile } from './meta-file.ts';
import { isCorrupt, MonthFiles, setFileAside } from './month-files.ts';
import { addOpenRow, heldAfterAll, newOpenHours } from './open-hours.ts';
import { readBuckets, readHour, readRaw } from './point-reader.ts';
import { rebuildLatest } from './rebuild.ts';
import { persist, retain } from './retention.ts';
import { hourOf, rawRow } from './row-columns.ts';
import { sealSlice, takeDueHours, takeForRoom } from './sealer.ts';

export type EmbeddedStoreOptions = {
  /** Month files wholly older than this are removed; absent = kept for ever. */
  readonly retentionMs?: number;
  /** How long an hour stays open after its end, for rows on their way. 10 minutes. */
  readonly graceMs?: number;
  /** Beyond this many open rows hours are sealed early; beyond twice as many, `write` itself seals. 1,000,000. */
  readonly openRowsMax?: number;
  /** Chunks written in one `maintain`. 2,000: about 30 ms. */
  readonly chunksPerSlice?: number;
  /** Damage found in stored data (`measurement-chunk-damaged`, `measurement-file-damaged`), each place once. */
  readonly onTrouble?: (trouble: StoreTrouble) => void;
};

export type EmbeddedStore = MeasurementStore & {
  /** Whole hours, for whoever must send them on. */
  readonly hours: HourSource;
};

/** Opens the store in `directory`, creating it when absent. Throws when the disk refuses. */
export function openEmbeddedStore(directory: string, options: EmbeddedStoreOptions = {}): EmbeddedStore {
  mkdirSync(directory, { recursive: true });
  const holdings = openHoldings(directory, options.onTrouble ?? (() => {}));
  const graceMs = options.graceMs ?? 600_000;
  const openRowsMax = options.openRowsMax ?? 1_000_000;
  const bound = { chunks: options.chunksPerSlice ?? 2000, rows: 150_000 };
  let lastNow: number | null = null;
  return {
    hours: hourSourceOf(holdings),
    write(rows, throughPosition) {
      while (holdings.hours.rowCount >= openRowsMax * 2) {
        takeForRoom(holdings, openRowsMax);
        sealSlice(holdings, lastNow ?? rows.receivedAt[0] ?? 0, bound);
      }
      const heldAfter = Math.min(holdings.writtenThrough, throughPosition - 1);
      for (let index = 0; index < rows.length; index++) {
        addOpenRow(holdings.hours, rows, index, heldAfter);
        observeLatest(holdings.latest, rows, index);
      }
      holdings.writtenThrough = Math.max(holdings.writtenThrough, throughPosition);
    },
    raw: (pointIndex, from, to, limit) => readRaw(holdings, pointIndex, from, to, limit),
    buckets: (pointIndex, from, to, count) => readBuckets(holdings, pointIndex, from, to, count),
    latest: (pointIndex) => latestRow(holdings, pointIndex),
    // As the file says it: the record log is let go of up to here, and a crash leaves no more than the file.
    durableThrough: () => holdings.meta.durableThrough,
    maintain(now) {
      lastNow = now;
      takeDueHours(holdings, now, graceMs);
      takeForRoom(holdings, openRowsMax);
      if (holdings.hours.sealing.length > 0) sealSlice(holdings, now, bound);
      else gatherSlice(holdings, now, graceMs);
      if (options.retentionMs !== undefined) retain(holdings, now, options.retentionMs);
      // Positions without rows need no sealing: nothing else would say that they are done with.
      if (heldAfterAll(holdings.hours, holdings.writtenThrough) > holdings.meta.durableThrough)
        persist(holdings);
    },
    openRows: () => holdings.hours.rowCount,
    close() {
      persist(holdings);
      holdings.meta.close();
      holdings.files.close();
    },
  };
}

function openHoldings(directory: string, onTrouble: (trouble: StoreTrouble) => void): Holdings {
  const files = new MonthFiles(directory, onTrouble);
  const meta = openMeta(join(directory, 'meta.db'), onTrouble);
  const holdings: Holdings = {
    files,
    meta,
    hours: newOpenHours(),
    latest: newLatestValues(),
    damage: { report: onTrouble, known: new Set() },
    pending: new Map(),
    gathering: null,
    shrinking: null,
    writtenThrough: meta.durableThrough,
    retentionClock: meta.setting('retentionClock'),
  };
  for (const month of files.months())
    for (const { day, since } of files.existing(month)?.pendingDays() ?? []) holdings.pending.set(day, since);
  if (meta.setting('durableThrough') === null) rebuildLatest(holdings);
  else meta.readLatest((point, rows, row) => settleLatest(holdings.latest, point, rows, row));
  return holdings;
}

function openMeta(path: string, onTrouble: (trouble: StoreTrouble) => void): MetaFile {
  try {
    return new MetaFile(path);
  } catch (error) {
    if (!isCorrupt(error)) throw error;
    setFileAside(path, onTrouble);
    return new MetaFile(path);
  }
}

function latestRow(holdings: Holdings, point: number): ReturnType<MeasurementStore['latest']> {
  const { latest } = holdings;
  if (!latest.present[point]) return null;
  if (latest.doubtful[point]) {
    const rows = readHour(holdings, point, hourOf(latest.rows.time[point] ?? 0));
    const index = newestIndex(rows);
    if (index >= 0) settleLatest(latest, point, rows, index);
  }
  return rawRow(latest.rows, point);
}
