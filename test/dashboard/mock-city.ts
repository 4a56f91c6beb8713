/**
 * A small city that behaves towards the console as the platform does: revisions and sequences count up, a stale revision
 * is refused with the alarm as it is, every change is an event with its `previous`.
 */
import type { Alarm, AlarmChange, Verdict } from '#domain/alarm.ts';
import type { Colour } from '#domain/colour.ts';
import type { Backfill } from '#domain/backfill.ts';
import type { Health } from '#domain/contract/health.ts';
import type { MapBase } from '#domain/contract/map-bases.ts';
import type { AlarmMessage, IncidentsMessage } from '#domain/contract/socket.ts';
import { isRecord } from '../../dashboard/src/api/http.ts';
import { SEATS } from '../../dashboard/src/map/sketch.ts';
import { alarmOf } from './alarm-fixture.ts';
import { createMockConfig, type MockConfig } from './mock-config.ts';
import { createMockRules, type MockRules } from './mock-rules.ts';

export type MockSample = {
  readonly time: number;
  readonly value: number | null;
  readonly quality: 'good' | 'uncertain' | 'bad';
};

export type MockCity = {
  /** Points and facilities of the registry; one point a facility. */
  points: number;
  readonly alarms: Map<string, Alarm>;
  readonly events: AlarmMessage[];
  /** Incidents and flood as the socket tells them; `tellIncidents` sends them to every console. */
  incidents: IncidentsMessage;
  tellIncidents(message: IncidentsMessage): void;
  onIncidents(listener: (message: IncidentsMessage) => void): void;
  /** Told to every console, and listed from then on. */
  tellBackfill(backfill: Backfill): void;
  onBackfill(listener: (backfill: Backfill) => void): void;
  /** What `GET /backfills` lists. */
  readonly backfills: Backfill[];
  /** What `GET /alarms/{id}/notifications` lists. */
  readonly notifications: Map<string, unknown[]>;
  /** What `GET /people/on-duty` lists. */
  onDuty: { readonly name: string; readonly leads: boolean }[];
  /** What every beat says of the platform. */
  health: Health;
  /** Base maps of the configuration. */
  bases: MapBase[];
  /** What people laid over facilities, and pipes they drew; null = retired. */
  readonly moved: Map<string, Record<string, unknown>>;
  readonly drawn: Map<string, Record<string, unknown> | null>;
  /** Stored samples of a point, oldest first; a point without any here has a slow rise to its alarm's value. */
  readonly samples: Map<string, readonly MockSample[]>;
  /** What the configuration pages read and write. */
  readonly config: MockConfig;
  readonly rules: MockRules;
  sequence(): number;
  now(): number;
  onAlarm(listener: (message: AlarmMessage) => void): void;
  raise(number: number, colour: Colour, change?: Partial<Alarm>): Alarm;
  /** A change by the engine or by `by`; counts the revision unless it is a note or a verdict. */
  change(
    id: string,
    what: AlarmChange,
    change: Partial<Alarm>,
    by?: string | null,
    note?: string | null,
  ): Alarm;
  /** An order of a person: the alarm after it, or the refusal. */
  order(
    id: string,
    action: string,
    body: unknown,
    by: string,
  ): Alarm | { status: number; code: string; alarm?: Alarm };
};

const RING: readonly AlarmChange[] = ['raised', 'reactivated', 'late-ring'];
const REASON: Partial<Record<AlarmChange, string>> = {
  colour: 'colour-up',
  normal: 'returned',
  'late-ring': 'late',
};

/** What a beat says of a platform that is well. */
export const WELL: Health = {
  ...{ status: 'ok', reasons: [], quietMs: 900 },
  ...{ dataQuietMs: 3_200, delayMs: 12, notifications: 'ok' },
};

const NOTHING_TOGETHER: IncidentsMessage = {
  incidents: [],
  flood: { active: false, since: null, endedAt: null, rings: 0, peak: 0 },
  perMinute: [],
};

