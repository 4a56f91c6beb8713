/**
 * A message gone through step by step without being taken: what a field engineer asks when nothing arrives. It uses the
 * very functions that take one, on the state as it is, and changes nothing. Whether a record was known already depends
 * on what came before it, so only who took it can say that (see `outcome` in the diagnostics).
 */
import type { Step, Trial } from '#domain/contract/diagnostics.ts';
import { FLAG } from '#domain/measurement.ts';
import type { DeviceEntry, Product, Registry } from '#domain/registry.ts';
import type { Timestamp } from '#domain/time.ts';
import { createProfile, type PointProfile } from './device-profile.ts';
import type { IngestState } from './ingest-state.ts';
import {
  brief,
  decodeTelemetry,
  readRecord,
  readValue,
  type Fault,
  type LifelineRecord,
  valuesOf,
} from './lifeline-record.ts';
import { decodeMapped, deviceOfMe } from './receive.ts';
import { timingOf, valueFlags } from './sample-judgement.ts';
import { decodeDeviceTelemetry, decodeGatewayTelemetry } from './thingsboard-record.ts';
import { productTopic, topicKind, type TopicKind } from './topics.ts';

/** Records gone through one by one; the others are only counted. */
const EXPLAINED_MAX = 20;
const VALUES_MAX = 32;

type Message = {
  /** Null: of no gateway in particular, for trying out a product. */
  readonly gateway: string | null;
  readonly product: Product | undefined;
  readonly topic: string | null;
  readonly payload: Uint8Array;
  readonly receivedAt: Timestamp;
};

/** `rulesOf` names what binds to a point. Never throws for anything a gateway can send. */
export function explain(
  state: IngestState,
  registry: Registry,
  message: Message,
  rulesOf: (pointIndex: number) => readonly string[],
): Trial {
  const steps: Step[] = [];
  const note = (step: Step['step'], ok: boolean, detail: string): boolean => {
    steps.push({ step, ok, detail });
    return ok;
  };
  const items = decoded(registry, message, note);
  if (items === null) return { steps, records: [] };
  const isMapped = message.product !== undefined && steps.some(({ step }) => step === 'product');
  const records: LifelineRecord[] = [];
  for (const [index, item] of items.entries()) {
    const record = isMapped ? (item as LifelineRecord | Fault) : readRecord(item);
    if (!('reason' in record)) records.push(record);
    if (index >= EXPLAINED_MAX) continue;
    if ('reason' in record) note('record', false, `record ${index}: ${record.reason}, ${record.detail}`);
    else explainRecord(state, registry, message, record, index, note, rulesOf);
  }
  if (items.length > EXPLAINED_MAX) note('record', true, `${items.length - EXPLAINED_MAX} more records`);
  return { steps, records: records.map(shownRecord) };
}

type Note = (step: Step['step'], ok: boolean, detail: string) => boolean;

/** Items of the message, read already when a product's; null when it ends here. */
function decoded(registry: Registry, message: Message, note: Note): readonly unknown[] | null {
  const { topic, gateway, product, payload } = message;
  const own = topic === null ? null : productTopic(product, topic, gateway ?? '');
  const isOwn = typeof own === 'object' && own !== null;
  const kind = isOwn || topic === null ? 'telemetry' : (own ?? topicKind(topic, gateway ?? ''));
  const sound = kind !== 'foreign-topic' && kind !== 'unknown-topic';
  const named = isOwn
    ? `product ${product?.id ?? ''}${own.device === null ? '' : `, device ${own.device}`}`
    : kind;
  if (topic !== null && !note('topic', sound, `${topic}: ${named}`)) return null;
  note('size', true, `${payload.length} bytes`);
  if (kind === 'accepted') return null;
  const device = isOwn ? own.device : null;
  const items = itemsOf(registry, message, kind, device);
  if ('reason' in items) {
    note('json', false, `${items.reason}: ${items.detail}`);
    return null;
  }
  note('json', true, `${items.length} ${items.length === 1 ? 'record' : 'records'}`);
  if (product !== undefined && kind === 'telemetry') {
    const read = items.filter((item) => !isFault(item)).length;
    note('product', read > 0, `product ${product.id}: ${read} of ${items.length} records could be read`);
  }
  return items;
}

function itemsOf(
  registry: Registry,
  { gateway, product, payload }: Message,
  kind: TopicKind,
  device: string | null,
): readonly unknown[] | Fault {
  if (kind === 'thingsboard-gateway') return decodeGatewayTelemetry(payload);
  if (kind === 'thingsboard-device') {
    const me = deviceOfMe(registry, gateway ?? '');
    if (me === null) return { reason: 'ambiguous-device', detail: 'v1/devices/me could be several devices' };
    return decodeDeviceTelemetry(payload, me);
  }
  if (product === undefined) return decodeTelemetry(payload);
  return decodeMapped(product, payload, gateway ?? '', device);
}

/** An item that was read already and is none; one that was sent may look like anything. */
const isFault = (item: unknown): item is Fault =>
  typeof item === 'object' && item !== null && 'reason' in item && 'detail' in item;

function shownRecord(record: LifelineRecord) {
  const { extraFields: _extra, channels: _channels, ...rest } = record;
  return { ...rest, values: valuesOf(record) };
}

