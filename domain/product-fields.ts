/** Strict reading of a product's mapping form, field by field; every fault with its code. */
import { parsePointer, type Pointer } from './json-pointer.ts';
import { topicFault } from './product-topic.ts';
import type { Fail } from './registry-fields.ts';
import { ID_PATTERN } from './registry.ts';

/** A record has at most as many channels. */
const ENTRIES_MAX = 64;
const NAME_MAX = 64;
const POINTER_NAMES = ['device', 'time', 'seq', 'valuesObject'] as const;
const LIST_NAMES = ['list', 'name', 'value'] as const;

/** Everything of a product but its id and name. */
export const PRODUCT_FIELDS = {
  pointers: { check: pointers, required: true },
  timeUnit: { check: timeUnit, required: true },
  zone: { check: zone },
  scale: { check: scale },
  channels: { check: channels },
  ignore: { check: ignore },
  topic: { check: topic },
} as const;

function pointers(value: unknown, name: string, fail: Fail): void {
  const given = fieldsOf(value, name, fail);
  if (given === null) return;
  const lists = new Set<string>();
  const check = (text: unknown, at: string): void => {
    const pointer = pointerIn(text, at, fail);
    if (pointer !== null && pointer.prefix !== null) lists.add(JSON.stringify(pointer.prefix));
  };
  for (const [field, inner] of Object.entries(given)) {
    const at = `${name}.${field}`;
    if (field === 'values') eachEntry(inner, at, fail, channelName, (text, place) => check(text, place));
    else if (field === 'valuesList') checkList(inner, at, fail, check);
    else if (POINTER_NAMES.some((known) => known === field)) check(inner, at);
    else fail('unknown-field', `${at} is not a field`);
  }
  if (
    given['values'] === undefined &&
    given['valuesObject'] === undefined &&
    given['valuesList'] === undefined
  )
    fail('missing-field', `${name} needs values, valuesObject or valuesList`);
  if (lists.size > 1) fail('bad-pointer', `${name}: every * must run over the same list`);
}

/** `list` from the message, `name` and `value` from each of its elements. */
function checkList(
  value: unknown,
  name: string,
  fail: Fail,
  check: (text: unknown, at: string) => void,
): void {
  const given = fieldsOf(value, name, fail);
  if (given === null) return;
  for (const field of Object.keys(given)) {
    if (!LIST_NAMES.some((known) => known === field))
      fail('unknown-field', `${name}.${field} is not a field`);
  }
  for (const field of LIST_NAMES) {
    if (given[field] === undefined) fail('missing-field', `${name}.${field} is missing`);
    else if (field === 'list') check(given[field], `${name}.list`);
    else if (pointerIn(given[field], `${name}.${field}`, fail)?.prefix)
      fail('bad-pointer', `${name}.${field} leads into one element: no *`);
  }
}

function pointerIn(value: unknown, name: string, fail: Fail): Pointer | null {
  if (typeof value !== 'string') {
    fail('type', `${name} must be text`);
    return null;
  }
  const pointer = parsePointer(value);
  if (pointer === null)
    fail('bad-pointer', `${name}: "${value}" is no JSON pointer (RFC 6901; at most one *)`);
  return pointer;
}

function timeUnit(value: unknown, name: string, fail: Fail): void {
  if (value !== 'ms' && value !== 's' && value !== 'iso') fail('type', `${name} must be ms, s or iso`);
}

function zone(value: unknown, name: string, fail: Fail): void {
  if (typeof value !== 'string' || !/^[+-](0\d|1[0-4]):[0-5]\d$/.test(value))
    fail('type', `${name} must be an offset like +08:00`);
}

function scale(value: unknown, name: string, fail: Fail): void {
  eachEntry(value, name, fail, channelName, (factor, at) => {
    if (typeof factor !== 'number' || !Number.isFinite(factor)) fail('type', `${at} must be a number`);
    else if (factor === 0) fail('out-of-range', `${at} would make every value 0`);
  });
}

/** The sender's word -> our channel; two words for one would leave open which value holds. */
function channels(value: unknown, name: string, fail: Fail): void {
  const taken = new Set<string>();
  eachEntry(value, name, fail, sentName, (channel, at) => {
    if (typeof channel !== 'string' || !ID_PATTERN.test(channel))
      return fail('bad-id', `${at} must be 1 to 64 of A-Z a-z 0-9 . _ -`);
    if (taken.has(channel)) fail('channel-twice', `${at}: ${channel} has another name already`);
    taken.add(channel);
  });
}

function ignore(value: unknown, name: string, fail: Fail): void {
  if (!Array.isArray(value)) return fail('type', `${name} must be a list`);
  if (value.length > ENTRIES_MAX) fail('too-long', `${name} has more than ${ENTRIES_MAX} items`);
  for (const item of value) {
    if (typeof item !== 'string' || !sentName(item)) fail('type', `${name} must hold names`);
  }
}

function topic(value: unknown, name: string, fail: Fail): void {
  const fault = typeof value === 'string' ? topicFault(value) : 'must be text';
  if (fault !== null) fail('bad-topic', `${name} ${fault}`);
}

const channelName = (name: string): boolean => ID_PATTERN.test(name) && name !== '__proto__';
const sentName = (name: string): boolean => name !== '' && name.length <= NAME_MAX && name !== '__proto__';

function eachEntry(
  value: unknown,
  name: string,
  fail: Fail,
  isName: (name: string) => boolean,
  check: (value: unknown, at: string) => void,
): void {
  const given = fieldsOf(value, name, fail);
  if (given === null) return;
  const entries = Object.entries(given);
  if (entries.length > ENTRIES_MAX) fail('too-long', `${name} has more than ${ENTRIES_MAX} entries`);
  for (const [key, inner] of entries) {
    if (!isName(key)) fail('bad-id', `${name}: bad name ${key.slice(0, NAME_MAX)}`);
    else check(inner, `${name}.${key}`);
  }
}

function fieldsOf(value: unknown, name: string, fail: Fail): Readonly<Record<string, unknown>> | null {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  fail('type', `${name} must be an object`);
  return null;
}
