/** Events as the fold would make them, for every test of the ledger. */
import type { Alarm, AlarmChange, AlarmEvent } from '#domain/alarm.ts';
import type { NewAuditEntry, UserRecord } from '#domain/contract/ledger.ts';
import type { CityEvent, RejectionEvent } from '#domain/event.ts';
import type { RegistryItem } from '#domain/registry.ts';
import type { Incident } from '#domain/incident.ts';
import type { Rejection } from '#domain/rejection.ts';
import type { KeyedEvent } from '#store/ports.ts';

/** 2025-11-22T08:00:00Z; every time in these tests counts from here. */
export const NOON = 1_763_798_400_000;

export const alarmOf = (over: Partial<Alarm> = {}): Alarm => ({
  id: 'alarm-1',
  revision: 1,
  sequence: 1,
  point: 'G-0412/ch4',
  device: 'G-0412',
  facility: 'well-7',
  area: '371702',
  lifeline: 'gas',
  gateway: 'gw-1',
  rule: 'ch4-valve-well',
  ruleVersion: 1,
  limit: 'H',
  colour: 'orange',
  highestColour: 'orange',
  active: true,
  state: 'unacknowledged',
  latched: false,
  suppression: 'none',
  suppressions: [],
  value: 2.6,
  unit: '%',
  limitValue: 2.5,
  onsetAt: NOON,
  returnedAt: null,
  acknowledgedAt: null,
  acknowledgedBy: null,
  historical: false,
  verdict: null,
  explanation: { code: 'limit-reached', params: { value: 2.6, limit: 2.5 } },
  ...over,
});

export const alarmEvent = (
  sequence: number,
  over: Partial<Alarm> = {},
  change: AlarmChange = 'raised',
): AlarmEvent => ({
  kind: 'alarm',
  sequence,
  change,
  at: NOON + sequence,
  alarm: alarmOf({ sequence, ...over }),
  by: null,
  note: null,
  announce: { ring: true, reason: 'new' },
});

export const incidentOf = (over: Partial<Incident> = {}): Incident => ({
  id: 'incident-1',
  number: 1,
  revision: 1,
  state: 'open',
  openedAt: NOON,
  closedAt: null,
  cause: null,
  firstOut: 'alarm-1',
  firstOutAt: NOON,
  colour: 'orange',
  highestColour: 'orange',
  members: 2,
  open: 2,
  active: 2,
  unacknowledged: 2,
  causes: 2,
  symptoms: 0,
  folded: 0,
  silentPoints: 0,
  colours: { blue: 0, yellow: 0, orange: 2, red: 0 },
  areas: { 371702: 2 },
  lifelines: { gas: 2 },
  facilities: ['well-7'],
  gateways: ['gw-1'],
  ...over,
});

export const rejected = (over: Partial<Rejection> = {}, at = NOON): RejectionEvent => ({
  kind: 'rejected',
  at,
  rejection: {
    reason: 'unknown-device',
    gateway: 'gw-1',
    device: 'G-9999',
    detail: 'G-9999 is not registered',
    sample: '{"device":"G-9999"}',
    record: null,
    ...over,
  },
});

export const registryEvent = (revision: number, items: readonly RegistryItem[]): CityEvent => ({
  kind: 'registry',
  at: NOON + revision,
  revision,
  change: { items },
});

export const auditEvent = (subject: string, detail: Readonly<Record<string, unknown>> = {}): CityEvent => ({
  kind: 'audit',
  at: NOON,
  by: { username: 'wang', roles: ['duty-officer'], address: '10.0.0.7' },
  action: 'acknowledge',
  subject,
  outcome: 'ok',
  detail,
});

export const auditEntry = (over: Partial<NewAuditEntry> = {}): NewAuditEntry => ({
  at: NOON,
  username: 'wang',
  address: '10.0.0.7',
  action: 'log-in',
  subject: 'wang',
  outcome: 'ok',
  detail: null,
  ...over,
});

export const userOf = (username: string, over: Partial<UserRecord> = {}): UserRecord => ({
  username,
  roles: ['viewer'],
  scope: {},
  passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g',
  createdAt: NOON,
  ...over,
});

export const keyed = (position: number, ...events: readonly CityEvent[]): KeyedEvent[] =>
  events.map((event, index) => ({ position, index, event }));

/**
 * What a busy city makes of inputs 1 to `positions`: every kind of event, some inputs with none, some with
 * several.
 */
export function cityEvents(positions: number, from = 1): KeyedEvent[] {
  const events: KeyedEvent[] = [];
  for (let position = from; position <= positions; position++)
    events.push(...keyed(position, ...eventsAt(position)));
  return events;
}

function eventsAt(position: number): CityEvent[] {
  const alarm = `alarm-${position % 17}`;
  const onsetAt = NOON + (position % 17) * 1_000;
  const device = `X-${position % 5}`;
  switch (position % 8) {
    case 0:
      return [];
    case 1:
      return [alarmEvent(2 * position, { id: alarm, onsetAt }), auditEvent(alarm, { revision: position })];
    case 2:
      return [rejected({ device, record: `{"device":"${device}","n":${position}}` }, NOON + position)];
    case 3:
      return [{ kind: 'gateway', at: NOON + position, gateway: 'gw-1', connected: true, connections: 1 }];
    case 4:
      return [registryEvent(position, [facilityRow(`well-${position % 3}`, { name: `井 ${position}` })])];
    case 5:
      return [rejected({ reason: 'not-json', device: null }, NOON + position), rejected({ device })];
    case 6:
      return [alarmEvent(2 * position, { id: alarm, onsetAt, value: position }, 'colour')];
    default:
      return [
        {
          kind: 'quarantine-approved',
          at: NOON,
          gateway: 'gw-1',
          device,
          records: 1,
          through: position,
          until: NOON + position,
        },
      ];
  }
}

export const facilityRow = (id: string, over: Readonly<Record<string, unknown>> = {}): RegistryItem => ({
  op: 'upsert',
  kind: 'facilities',
  value: {
    id,
    name: id,
    kind: 'gas-valve-well',
    lifeline: 'gas',
    area: '371702',
    location: { lat: 35.24, lon: 115.48 },
    ...over,
  },
});
