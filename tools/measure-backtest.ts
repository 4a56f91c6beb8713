/** `node tools/measure-backtest.ts --days N --points N`: how long a back-test of a minute's history takes on this machine. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { applyRegistryChange, createRegistry } from '#domain/registry-change.ts';
import type { Measurement } from '#domain/measurement.ts';
import type { RegistryItem } from '#domain/registry.ts';
import { shippedCatalogue } from '#rules/engine.ts';
import { openEmbeddedStore } from '#store/embedded/embedded-store.ts';
import { runBacktest } from '../platform/backtest-run.ts';

const { values: flags } = parseArgs({
  options: { days: { type: 'string', default: '30' }, points: { type: 'string', default: '1000' } },
});
const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const START = Date.UTC(2026, 3, 1);
const days = Number(flags.days);
const points = Number(flags.points);
const directory = mkdtempSync(join(tmpdir(), 'backtest-'));

try {
  fill();
  const from = performance.now();
  const outcome = runBacktest({
    measurements: directory,
    site: 'measure',
    registry: registryOf(),
    before: shippedCatalogue(),
    after: { ...shippedCatalogue(), revision: 'draft' },
    from: START,
    to: START + days * DAY,
    lookBackMs: 0,
    facilities: null,
    labels: [],
    shiftMs: DAY / 2,
    listedMax: 10,
  });
  const seconds = (performance.now() - from) / 1_000;
  console.log(
    `${outcome.rows} rows, ${outcome.before.alarms} alarms, two catalogues: ${seconds.toFixed(1)} s, ` +
      `${(outcome.cpuMs / 1_000).toFixed(1)} s of processor time`,
  );
} finally {
  rmSync(directory, { recursive: true });
}

function registryOf() {
  const registry = createRegistry();
  const facility = {
    kind: 'gas-valve-well',
    lifeline: 'gas',
    area: '371702',
    location: { lat: 35.2, lon: 115.4 },
  };
  const items: RegistryItem[] = [
    { op: 'create', kind: 'facilities', value: { id: 'V-1', name: 'V-1', ...facility } },
    {
      op: 'create',
      kind: 'gateways',
      value: { id: 'GW-1', name: 'GW-1', session: 'always-on', secretHmac: 'a'.repeat(64) },
    },
  ];
  for (let i = 0; i < points; i += 1) {
    const device = `D-${i}`;
    const point = { device, channel: 'ch4', quantity: 'ch4', unit: '%', reportIntervalMs: MINUTE };
    items.push({ op: 'create', kind: 'devices', value: { id: device, gateway: 'GW-1', facility: 'V-1' } });
    items.push({ op: 'create', kind: 'points', value: point });
  }
  const outcome = applyRegistryChange(registry, { items });
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.errors[0]));
  return registry;
}

/** Methane that wanders below every limit, and once a day at each point above it for a quarter of an hour. */
function fill(): void {
  const store = openEmbeddedStore(directory);
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
    store.write(rows, (position += 1));
    store.maintain(START + (minute + 10) * MINUTE);
  }
  for (let now = 0; now < 40; now += 1) store.maintain(START + days * DAY + now * 10 * MINUTE);
  store.close();
}
