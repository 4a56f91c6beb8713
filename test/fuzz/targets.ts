/**
 * What reads bytes of others, each with valid seeds and an oracle. A target throws when its oracle is broken: anything
 * but the refusal that its code promises, or more out than the bytes can hold.
 */
import { crc32 } from 'node:zlib';
import { FRAME, frameBytes } from '#broker/frames.ts';
import { decodePoints, encodePoints } from '#domain/contract/points-batch.ts';
import type { RuleChanges } from '#domain/rule-book.ts';
import type { Product } from '#domain/registry.ts';
import { mapMessage, VALUES_MAX } from '#ingest/product-mapping.ts';
import { createRuleBook, takeShipped } from '#rules/book/book.ts';
import { assessed } from '#rules/book/orders.ts';
import { shippedCatalogue } from '#rules/engine.ts';
import { ChunkDamaged, CHUNK_ROWS_MAX, decodeChunk, encodeChunk } from '#store/embedded/chunk-codec.ts';
import { placeOf } from '#store/embedded/month-file.ts';
import { newColumns } from '#store/embedded/row-columns.ts';
import { createEntryEncoder, decodeEntries } from '#store/journal-entry.ts';
import { BLOCK_HEADER_BYTES, sealBlock } from '#store/log-block.ts';
import { decodeRows, encodeRecordBlock, eventBytesOf, parseEvents } from '#store/record-block.ts';
import { scanSegment } from '#store/segment-scan.ts';
import { createSnapshotEncoder, parseSnapshot } from '#store/snapshot-format.ts';
import { NOW, publish, smallCity } from '#test/ingest/small-city.ts';
import type { Random } from '#test/simulation/random.ts';
import { publishes } from '#test/store/journal-entries.ts';
import { recordBlock } from '#test/store/record-blocks.ts';
import { mutated } from './mutator.ts';

type Target = {
  readonly name: string;
  /** What one input is made of, before its wounds. */
  readonly seeds: readonly Uint8Array[];
  /** Throws when the oracle is broken. */
  try(bytes: Uint8Array): void;
};

const PACKET_MAX = 262_144;
const SALT = 77;
const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const must = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(what);
};

/** Runs `read`; only errors that `isRefusal` knows may leave it. */
function refusing(isRefusal: (error: unknown) => boolean, read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
}
const isRange = (error: unknown): boolean => error instanceof RangeError && !isOverflow(error);
const isRangeOrSyntax = (error: unknown): boolean => isRange(error) || error instanceof SyntaxError;
/** A stack that ran over is a RangeError too, and no refusal. */
const isOverflow = (error: Error): boolean => error.message.includes('call stack');

/** Every publish ends in measurements or in a counted refusal, and no sample grows with what was sent. */
function ingestTarget(name: string, topic: string, seeds: readonly unknown[]): Target {
  return {
    name,
    seeds: seeds.map(text),
    try(bytes) {
      const city = smallCity();
      publish(city, bytes, { topic });
      const { measurements, rejections } = city.said;
      must(measurements.length + rejections.length > 0, 'a publish vanished');
      must(measurements.length + rejections.length <= bytes.length + 1, 'more came out than went in');
      for (const { sample } of rejections) must(sample.length <= 600, 'a sample without bound');
    },
  };
}

const product: Product = {
  ...{ id: 'p', name: 'p', timeUnit: 'iso', zone: '+08:00', scale: { ch4: 0.1 }, ignore: ['rssi'] },
  pointers: { device: '/devs/*/sn', time: '/ts', valuesObject: '/devs/*/v' },
};

const columns = newColumns(120);
const HOUR = Math.floor(NOW / 3_600_000);
const PLACE = placeOf('hour', HOUR, 7, 0);
for (let row = 0; row < 120; row += 1) {
  const time = HOUR * 3_600_000 + row * 1_000 + (row % 7);
  columns.time[row] = time;
  columns.value[row] = row % 11 === 0 ? Number.NaN : Math.sin(row) * 10;
  columns.quality[row] = row % 3;
  columns.flags[row] = row % 5;
  columns.deviceTime[row] = row % 4 === 0 ? Number.NaN : time - 40;
  columns.receivedAt[row] = time + 90;
}
columns.length = 120;

