import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { BLOCK_HEADER_BYTES, type PendingBlock } from '#store/log-block.ts';
import { createEntryEncoder, decodeEntries } from '#store/journal-entry.ts';
import type { Journaled } from '#domain/input.ts';

const moment = (position: number) => ({ position, receivedAt: 1_763_800_000_000, engineTime: 12.5 });
const publish = (position: number, topic: string, payload = 'x'): Journaled => ({
  kind: 'publish',
  gateway: 'gw-1',
  client: '主站',
  topic,
  payload: new TextEncoder().encode(payload),
  qos: 1,
  dup: true,
  packetId: 65_535,
  ...moment(position),
});

const encoder = createEntryEncoder();
const encode = (entries: readonly Journaled[]): PendingBlock =>
  encoder.encode(entries, (bytes) => new ArrayBuffer(bytes));

function decode(block: PendingBlock): Journaled[] {
  const entries: Journaled[] = [];
  const payload = block.bytes.subarray(BLOCK_HEADER_BYTES);
  decodeEntries({ ...block, payload }, (entry) => entries.push(entry));
  return entries;
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.constant('\ud800'),
  fc.constant('\ufeffa'),
);
const times = {
  receivedAt: fc.double({ noNaN: true }),
  engineTime: fc.double({ noNaN: true }),
};
const anyInput = fc.oneof(
  fc.record({
    kind: fc.constant('publish' as const),
    gateway: text,
    client: text,
    topic: text,
    payload: fc.uint8Array({ maxLength: 300 }),
    qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
    dup: fc.boolean(),
    packetId: fc.nat(65_535),
    ...times,
  }),
  fc.record({
    kind: fc.constant('condition' as const),
    name: text,
    subject: text,
    active: fc.boolean(),
    detail: fc.dictionary(fc.string(), fc.oneof(fc.double(), text, fc.boolean()), { noNullPrototype: true }),
    ...times,
  }),
  fc.record({ kind: fc.constant('tick' as const), ...times }),
);

test('every input comes back from its bytes exactly as the live fold saw it', () => {
  fc.assert(
    fc.property(fc.array(anyInput, { minLength: 1, maxLength: 30 }), fc.nat(2 ** 40), (inputs, first) => {
      const entries = inputs.map((input, index): Journaled => ({ ...input, position: first + index }));
      expect(decode(encode(entries))).toEqual(entries);
    }),
    { seed: 20_260_101, numRuns: 300 },
  );
});

test('a name is written once however many publishes carry it', () => {
  const one = encode([publish(1, 'lifeline/v1/gw-1/telemetry')]).bytes.length;
  const ten = encode(
    Array.from({ length: 10 }, (_, index) => publish(index + 1, 'lifeline/v1/gw-1/telemetry')),
  );
  expect(ten.bytes.length - one).toBe(9 * 37);
});

test('a command keeps every field, absent ones stay absent', () => {
  const command: Journaled = {
    kind: 'command',
    by: { username: '李雷', roles: ['duty-officer'], address: '::1' },
    command: 'alarm',
    alarm: 'a1',
    revision: 3,
    action: { action: 'note', text: '现场核实 "ok"' },
    ...moment(7),
  };
  expect(decode(encode([command]))).toEqual([command]);
});

test.each<[string, unknown]>([
  ['a number that JSON cannot say', { lat: Number.NaN, lon: -0, top: Number.POSITIVE_INFINITY }],
  ['text that looks like our own word for one', { lat: { $number: '-0' }, lon: { $number: 'NaN' } }],
  ['the same again, nested and escaped', { $number: { $number: 'x' }, $$number: [{ $$$number: '-0' }] }],
])('%s is replayed as it was sent', (_what, value) => {
  const command: Journaled = {
    kind: 'command',
    by: { username: 'engineer', roles: ['engineer'], address: '::1' },
    command: 'registry',
    change: { items: [{ op: 'create', kind: 'facilities', value }] },
    ...moment(8),
  };
  expect(decode(encode([command]))).toEqual([command]);
});

test('positions with a hole are refused before they reach the disk', () => {
  expect(() => encode([publish(1, 't'), publish(3, 't')])).toThrow(RangeError);
  expect(() => encode([])).toThrow(RangeError);
});

test('a larger buffer than needed changes nothing', () => {
  const entries = [publish(1, 't', 'payload'), publish(2, 'u', '')];
  const roomy = encoder.encode(entries, (bytes) => new ArrayBuffer(bytes + 10_000));
  expect(decode(roomy)).toEqual(entries);
  expect(roomy.bytes.length).toBe(encode(entries).bytes.length);
});

test('bytes cut or changed anywhere never hang or read past the end', () => {
  const block = encode([publish(1, 'topic', 'payload'), { kind: 'tick', ...moment(2) }]);
  for (let at = BLOCK_HEADER_BYTES; at < block.bytes.length; at += 1) {
    for (const bytes of [block.bytes.slice(0, at), changed(block.bytes, at)]) {
      try {
        decode({ ...block, bytes });
      } catch (error) {
        expect(error instanceof RangeError || error instanceof SyntaxError).toBe(true);
      }
    }
  }
});

test('what cannot be read is told by position, and the others are read', () => {
  const block = encode([publish(1, 'first'), { kind: 'tick', ...moment(2) }, publish(3, 'third')]);
  const told = (bytes: Uint8Array): { read: number[]; unreadable: number[][] } => {
    const [read, unreadable]: [number[], number[][]] = [[], []];
    decodeEntries(
      { ...block, payload: bytes.subarray(BLOCK_HEADER_BYTES) },
      ({ position }) => read.push(position),
      (from, to) => unreadable.push([from, to]),
    );
    return { read, unreadable };
  };
  const json = Buffer.from(block.bytes.buffer).indexOf('{"kind"');
  // No JSON: one entry. Its length, its kind: nobody knows where the next begins. The names' place: no entry at all.
  expect(told(changed(block.bytes, json))).toEqual({ read: [1, 3], unreadable: [[2, 2]] });
  expect(told(changed(block.bytes, json - 1))).toEqual({ read: [1], unreadable: [[2, 3]] });
  expect(told(changed(block.bytes, json - 21))).toEqual({ read: [1], unreadable: [[2, 3]] });
  expect(told(changed(block.bytes, BLOCK_HEADER_BYTES + 7))).toEqual({ read: [], unreadable: [[1, 3]] });
  expect(told(block.bytes)).toEqual({ read: [1, 2, 3], unreadable: [] });
});

function changed(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = (copy[at] ?? 0) ^ 0xff;
  return copy;
}
