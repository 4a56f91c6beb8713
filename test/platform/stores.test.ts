/** Stores are opened side by side: one that cannot be had must leave none of the others open. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readConfig } from '#config';
import { openStores } from '../../platform/stores.ts';

it.each(['ledger.db', 'records', 'journal'])('without a usable %s nothing stays open', async (name) => {
  const directory = mkdtempSync(join(tmpdir(), 'lifeline-stores-'));
  try {
    const config = readConfig({ LIFELINE_DATA_DIR: directory, LIFELINE_RESERVE_MB: '1' });
    await (await openStores(config)).close();
    const path = join(directory, name);
    renameSync(path, `${path}.away`);
    writeFileSync(path, 'neither a folder nor a database');
    await expect(openStores(config)).rejects.toThrow();
    rmSync(path);
    renameSync(`${path}.away`, path);
    // The lock is free again, and every thread is gone from its files.
    const stores = await openStores(config);
    expect(await stores.outputs.loadSnapshot()).toBeNull();
    await stores.close();
  } finally {
    rmSync(directory, { recursive: true });
  }
});
