/**
 * Where the editor keeps flows: not in files, but with the platform. A deploy is answered once the ledger has the new
 * version; what starts is what the platform gave. So there is no copy that could differ, and no need to write to disk.
 */
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import type { FlowsText } from './messages.ts';

type Documents = { flows: unknown[]; credentials: Record<string, unknown> };

export type FlowStorage = {
  /** What the next load finds. */
  put(text: FlowsText): void;
  readonly module: Readonly<Record<string, (...args: never[]) => Promise<unknown>>>;
};

/** `secret` is the one Node-RED encrypts credentials with. */
export function createFlowStorage(secret: string, save: (flows: FlowsText) => Promise<void>): FlowStorage {
  let kept: Documents = { flows: [], credentials: {} };
  let credentials: Record<string, unknown> = {};
  let settings: unknown = {};
  const nothing = async (): Promise<unknown> => [];
  return {
    put(text) {
      const document: Partial<Documents> = JSON.parse(text);
      kept = { flows: document.flows ?? [], credentials: document.credentials ?? {} };
      credentials = kept.credentials;
    },
    module: {
      init: nothing,
      getFlows: async () => structuredClone(kept.flows),
      getCredentials: async () =>
        Object.keys(kept.credentials).length === 0
          ? noCredentials(secret)
          : structuredClone(kept.credentials),
      // Node-RED saves credentials first: they wait for the flows that they belong to.
      async saveCredentials(next: Record<string, unknown>) {
        credentials = next;
      },
      async saveFlows(flows: unknown[]) {
        const next = { flows, credentials };
        await save(JSON.stringify(next));
        kept = structuredClone(next);
      },
      // What a person set in the editor lives as long as this process.
      getSettings: async () => settings,
      async saveSettings(next: unknown) {
        settings = next;
      },
      getSessions: async () => ({}),
      saveSessions: nothing,
      getLibraryEntry: nothing,
      async saveLibraryEntry() {
        throw Object.assign(new Error('there is no library: deploy, or export to a file'), {
          code: 'forbidden',
        });
      },
    },
  };
}

/** Nothing, encrypted as Node-RED does it: unencrypted it would warn at every start that something is missing. */
function noCredentials(secret: string): Record<string, unknown> {
  const start = randomBytes(16);
  const cipher = createCipheriv('aes-256-ctr', createHash('sha256').update(secret).digest(), start);
  return { $: start.toString('hex') + cipher.update('{}', 'utf8', 'base64') + cipher.final('base64') };
}
