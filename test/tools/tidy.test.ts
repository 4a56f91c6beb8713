/** The house rules bite, and the tree keeps them. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { tidy, treeFiles } from '#tools/tidy.ts';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const found = (path: string, text: string): string[] => tidy([{ path, text }]);

describe('imports point one way', () => {
  it.each([
    ['rules/a.ts', "import { x } from '#store/b.ts';", 'rules may not import store'],
    ['store/a.ts', "import { x } from '../server/b.ts';", 'store may not import server'],
    ['store/deep/a.ts', "export { x } from '../../broker/b.ts';", 'store may not import broker'],
    ['domain/a.ts', "import type { X } from '#rules/b.ts';", 'domain may not import rules'],
    ['firmware-sim/a.ts', "import { x } from '#domain/b.ts';", 'firmware-sim may not import domain'],
    ['dashboard/src/a.vue', "import { x } from '#server/b.ts';", 'dashboard may not import server'],
    ['city/a.ts', "import { x } from '#config';", 'city may not import config.ts'],
    ['city/a.ts', "import { x } from '../platform/b.ts';", 'city may not import platform'],
    ['pipeline.ts', "import { x } from '#server/b.ts';", 'pipeline.ts may not import server'],
    ['server/a.ts', "const x = await import('#store/b.ts');", 'server may not import store'],
    ['broker/a.ts', "import '../ingest/b.ts';", 'broker may not import ingest'],
    ['novel/a.ts', 'export {};', 'no rule says what novel may import'],
  ])('%s: %s', (path, text, why) => {
    expect(found(path, `${text}\n`)).toEqual([`${path}: ${why}`]);
  });
});

describe('the core is pure', () => {
  it.each([
    ['rules/a.ts', 'const now = Date.now();'],
    ['rules/a.ts', 'const clock = Date.now;'],
    ['domain/a.ts', 'const now = new Date();'],
    ['domain/a.ts', "import { readFileSync } from 'node:fs';"],
    ['domain/a.ts', "import { connect } from 'mqtt';"],
    ['ingest/a.ts', 'setTimeout(() => {}, 1);'],
    ['ingest/a.ts', 'const id = crypto.randomUUID();'],
    ['city/fold.ts', 'const x = Math.random();'],
    ['city/late-windows.ts', 'const x = performance.now();'],
    ['rules/a.ts', "const mode = process.env['X'];"],
    ['rules/a.ts', "const page = await fetch('http://x');"],
    ['rules/a.ts', "const fs = await import('node:fs');"],
  ])('%s may not: %s', (path, text) => {
    expect(found(path, `${text}\n`)).toEqual([expect.stringContaining(`${path}: the pure core may not use`)]);
  });

  it.each([
    ['an edge may read the clock', 'store/a.ts', 'Date.now();'],
    ['a comment may speak of it', 'rules/a.ts', '/** Never Date.now(). */\n// nor Math.random()'],
    ['a date from an argument is no clock', 'rules/a.ts', 'export const day = (at: number) => new Date(at);'],
    [
      'its own kind may be imported',
      'rules/a.ts',
      "import { x } from '#domain/b.ts';\nimport { y } from './c.ts';",
    ],
  ])('%s', (_, path, text) => {
    expect(found(path, `${text}\n`)).toEqual([]);
  });
});

describe('files stay small and say what they are', () => {
  it.each([
    ['server/a.ts', 'x;\n'.repeat(301), 'server/a.ts: 301 lines, at most 300'],
    ['broker/utils.ts', '\n', 'broker/utils.ts: the name says nothing'],
    ['helper.ts', '\n', 'helper.ts: the name says nothing'],
    ['broker/a.ts', `// ${'TO'}${'DO'} later\n`, 'broker/a.ts: an unfinished mark'],
  ])('%s', (path, text, why) => {
    expect(found(path, text)).toContain(why);
  });

  it('300 lines are still well', () => {
    expect(found('server/a.ts', 'x;\n'.repeat(300))).toEqual([]);
  });
});

it('the present tree keeps every rule', () => {
  expect(tidy(treeFiles(ROOT))).toEqual([]);
});

it('the command says so too', () => {
  expect(
    execFileSync(process.execPath, [join(ROOT, 'tools', 'tidy.ts')], { cwd: ROOT, encoding: 'utf8' }),
  ).toBe('');
  expect(readFileSync(join(ROOT, 'tools', 'check.mjs'), 'utf8')).toContain("'tidy.ts'");
});
