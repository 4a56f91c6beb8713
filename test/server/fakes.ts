/** In-memory stand-ins for the server's ports: small, but true to the contracts in server/ports.ts. */
import { createHmac } from 'node:crypto';
import type { Alarm, AlarmEvent } from '#domain/alarm.ts';
import type { Backfill } from '#domain/backfill.ts';
import type { Clock } from '#domain/clock.ts';
import type { PointChange } from '#domain/contract/points-batch.ts';
import type { Health } from '#domain/contract/health.ts';
import type { Bucket, RawRow } from '#domain/contract/history.ts';
import type { Answer } from '#domain/event.ts';
import type { Flood, FloodEvent, Incident, IncidentEvent } from '#domain/incident.ts';
import type { CommandInput } from '#domain/input.ts';
import { applyRegistryChange, createRegistry } from '#domain/registry-change.ts';
import type { RaiseInput } from '#domain/raise.ts';
import { createRules, onRaise } from '#rules/engine.ts';
import type { CityPort, GatewayStatus, HistoryPort } from '#server/ports.ts';
import { createRuleBook, type RuleBook, takeShipped } from '#rules/book/book.ts';
import { orderRules } from '#rules/book/orders.ts';
import { shippedCatalogue } from '#rules/shipped.ts';
import { obey } from './fake-officer.ts';

export const START = Date.UTC(2025, 10, 22, 8, 0, 0);

/** A clock that moves only when told, and then runs what fell due in order. */
export type ManualClock = Clock & { advance(ms: number): void; stepWall(ms: number): void };

export function createClock(): ManualClock {
  let monotonic = 1_000_000;
  let wall = START;
  let timers: { at: number; run: () => void }[] = [];
  return {
    wallMs: () => wall,
    monotonicMs: () => monotonic,
    bootId: () => 'boot',
    after(delayMs, run) {
      const timer = { at: monotonic + delayMs, run };
      timers.push(timer);
      return () => void (timers = timers.filter((other) => other !== timer));
    },
    advance(ms) {
      const end = monotonic + ms;
      for (;;) {
        const next = timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        timers = timers.filter((timer) => timer !== next);
        wall += Math.max(0, next.at - monotonic);
        monotonic = Math.max(monotonic, next.at);
        next.run();
      }
      wall += end - monotonic;
      monotonic = end;
    },
    stepWall: (ms) => void (wall += ms),
  };
}

/** Counts up: never the same bytes twice, and the same in every run. */
export function createRandomBytes(): (count: number) => Uint8Array {
  let block = 0;
  return (count) => {
    const bytes: number[] = [];
    while (bytes.length < count) {
      bytes.push(
        ...createHmac('sha256', 'seed')
          .update(String((block += 1)))
          .digest(),
      );
    }
    return Uint8Array.from(bytes.slice(0, count));
  };
}

export const secretHmac = (secret: string): string =>
  createHmac('sha256', 'server key').update(secret).digest('hex');

export type FakeCity = CityPort & {
  /** While true, orders are kept and not carried out: the journal cannot sync. */
  held: boolean;
  /** Carries out what was held, in order. */
  release(): void;
  raise(alarm: Partial<Alarm> & { id: string }): AlarmEvent;
  /** The next event of this alarm with these fields changed. */
  change(id: string, change: AlarmEvent['change'], fields: Partial<Alarm>): AlarmEvent;
  /** Sends an event that is in no journal. */
  shadow(alarm: Alarm): void;
  forgetEventsThrough(sequence: number): void;
  points(changes: readonly PointChange[]): void;
  gateway(id: string, connected: boolean): void;
  backfilled(backfill: Backfill): void;
  setLatest(pointIndex: number, row: RawRow): void;
  /** Creates or changes without a person. */
  register(items: Extract<CommandInput, { command: 'registry' }>['change']['items']): void;
  /** Open incidents and the flood as they stand; `tell` says that one changed. */
  readonly incidentsOpen: Map<string, Incident>;
  floodNow: Flood;
  tell(event: IncidentEvent | FloodEvent): void;
  readonly commands: CommandInput[];
  /** With the shipped rules in force. */
  readonly book: RuleBook;
  health_: Health;
};

