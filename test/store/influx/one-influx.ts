/** A record log, an embedded store and the forwarder on a directory of their own, with a clock set by hand. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Measurement } from '#domain/measurement.ts';
import { type EmbeddedStore, openEmbeddedStore } from '#store/embedded/embedded-store.ts';
import { columnsOf } from '#store/measurement-columns.ts';
import { Forwarder } from '#store/influx/forwarder.ts';
import { INFLUX_PACE, type InfluxPace } from '#store/influx/influx-status.ts';
import type { StoredHours } from '#store/influx/placement.ts';
import { authorizationOf, type InfluxTarget } from '#store/influx/profile.ts';
import { type InfluxHttp, openInfluxHttp } from '#store/influx/transport.ts';
import { realDisk } from '#store/real-disk.ts';
import { encodeRecordBlock } from '#store/record-block.ts';
import { RecordLog } from '#store/record-log.ts';

export const START = Date.UTC(2025, 10, 22, 8);

export type OneInflux = {
  readonly directory: string;
  readonly log: RecordLog;
  readonly embedded: EmbeddedStore;
  readonly names: string[];
  readonly clock: { wall: number; monotonic: number };
  readonly forwarder: () => Forwarder;
  /** One block of rows, durable, in log and store. */
  append(rows: readonly Measurement[]): void;
  /** Steps until nothing waits, or the wanted state is reached; waits pass by the clock alone. */
  run(until?: (forwarder: Forwarder) => boolean, stepsMax?: number): Promise<void>;
  /** The forwarder ends (as by kill -9: nothing is saved) and starts again on what is on disk. */
  restart(logEnd?: number): void;
  dispose(): void;
};

export const target = (url: string, change: Partial<InfluxTarget> = {}): InfluxTarget => ({
  ...{ url, auth: { kind: 'none' }, org: 'city', bucket: 'lifeline', profile: null },
  ...change,
});

/** The embedded store as another thread sees it. */
export const storedHours = ({ hours }: EmbeddedStore): StoredHours => ({
  hours: async () => hours.hours(),
  points: async (hour) => hours.points(hour),
  rows: async (hour, points, rowsMax) => hours.rows(hour, points, rowsMax),
  counts: async (hour, to, points) => hours.counts(hour, to, points),
});

export function oneInflux(
  to: InfluxTarget,
  pace: Partial<InfluxPace> = {},
  segmentBytes = 64 * 1024 * 1024,
): OneInflux {
  const directory = mkdtempSync(join(tmpdir(), 'influx-'));
  const disk = realDisk();
  const clock = { wall: START, monotonic: 0 };
  const log = new RecordLog(disk, { directory: `${directory}/records`, segmentBytes, drawSalt: () => 7 });
  const embedded = openEmbeddedStore(`${directory}/measurements`);
  const names = Array.from({ length: 100 }, (_, index) => `D-${index}/ch4`);
  let http: InfluxHttp | null = null;
  const open = (end: number): Forwarder => {
    http?.close();
    http = openInfluxHttp(to.url, authorizationOf(to));
    return new Forwarder(
      {
        disk,
        directory,
        target: to,
        http,
        stored: storedHours(embedded),
        names: () => names,
        clock: { wallMs: () => clock.wall, monotonicMs: () => clock.monotonic },
        chance: () => 0.5,
        pace: { ...INFLUX_PACE, ...pace },
      },
      end,
    );
  };
  let forwarder = open(log.end);
  return {
    directory,
    log,
    embedded,
    names,
    clock,
    forwarder: () => forwarder,
    append(rows) {
      const from = log.end + 1;
      log.append([encodeRecordBlock({ fromPosition: from, toPosition: from, rows, events: [] })]);
      embedded.write(columnsOf(rows), from);
      forwarder.durable(from);
    },
    async run(until = (one) => one.status().backlogRows + one.status().refillHours === 0, stepsMax = 2_000) {
      for (let step = 0; step < stepsMax; step += 1) {
        const waitMs = await forwarder.step();
        if (until(forwarder)) return;
        clock.wall += waitMs;
        clock.monotonic += waitMs;
      }
      throw new Error(`not reached in ${stepsMax} steps: ${JSON.stringify(forwarder.status())}`);
    },
    restart(logEnd = log.end) {
      forwarder = open(logEnd);
    },
    dispose() {
      http?.close();
      log.close();
      embedded.close();
      rmSync(directory, { recursive: true });
    },
  };
}

export const row = (time: number, change: Partial<Measurement> = {}): Measurement => ({
  ...{ pointIndex: 3, time, deviceTime: time, receivedAt: time + 40, value: 18.3, quality: 'good', flags: 0 },
  ...change,
});

/** `count` rows a second apart over `points` points, from START on. */
export const rows = (count: number, points = 5, from = START): Measurement[] =>
  Array.from({ length: count }, (_, i) =>
    row(from + Math.floor(i / points) * 1000, { pointIndex: i % points, value: i / 8 }),
  );
