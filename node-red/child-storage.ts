/**
 * Where the editor keeps flows: not in files, but with the platform. A deploy is answered once the ledger has the new
 * version; what starts is what the platform gave. So there is no copy that could differ, and no need to write to disk.
 */
import type { FlowsText } from './messages.ts';

type Documents = { flows: unknown[]; credentials: Record<string, unknown> };

export type FlowStorage = {
  /** What the next load finds. */
  put(text: FlowsText): void;
  readonly module: Readonly<Record<string, (...args: never[]) => Promise<unknown>>>;
};

export function createFlowStorage(save: (flows: FlowsText) => Promise<void>): FlowStorage {
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
      getCredentials: async () => structuredClone(kept.credentials),
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