export function createCity(clock: Clock): FakeCity {
  const registry = createRegistry();
  const alarms = new Map<string, Alarm>();
  let events: AlarmEvent[] = [];
  let forgotten = 0;
  let sequence = 0;
  const latest = new Map<number, RawRow>();
  const listeners = {
    alarm: [] as ((event: AlarmEvent) => void)[],
    points: [] as ((changes: readonly PointChange[]) => void)[],
    gateway: [] as ((gateway: string, connected: boolean, at: number) => void)[],
    registry: [] as (() => void)[],
    incident: [] as ((event: IncidentEvent | FloodEvent) => void)[],
    backfill: [] as ((backfill: Backfill) => void)[],
  };
  const held: (() => void)[] = [];
  const book = createRuleBook();
  takeShipped(book, shippedCatalogue(), clock.wallMs());

  const announce = (
    alarm: Alarm,
    change: AlarmEvent['change'],
    by: string | null,
    note: string | null,
  ): AlarmEvent => {
    sequence += 1;
    const after = { ...alarm, sequence };
    alarms.set(alarm.id, after);
    const ring = change === 'raised';
    const event: AlarmEvent = {
      kind: 'alarm',
      sequence,
      change,
      at: clock.wallMs(),
      alarm: after,
      by,
      note,
      announce: { ring, reason: ring ? 'new' : 'no-rise' },
    };
    events.push(event);
    for (const listener of listeners.alarm) listener(event);
    return event;
  };

  const changeRegistry = (change: Extract<CommandInput, { command: 'registry' }>['change']): Answer => {
    const result = applyRegistryChange(registry, change);
    if (!result.ok) {
      const [first] = result.errors;
      const detail = first?.detail ?? 'refused';
      return { ok: false, code: first?.code ?? 'invalid', detail, body: { errors: result.errors } };
    }
    for (const listener of listeners.registry) listener();
    return { ok: true, body: { revision: registry.revision, created: result.created } };
  };

  /** The engine itself decides about what people raise. */
  const raisedHere = createRules('heze');
  const raise = (input: RaiseInput): Answer => {
    const at = { receivedAt: clock.wallMs(), engineTime: clock.monotonicMs() };
    return onRaise(raisedHere, registry, input, at, {
      alarm: ({ alarm, change, by, note }) => void announce(alarm, change, by, note),
    });
  };

  const carryOut = (command: CommandInput | RaiseInput): Answer => {
    if (command.kind === 'raise') return raise(command);
    city.commands.push(command);
    switch (command.command) {
      case 'registry':
        return changeRegistry(command.change);
      case 'maintenance':
        return { ok: true, body: null };
      case 'on-call':
        return { ok: true, body: { revision: command.revision + 1 } };
      case 'approve-quarantine':
        return { ok: true, body: { records: command.records.length } };
      case 'rules':
        return orderRules(city.book, command.order, command.by.username, clock.wallMs()).answer;
      case 'alarm':
        return obey(alarms.get(command.alarm), command, clock.wallMs(), announce);
    }
  };

  const city: FakeCity = {
    site: 'heze',
    held: false,
    commands: [],
    book,
    health_: healthAs({}),
    registry: () => registry,
    openAlarms: () => [...alarms.values()].filter((alarm) => alarm.state !== 'normal' && !alarm.historical),
    alarm: (id) => alarms.get(id),
    lastSequence: () => sequence,
    eventsAfter: (after) => (after < forgotten ? null : events.filter((event) => event.sequence > after)),
    latest: (pointIndex) => latest.get(pointIndex) ?? null,
    gatewayStatus: (gateway) => (registry.gateways.has(gateway) ? QUIET_GATEWAY : null),
    command(command) {
      return new Promise((resolve) => {
        const run = (): void => resolve(carryOut(command));
        if (city.held) held.push(run);
        else run();
      });
    },
    onAlarm: (listener) => void listeners.alarm.push(listener),
    onPoints: (listener) => void listeners.points.push(listener),
    onGateway: (listener) => void listeners.gateway.push(listener),
    onRegistry: (listener) => void listeners.registry.push(listener),
    onBackfill: (listener) => void listeners.backfill.push(listener),
    backfilled(backfill) {
      for (const listener of listeners.backfill) listener(backfill);
    },
    incidentsOpen: new Map(),
    floodNow: { active: false, since: null, endedAt: null, rings: 0, peak: 0 },
    tell(event) {
      if (event.kind === 'flood') city.floodNow = event.flood;
      else if (event.incident.state === 'open') city.incidentsOpen.set(event.incident.id, event.incident);
      else city.incidentsOpen.delete(event.incident.id);
      if (event.kind === 'incident')
        for (const { alarm: id, incident } of event.placed) {
          const alarm = alarms.get(id);
          if (alarm !== undefined) alarms.set(id, { ...alarm, incident });
        }
      for (const listener of listeners.incident) listener(event);
    },
    incidents: {
      open: () => [...city.incidentsOpen.values()],
      flood: () => city.floodNow,
      ringsPerMinute: (minutes) => Array.from({ length: minutes }, (_, at) => at),
      onChange: (listener) => void listeners.incident.push(listener),
    },
    health: () => city.health_,
    responseLimits: () => ({ red: 300_000 }),
    catalogue: () => ({ lifelines: ['gas'] }),
    release() {
      city.held = false;
      for (const run of held.splice(0)) run();
    },
    raise: (fields) => announce({ ...plainAlarm(clock.wallMs()), ...fields }, 'raised', null, null),
    change(id, change, fields) {
      const alarm = alarms.get(id);
      if (alarm === undefined) throw new Error(`no alarm ${id}`);
      return announce({ ...alarm, revision: alarm.revision + 1, ...fields }, change, null, null);
    },
    shadow(alarm) {
      const event: AlarmEvent = {
        kind: 'alarm',
        sequence: sequence + 1,
        change: 'raised',
        at: clock.wallMs(),
        alarm: { ...alarm, unjournaled: true },
        by: null,
        note: null,
        announce: { ring: true, reason: 'unjournaled' },
      };
      for (const listener of listeners.alarm) listener(event);
    },
    forgetEventsThrough(through) {
      forgotten = through;
      events = events.filter((event) => event.sequence > through);
    },
    points(changes) {
      for (const listener of listeners.points) listener(changes);
    },
    gateway(id, connected) {
      for (const listener of listeners.gateway) listener(id, connected, clock.wallMs());
    },
    setLatest: (pointIndex, row) => void latest.set(pointIndex, row),
    register(items) {
      const answer = changeRegistry({ items });
      if (!answer.ok) throw new Error(`${answer.code}: ${answer.detail}`);
    },
  };
  return city;
}

