import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openDataDirectory } from '#store/data-directory.ts';

const folder = mkdtempSync(join(tmpdir(), 'lifeline-data-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const newDirectory = (): string => join(folder, 'deep', `d${(count += 1)}`);
/** A directory that was used before, and closed. */
function used(): string {
  const path = newDirectory();
  openDataDirectory(path).close();
  mkdirSync(join(path, 'journal'));
  return path;
}

test('a new one gets a key of its own and a site id, and keeps both', () => {
  const path = newDirectory();
  const first = openDataDirectory(path);
  first.close();
  const again = openDataDirectory(path);
  again.close();
  expect(first.serverKey.length).toBe(32);
  expect([...again.serverKey]).toEqual([...first.serverKey]);
  expect(again.siteId).toBe(first.siteId);
  expect(first.siteId).toMatch(/^site-[0-9a-f]{12}$/);
  expect(statSync(join(path, 'server-key')).mode & 0o777).toBe(0o600);
  const other = openDataDirectory(newDirectory());
  other.close();
  expect([...other.serverKey]).not.toEqual([...first.serverKey]);
  expect(other.siteId).not.toBe(first.siteId);
});

test('a second instance is refused and told which folder it is', () => {
  const path = newDirectory();
  const first = openDataDirectory(path);
  const locked = expect.objectContaining({
    code: 'data-directory-locked',
    detail: expect.stringContaining(path),
  });
  expect(() => openDataDirectory(path)).toThrow(locked);
  first.close();
  openDataDirectory(path).close();
});

test('another process is refused while the first lives, and let in when the first is killed', async () => {
  const path = newDirectory();
  const script = join(import.meta.dirname, 'directory-holder.ts');
  const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  expect(() => openDataDirectory(path)).toThrow(expect.objectContaining({ code: 'data-directory-locked' }));
  child.kill('SIGKILL');
  await once(child, 'exit');
  openDataDirectory(path).close();
});

test.each([
  ['a newer format', 'format', '2\n', 'data-format-newer'],
  ['a format that is no number', 'format', 'soon\n', 'data-format-unreadable'],
  ['an empty format', 'format', '', 'data-format-unreadable'],
  ['no format', 'format', null, 'data-format-unreadable'],
  ['a damaged key', 'server-key', 'abc\n', 'server-key-unreadable'],
  ['no key', 'server-key', null, 'server-key-unreadable'],
  ['no site id', 'site-id', null, 'site-id-unreadable'],
  ['a damaged site id', 'site-id', 'a b\n', 'site-id-unreadable'],
])('data with %s are refused and left alone', (_what, file, text, code) => {
  const path = used();
  if (text === null) unlinkSync(join(path, file));
  else writeFileSync(join(path, file), text);
  expect(() => openDataDirectory(path)).toThrow(expect.objectContaining({ code }));
  expect(() => openDataDirectory(path)).toThrow(expect.objectContaining({ code }));
});
