/**
 * `node --expose-gc --max-old-space-size=8000 tools/measure-engine.ts [--points N] [--rules N] [--limits N] [--samples N]`:
 * the rule engine alone with 100,000 points of ten rules: evaluations per second of processor time, memory per point, and
 * the processor time of a snapshot of its state and of a restore from it.
 */
import { parseArgs } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { applyRegistryChange, createRegistry } from '#domain/registry-change.ts';
import type { RegistryItem } from '#domain/registry.ts';
import * as engine from '#rules/engine.ts';
import { type Column, columnOf, rowsOf } from '../city/columns.ts';
import { mixedCity } from './load/mixed-city.ts';

const { values: flags } = parseArgs({
  options: {
    points: { type: 'string', default: '100000' },
    rules: { type: 'string', default: '10' },
    /** Of each rule; the shipped one has four. */
    limits: { type: 'string', default: '1' },
    samples: { type: 'string', default: '1000000' },
    /** The shipped rules on facilities of several kinds. */
    mixed: { type: 'boolean', default: false },
  },
});
const points = Number(flags.points);
const rules = Number(flags.rules);
const samples = Number(flags.samples);
const limits = Number(flags.limits);
const START = Date.UTC(2026, 5, 1);
const PER_CHANGE = 5_000;
const POINTS_PER_FACILITY = 10;
const POINTS_PER_GATEWAY = 300;
/** Prime: no point follows its neighbour, and each comes once a round. */
const STRIDE = 1_000_003;
const HOST = 'gas-well-ch4';

type AnyRule = Record<string, unknown> & { readonly id: string; readonly levels: readonly unknown[] };

/** The shipped rule of gas wells, `rules` times over under names of its own. */
function catalogue(): { text: unknown; levels: number } {
  const shipped = engine.shippedCatalogue().catalogue as { rules: AnyRule[] };
  const host = shipped.rules.find(({ id }) => id === HOST);
  if (host === undefined) throw new Error(`no rule ${HOST}`);
  const kept = host.levels.slice(0, limits);
  const copies = Array.from({ length: rules }, (_, at) => ({
    ...host,
    id: at === 0 ? HOST : `${HOST}-${at}`,
    levels: kept,
  }));
  return { text: { ...shipped, rules: copies }, levels: kept.length };
}

const item = (kind: string, value: unknown): RegistryItem => ({ op: 'create', kind, value }) as RegistryItem;

function* registered(): Generator<RegistryItem> {
  if (flags.mixed) {
    for (const { gateways, facilities, devices, points: values } of mixedCity(points)) {
      for (const one of gateways) yield item('gateways', { ...one, secretHmac: '0'.repeat(64) });
      for (const one of facilities) yield item('facilities', one);
      for (const one of devices) yield item('devices', one);
      for (const one of values) yield item('points', one);
    }
    return;
  }
  for (let at = 0; at * POINTS_PER_GATEWAY < points; at += 1) {
    const gateway = { id: `GW-${at}`, name: `GW-${at}`, session: 'always-on', secretHmac: '0'.repeat(64) };
    yield item('gateways', gateway);
  }
  for (let at = 0; at < points; at += 1) {
    const facility = `F-${Math.floor(at / POINTS_PER_FACILITY)}`;
    if (at % POINTS_PER_FACILITY === 0)
      yield item('facilities', {
        ...{ id: facility, name: facility, kind: 'gas-valve-well', lifeline: 'gas', area: '371702' },
        location: { lat: 35 + (at % 1_000) / 1_000, lon: 115 + Math.floor(at / 1_000) / 1_000 },
      });
    yield item('devices', {
      ...{ id: `D-${at}`, gateway: `GW-${Math.floor(at / POINTS_PER_GATEWAY)}`, facility },
    });
    yield item('points', {
      ...{ device: `D-${at}`, channel: 'ch4', quantity: 'ch4', unit: '%', reportIntervalMs: 60_000 },
    });
  }
}

const heapMb = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
};
const cpuMs = (): number => process.cpuUsage().user / 1_000;
const since = (from: number): string => `${Math.round(cpuMs() - from)} ms`;

