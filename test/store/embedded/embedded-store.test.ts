import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedStore } from '#store/embedded/embedded-store.ts';
import { columnsOf } from '#store/measurement-columns.ts';
import { measurementStoreContract, type StoreInTime } from '#test/contract/measurement-store-contract.ts';

measurementStoreContract('embedded', () => {
  const directory = mkdtempSync(join(tmpdir(), 'embedded-'));
  let embedded = openEmbeddedStore(directory);
  const inRows = (): StoreInTime => ({
    ...embedded,
    write: (rows, throughPosition) => embedded.write(columnsOf(rows), throughPosition),
  });
  return {
    store: inRows(),
    restart() {
      embedded.close();
      embedded = openEmbeddedStore(directory);
      return inRows();
    },
    dispose() {
      embedded.close();
      rmSync(directory, { recursive: true });
    },
  };
});
