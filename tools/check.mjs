/** `npm run check`: types, lint, format, tidiness, dead code. No tests. Prints each part's time; ends 1 when any fails. */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireNode } from './start.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name) => join(root, 'node_modules', '.bin', name);

requireNode();
const PARTS = [
  ['types', bin('tsc'), ['-p', '.']],
  ['types of the console', bin('vue-tsc'), ['--noEmit', '-p', 'dashboard']],
  ['lint', bin('oxlint'), ['--deny-warnings']],
  ['format', bin('biome'), ['format', '.']],
  ['tidy', process.execPath, [join(root, 'tools', 'tidy.ts')]],
  ['dead code', bin('knip'), []],
];

let failed = 0;
for (const [name, command, args] of PARTS) {
  const from = performance.now();
  const run = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  const seconds = ((performance.now() - from) / 1000).toFixed(1);
  console.log(`${run.status === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
  if (run.status !== 0) {
    failed += 1;
    console.log(`${run.stdout ?? ''}${run.stderr ?? ''}${run.error?.message ?? ''}`);
  }
}
process.exitCode = failed === 0 ? 0 : 1;
