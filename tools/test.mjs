/** `npm test`: brings what the tests need, builds the console, runs vitest, closes with one line of counts. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildConsole, requireNode } from './start.mjs';
import { ensureTestParts } from './test-parts.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

requireNode();
ensureTestParts();
buildConsole();

const folder = mkdtempSync(join(tmpdir(), 'lifeline-test-'));
const report = join(folder, 'report.json');
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const run = spawnSync(
  process.execPath,
  [
    vitest,
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit' },
);
const counts = JSON.parse(readFileSync(report, 'utf8'));
rmSync(folder, { recursive: true });
for (const file of counts.testResults) {
  for (const test of file.assertionResults) {
    if (test.status === 'skipped' || test.status === 'pending') console.log(`skipped: ${test.fullName}`);
    const [first = ''] = test.failureMessages[0]?.split('\n') ?? [];
    if (test.status === 'passed' && first !== '')
      console.log(`passed on the second try: ${test.fullName} (${first})`);
  }
}
const skipped = counts.numPendingTests + counts.numTodoTests;
console.log(`${counts.numPassedTests} passed, ${counts.numFailedTests} failed, ${skipped} skipped`);
process.exitCode = run.status === 0 && counts.numPassedTests > 0 ? 0 : 1;
