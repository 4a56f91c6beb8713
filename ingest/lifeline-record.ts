/**
 * Our own format on `lifeline/v1/{gateway}/telemetry`: one record or an array of records.
 *
 *   {"device":"G-0412","time":1763800000000,"values":{"ch4":0.42},"seq":17,"quality":"good","backfill":false}
 *
 * Strict on what it knows: one bad field refuses its record and no other. Null for an optional field means none.
 * A field that it does not know is let through, since refusing the value beside it would silence a sensor for a
 * firmware's extra label; such fields are counted (`extraFields` of the gateway), so they do not vanish unseen.
 */
import type { RejectionReason } from '#domain/rejection.ts';
import type { Quality } from '#domain/measurement.ts';
import type { Timestamp } from '#domain/time.ts';
import { parseTimeText } from './time-text.ts';

/**
 * Records of one publish: more than the largest packet (256 KiB) can carry, at 32 bytes for the shortest record. It
 * only bounds what a list of anything else costs.
 */
export const RECORDS_MAX = 8192;
/** Channels of one record. */
export const CHANNELS_MAX = 64;
export const NAME_MAX = 64;
/** Beyond it a number is no time at all, and the stores refuse it (year 128,000; epoch microseconds still pass). */
export const TIME_MAX = 4e15;
const SAMPLE_MAX = 256;

/** A record with every field checked but its values, which are checked one by one. */
export type LifelineRecord = {
  /** Id or serial, as sent. */
  readonly device: string;
  /** As sent, in whole milliseconds; null when there is none. */
  readonly time: Timestamp | null;
  /** Names, and beside each what was sent under it. */
  readonly channels: readonly string[];
  readonly values: readonly unknown[];
  readonly seq: number | null;
  readonly quality: Quality;
  readonly backfill: boolean;
  /** Fields we do not know. */
  readonly extraFields: number;
};

export type Fault = { readonly reason: RejectionReason; readonly detail: string };

const decoder = new TextDecoder('utf-8', { fatal: true });
const lenientDecoder = new TextDecoder('utf-8');

/** The JSON of a payload, or why it is none. Never throws. */
export function parsePayload(payload: Uint8Array): { readonly body: unknown } | Fault {
  let text: string;
  try {
    text = decoder.decode(payload);
  } catch {
    return { reason: 'not-utf8', detail: 'not UTF-8' };
  }
  try {
    return { body: JSON.parse(text) };
  } catch {
    return { reason: 'not-json', detail: 'not JSON' };
  }
}

/** Items of one publish, not yet checked, or why there are none. Never throws. */
export function decodeTelemetry(payload: Uint8Array): readonly unknown[] | Fault {
  const parsed = parsePayload(payload);
  if ('reason' in parsed) return parsed;
  const { body } = parsed;
  if (!Array.isArray(body)) return [body];
  if (body.length > RECORDS_MAX)
    return { reason: 'too-many-records', detail: `${body.length} > ${RECORDS_MAX}` };
  if (body.length === 0) return { reason: 'shape', detail: 'no record' };
  return body;
}

/** Checks one item of a publish. Never throws. */
export function readRecord(item: unknown): LifelineRecord | Fault {
  if (!isObject(item)) return shape('a record must be an object');
  const { device, values, seq, quality, backfill } = item;
  if (typeof device !== 'string' || device === '' || device.length > NAME_MAX) return shape('device');
  if (!isObject(values)) return shape('values');
  const channels = Object.keys(values);
  if (channels.length === 0 || channels.length > CHANNELS_MAX) return shape(`${channels.length} values`);
  if (seq != null && !(Number.isSafeInteger(seq) && Number(seq) >= 0)) return shape('seq');
  if (quality != null && quality !== 'good' && quality !== 'uncertain' && quality !== 'bad')
    return shape('quality');
  if (backfill != null && typeof backfill !== 'boolean') return shape('backfill');
  const time = item.time == null ? null : readTime(item.time);
  if (Number.isNaN(time)) return { reason: 'time-format', detail: `time ${brief(item.time)}` };
  return {
    device,
    time,
    channels,
    values: channels.map((name) => values[name]),
    seq: typeof seq === 'number' ? seq : null,
    quality: quality ?? 'good',
    backfill: backfill === true,
    extraFields: countExtra(item),
  };
}

/** The number that a value stands for: null = the sensor says bad (NaN); undefined = no value at all. */
export function readValue(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : undefined; // -0 is 0
  if (typeof value === 'boolean') return value ? 1 : 0;
  return value === null ? NaN : undefined;
}

/**
 * JSON text of a record as far as it can be approved later; only plain values, so depth cannot hurt, and long texts,
 * which are no values, are cut: one text of a message may stand in each of its records.
 */
export function recordText(record: LifelineRecord, channel?: string): string {
  const values = valuesOf(record, channel, plain);
  const { device, time, seq, quality, backfill } = record;
  return JSON.stringify({ device, time, values, seq, quality, backfill });
}

/** The values by their names, or that of one channel alone. */
export function valuesOf(
  { channels, values }: LifelineRecord,
  only?: string,
  shown: (value: unknown) => unknown = (value) => value,
): Record<string, unknown> {
  const named: Record<string, unknown> = {};
  for (const [place, name] of channels.entries()) {
    if (only !== undefined && name !== only) continue;
    // Also a channel called `__proto__` is a channel.
    Object.defineProperty(named, name, { value: shown(values[place]), enumerable: true });
  }
  return named;
}

function plain(value: unknown): unknown {
  if (typeof value === 'string') return clip(value);
  return typeof value === 'object' && value !== null ? brief(value) : value;
}

/** At most 256 characters of a payload, readable or not. */
export function payloadSample(payload: Uint8Array): string {
  return lenientDecoder.decode(payload.subarray(0, SAMPLE_MAX * 3)).slice(0, SAMPLE_MAX);
}

/** At most 256 characters of one item of a list, as it was sent; what is nested deeper than values is only named. */
export const itemText = (item: unknown): string => clip(JSON.stringify(shallow(item, 2)));

function shallow(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return clip(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0 || Array.isArray(value)) return brief(value);
  const copy: Record<string, unknown> = {};
  let length = 0;
  for (const [name, field] of Object.entries(value)) {
    if (length > SAMPLE_MAX) break;
    length += name.length + 4;
    Object.defineProperty(copy, clip(name), { value: shallow(field, depth - 1), enumerable: true });
  }
  return copy;
}

/** A value in few words, for people. */
export function brief(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, NAME_MAX));
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return String(value);
}

/** At most 256 characters. */
export const clip = (text: string): string => (text.length > SAMPLE_MAX ? text.slice(0, SAMPLE_MAX) : text);

const shape = (detail: string): Fault => ({ reason: 'shape', detail });

/** NaN when it is no time. */
function readTime(time: unknown): number {
  if (typeof time === 'number') {
    const ms = Math.trunc(time);
    return Math.abs(ms) <= TIME_MAX ? ms : NaN;
  }
  return typeof time === 'string' ? (parseTimeText(time) ?? NaN) : NaN;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function countExtra(record: Readonly<Record<string, unknown>>): number {
  let extra = 0;
  for (const name in record) if (!KNOWN_FIELDS.has(name)) extra += 1;
  return extra;
}

const KNOWN_FIELDS: ReadonlySet<string> = new Set(['device', 'time', 'values', 'seq', 'quality', 'backfill']);