export function createMockCity(now: () => number = Date.now): MockCity {
  const alarms = new Map<string, Alarm>();
  const events: AlarmMessage[] = [];
  const listeners: ((message: AlarmMessage) => void)[] = [];
  const incidentListeners: ((message: IncidentsMessage) => void)[] = [];
  const backfillListeners: ((backfill: Backfill) => void)[] = [];
  let sequence = 100;

  const city: MockCity = {
    points: 100,
    alarms,
    events,
    incidents: NOTHING_TOGETHER,
    tellIncidents(message) {
      city.incidents = message;
      for (const listener of incidentListeners) listener(message);
    },
    onIncidents: (listener) => incidentListeners.push(listener),
    tellBackfill(backfill) {
      city.backfills.unshift(backfill);
      for (const listener of backfillListeners) listener(backfill);
    },
    onBackfill: (listener) => backfillListeners.push(listener),
    backfills: [],
    notifications: new Map(),
    onDuty: [
      { name: '张三', leads: false },
      { name: '李四', leads: true },
    ],
    health: WELL,
    bases: [],
    moved: new Map(),
    drawn: new Map(),
    samples: new Map(),
    config: createMockConfig(now),
    rules: createMockRules(now),
    sequence: () => sequence,
    now,
    onAlarm: (listener) => listeners.push(listener),
    raise(number, colour, change = {}) {
      const place = PLACES[number % PLACES.length] ?? PLACES[0];
      const alarm = alarmOf(`al-${number}`, {
        ...place,
        facility: `F-${number}`,
        device: `G-${number}`,
        point: pointIdOf(number),
        limit: `${place.limitValue}${place.unit}`,
        onsetAt: now(),
        colour,
        highestColour: colour,
        explanation: {
          code: 'limit-high',
          params: {
            rule: place.rule,
            value: place.value,
            limit: place.limitValue,
            unit: place.unit,
            colour,
            onDelayMs: 0,
          },
        },
        ...change,
      });
      alarms.set(alarm.id, { ...alarm, revision: 0 });
      return city.change(alarm.id, alarm.historical ? 'late-ring' : 'raised', {});
    },
    change(id, what, change, by = null, note = null) {
      const before = alarms.get(id);
      if (before === undefined) throw new Error(`no alarm ${id}`);
      const counts = what !== 'note' && what !== 'verdict';
      const shadow = before.unjournaled === true;
      const next = shadow ? sequence + 1 : ++sequence;
      const alarm = { ...before, ...change, revision: before.revision + (counts ? 1 : 0), sequence: next };
      const rings = (RING.includes(what) || what === 'colour') && alarm.suppression === 'none';
      const message: AlarmMessage = {
        sequence: next,
        previous: next - 1,
        cursor: `c${sequence}`,
        event: { change: what, at: now(), by, note, ring: rings, reason: REASON[what] ?? what },
        alarm,
      };
      alarms.set(id, alarm);
      events.push(message);
      for (const listener of listeners) listener(message);
      return alarm;
    },
    order(id, action, body, by) {
      const alarm = alarms.get(id);
      if (alarm === undefined) return { status: 404, code: 'not-found' };
      if (!isRecord(body) || body['revision'] !== alarm.revision)
        return { status: 409, code: 'stale-revision', alarm };
      return carryOut(city, alarm, action, body, by);
    },
  };
  return city;
}

