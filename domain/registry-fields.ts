/**
 * Strict reading of what people and imports send: field by field, by hand. Null for an optional field means
 * "none": absent when creating, removed when updating. Every fault is reported, not only the first.
 */
import { path } from './edge-path.ts';
import { PRODUCT_FIELDS } from './product-fields.ts';
import { ID_PATTERN, type RegistryKind } from './registry.ts';
import { COLOURS } from './colour.ts';

/** Longest report interval: a week; beyond it no absence could ever be noticed. */
export const REPORT_INTERVAL_MAX_MS = 7 * 86_400_000;
const TEXT_MAX = 200;
const LIST_MAX = 64;
const LIMIT_NAMES = ['LL', 'L', 'H', 'HH'];

/** Takes a stable code and what is wrong, for the row at hand. */
export type Fail = (code: RegistryErrorCode, detail: string) => void;

/** Every code a refused row may carry (documented in the OpenAPI). */
export const REGISTRY_ERROR_CODES = [
  'type',
  'missing-field',
  'unknown-field',
  'bad-id',
  'too-long',
  'out-of-range',
  'range-order',
  'limits-order',
  'unit-mismatch',
  'id-mismatch',
  'immutable-field',
  'exists',
  'serial-exists',
  'code-exists',
  'token-exists',
  'not-found',
  'retired',
  'has-children',
  'alarm-open',
  'cycle',
  'self-loop',
  'path-off',
  'bad-pointer',
  'bad-topic',
  'channel-twice',
  'unknown-kind',
  'unknown-lifeline',
  'unknown-quantity',
  'unknown-organisation',
  'unknown-area',
  'unknown-facility',
  'unknown-gateway',
  'unknown-product',
  'unknown-device',
] as const;
export type RegistryErrorCode = (typeof REGISTRY_ERROR_CODES)[number];

type Check = (value: unknown, name: string, fail: Fail) => void;
type Field = { readonly check: Check; readonly required?: true };

const required = (check: Check): Field => ({ check, required: true });
const optional = (check: Check): Field => ({ check });

const FIELDS: Readonly<Record<RegistryKind, Readonly<Record<string, Field>>>> = {
  organisations: {
    id: required(id),
    name: required(text),
    kind: required(text),
    dutyPhone: required(text),
  },
  areas: { id: required(id), name: required(text), parent: optional(id) },
  facilities: {
    id: required(id),
    name: required(text),
    kind: required(id),
    lifeline: required(id),
    area: required(id),
    location: required(location),
    organisation: optional(id),
    code: optional(text),
    attributes: optional(attributes),
    cameras: optional(texts),
  },
  products: { id: required(id), name: required(text), ...PRODUCT_FIELDS },
  gateways: {
    id: required(id),
    name: required(text),
    facility: optional(id),
    session: required(session),
    product: optional(id),
    secretHmac: required(secretHmac),
  },
  devices: {
    id: required(id),
    gateway: required(id),
    facility: required(id),
    serial: optional(serial),
    model: optional(text),
    installedAt: optional(timestamp),
    calibrationDueAt: optional(timestamp),
    attributes: optional(attributes),
  },
  points: {
    id: optional(text),
    device: required(id),
    channel: required(id),
    quantity: required(id),
    unit: required(text),
    reportIntervalMs: required(reportInterval),
    range: optional(range),
    limits: optional(limits),
    attributes: optional(attributes),
  },
  edges: {
    id: required(id),
    kind: required(id),
    lifeline: required(id),
    from: required(id),
    to: required(id),
    path: optional(path),
    attributes: optional(attributes),
  },
};

/** Own fields of a JSON object, or null (reported as `type`) when it is none. */
export function asRecord(value: unknown, name: string, fail: Fail): Record<string, unknown> | null {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  fail('type', `${name} must be an object`);
  return null;
}

/** Reports what is wrong with the fields that are there; with `whole`, also which required ones are missing. */
export function checkFields(
  kind: RegistryKind,
  value: Readonly<Record<string, unknown>>,
  whole: boolean,
  fail: Fail,
): void {
  checkShape(FIELDS[kind], value, '', whole, fail);
}

/** `entry` with `change` laid over it; null removes an optional field. */
export function merged(
  entry: Readonly<Record<string, unknown>>,
  change: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const result: Record<string, unknown> = { ...entry };
  for (const [name, value] of Object.entries(change)) {
    if (value === null || value === undefined) delete result[name];
    else result[name] = value;
  }
  return result;
}

/** One to 64 characters without control characters: what is printed on the box. */
export function serial(value: unknown, name: string, fail: Fail): void {
  if (typeof value !== 'string') return fail('type', `${name} must be text`);
  // eslint-disable-next-line no-control-regex -- control characters are exactly what must not be there
  if (!/^[^\u0000-\u001f\u007f]{1,64}$/.test(value))
    fail('bad-id', `${name} must have 1 to 64 printable characters`);
}

/** Hex HMAC-SHA256. */
export function secretHmac(value: unknown, name: string, fail: Fail): void {
  if (typeof value !== 'string') return fail('type', `${name} must be text`);
  if (!/^[0-9a-f]{64}$/.test(value)) fail('bad-id', `${name} must be 64 hex digits`);
}

