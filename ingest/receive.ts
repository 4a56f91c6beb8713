/** Steps 3 and 4: one publish in; its measurements, and everything that was not taken with the reason, out. */
import type { Journaled, PublishInput } from '#domain/input.ts';
import type { RejectionReason } from '#domain/rejection.ts';
import type { GatewayEntry, Product, Registry } from '#domain/registry.ts';
import { watchClocks, type KnownRecord } from './clock-watch.ts';
import { createProfile, type DeviceProfile } from './device-profile.ts';
import type { IngestSink } from './ingest-sink.ts';
import type { IngestState } from './ingest-state.ts';
import {
  clip,
  decodeTelemetry,
  itemText,
  parsePayload,
  payloadSample,
  readRecord,
  recordText,
  type Fault,
  type LifelineRecord,
} from './lifeline-record.ts';
import { mapMessage } from './product-mapping.ts';
import { scanRecord } from './record-scan.ts';
import { isResend, publishHash } from './record-identity.ts';
import { takeRecord, Taker } from './take-record.ts';
import { decodeDeviceTelemetry, decodeGatewayTelemetry } from './thingsboard-record.ts';
import { productTopic, topicKind } from './topics.ts';

/** Never throws for anything a gateway can send. */
export function receive(
  state: IngestState,
  registry: Registry,
  input: Journaled<PublishInput>,
  out: IngestSink,
): void {
  const gateway = registry.gateways.get(input.gateway);
  if (gateway === undefined || gateway.retired) {
    return refuseStranger(input, gateway === undefined ? 'is not registered' : 'is retired', out);
  }
  const taker = new Taker(state, registry, gateway, input, out);
  const product = productOf(registry, gateway);
  const own = productTopic(product, input.topic, gateway.id);
  const kind =
    own === null || own === 'foreign-topic' ? (own ?? topicKind(input.topic, gateway.id)) : 'telemetry';
  if (kind === 'foreign-topic' || kind === 'unknown-topic') {
    return taker.refuse(kind, null, input.topic.slice(0, 256), payloadSample(input.payload), null);
  }
  taker.kept.lastPublishAt = input.receivedAt;
  out.gateway(gateway.id);
  switch (kind) {
    case 'telemetry': {
      const device = typeof own === 'object' ? (own?.device ?? null) : null;
      if (product === undefined) {
        const plain = scanRecord(input.payload);
        if (plain !== null) return receiveRecords(taker, input, [plain], 'read');
        return receiveRecords(taker, input, decodeTelemetry(input.payload));
      }
      return receiveRecords(taker, input, decodeMapped(product, input.payload, gateway.id, device), 'read');
    }
    case 'thingsboard-gateway':
      return receiveRecords(taker, input, decodeGatewayTelemetry(input.payload));
    case 'thingsboard-device':
      return receiveOfMe(taker, input);
    case 'accepted':
      taker.kept.companions += 1;
  }
}

/** The mapping form that a gateway speaks; undefined when it speaks ours. */
export const productOf = (registry: Registry, { product }: GatewayEntry): Product | undefined =>
  product === undefined ? undefined : registry.products.get(product);

/** Records of a message in a product's own JSON, read already. Never throws. */
export function decodeMapped(
  product: Product,
  payload: Uint8Array,
  gateway: string,
  device: string | null,
): readonly (LifelineRecord | Fault)[] | Fault {
  const parsed = parsePayload(payload);
  return 'reason' in parsed ? parsed : mapMessage(product, parsed.body, { gateway, device });
}

function receiveOfMe(taker: Taker, input: Journaled<PublishInput>): void {
  const { gateway, registry } = taker;
  const device = deviceOfMe(registry, gateway.id);
  if (device !== null) return receiveRecords(taker, input, decodeDeviceTelemetry(input.payload, device));
  const { length } = registry.devicesOfGateway.get(gateway.id) ?? [];
  const detail = `v1/devices/me is one of ${length} devices, and none has the id or serial ${gateway.id}`;
  taker.refuse('ambiguous-device', null, detail, payloadSample(input.payload), null);
}