function explainRecord(
  state: IngestState,
  registry: Registry,
  message: Message,
  record: LifelineRecord,
  index: number,
  note: Note,
  rulesOf: (pointIndex: number) => readonly string[],
): void {
  const { device, time, seq, quality, backfill } = record;
  const values = valuesOf(record);
  const shown = Object.entries(values).map(([name, value]) => `${name}=${brief(value)}`);
  const extra = record.extraFields === 0 ? '' : `, ${record.extraFields} fields not used`;
  const at = time === null ? 'no time (arrival counts)' : new Date(time).toISOString();
  const marks = `${seq === null ? '' : `, seq ${seq}`}${quality === 'good' ? '' : `, ${quality}`}${backfill ? ', backfill' : ''}`;
  note(
    'record',
    true,
    `record ${index}: ${device}, ${at}${marks}, ${shown.slice(0, VALUES_MAX).join(' ')}${extra}`,
  );
  const entry =
    registry.devices.get(device) ?? registry.devices.get(registry.devicesBySerial.get(device) ?? '');
  const fault = deviceFault(entry, message.gateway);
  if (!note('device', fault === null, fault ?? `${device} is ${entry?.id} at ${entry?.facility}`)) return;
  if (entry === undefined) return;
  const profile = createProfile(registry, entry);
  for (const [channel, value] of Object.entries(values).slice(0, VALUES_MAX)) {
    const point = profile.channels.get(channel);
    explainValue(registry, point, entry.id, channel, value, record, note);
  }
  const [first] = [...profile.channels].filter(([channel]) => Object.hasOwn(values, channel));
  if (first === undefined) return;
  explainTime(state, registry, message, record, entry, first[1], note);
  for (const [channel, point] of profile.channels) {
    if (!Object.hasOwn(values, channel)) continue;
    const rules = rulesOf(point.index);
    note(
      'rules',
      rules.length > 0,
      `${channel}: ${rules.length === 0 ? 'no rule watches it' : rules.join(', ')}`,
    );
  }
}

function deviceFault(entry: DeviceEntry | undefined, gateway: string | null): string | null {
  if (entry === undefined) return 'unknown-device: neither an id nor a serial of the registry';
  if (gateway !== null && entry.gateway !== gateway) return 'foreign-device: belongs to another gateway';
  return entry.retired ? 'retired: the device is retired' : null;
}

function explainValue(
  registry: Registry,
  point: PointProfile | undefined,
  device: string,
  channel: string,
  sent: unknown,
  record: LifelineRecord,
  note: Note,
): void {
  if (point === undefined) {
    const retired = registry.points.get(`${device}/${channel}`)?.retired === true;
    note(
      'value',
      false,
      `${channel}: ${retired ? 'retired' : 'unknown-channel'}: no point ${device}/${channel}`,
    );
    return;
  }
  const value = readValue(sent);
  const entry = registry.pointsByIndex[point.index];
  if (value === undefined) {
    note('value', false, `${channel}: value-type: ${brief(sent)} is no number, boolean or null`);
    return;
  }
  const flags = valueFlags(value, record.quality, point);
  const doubts = VALUE_DOUBTS.filter(([flag]) => (flags & flag) !== 0).map(([, words]) => words);
  const shown = Number.isNaN(value) ? 'null' : `${value} ${entry?.unit ?? ''}`;
  note(
    'value',
    doubts.length === 0,
    `${channel}: ${shown}${doubts.length === 0 ? '' : `, ${doubts.join(', ')}`}`,
  );
}

const VALUE_DOUBTS: readonly (readonly [flag: number, words: string])[] = [
  [FLAG.sensorBad, 'the sensor says bad'],
  [FLAG.absurd, 'physically absurd: wrong unit or scale?'],
  [FLAG.overRange, 'above the range of the sensor'],
  [FLAG.underRange, 'below the range of the sensor'],
  [FLAG.valueUncertain, 'called uncertain by the device'],
];

function explainTime(
  state: IngestState,
  registry: Registry,
  message: Message,
  record: LifelineRecord,
  device: DeviceEntry,
  point: PointProfile,
  note: Note,
): void {
  const gateway = registry.gateways.get(message.gateway ?? '');
  const kept = gateway === undefined ? undefined : state.gateways.get(gateway.index);
  const offsets = {
    device: state.devices.get(device.index)?.clock?.offsetMs ?? null,
    gateway: kept?.clock.offsetMs ?? null,
  };
  const timing = timingOf(record, point, offsets, message.receivedAt);
  const lagMs = record.time === null ? 0 : message.receivedAt - record.time;
  const lag = `${Math.abs(lagMs) / 1_000} s ${lagMs < 0 ? 'ahead of' : 'behind'} our clock`;
  if (timing.refused !== null) {
    note('clock', false, `${timing.refused}: ${lag}`);
    return;
  }
  const corrected = (timing.flags & FLAG.timeOffset) !== 0;
  note('clock', !corrected, corrected ? `${lag}: a steady offset, corrected` : lag);
  const { flags } = timing;
  const windowS = point.windowMs / 1_000;
  if ((flags & FLAG.future) !== 0)
    note('lane', false, 'stamped in the future: stored, never the latest, rings nothing');
  else if ((flags & FLAG.late) !== 0)
    note(
      'lane',
      false,
      `late (历史补传): older than ${windowS} s, or sent as backfill; judged in retrospect`,
    );
  else note('lane', true, `live: not older than ${windowS} s`);
}