function checkShape(
  fields: Readonly<Record<string, Field>>,
  value: Readonly<Record<string, unknown>>,
  prefix: string,
  whole: boolean,
  fail: Fail,
): void {
  for (const [name, given] of Object.entries(value)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) fail('unknown-field', `${prefix}${name} is not a field`);
    else if (given === null && (field.required || prefix !== ''))
      fail('type', `${prefix}${name} cannot be null`);
    else if (given !== null && given !== undefined) field.check(given, `${prefix}${name}`, fail);
  }
  if (!whole) return;
  for (const [name, field] of Object.entries(fields)) {
    if (field.required && (!Object.hasOwn(value, name) || value[name] === undefined)) {
      fail('missing-field', `${prefix}${name} is missing`);
    }
  }
}

function id(value: unknown, name: string, fail: Fail): void {
  if (typeof value !== 'string') fail('type', `${name} must be text`);
  else if (!ID_PATTERN.test(value)) fail('bad-id', `${name} must be 1 to 64 of A-Z a-z 0-9 . _ -`);
}

function text(value: unknown, name: string, fail: Fail): void {
  if (typeof value !== 'string') fail('type', `${name} must be text`);
  else if (value.trim() === '') fail('missing-field', `${name} is empty`);
  else if (value.length > TEXT_MAX) fail('too-long', `${name} is longer than ${TEXT_MAX} characters`);
}

function texts(value: unknown, name: string, fail: Fail): void {
  if (!Array.isArray(value)) return fail('type', `${name} must be a list`);
  if (value.length > LIST_MAX) fail('too-long', `${name} has more than ${LIST_MAX} items`);
  for (const item of value) text(item, name, fail);
}

function number(value: unknown, name: string, fail: Fail, min = -Infinity, max = Infinity): void {
  if (typeof value !== 'number' || !Number.isFinite(value)) fail('type', `${name} must be a number`);
  else if (value < min || value > max) fail('out-of-range', `${name} must be between ${min} and ${max}`);
}

function atLeastZero(value: unknown, name: string, fail: Fail): void {
  number(value, name, fail, 0);
}

function timestamp(value: unknown, name: string, fail: Fail): void {
  if (!Number.isSafeInteger(value)) fail('type', `${name} must be a time in epoch milliseconds`);
}

function reportInterval(value: unknown, name: string, fail: Fail): void {
  number(value, name, fail, 1, REPORT_INTERVAL_MAX_MS);
}

function session(value: unknown, name: string, fail: Fail): void {
  if (value !== 'always-on' && value !== 'sleepy') fail('type', `${name} must be always-on or sleepy`);
}

function location(value: unknown, name: string, fail: Fail): void {
  const record = asRecord(value, name, fail);
  if (record === null) return;
  const lat = required((given, at, report) => number(given, at, report, -90, 90));
  const lon = required((given, at, report) => number(given, at, report, -180, 180));
  checkShape({ lat, lon }, record, `${name}.`, true, fail);
}

function range(value: unknown, name: string, fail: Fail): void {
  const record = asRecord(value, name, fail);
  if (record === null) return;
  checkShape({ min: required(number), max: required(number) }, record, `${name}.`, true, fail);
  const { min, max } = record;
  if (typeof min === 'number' && typeof max === 'number' && min >= max) {
    fail('range-order', `${name}.min must be below ${name}.max`);
  }
}

function limits(value: unknown, name: string, fail: Fail): void {
  const record = asRecord(value, name, fail);
  if (record === null) return;
  const fields: Record<string, Field> = {
    deadband: optional(atLeastZero),
    onDelayMs: optional(atLeastZero),
    offDelayMs: optional(atLeastZero),
    colours: optional(colours),
  };
  for (const limit of LIMIT_NAMES) fields[limit] = optional(number);
  checkShape(fields, record, `${name}.`, true, fail);
  const given = LIMIT_NAMES.map((limit) => record[limit]).filter((limit) => typeof limit === 'number');
  if (given.some((limit, i) => i > 0 && limit <= (given[i - 1] ?? -Infinity))) {
    fail('limits-order', `${name} must rise: LL < L < H < HH`);
  }
}

function colours(value: unknown, name: string, fail: Fail): void {
  const record = asRecord(value, name, fail);
  if (record === null) return;
  const colour: Check = (given, at, report) => {
    if (!COLOURS.some((known) => known === given))
      report('type', `${at} must be one of ${COLOURS.join(', ')}`);
  };
  const fields = Object.fromEntries(LIMIT_NAMES.map((limit) => [limit, optional(colour)]));
  checkShape(fields, record, `${name}.`, true, fail);
}

function attributes(value: unknown, name: string, fail: Fail): void {
  const record = asRecord(value, name, fail);
  if (record === null) return;
  const entries = Object.entries(record);
  if (entries.length > LIST_MAX) fail('too-long', `${name} has more than ${LIST_MAX} entries`);
  for (const [key, given] of entries) {
    if (key === '__proto__' || key === '' || key.length > LIST_MAX)
      fail('bad-id', `${name}: bad name ${key}`);
    else if (typeof given === 'string' && given.length > TEXT_MAX)
      fail('too-long', `${name}.${key} is too long`);
    else if (!isAttribute(given)) fail('type', `${name}.${key} must be a number, text or boolean`);
  }
}

const isAttribute = (value: unknown): boolean =>
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isFinite(value));