/**
 * `v1/devices/me` names no device: it is the gateway's only one, or the one whose id or serial is the gateway's id. A
 * gateway without devices stands for one that is yet to be registered under its id. Null when it could be several.
 */
export function deviceOfMe(registry: Registry, gateway: string): string | null {
  const devices = registry.devicesOfGateway.get(gateway) ?? [];
  if (devices.length === 0) return gateway;
  if (devices.length === 1) return devices[0] ?? null;
  const alike = [gateway, registry.devicesBySerial.get(gateway)];
  return alike.find((id) => id !== undefined && devices.includes(id)) ?? null;
}

/** `read`: the items are records or faults already. */
function receiveRecords(
  taker: Taker,
  input: Journaled<PublishInput>,
  items: ReturnType<typeof decodeTelemetry>,
  state: 'sent' | 'read' = 'sent',
): void {
  const { payload } = input;
  const resend =
    input.qos > 0 &&
    isResend(taker.kept.publishes, publishHash(input.client, input.packetId, payload), input.dup);
  if ('reason' in items) {
    if (resend) taker.duplicate(null, 'resent publish', '');
    else taker.refuse(items.reason, null, items.detail, payloadSample(payload), null);
    return;
  }
  const known: KnownRecord[] = [];
  for (const [index, item] of items.entries()) {
    const record = state === 'sent' ? readRecord(item) : (item as LifelineRecord | Fault);
    if (resend) taker.duplicate(namedDevice(item), 'resent publish', '');
    else if ('reason' in record) {
      const whole = items.length === 1 || state === 'read';
      const sample = whole ? payloadSample(payload) : clip(`record ${index}: ${itemText(item)}`);
      taker.refuse(record.reason, namedDevice(item), record.detail, sample, null);
    } else {
      taker.kept.extraFields += record.extraFields;
      const device = findDevice(taker, record);
      if (device !== null) known.push({ record, device });
    }
  }
  if (known.length === 0) return;
  watchClocks(taker.state, taker.kept, taker.gateway.id, known, taker.at, taker.out);
  for (const { record, device } of known) takeRecord(taker, record, device);
}

/** Profile of the device that a record names by id or serial, or null after a refusal. */
export function findDevice(taker: Taker, record: LifelineRecord): DeviceProfile | null {
  const { registry, state, gateway } = taker;
  const refuse = (reason: RejectionReason, detail: string, keep: boolean): null => {
    const text = recordText(record);
    taker.refuse(reason, record.device, detail, text, keep ? text : null);
    return null;
  };
  let entry = registry.devices.get(record.device);
  if (entry === undefined) {
    const id = registry.devicesBySerial.get(record.device);
    entry = id === undefined ? undefined : registry.devices.get(id);
  }
  if (entry === undefined) return refuse('unknown-device', 'not registered', true);
  if (entry.gateway !== gateway.id) return refuse('foreign-device', 'belongs to another gateway', false);
  if (entry.retired) return refuse('retired', 'the device is retired', false);
  return (state.profiles[entry.index] ??= createProfile(registry, entry));
}

/** The broker knows every gateway that may log in; a publish of one that is gone was in flight when it went. */
function refuseStranger(input: Journaled<PublishInput>, detail: string, out: IngestSink): void {
  const { gateway, payload } = input;
  const sample = payloadSample(payload);
  out.rejected({
    reason: 'retired',
    gateway,
    device: null,
    detail: `gateway ${detail}`,
    sample,
    record: null,
  });
}

function namedDevice(item: unknown): string | null {
  const device: unknown = typeof item === 'object' && item !== null && 'device' in item ? item.device : null;
  return typeof device === 'string' ? device.slice(0, 64) : null;
}
