/**
 * From the JSON of a product to our records, by the pointers of its form (docs/gateways/mapping.md). Every message gives
 * one record, or one for each element of the list that `*` runs over; a message that is itself a list is read element
 * by element unless a pointer begins with `*`. What comes out is read as if it had been sent in our own form, so all
 * that holds for a record holds for a mapped one.
 */
import { follow, parsePointer, type Pointer } from '#domain/json-pointer.ts';
import type { Product } from '#domain/registry.ts';
import {
  brief,
  CHANNELS_MAX,
  readRecord,
  RECORDS_MAX,
  type Fault,
  type LifelineRecord,
} from './lifeline-record.ts';
import { parseTimeText } from './time-text.ts';

type ListPointer = {
  readonly list: Pointer;
  readonly name: readonly string[];
  readonly value: readonly string[];
};
type Mapping = {
  readonly device: Pointer | null;
  readonly time: Pointer | null;
  readonly seq: Pointer | null;
  readonly values: readonly (readonly [channel: string, from: Pointer])[];
  readonly valuesObject: Pointer | null;
  readonly valuesList: ListPointer | null;
  /** The list of `*`; null when there is none. */
  readonly each: readonly string[] | null;
  readonly ignore: ReadonlySet<string>;
};

/** Of a message that is being read: the whole, and the element of the list that this record is of. */
type Scope = { readonly message: unknown; readonly element: unknown };
type Values = Record<string, unknown>;

/** An entry of the registry is never edited, only replaced: what was made of it stays true as long as it lives. */
const mappings = new WeakMap<Product, Mapping>();

/** Who the message is of when it does not say so itself: the device in its topic, else the gateway. */
export type Envelope = { readonly gateway: string; readonly device: string | null };

/** Records of one message, each read or with the reason why not. Never throws. */
export function mapMessage(
  product: Product,
  body: unknown,
  envelope: Envelope,
): readonly (LifelineRecord | Fault)[] {
  const mapping = mappingOf(product);
  const messages = Array.isArray(body) && mapping.each?.length !== 0 ? body : [body];
  if (messages.length === 0) return [shape('no message')];
  const records: (LifelineRecord | Fault)[] = [];
  for (const message of messages) {
    if (records.length === RECORDS_MAX) return [tooMany()];
    const elements = mapping.each === null ? [null] : follow(message, mapping.each);
    if (!Array.isArray(elements) || elements.length === 0) {
      const at = `/${mapping.each?.join('/') ?? ''}`;
      records.push(shape(Array.isArray(elements) ? `the list at ${at} is empty` : `no list at ${at}`));
      continue;
    }
    for (const element of elements) {
      if (records.length === RECORDS_MAX) return [tooMany()];
      records.push(mapRecord(product, mapping, { message, element }, envelope));
    }
  }
  return records;
}

function mapRecord(
  product: Product,
  mapping: Mapping,
  scope: Scope,
  envelope: Envelope,
): LifelineRecord | Fault {
  const device = mapping.device === null ? (envelope.device ?? envelope.gateway) : at(scope, mapping.device);
  const name = typeof device === 'number' ? String(device) : device;
  if (typeof name !== 'string') return shape(`no device at ${product.pointers.device ?? ''}`);
  const sent = mapping.time === null ? null : (at(scope, mapping.time) ?? null);
  const time = sent === null ? null : timeOf(product, sent);
  if (Number.isNaN(time))
    return { reason: 'time-format', detail: `time ${brief(sent)} is not in ${product.timeUnit}` };
  const values = valuesOf(product, mapping, scope);
  if ('reason' in values) return values.reason;
  const seq = mapping.seq === null ? null : numberOr(at(scope, mapping.seq));
  const read = readRecord({ device: name, time, values: values.values, seq });
  return 'reason' in read ? read : { ...read, extraFields: values.ignored };
}

type Taken = { readonly values: Values; readonly ignored: number } | { readonly reason: Fault };

