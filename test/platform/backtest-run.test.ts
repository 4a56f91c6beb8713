/** A draft is tried on the stored past of a running city, read from its own files. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shippedCatalogue } from '#rules/engine.ts';
import { openEmbeddedStore } from '#store/embedded/embedded-store.ts';
import { columnsOf } from '#store/measurement-columns.ts';
import { maintainForDays, measurement } from '#test/contract/measurement-store-contract.ts';
import { DutyRoom } from '#test/rules/duty-room.ts';
import { FLAG } from '#domain/measurement.ts';
import { seededRandom } from '#test/simulation/random.ts';
import {
  type BacktestRequest,
  CatalogueRefused,
  joinShares,
  runBacktest,
} from '../../platform/backtest-run.ts';
import { judgeShare } from '../../platform/backtest-share.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 5, 1);

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'backtest-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** An underpass that floods to 22 cm once, in the fourth hour, and a well at rest. */
function city(): BacktestRequest {
  const room = new DutyRoom();
  const depth = room.point('underpass', 'water-depth', 'cm');
  const well = room.point('gas-valve-well', 'ch4', '%');
  const store = openEmbeddedStore(directory);
  const rows = Array.from({ length: 8 * 60 }, (_, minute) => {
    const time = START + minute * MINUTE;
    const value = minute >= 200 && minute < 220 ? 22 : 0;
    return [
      measurement({ pointIndex: depth, time, value }),
      measurement({ pointIndex: well, time, value: 0.1 }),
    ];
  }).flat();
  store.write(columnsOf(rows), 1);
  maintainForDays(store, START);
  store.close();
  return {
    measurements: directory,
    site: 'heze',
    registry: room.registry,
    before: shippedCatalogue(),
    after: { revision: 'draft', catalogue: withPondingOrangeAt(25) },
    from: START + HOUR,
    to: START + 24 * HOUR,
    lookBackMs: HOUR,
    facilities: null,
    labels: [],
    shiftMs: 12 * HOUR,
    listedMax: 50,
  };
}

function withPondingOrangeAt(limit: number): unknown {
  const catalogue = structuredClone(shippedCatalogue().catalogue) as {
    rules: { id: string; levels: { name: string; limit: unknown }[] }[];
  };
  const level = catalogue.rules
    .find(({ id }) => id === 'ponding-depth')
    ?.levels.find(({ name }) => name === 'prepare-closure');
  if (level !== undefined) level.limit = limit;
  return catalogue;
}

describe('a back-test on stored history', () => {
  it('shows the fast orange flood, told red, that the draft would have called yellow, told orange', () => {
    const outcome = runBacktest(city());
    const colours = outcome.changed.map(({ before, after }) => [before.colour, after.colour]);
    expect(colours).toEqual([['red', 'orange']]);
    expect(outcome.before.byColour.red).toBe(1);
    expect(outcome.after.byColour).toMatchObject({ red: 0, orange: outcome.before.byColour.orange + 1 });
    expect(outcome).toMatchObject({ rows: 2 * 8 * 60, coveredThrough: START + 8 * HOUR, damagedChunks: 0 });
  });

  it('keeps to the facilities asked for', () => {
    const outcome = runBacktest({ ...city(), facilities: new Set(['gas-valve-well-1']) });
    expect(outcome).toMatchObject({ rows: 8 * 60, changed: [] });
  });

  it('refuses a draft with a slip in it and names the place', () => {
    const after = { revision: 'draft', catalogue: { format: 1, rules: [{}], system: [] } };
    expect(() => runBacktest({ ...city(), after })).toThrow(CatalogueRefused);
  });
});

/** Two days of eight wells side by side, an underpass and a pump that wander, spike, go bad and beyond range. */
function wanderingCity(seed: number): BacktestRequest {
  const random = seededRandom(seed).next;
  const room = new DutyRoom();
  const wells = Array.from({ length: 8 }, (_, place) =>
    room.pointAt(
      { kind: 'gas-valve-well', place, east: place * 60 },
      { quantity: 'ch4', unit: '%', reportIntervalMs: MINUTE },
    ),
  );
  const points = [
    ...wells,
    room.point('gas-station', 'ch4', '%'),
    room.point('underpass', 'water-depth', 'cm'),
    room.point('heat-station', 'temperature', 'Cel', { range: { min: -20, max: 150 } }),
    room.point('tank', 'tank-level', 'm', { limits: { H: 4, HH: 5, deadband: 0.2, onDelayMs: 120_000 } }),
  ];
  const level = points.map(() => 0);
  const rows = Array.from({ length: 2 * 24 * 60 }, (_, minute) =>
    points.map((pointIndex, at) => {
      // Quiet for hours, then a spell of trouble.
      if (random() < 0.003) level[at] = random() * 6;
      if (random() < 0.02) level[at] = 0;
      const value = random() < 0.01 ? Number.NaN : (level[at] ?? 0) + random() * 0.3;
      const isBad = Number.isNaN(value);
      const beyond = !isBad && random() < 0.0005 ? 1 : 0;
      const quality = isBad ? 'bad' : beyond === 1 || random() < 0.02 ? 'uncertain' : 'good';
      const flags = beyond === 1 ? FLAG.overRange : 0;
      return measurement({ pointIndex, time: START + minute * MINUTE + at * 97, value, quality, flags });
    }),
  ).flat();
  const store = openEmbeddedStore(directory);
  store.write(columnsOf(rows), 1);
  maintainForDays(store, START + 24 * HOUR);
  store.close();
  return {
    ...{ measurements: directory, site: 'heze', registry: room.registry, before: shippedCatalogue() },
    after: { revision: 'draft', catalogue: withPondingOrangeAt(25) },
    ...{ from: START + HOUR, to: START + 48 * HOUR, lookBackMs: HOUR, facilities: null },
    ...{ labels: [], shiftMs: 12 * HOUR, listedMax: 5_000 },
  };
}

describe('passing over what is quiet, and sharing the work', () => {
  for (const seed of [1, 2, 3]) {
    it(`changes nothing of what is found (seed ${seed})`, () => {
      const request = wanderingCity(seed);
      const { cpuMs: _all, ...everyRow } = runBacktest({ ...request, everyRow: true });
      const { cpuMs: _quick, ...quick } = runBacktest(request);
      expect(everyRow.before.alarms).toBeGreaterThan(50);
      expect(quick).toEqual(everyRow);
      const shares = [0, 1, 2].map((index) => judgeShare(request, { index, of: 3 }));
      expect(shares.filter(({ rows }) => rows > 0).length).toBeGreaterThan(1);
      const { cpuMs: _shared, ...shared } = joinShares(request, shares);
      expect(shared).toEqual(everyRow);
    });
  }

  it('judges only what the draft watches otherwise a second time, and still tells both sides', () => {
    const request = wanderingCity(4);
    const same = runBacktest({ ...request, after: { ...request.before, revision: 'draft' } });
    expect(same).toMatchObject({ added: [], removed: [], changed: [], same: same.before.alarms });
    expect(same.after).toEqual(same.before);
  });
});
