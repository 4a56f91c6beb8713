/**
 * The house rules that a type-checker does not know: direction of imports, purity of the core, length of files, names.
 * It first proves on planted violations that it catches each kind, then reads the tree.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

type SourceFile = { readonly path: string; readonly text: string };

/** Which folders a folder may import from, beside itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  broker: ['domain'],
  ingest: ['domain'],
  rules: ['domain'],
  store: ['domain'],
  emergency: ['domain'],
  server: ['domain'],
  dashboard: ['domain'],
  'node-red': ['domain'],
  'firmware-sim': [],
  watchdog: [],
  city: ['domain', 'ingest', 'rules', 'emergency', 'store'],
  'pipeline.ts': ['domain', 'ingest', 'rules', 'emergency', 'store', 'city'],
  'config.ts': [],
  platform: ['*'],
  'main.ts': ['*'],
  tools: ['*'],
  test: ['*'],
};

/** Folders and files whose code may read no clock, chance, environment, network or disk. */
const PURE =
  /^(domain\/|rules\/|ingest\/|emergency\/(?!channels\/)|city\/(alerts|fold|city|late-windows|raised)\.ts)/;
const IMPURE =
  /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\.now\b|\bprocess\.|\bcrypto\.|\bset(Timeout|Interval|Immediate)\b|\bfetch\(|(?<!')\b(?:from|import)\s*\(?\s*'[^'.#][^']*'/;
/** The one package the rules use: CEL, which computes and touches nothing. */
const RULES_PACKAGE = /\bfrom '@marcbachmann\/cel-js'/g;
const LINES_MAX = 300;
const BAD_NAME = /(^|\/)(utils?|helpers?|manager|service|common|types|misc)\.(ts|vue|mjs|cjs)$/;
const IMPORT = /(?<!')\b(?:from|import)\s*\(?\s*'([^']+)'/g;
const UNFINISHED = /\b(TODO|FIXME|XXX|HACK)\b/;

/** Every breach found, one line each. */
export function tidy(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => [
    ...directionBreaches(file),
    ...purityBreaches(file),
    ...sizeBreaches(file),
    ...(BAD_NAME.test(file.path) ? [`${file.path}: the name says nothing`] : []),
    ...(UNFINISHED.test(file.text) && file.path !== 'tools/tidy.ts'
      ? [`${file.path}: an unfinished mark`]
      : []),
  ]);
}

function directionBreaches({ path, text }: SourceFile): string[] {
  const own = topOf(path);
  const allowed = MAY_IMPORT[own];
  if (allowed === undefined) return [`${path}: no rule says what ${own} may import`];
  if (allowed.includes('*')) return [];
  return [...text.matchAll(IMPORT)]
    .map((match) => resolveTop(path, match[1] ?? ''))
    .filter((top) => top !== null && top !== own && !allowed.includes(top))
    .map((top) => `${path}: ${own} may not import ${top}`);
}

function purityBreaches({ path, text }: SourceFile): string[] {
  if (!PURE.test(path)) return [];
  const own = withoutComments(text);
  const match = IMPURE.exec(path.startsWith('rules/') ? own.replaceAll(RULES_PACKAGE, '') : own);
  return match === null ? [] : [`${path}: the pure core may not use ${match[0]}`];
}

function sizeBreaches({ path, text }: SourceFile): string[] {
  const lines = text.split('\n').length - 1;
  return lines > LINES_MAX && !path.startsWith('test/')
    ? [`${path}: ${lines} lines, at most ${LINES_MAX}`]
    : [];
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

/** Folder (or top-level file) an import leads to; null for packages. */
function resolveTop(from: string, specifier: string): string | null {
  if (specifier.startsWith('#')) {
    const name = specifier.slice(1).split('/')[0] ?? '';
    return specifier.includes('/') ? name : `${name}.ts`;
  }
  if (!specifier.startsWith('.')) return null;
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return topOf(parts.join('/'));
}

const topOf = (path: string): string => path.split('/')[0] ?? path;

/** One planted violation of each kind; every one must be caught, and a clean file must pass. */
const PLANTED: readonly { readonly file: SourceFile; readonly caught: RegExp | null }[] = [
  {
    file: { path: 'rules/a.ts', text: "import { x } from '#store/b.ts';\n" },
    caught: /may not import store/,
  },
  {
    file: { path: 'store/a.ts', text: "import { x } from '../server/b.ts';\n" },
    caught: /may not import server/,
  },
  {
    file: { path: 'firmware-sim/a.ts', text: "import { x } from '#domain/b.ts';\n" },
    caught: /may not import domain/,
  },
  { file: { path: 'city/a.ts', text: "import { x } from '#config';\n" }, caught: /may not import config.ts/ },
  { file: { path: 'rules/a.ts', text: 'const now = Date.now();\n' }, caught: /may not use/ },
  { file: { path: 'domain/a.ts', text: "import { readFileSync } from 'node:fs';\n" }, caught: /may not use/ },
  { file: { path: 'rules/a.ts', text: "import { parse } from '@marcbachmann/cel-js';\n" }, caught: null },
  { file: { path: 'rules/a.ts', text: "import { x } from 'left-pad';\n" }, caught: /may not use/ },
  {
    file: { path: 'domain/a.ts', text: "import { parse } from '@marcbachmann/cel-js';\n" },
    caught: /may not use/,
  },
  { file: { path: 'ingest/a.ts', text: 'setTimeout(() => {}, 1);\n' }, caught: /may not use/ },
  { file: { path: 'server/a.ts', text: 'x;\n'.repeat(LINES_MAX + 1) }, caught: /lines, at most/ },
  { file: { path: 'broker/utils.ts', text: '\n' }, caught: /says nothing/ },
  { file: { path: 'broker/a.ts', text: `// ${'TO'}${'DO'} later\n` }, caught: /unfinished/ },
  { file: { path: 'store/a.ts', text: "import { x } from '#domain/b.ts';\nDate.now();\n" }, caught: null },
];

function proveItBites(): string[] {
  return PLANTED.filter(({ file, caught }) => {
    const found = tidy([file]);
    return caught === null ? found.length > 0 : !found.some((line) => caught.test(line));
  }).map(({ file }) => `the tidy test does not judge this rightly: ${JSON.stringify(file).slice(0, 120)}`);
}

/** Every source file of the tree at `root`, as git knows it or would take it up. */
export function treeFiles(root: string): SourceFile[] {
  const list = ['ls-files', '-co', '--exclude-standard', '*.ts', '*.vue', '*.mjs', '*.cjs'];
  return execFileSync('git', list, { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((path) => path !== '' && existsSync(join(root, path)))
    .filter(
      (path) => !path.startsWith('dashboard/vite') && !/^vitest\.((long|console)\.)?config\.ts$/.test(path),
    )
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

if (import.meta.main) {
  const breaches = [...proveItBites(), ...tidy(treeFiles(dirname(import.meta.dirname)))];
  for (const line of breaches) console.log(line);
  process.exitCode = breaches.length === 0 ? 0 : 1;
}