function valuesOf(product: Product, mapping: Mapping, scope: Scope): Taken {
  const values: Values = {};
  let ignored = 0;
  let taken = 0;
  const take = (sent: string, value: unknown): void => {
    if (mapping.ignore.has(sent)) {
      ignored += 1;
      return;
    }
    taken += 1;
    // Plain assignment would let a member called `__proto__` reach the prototype.
    const channel = Object.hasOwn(product.channels ?? {}, sent) ? (product.channels?.[sent] ?? sent) : sent;
    if (taken <= CHANNELS_MAX) define(values, channel, scaled(product, channel, value));
  };
  if (mapping.valuesObject !== null) {
    const found = at(scope, mapping.valuesObject);
    if (typeof found !== 'object' || found === null || Array.isArray(found)) {
      return { reason: shape(`no object at ${product.pointers.valuesObject ?? ''}`) };
    }
    for (const [sent, value] of Object.entries(found)) take(sent, value);
  }
  if (mapping.valuesList !== null) {
    const { list, name, value } = mapping.valuesList;
    const found = at(scope, list);
    if (!Array.isArray(found))
      return { reason: shape(`no list at ${product.pointers.valuesList?.list ?? ''}`) };
    for (const item of found) {
      const sent = follow(item, name);
      if (typeof sent !== 'string') return { reason: shape(`a value without a name: ${brief(sent)}`) };
      take(sent, follow(item, value));
    }
  }
  for (const [channel, pointer] of mapping.values) {
    const value = at(scope, pointer);
    // Not every message carries every value.
    if (value !== undefined) define(values, channel, scaled(product, channel, value));
  }
  if (taken > CHANNELS_MAX) return { reason: shape(`${taken} values`) };
  return { values, ignored };
}

/** Numbers written as text count: half of the field sends them so. Everything else stays what it is. */
function scaled(product: Product, channel: string, value: unknown): unknown {
  const sent = numberOr(value);
  if (typeof sent !== 'number') return sent;
  const factor = Object.hasOwn(product.scale ?? {}, channel) ? product.scale?.[channel] : undefined;
  // 12 digits: 7 tenths are 0.7, not 0.7000000000000001.
  return factor === undefined ? sent : Number((sent * factor).toPrecision(12));
}

/** NaN when it is no time in the product's unit. */
function timeOf({ timeUnit, zone }: Product, sent: unknown): number {
  if (timeUnit === 'iso') {
    if (typeof sent !== 'string') return NaN;
    const text = sent.trim();
    return parseTimeText(text) ?? (zone === undefined ? NaN : (parseTimeText(text + zone) ?? NaN));
  }
  const number = numberOr(sent);
  if (typeof number !== 'number') return NaN;
  return timeUnit === 's' ? Math.round(number * 1_000) : Math.round(number);
}

const NUMBER_TEXT = /^\s*[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})(e[+-]?\d{1,3})?\s*$/i;

const numberOr = (value: unknown): unknown =>
  typeof value === 'string' && NUMBER_TEXT.test(value) ? Number(value) : value;

const at = ({ message, element }: Scope, { prefix, rest }: Pointer): unknown =>
  follow(prefix === null ? message : element, rest);

function mappingOf(product: Product): Mapping {
  let mapping = mappings.get(product);
  if (mapping === undefined) mappings.set(product, (mapping = compile(product)));
  return mapping;
}

function compile({ pointers, ignore }: Product): Mapping {
  const { device, time, seq, values, valuesObject, valuesList } = pointers;
  const parse = (text: string | undefined): Pointer | null =>
    text === undefined ? null : parsePointer(text);
  const list = parse(valuesList?.list);
  const mapping = {
    device: parse(device),
    time: parse(time),
    seq: parse(seq),
    values: Object.entries(values ?? {}).flatMap(([channel, text]) => {
      const pointer = parse(text);
      return pointer === null ? [] : [[channel, pointer] as const];
    }),
    valuesObject: parse(valuesObject),
    valuesList:
      list === null
        ? null
        : { list, name: parse(valuesList?.name)?.rest ?? [], value: parse(valuesList?.value)?.rest ?? [] },
    ignore: new Set(ignore),
  };
  const all = [
    mapping.device,
    mapping.time,
    mapping.seq,
    mapping.valuesObject,
    list,
    ...mapping.values.map(([, p]) => p),
  ];
  return { ...mapping, each: all.find((pointer) => pointer?.prefix != null)?.prefix ?? null };
}

function define(values: Values, name: string, value: unknown): void {
  Object.defineProperty(values, name, { value, writable: true, enumerable: true, configurable: true });
}

const shape = (detail: string): Fault => ({ reason: 'shape', detail });
const tooMany = (): Fault => ({ reason: 'too-many-records', detail: `more than ${RECORDS_MAX}` });
