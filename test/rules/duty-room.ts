/** A small city with a duty room for the tests: time in seconds, every event kept in words. */
import { deserialize, serialize } from 'node:v8';
import type { Alarm, AlarmEvent } from '#domain/alarm.ts';
import type { Answer } from '#domain/event.ts';
import type { FloodEvent, Incident, IncidentEvent } from '#domain/incident.ts';
import type { AlarmAction } from '#domain/input.ts';
import type { Measurement, Quality } from '#domain/measurement.ts';
import { applyRegistryChange, createRegistry } from '#domain/registry-change.ts';
import type { Attributes, Point, Registry, RegistryItem } from '#domain/registry.ts';
import type { Moment } from '#domain/time.ts';
import type { Role } from '#domain/user.ts';
import * as engine from '#rules/engine.ts';

/** Wall clock at second 0; the engine's clock has another zero on purpose. */
export const START = Date.UTC(2026, 6, 1, 8);
const ENGINE_START = 5_000_000;

export const moment = (second: number): Moment => ({
  receivedAt: START + second * 1_000,
  engineTime: ENGINE_START + second * 1_000,
});
export const wall = (second: number): number => START + second * 1_000;
export const engineAt = (second: number): number => ENGINE_START + second * 1_000;

export type PointSpec = Partial<Omit<Point, 'id'>> & { readonly facility?: string };
export type Sample = { readonly flags?: number; readonly quality?: Quality; readonly time?: number };

/** Facilities `<kind>-1` of each kind used, one always-on gateway G-1 and one sleepy one S-1. */
export class DutyRoom {
  readonly registry: Registry = createRegistry();
  state = engine.createRules('heze');
  readonly events: AlarmEvent[] = [];
  /** What was told of incidents and of the flood. */
  readonly incidents: IncidentEvent[] = [];
  readonly floods: FloodEvent[] = [];
  readonly sink = {
    alarm: (event: AlarmEvent): void => void this.events.push(event),
    incident: (event: IncidentEvent | FloodEvent): void =>
      void (event.kind === 'incident' ? this.incidents.push(event) : this.floods.push(event)),
  };

  constructor(catalogue: unknown = engine.shippedCatalogue().catalogue) {
    engine.onCatalogue(this.state, this.registry, catalogue, 'r1', moment(0), this.sink);
    this.register(
      item('facilities', facilityOf('gas-valve-well')),
      item('gateways', {
        id: 'G-1',
        name: 'always on',
        session: 'always-on',
        facility: 'gas-valve-well-1',
        secretHmac: 'a'.repeat(64),
      }),
      item('gateways', { id: 'S-1', name: 'sleepy', session: 'sleepy', secretHmac: 'b'.repeat(64) }),
    );
  }

  /** Applies items at `second`; throws what the registry refuses. */
  register(...items: RegistryItem[]): void {
    this.registerAt(0, ...items);
  }

