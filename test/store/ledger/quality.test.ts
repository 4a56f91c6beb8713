/** Alarm quality counted from a small ledger written by hand: who owns what, what rang, what was silent. */
import { afterAll, describe, expect, it } from 'vitest';
import type { Alarm, AlarmChange, AlarmEvent } from '#domain/alarm.ts';
import type { QualityQuery } from '#domain/quality/quality.ts';
import { memoryLedger } from '#store/ledger/ledger.ts';
import { alarmOf, facilityRow, keyed, NOON, registryEvent } from './events.ts';

const HOUR = 3_600_000;
const ledger = memoryLedger();
afterAll(() => ledger.close());

const give = (...events: Parameters<typeof keyed>[1][]): void => {
  const next = ledger.cursor() + 1;
  ledger.apply(keyed(next, ...events), next);
};

let sequence = 0;
function tell(afterMs: number, change: AlarmChange, ring: boolean, over: Partial<Alarm>): void {
  sequence += 1;
  const event: AlarmEvent = {
    ...{ kind: 'alarm', sequence, change, at: NOON + afterMs, by: null, note: null },
    alarm: alarmOf({ sequence, onsetAt: NOON, ...over }),
    announce: { ring, reason: ring ? 'raised' : 'returned' },
  };
  give(event);
}

const make = (kind: 'gateways' | 'devices' | 'points', value: object) =>
  ({ op: 'create', kind, value }) as const;

give(
  registryEvent(1, [
    facilityRow('well-7', { organisation: 'gas-co', area: '371702001' }),
    facilityRow('well-8', { organisation: 'water-co', area: '371721', lifeline: 'drainage' }),
    make('gateways', { id: 'gw-1', name: '一', session: 'always-on', facility: 'well-7' }),
    make('gateways', { id: 'gw-2', name: '二', session: 'always-on', facility: 'well-8' }),
    make('gateways', { id: 'gw-3', name: '三', session: 'always-on', facility: 'well-8' }),
    make('devices', { id: 'd7', gateway: 'gw-1', facility: 'well-7' }),
    make('devices', { id: 'd8', gateway: 'gw-2', facility: 'well-8' }),
    make('points', { device: 'd7', channel: 'ch4', quantity: 'ch4', unit: '%', reportIntervalMs: 60_000 }),
    make('points', {
      device: 'd8',
      channel: 'lv',
      quantity: 'sewer-level',
      unit: 'm',
      reportIntervalMs: 60_000,
    }),
  ]),
);

const WEST = { point: 'd7/ch4', facility: 'well-7', area: '371702001', lifeline: 'gas' } as const;
const EAST = { point: 'd8/lv', facility: 'well-8', area: '371721', lifeline: 'drainage' } as const;
const GONE = {
  point: null,
  device: null,
  rule: 'gateway-absent',
  gateway: 'gw-2',
  id: 'gone',
  colour: 'yellow',
} as const;
const taken = { state: 'acknowledged', acknowledgedAt: NOON + 60_000, acknowledgedBy: 'wang' } as const;

tell(0, 'raised', true, { id: 'gas', ...WEST, colour: 'red' });
tell(60_000, 'acknowledged', false, { id: 'gas', ...WEST, colour: 'red', ...taken });
tell(0, 'raised', true, { id: 'level', ...EAST });
tell(HOUR / 2, 'raised', true, { ...EAST, ...GONE, onsetAt: NOON + HOUR / 2 });
const back = { active: false, state: 'returned-unacknowledged', returnedAt: NOON + HOUR } as const;
tell(HOUR, 'returned', false, { ...EAST, ...GONE, ...back, onsetAt: NOON + HOUR / 2 });

const ask = (more: Partial<QualityQuery> = {}) =>
  ledger.quality({
    ...{ from: NOON - HOUR, to: NOON + HOUR, now: NOON + 2 * HOUR, by: 'all', scope: {} },
    ...{ counties: { '371702001': '371702' }, limits: { red: 300_000 }, neverHeard: ['gw-3'] },
    ...more,
  });

describe('quality from the ledger', () => {
  it('counts everything once, and what was never heard is not in service', () => {
    const { total, groups, complete, since } = ask();
    expect(complete).toBe(true);
    expect(since).toBe(NOON + 1);
    expect(groups).toEqual([]);
    expect(total.load.rings).toBe(3);
    expect(total.mix).toEqual({ blue: 0, yellow: 1, orange: 1, red: 1 });
    expect(total.response.red).toMatchObject({ asked: 1, inTime: 1, medianMs: 60_000 });
    expect(total.service).toEqual({
      ...{ gateways: 2, points: 2, gatewaysOnline: 1 - HOUR / 2 / (2 * 2 * HOUR) },
      ...{ pointsOnline: 1 - HOUR / 2 / (2 * 2 * HOUR), pointsValid: 1 - HOUR / 2 / (2 * 2 * HOUR) },
    });
  });

  it.each([
    ['organisation', ['gas-co', 'water-co']],
    ['area', ['371702', '371721']],
    ['lifeline', ['drainage', 'gas']],
  ] as const)('by %s: each has its own, a township belongs to its county', (by, ids) => {
    const { groups, total } = ask({ by });
    expect(groups.map(({ id }) => id)).toEqual(ids);
    expect(groups.reduce((sum, { load }) => sum + load.rings, 0)).toBe(total.load.rings);
    const west = groups.find(({ id }) => ['gas-co', '371702', 'gas'].includes(id ?? ''));
    expect(west).toMatchObject({
      load: { rings: 1 },
      service: { gateways: 1, points: 1, gatewaysOnline: 1, pointsOnline: 1 },
    });
    const east = groups.find((group) => group !== west);
    expect(east).toMatchObject({ load: { rings: 2 }, service: { gatewaysOnline: 0.75, pointsOnline: 0.75 } });
  });

  it('a person sees the figures of their own part of the city', () => {
    expect(ask({ scope: { areas: ['371721'] } }).total).toMatchObject({
      load: { rings: 2 },
      service: { gateways: 1, points: 1 },
    });
    expect(ask({ scope: { organisations: ['gas-co'] } }).total.mix.red).toBe(1);
    expect(ask({ scope: { lifelines: ['heat'] } }).total).toMatchObject({
      load: { rings: 0 },
      service: { gateways: 0, gatewaysOnline: null },
    });
  });

  it('an alarm from long before that still lasts is stale in a period without any event of it', () => {
    const day = 24 * HOUR;
    const { total } = ask({ from: NOON + 3 * day, to: NOON + 4 * day, now: NOON + 5 * day });
    expect(total.load.rings).toBe(0);
    expect(total.nuisance.stale).toBe(2);
  });
});

it('says so when there is more than it reads in one go', () => {
  const small = memoryLedger({ qualityEvents: 2 });
  small.apply(
    [1, 2, 3].map((position) => ({
      ...{ position, index: 0 },
      event: {
        ...{ kind: 'alarm', sequence: position, change: 'raised', at: NOON, by: null, note: null },
        ...{ alarm: alarmOf({ id: `a${position}` }), announce: { ring: true, reason: 'raised' } },
      },
    })),
    3,
  );
  const report = small.quality({
    ...{
      from: NOON - 1,
      to: NOON + 1,
      now: NOON + 1,
      by: 'all',
      scope: {},
      counties: {},
      limits: {},
      neverHeard: [],
    },
  });
  expect([report.complete, report.total.load.rings]).toEqual([false, 2]);
  expect(report.since).toBeNull();
  small.close();
});
