/**
 * From the JSON of a product to our records, by the pointers of its form (docs/gateways/mapping.md). Every message gives
 * one record, or one for each element of the list that `*` runs over; a message that is itself a list is read element
 * by element unless a pointer begins with `*`. What comes out is read as if it had been sent in our own form, so all
 * that holds for a record holds for a mapped one.
 */
import { follow, parsePointer } from '#domain/json-pointer.ts';
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

type Names = readonly string[];
/** Pointers of a form into one root: the whole message, or an element of the list that `*` runs over. */
type Pointers = {
  readonly device: Names | null;
  readonly time: Names | null;
  readonly seq: Names | null;
  readonly values: readonly (readonly [channel: string, from: Names])[];
  readonly valuesObject: Names | null;
  readonly valuesList: { readonly list: Names; readonly name: Names; readonly value: Names } | null;
};
type Mapping = {
  readonly ofMessage: Pointers;
  readonly ofElement: Pointers;
  /** The list of `*`; null when there is none. */
  readonly each: Names | null;
  readonly ignore: ReadonlySet<string>;
};

/** What one root says of a record; a record is what its message says and what its element says. */
type Part = {
  device: string | null;
  time: number | null;
  seq: unknown;
  readonly values: Map<string, unknown>;
  ignored: number;
};

/**
 * Values of all records of one message: more than the largest packet can carry. It bounds what values that stand once
 * in a message and hold for each of its elements may cost.
 */
export const VALUES_MAX = 65_536;

/** An entry of the registry is never edited, only replaced: what was made of it stays true as long as it lives. */
const mappings = new WeakMap<Product, Mapping>();

/** Who the message is of when it does not say so itself: the device in its topic, else the gateway. */
export type Envelope = { readonly gateway: string; readonly device: string | null };

/** Records of one message, each read or with the reason why not. Never throws; takes time linear in the message. */
export function mapMessage(
  product: Product,
  body: unknown,
  envelope: Envelope,
): readonly (LifelineRecord | Fault)[] {
  const mapping = mappingOf(product);
  const messages = Array.isArray(body) && mapping.each?.length !== 0 ? body : [body];
  if (messages.length === 0) return [shape('no message')];
  const records: (LifelineRecord | Fault)[] = [];
  let values = 0;
  for (const message of messages) {
    if (records.length === RECORDS_MAX) return [tooMany(RECORDS_MAX)];
    const elements = mapping.each === null ? [null] : follow(message, mapping.each);
    if (!Array.isArray(elements) || elements.length === 0) {
      const at = `/${mapping.each?.join('/') ?? ''}`;
      records.push(shape(Array.isArray(elements) ? `the list at ${at} is empty` : `no list at ${at}`));
      continue;
    }
    // Once, however many elements it holds for; a fault in it is the message's, not each element's.
    const shared = readPart(product, mapping.ofMessage, mapping.ignore, message);
    if ('reason' in shared) {
      records.push(shared);
      continue;
    }
    for (const element of elements) {
      if (records.length === RECORDS_MAX) return [tooMany(RECORDS_MAX)];
      const own = readPart(product, mapping.ofElement, mapping.ignore, element);
      values += shared.values.size + ('reason' in own ? 0 : own.values.size);
      if (values > VALUES_MAX) return [tooMany(VALUES_MAX, ' values')];
      records.push('reason' in own ? own : join(shared, own, envelope));
    }
  }
  return records;
}

function join(shared: Part, own: Part, envelope: Envelope): LifelineRecord | Fault {
  const part: Part = { ...own, values: new Map(shared.values), ignored: shared.ignored + own.ignored };
  for (const [channel, value] of own.values) {
    const fault = put(part, channel, value);
    if (fault !== null) return fault;
  }
  const values: Record<string, unknown> = {};
  for (const [channel, value] of part.values) define(values, channel, value);
  const read = readRecord({
    device: own.device ?? shared.device ?? envelope.device ?? envelope.gateway,
    time: own.time ?? shared.time,
    values,
    seq: own.seq ?? shared.seq,
  });
  return 'reason' in read ? read : { ...read, extraFields: part.ignored };
}

function readPart(
  product: Product,
  pointers: Pointers,
  ignore: ReadonlySet<string>,
  root: unknown,
): Part | Fault {
  const part: Part = { device: null, time: null, seq: null, values: new Map(), ignored: 0 };
  if (pointers.device !== null) {
    const device = follow(root, pointers.device);
    const name = typeof device === 'number' ? String(device) : device;
    if (typeof name !== 'string') return shape(`no device at ${product.pointers.device ?? ''}`);
    part.device = name;
  }
  const sent = pointers.time === null ? null : (follow(root, pointers.time) ?? null);
  if (sent !== null) part.time = timeOf(product, sent);
  if (Number.isNaN(part.time))
    return { reason: 'time-format', detail: `time ${brief(sent)} is not in ${product.timeUnit}` };
  if (pointers.seq !== null) part.seq = numberOr(follow(root, pointers.seq));
  return (
    takeObject(product, pointers, ignore, root, part) ??
    takeList(product, pointers, ignore, root, part) ??
    takeValues(product, pointers, root, part) ??
    part
  );
}

