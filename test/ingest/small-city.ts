/** A small city to publish into: two gateways, a few sensors, and everything that ingest said. */
import { applyRegistryChange, createRegistry } from '#domain/registry-change.ts';
import { FLAG, type Measurement } from '#domain/measurement.ts';
import type { Registry, RegistryItem, RegistryKind } from '#domain/registry.ts';
import type { Rejection } from '#domain/rejection.ts';
import {
  createIngest,
  gatewayIngestStatus,
  onRegistry,
  receive,
  type IngestSink,
  type IngestState,
} from '#ingest/ingest.ts';

/** 2025-11-22T16:00:00Z. */
export const NOW = 1_763_827_200_000;
export const HOUR = 3_600_000;
const SECRET = 'ab'.repeat(32);

export type Said = {
  readonly measurements: (Measurement & { newest: boolean })[];
  readonly again: Measurement[];
  readonly rejections: Rejection[];
  readonly conditions: { subject: string; active: boolean; detail: Record<string, unknown> }[];
  readonly gateways: string[];
};

export type SmallCity = {
  state: IngestState;
  readonly registry: Registry;
  readonly said: Said;
  readonly sink: IngestSink;
  /** Our wall clock and engine time; `pass` moves both. */
  wall: number;
  engine: number;
};

export const row = (kind: RegistryKind, value: unknown): RegistryItem => ({ op: 'create', kind, value });

const point = (
  device: string,
  channel: string,
  quantity: string,
  unit: string,
  more: object = {},
): RegistryItem => row('points', { device, channel, quantity, unit, reportIntervalMs: 10_000, ...more });

const REGISTRY: RegistryItem[] = [
  row('facilities', {
    id: 'W-1',
    name: '阀门井',
    kind: 'gas-valve-well',
    lifeline: 'gas',
    area: '371702',
    location: { lat: 35.2, lon: 115.4 },
  }),
  row('gateways', { id: 'GW-1', name: '一号', session: 'always-on', secretHmac: SECRET }),
  row('gateways', { id: 'GW-2', name: '二号', session: 'always-on', secretHmac: SECRET }),
  row('devices', { id: 'G-1', gateway: 'GW-1', facility: 'W-1', serial: 'SN 1' }),
  row('devices', { id: 'G-2', gateway: 'GW-1', facility: 'W-1' }),
  row('devices', { id: 'G-9', gateway: 'GW-2', facility: 'W-1' }),
  point('G-1', 'ch4', 'ch4', '%', { range: { min: 0, max: 4 } }),
  point('G-1', 'temperature', 'temperature', 'Cel'),
  point('G-1', 'daily', 'battery', '%', { reportIntervalMs: 86_400_000 }),
  point('G-2', 'ch4', 'ch4', '%'),
  point('G-9', 'ch4', 'ch4', '%'),
];

export function smallCity(): SmallCity {
  const registry = createRegistry();
  const state = createIngest();
  const said: Said = { measurements: [], again: [], rejections: [], conditions: [], gateways: [] };
  const city: SmallCity = { state, registry, said, sink: sinkOf(said), wall: NOW, engine: 1000 };
  register(city, ...REGISTRY);
  return city;
}

export function register(city: SmallCity, ...items: RegistryItem[]): void {
  const outcome = applyRegistryChange(city.registry, { items });
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.errors));
  onRegistry(city.state, city.registry, outcome.touched);
}

export function pass(city: SmallCity, ms: number): void {
  city.wall += ms;
  city.engine += ms;
}

type Envelope = { gateway?: string; topic?: string; dup?: boolean; packetId?: number; qos?: 0 | 1 | 2 };
let position = 0;

/** Publishes a record, several, or raw text or bytes. */
export function publish(city: SmallCity, body: unknown, envelope: Envelope = {}): void {
  const gateway = envelope.gateway ?? 'GW-1';
  position += 1;
  const payload = body instanceof Uint8Array ? body : new TextEncoder().encode(asText(body));
  receive(
    city.state,
    city.registry,
    {
      kind: 'publish',
      gateway,
      client: 'c1',
      topic: envelope.topic ?? `lifeline/v1/${gateway}/telemetry`,
      payload,
      qos: envelope.qos ?? 1,
      dup: envelope.dup ?? false,
      packetId: envelope.packetId ?? (position % 65_535) + 1,
      position,
      receivedAt: city.wall,
      engineTime: city.engine,
    },
    city.sink,
  );
}

const asText = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body));

/** A record of G-1 with its methane. */
export const ch4 = (value: unknown, time: unknown = NOW, more: object = {}): object => ({
  device: 'G-1',
  time,
  values: { ch4: value },
  ...more,
});

export const reasons = (city: SmallCity): string[] => city.said.rejections.map(({ reason }) => reason);
export const values = (city: SmallCity): number[] => city.said.measurements.map(({ value }) => value);

/** Names of the flags that are set. */
export const flagNames = (flags: number): string[] =>
  Object.entries(FLAG)
    .filter(([, bit]) => (flags & bit) !== 0)
    .map(([name]) => name);

export const flagsOf = (city: SmallCity): string[][] =>
  city.said.measurements.map(({ flags }) => flagNames(flags));

/** One publish each `everyMs`, the clock of G-1 off by `offMs` (behind is positive), `delayMs` on the way. */
export function live(
  city: SmallCity,
  count: number,
  everyMs: number,
  offMs: number,
  value = 5,
  delayMs = 0,
): void {
  for (let i = 0; i < count; i++) {
    pass(city, everyMs);
    publish(city, ch4(value, city.wall - delayMs - offMs));
  }
}

/** The measurement that came last. */
export const last = (city: SmallCity) => city.said.measurements.at(-1);
/** Clock offset in force. */
export const offset = (city: SmallCity) =>
  gatewayIngestStatus(city.state, city.registry, 'GW-1')?.clockOffsetMs ?? null;
export const isLive = (flags: number | undefined): boolean =>
  ((flags ?? 0) & (FLAG.late | FLAG.future)) === 0;

function sinkOf(said: Said): IngestSink {
  return {
    measurement: (m, newest) => void said.measurements.push({ ...m, newest }),
    judgeAgain: (m) => void said.again.push(m),
    rejected: (rejection) => void said.rejections.push(rejection),
    condition(name, subject, active, detail) {
      if (name !== 'gateway-clock') throw new Error(`unexpected condition ${name}`);
      said.conditions.push({ subject, active, detail });
    },
    gateway: (id) => void said.gateways.push(id),
  };
}