function carryOut(
  city: MockCity,
  alarm: Alarm,
  action: string,
  body: Record<string, unknown>,
  by: string,
): ReturnType<MockCity['order']> {
  const text = (name: string): string | null => (typeof body[name] === 'string' ? body[name] : null);
  if (action === 'acknowledge') {
    if (alarm.state === 'acknowledged') return { status: 409, code: 'already-acknowledged', alarm };
    const state = alarm.active || alarm.latched ? 'acknowledged' : 'normal';
    const taken = { acknowledgedAt: city.now(), acknowledgedBy: by };
    return city.change(alarm.id, 'acknowledged', { ...taken, state }, by, text('note'));
  }
  if (action === 'shelve') {
    const reason = text('reason') ?? '';
    const until = Number(body['until']);
    if (reason === '') return { status: 422, code: 'reason-needed', alarm };
    if (until - city.now() > 8 * 3_600_000) return { status: 422, code: 'shelve-too-long', alarm };
    const shelf = { kind: 'shelved', by, reason, since: city.now(), until } as const;
    return city.change(alarm.id, 'shelved', { suppression: 'shelved', suppressions: [shelf] }, by);
  }
  if (action === 'unshelve')
    return city.change(alarm.id, 'unshelved', { suppression: 'none', suppressions: [] }, by);
  if (action === 'note') return city.change(alarm.id, 'note', {}, by, text('text'));
  if (action === 'verdict')
    return city.change(alarm.id, 'verdict', { verdict: text('verdict') as Verdict | null }, by, text('note'));
  if (action === 'reset') return city.change(alarm.id, 'reset', { latched: false, state: 'normal' }, by);
  return { status: 404, code: 'unknown-route' };
}

/** Spread around the county seats, the first of each place close together. */
export function locationOf(number: number): { lat: number; lon: number } {
  const { area } = PLACES[number % PLACES.length] ?? PLACES[0];
  const [lon, lat] = SEATS.find((seat) => seat.area === area)?.at ?? [115.45, 35.26];
  const round = Math.floor(number / PLACES.length);
  const reach = 0.16 * Math.sqrt((round % 997) / 997);
  return { lon: lon + reach * Math.cos(number * 2.4), lat: lat + reach * Math.sin(number * 2.4) };
}

export const pointIdOf = (number: number): string =>
  `G-${number}/${(PLACES[number % PLACES.length] ?? PLACES[0]).channel}`;

/** What stands where; facility `F-n` is `PLACES[n % length]`. */
export const PLACES = [
  place('中华路燃气阀井', '371702', 'gas', 'gas-valve-well', 'ch4', '%', 'gas-well-ch4', 2.6, 2.5, 'gas-co'),
  place(
    '人民路下穿立交',
    '371702',
    'drainage',
    'underpass',
    'depth-1',
    'cm',
    'ponding-depth',
    28,
    27,
    'drain-co',
  ),
  place(
    '巨野化工园 3 号储罐',
    '371724',
    'hazchem',
    'tank',
    'tank-level',
    '%',
    'tank-level',
    91.2,
    90,
    'chem-co',
  ),
  place(
    '定陶污水干管检查井',
    '371703',
    'drainage',
    'manhole',
    'h2s',
    'mg/m3',
    'h2s-toxic',
    14.2,
    10,
    'drain-co',
  ),
  place(
    '单县热力站 12 号',
    '371722',
    'heat',
    'heat-station',
    'temperature',
    'Cel',
    'point-limits',
    96.5,
    95,
    'heat-co',
  ),
] as const;

function place(
  name: string,
  area: string,
  lifeline: string,
  kind: string,
  channel: string,
  unit: string,
  rule: string,
  value: number,
  limitValue: number,
  organisation: string,
) {
  return { name, area, lifeline, kind, channel, unit, rule, value, limitValue, organisation };
}

export const ORGANISATIONS = [
  { id: 'gas-co', name: '菏泽燃气有限公司', kind: 'gas', dutyPhone: '0530-555 0119' },
  { id: 'drain-co', name: '市排水管理处', kind: 'drainage', dutyPhone: '0530-555 0112' },
  { id: 'chem-co', name: '巨野化工园管委会', kind: 'hazchem', dutyPhone: '0530-555 0190' },
  { id: 'heat-co', name: '单县热力公司', kind: 'heat', dutyPhone: '0530-555 0177' },
];
