/** What the console weighs on the line (gzip), from the build's own manifest: the budgets of console.md 8. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';

const DIST = join(import.meta.dirname, '../../dashboard/dist');
const MANIFEST = join(DIST, '.vite/manifest.json');
const KIB = 1_024;

type Chunk = {
  readonly name?: string;
  readonly file: string;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
  readonly assets?: readonly string[];
};

/** Files of a chunk and of what it imports at once, each counted once. */
function filesOf(manifest: Record<string, Chunk>, name: string, seen = new Set<string>()): Set<string> {
  const chunk = manifest[name];
  if (chunk === undefined) throw new Error(`the build has no ${name}`);
  if (seen.has(chunk.file)) return seen;
  for (const file of [chunk.file, ...(chunk.css ?? []), ...(chunk.assets ?? [])]) seen.add(file);
  for (const next of chunk.imports ?? []) filesOf(manifest, next, seen);
  return seen;
}

const gzipped = (files: Iterable<string>): number =>
  [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(DIST, file))).length, 0) / KIB;

// The console is built before the tests run (tools/test.mjs).
describe.skipIf(!existsSync(MANIFEST))('the console on the line', () => {
  const manifest: Record<string, Chunk> = JSON.parse(readFileSync(MANIFEST, 'utf8'));
  const keyOf = (name: string) =>
    Object.keys(manifest).find((key) => manifest[key]?.name === name) ?? `chunk named ${name}`;
  const shell = filesOf(manifest, 'index.html');
  const scripts = [...shell].filter((file) => file.endsWith('.js'));
  const map = [...filesOf(manifest, keyOf('map-pane')), ...filesOf(manifest, keyOf('city-map'))].filter(
    (file) => !shell.has(file),
  );

  test('the scripts of the list weigh at most 120 KiB', () => {
    expect(gzipped(scripts)).toBeLessThanOrEqual(120);
  });

  test('the map with worker and style at most 480 KiB, and nothing of it is in the shell', () => {
    expect(map.some((file) => /worker/.test(file))).toBe(true);
    expect(gzipped(new Set(map))).toBeLessThanOrEqual(480);
    expect(scripts.some((file) => readFileSync(join(DIST, file), 'utf8').includes('webglcontextlost'))).toBe(
      false,
    );
  });

  test('everything there is weighs at most 800 KiB', () => {
    const all = new Set(Object.keys(manifest).flatMap((name) => [...filesOf(manifest, name)]));
    expect(gzipped(all)).toBeLessThanOrEqual(800);
  });
});
