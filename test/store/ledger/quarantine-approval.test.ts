/** Approval goes through the fold and comes back to the ledger: what leaves is what was judged, nothing else. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Input } from '#domain/input.ts';
import type { RegistryItem, RegistryKind } from '#domain/registry.ts';
import { createCity, type City } from '../../../city/city.ts';
import { emptyOutput, fold } from '../../../city/fold.ts';
import { memoryLedger, type Ledger } from '#store/ledger/ledger.ts';

const START = 1_763_800_000_000;
const by = { username: 'engineer', roles: ['engineer'] as const, address: '' };

let city: City;
let ledger: Ledger;
beforeEach(() => {
  city = createCity('site');
  ledger = memoryLedger({ quarantine: { ...ROOMY, recordsPerDevice: 6 } });
  register(
    ['facilities', PLACE],
    ['gateways', { id: 'GW', name: 'g', session: 'always-on', secretHmac: 'a'.repeat(64) }],
  );
});
afterEach(() => ledger.close());

const ROOMY = {
  samplesPerGroup: 9,
  samples: 99,
  recordsPerDevice: 99,
  records: 99,
  groupsPerGateway: 99,
  groups: 99,
};
const PLACE = {
  id: 'W',
  name: 'w',
  kind: 'gas-valve-well',
  lifeline: 'gas',
  area: '371702',
  location: { lat: 35, lon: 115 },
};

function take(input: Input) {
  const position = city.position + 1;
  const out = emptyOutput();
  fold(city, { ...input, position, receivedAt: START + position * 1_000, engineTime: position * 1_000 }, out);
  ledger.apply(
    out.events.map((event, index) => ({ position, index, event })),
    position,
  );
  return out;
}
function register(...rows: [kind: RegistryKind, value: unknown][]) {
  const items = rows.map(([kind, value]): RegistryItem => ({ op: 'create', kind, value }));
  take({ kind: 'command', command: 'registry', by, change: { items } });
}
function send(packetId: number, channel: string): void {
  const record = { device: 'D', time: START + packetId, values: { [channel]: 1 } };
  const payload = new TextEncoder().encode(JSON.stringify(record));
  const topic = 'lifeline/v1/GW/telemetry';
  take({ kind: 'publish', gateway: 'GW', client: 'c', topic, payload, qos: 1, dup: false, packetId });
}
const kept = () => ledger.quarantineRecords('GW', 'D', 100);
const channels = (): string[] => kept().map(({ json }) => Object.keys(JSON.parse(json).values)[0] ?? '');
const approve = (records = kept()): unknown => {
  const { answer } = take({
    kind: 'command',
    command: 'approve-quarantine',
    by,
    gateway: 'GW',
    device: 'D',
    records,
  });
  return answer?.ok === true ? answer.body : answer;
};

it('what cannot be taken yet stays once, and is taken when its channel is registered too', () => {
  for (const [n, channel] of ['co', 'co', 'ch4', 'ch4', 'ch4', 'co'].entries()) send(n + 1, channel);
  register(
    ['devices', { id: 'D', gateway: 'GW', facility: 'W' }],
    ['points', { device: 'D', channel: 'ch4', quantity: 'ch4', unit: '%', reportIntervalMs: 60_000 }],
  );
  expect(approve()).toEqual({ records: 3 });
  expect(channels()).toEqual(['co', 'co', 'co']);
  expect(approve()).toEqual({ records: 0 });
  expect(channels()).toEqual(['co', 'co', 'co']);
  register([
    'points',
    { device: 'D', channel: 'co', quantity: 'co', unit: '[ppm]', reportIntervalMs: 60_000 },
  ]);
  expect(approve()).toEqual({ records: 3 });
  expect(channels()).toEqual([]);
  expect(ledger.figures().quarantineNotKept).toBe(0);
});

it('two people who approve the same records take out no others', () => {
  for (const n of [1, 2]) send(n, 'ch4');
  register(
    ['devices', { id: 'D', gateway: 'GW', facility: 'W' }],
    ['points', { device: 'D', channel: 'ch4', quantity: 'ch4', unit: '%', reportIntervalMs: 60_000 }],
  );
  const seenByBoth = kept();
  approve(seenByBoth);
  for (const n of [3, 4]) send(n, 'co');
  approve(seenByBoth);
  expect(channels()).toEqual(['co', 'co']);
});
