/** Another process can build the registry again from the ledger's file while the platform writes it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { applyRegistryChange, createRegistry, serializeRegistry } from '#domain/registry-change.ts';
import type { RegistryChange } from '#domain/registry.ts';
import { openLedger } from '#store/ledger/ledger.ts';
import { registryFromLedger } from '#store/ledger/registry-history.ts';

const CHANGES: readonly RegistryChange[] = [
  {
    items: [
      {
        op: 'create',
        kind: 'facilities',
        value: {
          id: 'V-1',
          name: '阀井',
          kind: 'gas-valve-well',
          lifeline: 'gas',
          area: '371702',
          location: { lat: 35.2, lon: 115.4 },
        },
      },
      {
        op: 'create',
        kind: 'gateways',
        value: { id: 'GW-1', name: 'GW', session: 'always-on', secretHmac: 'a'.repeat(64) },
      },
      { op: 'create', kind: 'devices', value: { id: 'G-1', gateway: 'GW-1', facility: 'V-1' } },
      {
        op: 'create',
        kind: 'points',
        value: { device: 'G-1', channel: 'ch4', quantity: 'ch4', unit: '%', reportIntervalMs: 60_000 },
      },
    ],
  },
  { items: [{ op: 'update', kind: 'facilities', value: { id: 'V-1', name: '中华路阀井' } }] },
];

it('gives the registry that every change so far makes', () => {
  const directory = mkdtempSync(join(tmpdir(), 'registry-'));
  const ledger = openLedger(directory);
  const registry = createRegistry();
  CHANGES.forEach((change, at) => {
    expect(applyRegistryChange(registry, change).ok).toBe(true);
    const event = { kind: 'registry', at: 1_000 + at, revision: at + 1, change } as const;
    ledger.apply([{ position: at + 1, index: 0, event }], at + 1);
  });
  expect(serializeRegistry(registryFromLedger(directory))).toEqual(serializeRegistry(registry));
  ledger.close();
  rmSync(directory, { recursive: true });
});
