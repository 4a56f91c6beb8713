/**
 * `npm run catalogue`: writes the tables of docs/catalogue.md from the rule files, so that they cannot rot. A test fails
 * when the file and the rules differ.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { FACILITY_KINDS, quantityOf } from '#domain/catalogue.ts';
import {
  type Level,
  type Need,
  needsOf,
  type RuleFile,
  ruleFiles,
  signalText,
  watchText,
} from './rule-files.ts';
import attributes from './catalogue-attributes.json' with { type: 'json' };

const FILE = new URL('../docs/catalogue.md', import.meta.url);
const BEGIN = '<!-- tables: npm run catalogue -->';
const END = '<!-- end of tables -->';

/** The document with its tables as the rule files have them now. */
export function renderCatalogue(): string {
  const text = readFileSync(FILE, 'utf8');
  const from = text.indexOf(BEGIN);
  const to = text.indexOf(END);
  if (from < 0 || to < from) throw new Error('docs/catalogue.md has lost the marks around its tables');
  return `${text.slice(0, from)}${BEGIN}\n\n${tables()}\n${text.slice(to)}`;
}

function tables(): string {
  const rules = ruleFiles();
  return [
    '## Every rule',
    '',
    table(
      ['rule', 'watches', 'at', 'limit: colour, on-delay / off-delay', 'source', 'confidence'],
      rules.map((rule) => [
        `\`${rule.id}\` ${rule.name.zh}`,
        watchText(rule),
        kindsText(rule),
        rule.levels.map((level) => levelText(rule, level)).join('<br>'),
        rule.source,
        rule.confidence,
      ]),
    ),
    '## What to register, by kind of facility',
    '',
    ...FACILITY_KINDS.flatMap(({ id, zh, en }) => [
      `### \`${id}\` ${zh} (${en})`,
      '',
      needsTable(rules.filter(({ binds }) => binds.kinds !== 'any' && binds.kinds.includes(id))),
    ]),
    '### at any kind of facility',
    '',
    needsTable(rules.filter(({ binds }) => binds.kinds === 'any')),
    '## Attributes',
    '',
    table(
      ['attribute', 'unit', 'meaning'],
      attributes.map(({ id, unit, zh, en }) => [`\`${id}\``, unit, `${zh}: ${en}`]),
    ),
  ].join('\n');
}

/** Quantity by quantity: what it is called, which unit a form offers, which attributes and which rules. */
function needsTable(rules: readonly RuleFile[]): string {
  const needs = new Map<string, { attributes: Set<string>; rules: string[] }>();
  for (const rule of rules) for (const need of needsOf(rule)) noteNeed(needs, need, rule);
  return table(
    ['quantity', 'unit (others convert)', 'attributes', 'rules'],
    [...needs].map(([quantity, { attributes: asked, rules: ids }]) => [
      `\`${quantity}\` ${quantityOf(quantity)?.zh ?? ''}`,
      `\`${quantityOf(quantity)?.unit ?? ''}\``,
      [...asked].map((name) => `\`${name}\``).join(', '),
      ids.map((id) => `\`${id}\``).join(', '),
    ]),
  );
}

function noteNeed(
  needs: Map<string, { attributes: Set<string>; rules: string[] }>,
  { quantity, attributes: asked }: Need,
  rule: RuleFile,
): void {
  const known = needs.get(quantity) ?? { attributes: new Set(), rules: [] };
  needs.set(quantity, known);
  for (const name of asked) known.attributes.add(name);
  if (!known.rules.includes(rule.id)) known.rules.push(rule.id);
}

const kindsText = ({ binds }: RuleFile): string => (binds.kinds === 'any' ? 'any' : binds.kinds.join(', '));

function levelText(rule: RuleFile, level: Level): string {
  const delays = `${spanText(level.onDelayMs ?? 0)} / ${spanText(level.offDelayMs ?? 0)}`;
  return `${signalText(rule, level)}: **${level.colour}**, ${delays}${level.latch === true ? ', latches' : ''}`;
}

/** A span as people write it: 30 s, 5 min, 24 h. */
export function spanText(ms: number): string {
  if (ms >= 172_800_000 && ms % 86_400_000 === 0) return `${ms / 86_400_000} d`;
  if (ms >= 3_600_000 && ms % 3_600_000 === 0) return `${ms / 3_600_000} h`;
  if (ms >= 60_000 && ms % 60_000 === 0) return `${ms / 60_000} min`;
  return `${ms / 1_000} s`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return 'Nothing of its own; see "at any kind of facility".\n';
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n');
}

if (process.argv.includes('--write')) writeFileSync(FILE, renderCatalogue());
