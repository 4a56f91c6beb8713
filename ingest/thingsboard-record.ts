/**
 * ThingsBoard's telemetry, turned into records of our own form, which `readRecord` then judges like any other.
 *
 *   v1/gateway/telemetry     {"A-1":[{"ts":1763800000000,"values":{"ch4":0.42}}, {"ch4":0.43}], "A-2":{"ch4":0}}
 *   v1/devices/me/telemetry  {"ts":…,"values":{…}} or {"ch4":0.42}, or an array of these
 *
 * A name of a device is our device's id or serial. Without `ts` the time is that of arrival. ThingsBoard allows numbers
 * written as text: one that a double holds exactly as it stands is taken as the number, any other text is refused
 * with its value, never rounded.
 */
import { type Fault, parsePayload, RECORDS_MAX } from './lifeline-record.ts';

/** A double gives back every decimal of up to 15 significant digits. */
const EXACT_DIGITS_MAX = 15;
const DECIMAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,2})?$/;

/** Records of one publish of a ThingsBoard gateway for its devices, not yet checked. Never throws. */
export function decodeGatewayTelemetry(payload: Uint8Array): readonly unknown[] | Fault {
  const parsed = parsePayload(payload);
  if ('reason' in parsed) return parsed;
  const { body } = parsed;
  if (!isObject(body)) return shape('an object of devices is expected');
  const records: unknown[] = [];
  for (const [device, sent] of Object.entries(body)) {
    for (const entry of Array.isArray(sent) ? sent : [sent]) {
      if (records.length === RECORDS_MAX) return tooMany();
      records.push(recordOf(device, entry));
    }
  }
  return records.length === 0 ? shape('no record') : records;
}

/** Records of one publish of a single ThingsBoard device, which is `device` here. Never throws. */
export function decodeDeviceTelemetry(payload: Uint8Array, device: string): readonly unknown[] | Fault {
  const parsed = parsePayload(payload);
  if ('reason' in parsed) return parsed;
  const entries: readonly unknown[] = Array.isArray(parsed.body) ? parsed.body : [parsed.body];
  if (entries.length > RECORDS_MAX) return tooMany();
  if (entries.length === 0) return shape('no record');
  return entries.map((entry) => recordOf(device, entry));
}

function recordOf(device: string, entry: unknown): unknown {
  // Not an object: `readRecord` refuses it by its values.
  if (!isObject(entry)) return { device, values: entry };
  const { ts, values, ...others } = entry;
  if (isObject(values)) return { ...unknownIn(others), device, time: timeOf(ts), values: numbersIn(values) };
  // A time without values would be lost silently if the rest were taken as of now.
  if (ts !== undefined) return { device, time: timeOf(ts), values: null };
  return { device, values: numbersIn(entry) };
}

/** Fields beside `ts` and `values` mean nothing here, whatever they are called; `readRecord` counts them. */
const unknownIn = (others: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.keys(others).map((name) => [`thingsboard ${name}`, null]));

const timeOf = (ts: unknown): unknown => (typeof ts === 'string' && /^\d{1,16}$/.test(ts) ? Number(ts) : ts);

function numbersIn(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, numberIn(value)]));
}

function numberIn(value: unknown): unknown {
  if (typeof value !== 'string' || value.length > 32 || !DECIMAL.test(value)) return value;
  const digits = value
    .replace(/[eE].*$/, '')
    .replace(/\D/g, '')
    .replace(/^0+/, '');
  return digits.length <= EXACT_DIGITS_MAX ? Number(value) : value;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const shape = (detail: string): Fault => ({ reason: 'shape', detail });
const tooMany = (): Fault => ({ reason: 'too-many-records', detail: `more than ${RECORDS_MAX}` });
