/**
 * `node tools/measure-backtest.ts --days N --points N [--mode draft|same|every-row]`: how long a back-test of a minute's
 * history takes on this machine. `draft` changes the rule of every point, `same` of none.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { applyRegistryChange, createRegistry } from '#domain/registry-change.ts';
import type { Measurement } from '#domain/measurement.ts';
import type { RegistryItem } from '#domain/registry.ts';
import { shippedCatalogue } from '#rules/engine.ts';
import { openEmbeddedStore } from '#store/embedded/embedded-store.ts';
import { columnsOf } from '#store/measurement-columns.ts';
import { openLedger } from '#store/ledger/ledger.ts';
import { judgeInProcess } from '../platform/backtest-judging.ts';
import { runBacktest } from '../platform/backtest-run.ts';

const { values: flags } = parseArgs({
  options: {
    days: { type: 'string', default: '30' },
    points: { type: 'string', default: '1000' },
    mode: { type: 'string', default: 'draft' },
  },
});
const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const START = Date.UTC(2026, 3, 1);
const days = Number(flags.days);
const points = Number(flags.points);
const directory = mkdtempSync(join(tmpdir(), 'backtest-'));
const measurements = join(directory, 'measurements');
/** Of the rule that watches each point, over-range included. */
const LEVELS = 5;

try {
  fill();
  writeLedger();
  const mode = flags.mode;
  const draft = mode === 'same' ? shippedCatalogue().catalogue : withHigherWells();
  const request = {
    ...{ site: 'measure', before: shippedCatalogue(), after: { revision: 'draft', catalogue: draft } },
    ...{ from: START, to: START + days * DAY, lookBackMs: 0, labels: [], shiftMs: DAY / 2, listedMax: 10 },
  };
  const from = performance.now();
  const outcome =
    mode === 'every-row'
      ? runBacktest({ ...request, measurements, registry: registryOf(), facilities: null, everyRow: true })
      : await judgeInProcess({ ...request, directory, facilities: null }).answer;
  const seconds = (performance.now() - from) / 1_000;
  const bare = bareLoop(outcome.rows);
  // The draft's rules watch every point, so every row stands for both catalogues; one plain rule of five levels each.
  const evaluations = outcome.rows * 2 * LEVELS;
  const millions = (perS: number): string => (perS / 1e6).toFixed(1);
  console.log(
    `${mode}: ${outcome.rows} rows, ${outcome.before.alarms} and ${outcome.after.alarms} alarms: ${seconds.toFixed(1)} s, ` +
      `${(outcome.cpuMs / 1_000).toFixed(1)} s of processor time; ${millions(evaluations / (outcome.cpuMs / 1_000))} M ` +
      `evaluations/CPU s, bare typed-array loop ${millions(evaluations / bare)} M`,
  );
} finally {
  rmSync(directory, { recursive: true });
}

/** Seconds of processor time for the same limits over the same number of rows in bare arrays, points in order of time. */
function bareLoop(rows: number): number {
  const limits = new Float64Array(points * LEVELS).fill(5);
  const over = new Uint8Array(points * LEVELS);
  const values = new Float64Array(points).map((_, point) => 0.2 + (point % 10) / 100);
  const from = process.cpuUsage();
  let reached = 0;
  for (let row = 0; row < rows * 2; row += 1) {
    const point = row % points;
    const value = values[point] ?? 0;
    for (let level = point * LEVELS; level < (point + 1) * LEVELS; level += 1) {
      const now = value >= (limits[level] ?? 0) ? 1 : 0;
      if (now !== over[level]) over[level] = now;
      reached += now;
    }
  }
  const { user, system } = process.cpuUsage(from);
  if (reached > 0) throw new Error('no value reaches these limits');
  return (user + system) / 1e6;
}

function withHigherWells(): unknown {
  const catalogue = structuredClone(shippedCatalogue().catalogue) as {
    rules: { id: string; levels: { limit: number }[] }[];
  };
  for (const { id, levels } of catalogue.rules)
    if (id === 'gas-well-ch4') for (const level of levels) level.limit *= 1.1;
  return catalogue;
}

function writeLedger(): void {
  const ledger = openLedger(directory);
  const event = { kind: 'registry' as const, at: START, revision: 1, change: { items: itemsOf() } };
  ledger.apply([{ position: 1, index: 0, event }], 1);
  ledger.close();
}

function registryOf() {
  const registry = createRegistry();
  const outcome = applyRegistryChange(registry, { items: itemsOf() });
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.errors[0]));
  return registry;
}

/** A well each, a kilometre from the next. */
function itemsOf(): RegistryItem[] {
  const kind = { kind: 'gas-valve-well', lifeline: 'gas', area: '371702' };
  const gateway = { id: 'GW-1', name: 'GW-1', session: 'always-on', secretHmac: 'a'.repeat(64) };
  const items: RegistryItem[] = [{ op: 'create', kind: 'gateways', value: gateway }];
  for (let i = 0; i < points; i += 1) {
    const [id, facility] = [`D-${i}`, `V-${i}`];
    const location = { lat: 35 + Math.floor(i / 40) / 100, lon: 115 + (i % 40) / 90 };
    const point = { device: id, channel: 'ch4', quantity: 'ch4', unit: '%', reportIntervalMs: MINUTE };
    items.push(
      { op: 'create', kind: 'facilities', value: { id: facility, name: facility, ...kind, location } },
      { op: 'create', kind: 'devices', value: { id, gateway: 'GW-1', facility } },
      { op: 'create', kind: 'points', value: point },
    );
  }
  return items;
}

/** Methane that wanders below every limit, and once a day at each point above it for a quarter of an hour. */
function fill(): void {
  const store = openEmbeddedStore(measurements);
  let position = 0;
  for (let minute = 0; minute < days * 1_440; minute += 10) {
    const rows: Measurement[] = [];
    for (let m = minute; m < minute + 10; m += 1) {
      for (let pointIndex = 0; pointIndex < points; pointIndex += 1) {
        const time = START + m * MINUTE + ((pointIndex * 59) % MINUTE);
        const leak = (m + pointIndex * 7) % 1_440 < 15 ? 3 : 0;
        const value = Math.round((0.2 + 0.1 * Math.sin(m / 50 + pointIndex) + leak) * 1_000) / 1_000;
        rows.push({
          pointIndex,
          time,
          deviceTime: time,
          receivedAt: time + 300,
          value,
          quality: 'good',
          flags: 0,
        });
      }
    }
    store.write(columnsOf(rows), (position += 1));
    store.maintain(START + (minute + 10) * MINUTE);
  }
  for (let now = 0; now < 40; now += 1) store.maintain(START + days * DAY + now * 10 * MINUTE);
  store.close();
}