const encoder = createEntryEncoder();
const commit = (first: number, count: number) =>
  encoder.encode(publishes(first, count), (bytes) => new ArrayBuffer(bytes));
const segment = (blocks: readonly { bytes: Uint8Array; firstPosition: number; lastPosition: number }[]) =>
  Buffer.concat(
    blocks.map((block) => {
      sealBlock(block, block.firstPosition, SALT);
      return Uint8Array.from(block.bytes);
    }),
  );

function snapshotFile(): Uint8Array {
  const snapshot = createSnapshotEncoder();
  return Buffer.concat([
    snapshot.header({ position: 12, engineRevision: '7:e1', takenAt: NOW }),
    ...[0, 1].map((page) => snapshot.page({ name: 'rules/点', page, bytes: new Uint8Array(90).fill(page) })),
    snapshot.footer(),
  ]);
}

/** Makes the checksums agree again, so that damage reaches what lies behind them. */
function resealed(file: Uint8Array): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 0; at + 8 <= file.length; ) {
    const end = at + 8 + view.getUint32(at, true);
    if (end > file.length) break;
    view.setUint32(at + 4, crc32(file.subarray(at + 8, end)), true);
    at = end;
  }
  return file;
}

const book = createRuleBook();
takeShipped(book, shippedCatalogue(), 1);
const shippedRules = book.inForce.rules.slice(0, 6);

