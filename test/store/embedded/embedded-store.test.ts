import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedStore } from '#store/embedded/embedded-store.ts';
import { measurementStoreContract } from '#test/contract/measurement-store-contract.ts';

measurementStoreContract('embedded', () => {
  const directory = mkdtempSync(join(tmpdir(), 'embedded-'));
  const subject = {
    store: openEmbeddedStore(directory),
    restart() {
      subject.store.close();
      return (subject.store = openEmbeddedStore(directory));
    },
    dispose() {
      subject.store.close();
      rmSync(directory, { recursive: true });
    },
  };
  return subject;
});