  registerAt(second: number, ...items: RegistryItem[]): void {
    this.pass(second);
    const outcome = applyRegistryChange(this.registry, { items });
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.errors));
    engine.onRegistry(this.state, this.registry, outcome.touched, moment(second), this.sink);
  }

  /** A point `D-<n>/ch` on a facility of `kind`; returns its index. */
  point(
    kind: string,
    quantity: string,
    unit: string,
    more: PointSpec = {},
    gateway = 'G-1',
    attributes?: Attributes,
  ): number {
    const device = `D-${this.registry.devicesByIndex.length + 1}`;
    const { reportIntervalMs = 60_000, ...rest } = more;
    this.register(
      item('facilities', facilityOf(kind)),
      item('devices', { id: device, gateway, facility: `${kind}-1` }),
      item('points', {
        device,
        channel: 'ch',
        quantity,
        unit,
        reportIntervalMs,
        ...rest,
        ...(attributes === undefined ? {} : { attributes }),
      }),
    );
    return this.registry.pointsByIndex.length - 1;
  }

  /** A point at facility `<kind>-<place>`, so many metres east of the first; more of its device and point as given. */
  pointAt(
    where: { readonly kind: string; readonly place?: number; readonly east?: number },
    point: Pick<Point, 'quantity' | 'unit' | 'reportIntervalMs'> & { readonly attributes?: Attributes },
    more: { readonly device?: string; readonly calibrationDueAt?: number } = {},
  ): number {
    const { kind, place = 1, east = 0 } = where;
    const { device = `D-${this.registry.devicesByIndex.length + 1}`, ...ofDevice } = more;
    const facility = { ...facilityOf(kind), id: `${kind}-${place}` };
    const location = { lat: 35.24, lon: 115.47 + east / (111_320 * Math.cos((35.24 * Math.PI) / 180)) };
    this.register(
      item('facilities', { ...facility, location }),
      item('devices', { id: device, gateway: 'G-1', facility: facility.id, ...ofDevice }),
      item('points', { device, channel: point.quantity, ...point }),
    );
    return this.registry.pointsByIndex.length - 1;
  }

  /** Lets time pass to `second`. */
  pass(second: number): void {
    const at = moment(second);
    engine.advance(this.state, this.registry, at.engineTime, at, this.sink);
  }

  sample(second: number, pointIndex: number, value: number, how: Sample = {}): void {
    this.pass(second);
    const m: Measurement = {
      pointIndex,
      time: wall(how.time ?? second),
      deviceTime: wall(how.time ?? second),
      receivedAt: wall(second),
      value,
      quality: how.quality ?? 'good',
      flags: how.flags ?? 0,
    };
    engine.onMeasurement(this.state, this.registry, m, moment(second), this.sink);
  }

  publishCatalogue(second: number, catalogue: unknown, revision = 'r2'): void {
    this.pass(second);
    engine.onCatalogue(this.state, this.registry, catalogue, revision, moment(second), this.sink);
  }

  presence(second: number, gateway: string, connected: boolean): void {
    this.pass(second);
    const index = this.registry.gateways.get(gateway)?.index ?? -1;
    engine.onPresence(this.state, this.registry, index, connected, moment(second), this.sink);
  }

  report(second: number, gateway: string): void {
    this.pass(second);
    const index = this.registry.gateways.get(gateway)?.index ?? -1;
    engine.onGatewayReport(this.state, this.registry, index, moment(second), this.sink);
  }

  condition(second: number, name: string, active: boolean, subject = ''): void {
    this.pass(second);
    engine.onCondition(
      this.state,
      this.registry,
      { name, subject, active, detail: {} },
      moment(second),
      this.sink,
    );
  }

  /** Orders `action` on the newest alarm, or on `alarm`, seeing its present revision. */
  order(second: number, who: string, action: AlarmAction, about?: Alarm): Answer {
    this.pass(second);
    const alarm = about ?? this.latest();
    return this.orderSeeing(second, who, action, engine.alarmById(this.state, alarm.id) ?? alarm);
  }

  /** Orders `action` from a screen that shows `seen`. */
  orderSeeing(second: number, who: string, action: AlarmAction, seen: Alarm): Answer {
    this.pass(second);
    const { id: alarm, revision } = seen;
    const command = { kind: 'command', command: 'alarm', alarm, revision, action, by: person(who) } as const;
    return engine.onCommand(this.state, this.registry, command, moment(second), this.sink);
  }

  maintenance(
    second: number,
    target: 'points' | 'gateways' | 'facilities',
    id: string,
    untilSecond: number,
  ): Answer {
    this.pass(second);
    return engine.onCommand(
      this.state,
      this.registry,
      {
        kind: 'command',
        command: 'maintenance',
        target,
        id,
        until: wall(untilSecond),
        reason: 'inspection',
        by: person('engineer'),
      },
      moment(second),
      this.sink,
    );
  }

  /** The engine ends and begins again from its pages, as after a crash with a fresh snapshot. */
  restart(): void {
    const pages = Object.entries(engine.pagesOf(this.state)).map(([name, array]) => [name, array.pages]);
    const kept: unknown = deserialize(serialize([Object.fromEntries(pages), engine.restOf(this.state)]));
    const [read, rest] = kept as [Record<string, unknown[][]>, unknown];
    this.state = engine.restoreRules('heze', read, rest);
  }

  /** The alarm of the last event, as it stands now. */
  latest(): Alarm {
    const event = this.events.at(-1);
    if (event === undefined) throw new Error('no alarm so far');
    return engine.alarmById(this.state, event.alarm.id) ?? event.alarm;
  }

  open(): Alarm[] {
    return engine.openAlarms(this.state);
  }

  /** The only open incident. */
  incident(): Incident {
    const [incident, ...others] = engine.openIncidents(this.state);
    if (incident === undefined || others.length > 0) throw new Error(`${others.length} other incidents`);
    return incident;
  }

  /** `[second, change, rule, colour, rings]` of every event, or of one rule's. */
  told(rule?: string): [number, string, string, string, boolean][] {
    return this.events
      .filter((event) => rule === undefined || event.alarm.rule === rule)
      .map(({ at, change, alarm, announce }) => [
        (at - START) / 1_000,
        change,
        alarm.rule,
        alarm.colour,
        announce.ring,
      ]);
  }
}

export const item = (
  kind: 'facilities' | 'gateways' | 'devices' | 'points' | 'edges',
  value: unknown,
): RegistryItem => ({
  op: 'upsert',
  kind,
  value,
});

/** `officer`, `leader`, `engineer`, or any other name without roles. */
export function person(username: string) {
  const roles: Record<string, Role[]> = {
    officer: ['duty-officer'],
    leader: ['duty-leader'],
    engineer: ['engineer'],
  };
  return { username, roles: roles[username] ?? [], address: '127.0.0.1' };
}

const facilityOf = (kind: string) => ({
  id: `${kind}-1`,
  name: kind,
  kind,
  lifeline: kind.startsWith('gas') || kind === 'adjacent-space' ? 'gas' : 'drainage',
  area: '371702',
  location: { lat: 35.24, lon: 115.47 },
});
