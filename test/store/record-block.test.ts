import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { BLOCK_HEADER_BYTES } from '#store/log-block.ts';
import { decodeRows, encodeRecordBlock, eventBytesOf, hasEvents, parseEvents } from '#store/record-block.ts';
import type { KeyedEvent } from '#store/ports.ts';

const row = fc.record({
  pointIndex: fc.nat(0xffff_ffff),
  time: fc.double({ noNaN: true }),
  deviceTime: fc.option(fc.double({ noNaN: true })),
  receivedAt: fc.double({ noNaN: true }),
  value: fc.double(),
  quality: fc.constantFrom('good' as const, 'uncertain' as const, 'bad' as const),
  flags: fc.nat(0xffff),
});
const event = fc.record({
  position: fc.nat(),
  index: fc.nat(100),
  event: fc.record({
    kind: fc.constant('gateway' as const),
    at: fc.nat(),
    gateway: fc.string({ unit: 'binary' }),
    connected: fc.boolean(),
    connections: fc.nat(9),
  }),
});
const decode = (payload: Uint8Array): { rows: unknown; events: readonly KeyedEvent[] } => ({
  rows: decodeRows(payload),
  events: parseEvents(eventBytesOf(payload)),
});

test('rows and events come back as they were decided, wherever the block lies in its file', () => {
  const anyBlock = fc.record({
    rows: fc.array(row, { maxLength: 50 }),
    events: fc.array(event, { maxLength: 5 }),
    shift: fc.nat(9),
  });
  fc.assert(
    fc.property(anyBlock, ({ rows, events, shift }) => {
      const { bytes } = encodeRecordBlock({ fromPosition: 1, toPosition: 9, rows, events });
      const file = new Uint8Array(bytes.length + shift);
      file.set(bytes, shift);
      const payload = file.subarray(shift + BLOCK_HEADER_BYTES);
      expect(decode(payload)).toEqual({ rows, events });
      expect(hasEvents(payload)).toBe(events.length > 0);
    }),
    { seed: 20_260_102, numRuns: 300 },
  );
});

test('a value the sensor did not give stays NaN and a missing device time stays null', () => {
  const rows = [
    {
      pointIndex: 3,
      time: 5,
      deviceTime: null,
      receivedAt: 6,
      value: Number.NaN,
      quality: 'bad',
      flags: 257,
    },
  ] as const;
  const { bytes } = encodeRecordBlock({ fromPosition: 1, toPosition: 1, rows, events: [] });
  expect(decodeRows(bytes.subarray(BLOCK_HEADER_BYTES))).toEqual(rows);
});

test('a payload of another length is refused', () => {
  const { bytes } = encodeRecordBlock({ fromPosition: 1, toPosition: 1, rows: [], events: [] });
  const payload = bytes.subarray(BLOCK_HEADER_BYTES);
  for (const wrong of [payload.subarray(0, 10), payload.subarray(0, 15), new Uint8Array(40).fill(9)]) {
    expect(() => decode(wrong)).toThrow(RangeError);
  }
});
