/**
 * `npm run bench [-- --rounds N --only a,b,… --json FILE]`: every figure of the design's table beside its target, the contestants
 * taking turns in one run; the sections stand below (docs/bench.md). On cores that are shared trust ratios and CPU seconds,
 * never absolute rates.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { tableOf, verdictOf, type Figure } from './bench/figures.ts';
import { idleConnections } from './bench/idle.ts';
import { journalRates } from './bench/journal.ts';
import { latency, manyConsoles } from './bench/latency.ts';
import { startOurs } from './bench/ours.ts';
import { paintedConsole } from './bench/painted.ts';
import { embeddedStore, influxStore, type StoreCost } from './bench/store.ts';
import { durability, loadA, loadB } from './bench/throughput.ts';
import { undisturbed } from './bench/undisturbed.ts';

const SECTIONS = [
  'a',
  'b',
  'durability',
  'latency',
  'consoles',
  'console',
  'undisturbed',
  'journal',
  'idle',
  'store',
  'engine',
  'paint',
] as const;

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    messages: { type: 'string', default: '300000' },
    connections: { type: 'string', default: '18000' },
    only: { type: 'string', default: SECTIONS.join(',') },
    json: { type: 'string' },
  },
});
const rounds = Number(flags.rounds);
const messages = Number(flags.messages);
const wanted = new Set(flags.only.split(','));
for (const name of wanted)
  if (!SECTIONS.some((one) => one === name)) throw new Error(`no section ${name}: ${SECTIONS.join(', ')}`);
if (!existsSync('/usr/sbin/mosquitto')) throw new Error('mosquitto is missing: apt-get install mosquitto');

const machine = `${cpus().length} x ${cpus()[0]?.model ?? '?'}, Linux ${release()}, Node ${process.versions.node}`;
console.error(`bench on ${machine}`);
const figures: Figure[] = [];
await section('a', async () => {
  const rates = await loadA(rounds, messages);
  figures.push(...rates.figures);
  await section('latency', async () => figures.push(...(await latency(rates))));
});
await section('b', async () => figures.push(...(await loadB(rounds, messages / 2))));
await section('durability', async () => figures.push(...(await durability(rounds, messages))));
await section('consoles', async () => figures.push(...(await manyConsoles(500))));
await section('console', async () => figures.push(...(await paintedConsole())));
await section('undisturbed', async () => figures.push(...(await undisturbed())));
await section('journal', async () => figures.push(...(await journalRates())));
await section('idle', idle);
await section('store', store);
await section('engine', engine);
await section('paint', paint);

console.log(`${machine}\n\n${tableOf(figures)}`);
const missed = figures.filter((figure) => verdictOf(figure) === 'missed');
console.log(
  `\n${figures.filter((figure) => verdictOf(figure) === 'met').length} targets met, ${missed.length} missed`,
);
if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify({ machine, figures }, null, 2)}\n`);

async function section(name: (typeof SECTIONS)[number], work: () => Promise<unknown>): Promise<void> {
  if (!wanted.has(name)) return;
  console.error(name);
  await work();
}

async function idle(): Promise<void> {
  const count = Number(flags.connections);
  const ours = await startOurs(1_000);
  try {
    const { bytesEach, perS } = await idleConnections(ours, count);
    const from = `${count} connections, ${Math.round(perS)} a second`;
    figures.push({
      section: 'idle gateways',
      what: 'memory each',
      value: bytesEach / 1_024,
      unit: 'KB',
      target: { most: 12 },
      from,
    });
  } finally {
    await ours.stop();
  }
}

async function store(): Promise<void> {
  const ours = embeddedStore();
  const influx = await influxStore();
  const line = (
    what: string,
    of: (cost: StoreCost) => number,
    unit: string,
    target: Figure['target'],
  ): Figure => ({
    ...{ section: 'store', what, value: of(ours), unit, target },
    from: influx === null ? 'InfluxDB is not installed' : `InfluxDB ${of(influx).toFixed(2)}`,
  });
  figures.push(
    line('CPU a value', (cost) => cost.cpuUsPerValue, 'us', null),
    {
      ...{
        section: 'store',
        what: 'CPU a value, of InfluxDB',
        value: influx === null ? null : ours.cpuUsPerValue / influx.cpuUsPerValue,
      },
      ...{ unit: '', target: { most: 0.1 }, from: `${ours.rows} rows each` },
    },
    line('at rest, time + value + quality + arrival', (cost) => cost.bytesPerValue, 'bytes', { most: 1.5 }),
    line('24 h at 1 s -> 500 buckets', (cost) => cost.bucketsMs, 'ms', { most: 3 }),
    line('latest of 10,000 points', (cost) => cost.latestMs, 'ms', { most: 1 }),
  );
}

/** What a measuring command of its own prints. */
const said = (script: string, ...args: string[]): string =>
  spawnSync(
    process.execPath,
    ['--expose-gc', '--max-old-space-size=12000', join(import.meta.dirname, script), ...args],
    {
      encoding: 'utf8',
    },
  ).stdout;
const numberIn = (text: string, pattern: RegExp): number | null => {
  const found = pattern.exec(text)?.[1];
  return found === undefined ? null : Number(found.replaceAll(',', ''));
};
const figureOf = (
  section: string,
  what: string,
  value: number | null,
  unit: string,
  target: Figure['target'],
  from: string,
): Figure => ({ section, what, value, unit, target, from });

function engine(): Promise<void> {
  const rules = said('measure-engine.ts');
  const backtest = said('measure-backtest.ts', '--days', '30');
  figures.push(
    figureOf(
      'engine',
      'rule evaluations, random order',
      numberIn(rules, /([\d.]+) M rules/),
      'M a CPU s',
      { least: 12 },
      '100,000 points x 10 rules',
    ),
    figureOf(
      'engine',
      'memory a point with 10 rules',
      numberIn(rules, /([\d,]+) bytes of heap a point/),
      'bytes',
      null,
      '',
    ),
    figureOf(
      'engine',
      '30 days x 1,000 points a minute, back-test',
      numberIn(backtest, /alarms: ([\d.]+) s/),
      's',
      { most: 30 },
      'two processes',
    ),
  );
  return Promise.resolve();
}

/** A real browser without a graphics card. */
function paint(): Promise<void> {
  const map = said('measure-map.ts');
  const from = 'headless Chromium drawing in software, 10,000 points on the map';
  figures.push(
    figureOf('paint', 'map usable', numberIn(map, /style loaded\s+([\d.]+)/), 'ms', { most: 4_000 }, from),
    figureOf(
      'paint',
      'alarm -> glyph painted, p95',
      numberIn(map, /alarm -> glyph\s+p50 [\d.]+[^,]*, p95 ([\d.]+)/),
      'ms',
      { most: 1_000 },
      from,
    ),
  );
  return Promise.resolve();
}