const registry = createRegistry();
const state = engine.createRules('measure');
let events = 0;
const sink = { alarm: () => void (events += 1), incident: () => void (events += 1) };
const { text, levels } = flags.mixed
  ? { text: engine.shippedCatalogue().catalogue, levels: NaN }
  : catalogue();
const at = (ms: number) => ({ receivedAt: START + ms, engineTime: 1_000 + ms });
engine.onCatalogue(state, registry, text, 'measure', at(0), sink);

let items: RegistryItem[] = [];
const touched: Parameters<typeof engine.onRegistry>[2][] = [];
function flush(): void {
  const outcome = applyRegistryChange(registry, { items });
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.errors[0]));
  touched.push(outcome.touched);
  items = [];
}
for (const one of registered()) {
  items.push(one);
  if (items.length === PER_CHANGE) flush();
}
flush();
const before = heapMb();
let from = cpuMs();
for (const one of touched) engine.onRegistry(state, registry, one, at(0), sink);
const bound = since(from);
const perPoint = ((heapMb() - before) * 1e6) / points;

const first = registry.pointsByIndex.length - points;
const named = Array.from({ length: points }, (_, n) => engine.rulesOfPoint(state, first + n).length);
const rulesInAll = named.reduce((sum, count) => sum + count, 0);
const perPointRules = (rulesInAll / points).toFixed(1);
let place = 0;
const feed = (count: number): void => {
  for (let n = 0; n < count; n += 1, place += 1) {
    // Every point once a round, in no order, a round a minute; below every limit but one in a thousand, which comes and goes.
    const clock = at(Math.floor((place / points) * 60_000));
    engine.advance(state, registry, clock.engineTime, clock, sink);
    const value = place % 1_000 === 0 ? 1.2 : (place % 97) / 250;
    const times = { time: clock.receivedAt, deviceTime: clock.receivedAt, receivedAt: clock.receivedAt };
    const sample = {
      pointIndex: first + ((place * STRIDE) % points),
      ...times,
      value,
      quality: 'good',
      flags: 0,
    } as const;
    engine.onMeasurement(state, registry, sample, clock, sink);
  }
};
feed(points);
from = cpuMs();
feed(samples);
const seconds = (cpuMs() - from) / 1_000;
const judged = heapMb();

from = cpuMs();
const packing = engine.createPacking();
const pages = Object.entries(engine.pagesOf(state)).map(([name, { pages: all }]) => ({
  name,
  bytes: all.map((page) => serialize(columnOf(packing[name]?.pack(page) ?? page))),
}));
const rest = serialize(engine.restOf(state));
const written = since(from);
const bytes = pages.reduce(
  (sum, page) => sum + page.bytes.reduce((all, one) => all + one.length, 0),
  rest.length,
);
from = cpuMs();
const unpacking = engine.createPacking();
const readPages = Object.fromEntries(
  pages.map(({ name, bytes: all }) => [
    name,
    all.map((one): unknown[] => {
      const page = rowsOf(deserialize(one) as Column);
      return unpacking[name]?.unpack(page) ?? page;
    }),
  ]),
);
const restored = engine.restoreRules('measure', readPages, deserialize(rest));
const read = since(from);
if (restored.sequence !== state.sequence || restored.points.length !== state.points.length)
  throw new Error('the restored state is another');

const millions = (count: number): string => (count / seconds / 1e6).toFixed(1);
console.log(
  `${points} points x ${perPointRules} rules${flags.mixed ? ' (shipped)' : ` x ${levels} limits`}: bound in ${bound}, ${Math.round(perPoint)} bytes of heap a point ` +
    `(${Math.round(judged)} MB in all with the registry)\n` +
    `${samples} samples in ${seconds.toFixed(2)} s of processor time: ${millions(samples)} M samples, ` +
    `${millions((samples * rulesInAll) / points)} M rules a CPU second; ${events} events\n` +
    `snapshot of ${(bytes / 1e6).toFixed(1)} MB written in ${written}, restored in ${read} of processor time`,
);