function takeObject(
  product: Product,
  { valuesObject }: Pointers,
  ignore: ReadonlySet<string>,
  root: unknown,
  part: Part,
): Fault | null {
  if (valuesObject === null) return null;
  const found = follow(root, valuesObject);
  if (typeof found !== 'object' || found === null || Array.isArray(found))
    return shape(`no object at ${product.pointers.valuesObject ?? ''}`);
  const members = Object.entries(found);
  if (members.length > CHANNELS_MAX + ignore.size) return shape(`${members.length} values`);
  for (const [sent, value] of members) {
    const fault = take(product, ignore, part, sent, value);
    if (fault !== null) return fault;
  }
  return null;
}

function takeList(
  product: Product,
  { valuesList }: Pointers,
  ignore: ReadonlySet<string>,
  root: unknown,
  part: Part,
): Fault | null {
  if (valuesList === null) return null;
  const items = follow(root, valuesList.list);
  if (!Array.isArray(items)) return shape(`no list at ${product.pointers.valuesList?.list ?? ''}`);
  if (items.length > CHANNELS_MAX + ignore.size) return shape(`${items.length} values`);
  for (const item of items) {
    const sent = follow(item, valuesList.name);
    if (typeof sent !== 'string') return shape(`a value without a name: ${brief(sent)}`);
    const fault = take(product, ignore, part, sent, follow(item, valuesList.value));
    if (fault !== null) return fault;
  }
  return null;
}

function takeValues(product: Product, { values }: Pointers, root: unknown, part: Part): Fault | null {
  for (const [channel, names] of values) {
    const value = follow(root, names);
    // Not every message carries every value.
    const fault = value === undefined ? null : put(part, channel, scaled(product, channel, value));
    if (fault !== null) return fault;
  }
  return null;
}

function take(
  product: Product,
  ignore: ReadonlySet<string>,
  part: Part,
  sent: string,
  value: unknown,
): Fault | null {
  if (ignore.has(sent)) {
    part.ignored += 1;
    return null;
  }
  // Plain access would let a member called `__proto__` reach the prototype.
  const channel = Object.hasOwn(product.channels ?? {}, sent) ? (product.channels?.[sent] ?? sent) : sent;
  return put(part, channel, scaled(product, channel, value));
}

/** Two different values of a channel: nobody can say which one holds. The same one again is counted as let through. */
function put(part: Part, channel: string, value: unknown): Fault | null {
  if (!part.values.has(channel)) part.values.set(channel, value);
  else if (Object.is(part.values.get(channel), value)) part.ignored += 1;
  else return shape(`two values for ${brief(channel)}`);
  return null;
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

function mappingOf(product: Product): Mapping {
  let mapping = mappings.get(product);
  if (mapping === undefined) mappings.set(product, (mapping = compile(product)));
  return mapping;
}

function compile({ pointers, ignore }: Product): Mapping {
  let each: Names | null = null;
  const parse = (text: string | undefined, ofElement: boolean): Names | null => {
    const pointer = text === undefined ? null : parsePointer(text);
    if (pointer === null) return null;
    each ??= pointer.prefix;
    return (pointer.prefix !== null) === ofElement ? pointer.rest : null;
  };
  const inner = (text: string | undefined): Names => parse(text, false) ?? [];
  const { device, time, seq, values, valuesObject, valuesList } = pointers;
  const of = (ofElement: boolean): Pointers => {
    const list = parse(valuesList?.list, ofElement);
    return {
      device: parse(device, ofElement),
      time: parse(time, ofElement),
      seq: parse(seq, ofElement),
      values: Object.entries(values ?? {}).flatMap(([channel, text]) => {
        const names = parse(text, ofElement);
        return names === null ? [] : [[channel, names] as const];
      }),
      valuesObject: parse(valuesObject, ofElement),
      valuesList:
        list === null ? null : { list, name: inner(valuesList?.name), value: inner(valuesList?.value) },
    };
  };
  return { ofMessage: of(false), ofElement: of(true), each, ignore: new Set(ignore) };
}

function define(values: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(values, name, { value, writable: true, enumerable: true, configurable: true });
}

const shape = (detail: string): Fault => ({ reason: 'shape', detail });
const tooMany = (most: number, what = ''): Fault => ({
  reason: 'too-many-records',
  detail: `more than ${most}${what}`,
});