const QUIET_GATEWAY: GatewayStatus = {
  connected: false,
  connections: 0,
  lastPublishAt: null,
  clockOffsetMs: null,
  records: 0,
  duplicates: 0,
  gaps: 0,
  rejected: 0,
};

export function plainAlarm(onsetAt: number): Alarm {
  return {
    id: 'a',
    revision: 1,
    sequence: 0,
    point: 'G-1/ch4',
    device: 'G-1',
    facility: 'W-1',
    area: '371702',
    lifeline: 'gas',
    gateway: 'GW-1',
    rule: 'gas-well-ch4',
    ruleVersion: 1,
    limit: 'HH',
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
    onsetAt,
    returnedAt: null,
    acknowledgedAt: null,
    acknowledgedBy: null,
    historical: false,
    verdict: null,
    explanation: { code: 'limit-reached', params: { value: 2.6, limit: 2.5, unit: '%' } },
  };
}

/** Rows of points, kept sorted as they are given; buckets worked out from them. */
export function createHistory(): HistoryPort & { add(pointIndex: number, rows: readonly RawRow[]): void } {
  const series = new Map<number, RawRow[]>();
  const between = (pointIndex: number, from: number, to: number): RawRow[] =>
    (series.get(pointIndex) ?? []).filter((row) => row.time >= from && row.time < to);
  return {
    add: (pointIndex, rows) => void series.set(pointIndex, [...(series.get(pointIndex) ?? []), ...rows]),
    raw: async (pointIndex, from, to, limit) => between(pointIndex, from, to).slice(0, limit),
    async buckets(pointIndex, from, to, count) {
      const width = (to - from) / count;
      const found: Bucket[] = [];
      for (let i = 0; i < count; i++) {
        const rows = between(pointIndex, from + i * width, from + (i + 1) * width);
        const values = rows.flatMap((row) =>
          row.value === null || row.quality === 'bad' ? [] : [row.value],
        );
        if (rows.length === 0) continue;
        found.push({
          from: from + i * width,
          min: values.length === 0 ? null : Math.min(...values),
          max: values.length === 0 ? null : Math.max(...values),
          mean: values.length === 0 ? null : values.reduce((a, b) => a + b) / values.length,
          last: values.at(-1) ?? null,
          count: values.length,
          quality: rows.some((row) => row.quality === 'bad') ? 'bad' : 'good',
        });
      }
      return found;
    },
  };
}

/** A platform that is well, except for what is given. */
export const healthAs = (change: Partial<Health>): Health => ({
  ...{ status: 'ok', reasons: [], quietMs: 80, dataQuietMs: 1_200, delayMs: 4, notifications: 'ok' },
  ...change,
});
