/**
 * `npm run replay -- --data DIR --rule FILE [--days N | --from T --to T] [--facility ID …] [--labels FILE] [--json]`: what a changed
 * rule would have made of the past. Reads the data folder of a running or stopped platform and changes nothing in it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { BacktestEpisode } from '#rules/backtest.ts';
import { type BacktestLoad, colourLine, type LabelledEvent } from '#rules/backtest-report.ts';
import { shippedCatalogue } from '#rules/engine.ts';
import { ruleContentFromLedger } from '#store/ledger/rule-versions.ts';
import { registryFromLedger } from '#store/ledger/registry-history.ts';
import { type BacktestOutcome, CatalogueRefused, runBacktest } from '../platform/backtest-run.ts';

const DAY_MS = 86_400_000;
const SHIFT_MS = DAY_MS / 2;
const LOOK_BACK_MS = DAY_MS;
const LISTED_MAX = 200;

class Refused extends Error {}

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string', default: process.env['LIFELINE_DATA_DIR'] ?? './data' },
    rule: { type: 'string', multiple: true },
    catalogue: { type: 'string' },
    days: { type: 'string', default: '7' },
    from: { type: 'string' },
    to: { type: 'string' },
    facility: { type: 'string', multiple: true },
    labels: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

try {
  const outcome = run();
  if (flags.json) console.log(JSON.stringify(outcome, null, 2));
  else print(outcome);
} catch (error) {
  if (!(error instanceof Refused || error instanceof CatalogueRefused)) throw error;
  console.error(`replay: ${error.message}`);
  process.exitCode = 2;
}

function run(): BacktestOutcome {
  const directory = flags.data;
  if (!existsSync(join(directory, 'ledger.db'))) throw new Refused(`${directory} holds no city`);
  const to = flags.to === undefined ? Date.now() : instant('to', flags.to);
  const days = Number(flags.days);
  if (!(days > 0)) throw new Refused(`--days takes a number, not ${flags.days}`);
  const content = ruleContentFromLedger(directory);
  const shipped = shippedCatalogue();
  const { system } = Object(shipped.catalogue);
  const before = content === null ? shipped : { revision: 'in force', catalogue: { ...content, system } };
  return runBacktest({
    measurements: join(directory, 'measurements'),
    site: readFileSync(join(directory, 'site-id'), 'utf8').trim(),
    registry: registryFromLedger(directory),
    before,
    after: { revision: 'draft', catalogue: draftOf(before.catalogue) },
    from: flags.from === undefined ? to - days * DAY_MS : instant('from', flags.from),
    to,
    lookBackMs: LOOK_BACK_MS,
    facilities: flags.facility === undefined ? null : new Set(flags.facility),
    labels: flags.labels === undefined ? [] : labelsOf(read(flags.labels)),
    shiftMs: SHIFT_MS,
    listedMax: LISTED_MAX,
  });
}

/** The whole catalogue given, or the one in force with the given rules in place of those of their ids. */
function draftOf(inForce: unknown): unknown {
  if (flags.catalogue !== undefined) return read(flags.catalogue);
  const drafts = (flags.rule ?? []).map((path) => read(path));
  if (drafts.length === 0) throw new Refused('name a draft: --rule FILE or --catalogue FILE');
  const catalogue = inForce as { rules: readonly { id: string }[] };
  const rules = new Map<unknown, unknown>(catalogue.rules.map((rule) => [rule.id, rule]));
  for (const draft of drafts) rules.set(idOf(draft), draft);
  return { ...catalogue, rules: [...rules.values()] };
}

function idOf(rule: unknown): string {
  if (typeof rule === 'object' && rule !== null && 'id' in rule && typeof rule.id === 'string')
    return rule.id;
  throw new Refused('a rule has an id');
}

function read(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new Refused(`${path}: ${cause instanceof Error ? cause.message : 'unreadable'}`);
  }
}

function instant(name: string, text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new Refused(`--${name} takes an ISO time, not ${text}`);
  return at;
}

function labelsOf(raw: unknown): LabelledEvent[] {
  if (!Array.isArray(raw)) throw new Refused('labels: a list of {name, point or facility, from, to}');
  return raw.map((one: unknown, at) => {
    const { name, point, facility, from, to } = (one ?? {}) as Record<string, unknown>;
    const where = typeof point === 'string' ? { point } : typeof facility === 'string' ? { facility } : null;
    if (where === null) throw new Refused(`labels[${at}]: neither point nor facility`);
    const label = {
      name: String(name ?? at),
      from: instant('labels', String(from)),
      to: instant('labels', String(to)),
    };
    return { ...label, ...where };
  });
}

function print(outcome: BacktestOutcome): void {
  const { before, after, added, removed, changed } = outcome;
  console.log(`judged    ${outcome.rows} rows through ${new Date(outcome.coveredThrough).toISOString()}`);
  if (outcome.damagedChunks > 0) console.log(`damaged   ${outcome.damagedChunks} chunks passed over`);
  console.log(`in force  ${loadLine(before)}`);
  console.log(`draft     ${loadLine(after)}`);
  console.log(
    `same ${outcome.same} · added ${added.length} · removed ${removed.length} · changed ${changed.length}` +
      (outcome.unlisted > 0 ? ` · ${outcome.unlisted} more not listed` : ''),
  );
  for (const one of added) console.log(`+ ${episodeLine(one)}`);
  for (const one of removed) console.log(`- ${episodeLine(one)}`);
  for (const { before: was, after: is } of changed)
    console.log(`~ ${episodeLine(was)}\n  ${episodeLine(is)}`);
  for (const { label, before: was, after: is } of outcome.detection)
    console.log(`event ${label}: found after ${seconds(was)}, by the draft after ${seconds(is)}`);
}

const loadLine = ({ alarms, byColour, peakPer10Min, floods, chattering, perShift }: BacktestLoad): string =>
  `${alarms} alarms (${colourLine(byColour)}) · at most ${Math.max(0, ...perShift)} a shift, ${peakPer10Min} in 10 min · ` +
  `${floods} floods · ${chattering} chattering`;

const episodeLine = (one: BacktestEpisode): string =>
  `${one.colour.padEnd(6)} ${one.rule} v${one.ruleVersion} ${one.point ?? one.facility ?? ''} ` +
  `${new Date(one.onsetAt).toISOString()} ${one.value ?? ''} ${one.unit ?? ''} against ${one.limitValue ?? ''}`;

const seconds = (ms: number | null): string => (ms === null ? 'never' : `${Math.round(ms / 1_000)} s`);
