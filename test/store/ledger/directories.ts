/** Directories of one test file, all below one that goes when the file is done. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Returns a function that makes a new empty directory. */
export function testDirectories(): () => string {
  const root = mkdtempSync(join(tmpdir(), 'lifeline-ledger-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  return () => mkdtempSync(join(root, 'd-'));
}
