/** A draft is tried on the stored past of a running city, read from its own files. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shippedCatalogue } from '#rules/engine.ts';
import { openEmbeddedStore } from '#store/embedded/embedded-store.ts';
import { maintainForDays, measurement } from '#test/contract/measurement-store-contract.ts';
import { DutyRoom } from '#test/rules/duty-room.ts';
import { type BacktestRequest, CatalogueRefused, runBacktest } from '../../platform/backtest-run.ts';

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
  store.write(rows, 1);
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
