import { afterEach, describe, expect, it } from 'vitest';
import { memoryLedger, type Ledger, type LedgerOptions } from '#store/ledger/ledger.ts';
import { keyed, NOON, rejected } from './events.ts';

const BOUNDS = {
  samplesPerGroup: 3,
  samples: 8,
  recordsPerDevice: 4,
  records: 6,
  groupsPerGateway: 5,
  groups: 8,
};

let ledger: Ledger;
const open = (options: LedgerOptions = { quarantine: BOUNDS }): void => {
  ledger = memoryLedger(options);
};
afterEach(() => ledger.close());

const refuse = (count: number, over: (n: number) => Parameters<typeof rejected>[0]): void => {
  const start = ledger.cursor();
  const events = Array.from({ length: count }, (_, n) => keyed(start + n + 1, rejected(over(n), NOON + n)));
  ledger.apply(events.flat(), start + count);
};
const groups = () =>
  ledger.quarantine().map(({ gateway, device, count, kept }) => [gateway, device, count, kept]);
const records = (device: string) => ledger.quarantineRecords('gw-1', device, 100).map(({ json }) => json);

describe('the quarantine counts everything and keeps a bounded part', () => {
  it('keeps the newest samples of a group', () => {
    open();
    refuse(10, (n) => ({ sample: `s${n}` }));
    const key = { gateway: 'gw-1', device: 'G-9999', reason: 'unknown-device' };
    expect(ledger.quarantineSamples(key).map(({ sample }) => sample)).toEqual(['s9', 's8', 's7']);
    expect(ledger.quarantine()).toMatchObject([{ count: 10, sample: 's9', firstAt: NOON, lastAt: NOON + 9 }]);
  });

  it('keeps the newest samples in all', () => {
    open();
    refuse(12, (n) => ({ device: `X-${n % 4}`, sample: `s${n}` }));
    const kept = [0, 1, 2, 3].flatMap((n) =>
      ledger.quarantineSamples({ gateway: 'gw-1', device: `X-${n}`, reason: 'unknown-device' }),
    );
    expect(kept.map(({ sample }) => sample).sort()).toEqual([
      's10',
      's11',
      's4',
      's5',
      's6',
      's7',
      's8',
      's9',
    ]);
  });

  it('keeps the oldest records of a device and counts the rest as not kept', () => {
    open();
    refuse(6, (n) => ({ device: 'X-1', record: `${n}` }));
    expect(records('X-1')).toEqual(['0', '1', '2', '3']);
    expect(groups()).toEqual([['gw-1', 'X-1', 6, 4]]);
    expect(ledger.figures().quarantineNotKept).toBe(2);
  });

  it('keeps so many records in all, and has room again after an approval', () => {
    open();
    refuse(8, (n) => ({ device: `X-${n % 4}`, record: `${n}` }));
    expect(ledger.figures().quarantineNotKept).toBe(2);
    const next = ledger.cursor() + 1;
    const approved = {
      kind: 'quarantine-approved',
      at: NOON,
      gateway: 'gw-1',
      device: 'X-1',
      records: 9,
      through: 100,
      until: NOON + 100,
    } as const;
    ledger.apply(keyed(next, approved), next);
    refuse(3, (n) => ({ device: 'X-9', record: `late-${n}` }));
    expect(records('X-1')).toEqual([]);
    expect(records('X-9')).toEqual(['late-0', 'late-1']);
    expect(ledger.figures().quarantineNotKept).toBe(3);
  });

  it('a record without a device cannot be approved: its sample stays, the record counts as not kept', () => {
    open();
    refuse(1, () => ({ device: null, record: '{}' }));
    expect(groups()).toEqual([['gw-1', null, 1, 0]]);
    expect(ledger.figures().quarantineNotKept).toBe(1);
  });

  it('a sender that makes up names cannot make groups without end, and no refusal goes uncounted', () => {
    open();
    refuse(50, (n) => ({ device: `made-up-${n}` }));
    expect(groups()).toContainEqual(['gw-1', null, 45, 0]);
    refuse(50, (n) => ({ gateway: `made-up-${n}`, device: null }));
    expect(groups()).toContainEqual(['', null, 48, 0]);
    expect(groups()).toHaveLength(9);
    expect(ledger.quarantine().reduce((sum, { count }) => sum + count, 0)).toBe(100);
  });

  it('tells a refusal without a device from one whose device has an empty name', () => {
    open();
    refuse(2, (n) => ({ device: n === 0 ? null : '' }));
    expect(groups()).toEqual([
      ['gw-1', '', 1, 0],
      ['gw-1', null, 1, 0],
    ]);
  });
});

describe('presence of gateways', () => {
  it('keeps the newest changes of each gateway and in all', () => {
    open({ presence: { perKey: 3, total: 5 } });
    const change = (gateway: string, n: number) =>
      ({ kind: 'gateway', at: NOON + n, gateway, connected: n % 2 === 0, connections: n }) as const;
    for (let n = 1; n <= 4; n++) ledger.apply(keyed(n, change('gw-1', n), change('gw-2', n)), n);
    const connections = (gateway: string) =>
      ledger.gatewayPresence(gateway).map((entry) => entry.connections);
    expect(connections('gw-1')).toEqual([4, 3]);
    expect(connections('gw-2')).toEqual([4, 3, 2]);
  });
});