export const TARGETS: readonly Target[] = [
  ingestTarget('ingest: our record', 'lifeline/v1/GW-1/telemetry', [
    { device: 'G-1', time: NOW, values: { ch4: 0.4, temperature: null }, seq: 1, backfill: false },
    [
      { device: 'SN 1', values: { ch4: true } },
      { device: 'G-2', time: '2025-11-22T16:00:00Z', values: {} },
    ],
  ]),
  ingestTarget('ingest: ThingsBoard gateway', 'v1/gateway/telemetry', [
    { 'SN 1': [{ ts: NOW, values: { ch4: '0.42' } }], 'G-2': [{ ch4: 1 }] },
  ]),
  ingestTarget('ingest: ThingsBoard device', 'v1/devices/me/telemetry', [
    [{ ts: NOW, values: { ch4: 1 } }, { ch4: '2.5e-1' }],
  ]),
  {
    name: 'ingest: mapping form',
    seeds: [
      text({ ts: '2025-11-23 00:00:00', devs: [{ sn: 'G-1', v: { ch4: '4', rssi: -80 } }, { sn: 2 }] }),
    ],
    try(bytes) {
      let body: unknown;
      try {
        body = JSON.parse(new TextDecoder().decode(bytes));
      } catch {
        body = { ts: NOW, devs: [...bytes].map((byte) => ({ sn: String(byte), v: { ch4: byte } })) };
      }
      const records = mapMessage(product, body, { gateway: 'GW-1', device: null });
      must(records.length > 0 && records.length <= VALUES_MAX, `${records.length} records`);
    },
  },
  {
    name: 'measurement chunk',
    seeds: [encodeChunk(columns, 0, 120, PLACE), encodeChunk(columns, 3, 4, PLACE)],
    try(bytes) {
      const out = newColumns(1);
      refusing(
        (error) => error instanceof ChunkDamaged && out.length === 0,
        () => void decodeChunk(bytes, PLACE, out),
      );
      must(out.length <= CHUNK_ROWS_MAX, `${out.length} rows`);
    },
  },
  {
    name: 'journal commit',
    seeds: [commit(1, 5).bytes.slice(BLOCK_HEADER_BYTES), commit(9, 1).bytes.slice(BLOCK_HEADER_BYTES)],
    try(payload) {
      let told = 0;
      const count = 5;
      decodeEntries(
        { firstPosition: 1, lastPosition: count, payload },
        () => (told += 1),
        (from, to) => (told += to - from + 1),
      );
      must(told === count, `${told} of ${count} positions were told of`);
    },
  },
  {
    name: 'log segment',
    seeds: [segment([commit(1, 3), commit(4, 1), commit(5, 4)])],
    try(bytes) {
      const { blocks, holes } = scanSegment(bytes, { first: 1, through: 8, salt: SALT });
      let next = 1;
      const spans = [
        ...blocks.map(({ firstPosition: from, lastPosition: to }) => ({ from, to })),
        ...holes.map(({ fromPosition: from, toPosition: to }) => ({ from, to })),
      ].sort((a, b) => a.from - b.from);
      for (const { from, to } of spans) {
        must(from === next, `position ${next} is neither read nor missing`);
        next = to + 1;
      }
      must(next === 9, `the segment ends at ${next}`);
    },
  },
  {
    name: 'record block',
    seeds: [encodeRecordBlock(recordBlock(1, 6)).bytes.slice(BLOCK_HEADER_BYTES)],
    try: (payload) =>
      refusing(isRangeOrSyntax, () => {
        must(decodeRows(payload).length * 39 <= payload.length, 'more rows than bytes');
        parseEvents(eventBytesOf(payload));
      }),
  },
  {
    name: 'snapshot',
    seeds: [snapshotFile()],
    try(bytes) {
      for (const file of [bytes, resealed(bytes)]) {
        const read = parseSnapshot(file);
        if ('pages' in read) must(read.pages.length * 20 <= file.length, 'more pages than bytes');
      }
    },
  },
  {
    name: 'points batch',
    seeds: [
      new Uint8Array(
        encodePoints(NOW, [
          { index: 1, value: 2, quality: 0 },
          { index: 7, value: NaN, quality: 2 },
        ]),
      ),
    ],
    try: (bytes) =>
      refusing(isRange, () => {
        const { changes } = decodePoints(Uint8Array.from(bytes).buffer);
        must(changes.length * 9 <= bytes.length, 'more changes than bytes');
      }),
  },
  {
    name: 'MQTT frames',
    seeds: [Uint8Array.of(0x30, 5, 0, 1, 0x61, 1, 2, 0xc0, 0, 0x82, 6, 0, 1, 0, 1, 0x61, 0)],
    try(bytes) {
      let steps = 0;
      for (let at = 0; at < bytes.length; steps += 1) {
        const size = frameBytes(bytes, at, bytes.length, PACKET_MAX);
        if (size <= FRAME.incomplete) break;
        must(size >= 2 && size <= PACKET_MAX, `a packet of ${size} bytes`);
        at += size;
      }
      must(steps <= bytes.length / 2 + 1, 'no headway');
    },
  },
  {
    name: 'rule draft',
    seeds: shippedRules.map((rule) => text({ rules: [rule], removed: [], settings: {} })),
    try(bytes) {
      let changes: RuleChanges;
      try {
        const body = JSON.parse(new TextDecoder().decode(bytes)) as Partial<RuleChanges>;
        const rules = Array.isArray(body.rules) ? body.rules : [body.rules];
        changes = { rules, removed: ['x'].slice(1), settings: {} } as RuleChanges;
      } catch {
        return;
      }
      const { faults, content } = assessed(book, changes);
      must(faults.length > 0 || content !== '', 'neither a fault nor a content');
    },
  },
];

/** Tries `count` inputs, the first of them whole seeds. Throws with what is needed to try the same one again. */
export function tryTarget(target: Target, random: Random, count: number): void {
  for (let n = 0; n < count; n += 1) {
    const seed = target.seeds[n] ?? random.pick(target.seeds);
    const bytes = n < target.seeds.length ? Uint8Array.from(seed) : mutated(random, seed);
    const before = process.cpuUsage();
    try {
      target.try(bytes.slice());
    } catch (cause) {
      const hex = Buffer.from(bytes).toString('hex').slice(0, 4_000);
      throw new Error(`${target.name}, input ${n}: ${hex}`, { cause });
    }
    // Patience for the slowest machine: only what would hold up the platform is a fault.
    if (process.cpuUsage(before).user > 5_000_000)
      throw new Error(`${target.name}, input ${n}: over 5 s of work`);
  }
}
