/** Measurements read back from InfluxDB, with the answers of the embedded store (test/contract holds both to them). */
import type { Bucket, RawRow } from '#domain/contract/history.ts';
import { FLAG } from '#domain/measurement.ts';
import type { Timestamp } from '#domain/time.ts';
import { queryInflux, quoted, type Series } from './influxql.ts';
import { FIELDS, MEASUREMENT, qualityOf, rowOf } from './line.ts';
import type { InfluxHttp } from './transport.ts';

/** Rejects with InfluxUnavailable. Points are named by their id. */
export interface InfluxReader {
  raw(point: string, from: Timestamp, to: Timestamp, limit: number): Promise<RawRow[]>;
  buckets(point: string, from: Timestamp, to: Timestamp, count: number): Promise<Bucket[]>;
  /** Newest row at or after `since` that is not of the future. */
  latest(point: string, since: Timestamp): Promise<RawRow | null>;
  /** Rows in [from, to) by point id. */
  counts(from: Timestamp, to: Timestamp): Promise<Map<string, number>>;
}

const PAGE_ROWS = 10_000;
/** Rows looked at first for the newest that is not of the future. */
const LATEST_ROWS = 20;
const STATEMENTS_A_REQUEST = 100;
const AGGREGATES = 'min(value),max(value),mean(value),last(value),count(value),max(q)';

export function createInfluxReader(http: InfluxHttp, bucket: string): InfluxReader {
  const ask = (statements: string): Promise<Series[][]> => queryInflux(http, bucket, statements);
  const where = (point: string, from: number, to: number): string =>
    `point=${quoted(point)} AND time>=${from}ms AND time<${to}ms`;

  async function* rows(point: string, from: number, to: number, limit: number) {
    for (let [start, left] = [from, limit]; left > 0 && start < to; ) {
      const size = Math.min(left, PAGE_ROWS);
      const condition = where(point, start, to);
      const [series] = await ask(`SELECT ${FIELDS} FROM ${MEASUREMENT} WHERE ${condition} LIMIT ${size}`);
      const values = series?.[0]?.values ?? [];
      yield* values.map(rowOf).filter((one) => one !== null);
      const last = Number(values.at(-1)?.[0]);
      if (values.length < size) return;
      [start, left] = [last + 1, left - values.length];
    }
  }

  return {
    async raw(point, from, to, limit) {
      const found: RawRow[] = [];
      for await (const { row } of rows(point, from, to, limit)) found.push(row);
      return found;
    },
    async buckets(point, from, to, count) {
      if (!(to > from) || !(count >= 1)) return [];
      const width = (to - from) / Math.floor(count);
      const found = Number.isInteger(width)
        ? await grouped(ask, where(point, from, to), from, width)
        : await oneByOne(ask, (start, end) => where(point, start, end), {
            from,
            to,
            count: Math.floor(count),
          });
      return found.sort((a, b) => a.from - b.from);
    },
    async latest(point, since) {
      const condition = `point=${quoted(point)} AND time>=${since}ms`;
      for (let size = LATEST_ROWS; ; size *= 20) {
        const [series] = await ask(
          `SELECT ${FIELDS} FROM ${MEASUREMENT} WHERE ${condition} ORDER BY time DESC LIMIT ${size}`,
        );
        const values = series?.[0]?.values ?? [];
        const newest = values.map(rowOf).find((one) => one !== null && (one.flags & FLAG.future) === 0);
        if (newest) return newest.row;
        if (values.length < size) return null;
      }
    },
    async counts(from, to) {
      const [series] = await ask(
        `SELECT count(q) FROM ${MEASUREMENT} WHERE time>=${from}ms AND time<${to}ms GROUP BY point`,
      );
      return new Map((series ?? []).map(({ tags, values }) => [tags['point'] ?? '', Number(values[0]?.[1])]));
    },
  };
}

type Ask = (statements: string) => Promise<Series[][]>;

async function grouped(ask: Ask, condition: string, from: number, width: number): Promise<Bucket[]> {
  const group = `GROUP BY time(${width}ms,${from % width}ms) fill(none)`;
  const [series] = await ask(`SELECT ${AGGREGATES} FROM ${MEASUREMENT} WHERE ${condition} ${group}`);
  return (series?.[0]?.values ?? []).flatMap((values) => bucketOf(Number(values[0]), values) ?? []);
}

/** Widths that are no whole milliseconds: each bucket its own question, many of them in one request. */
async function oneByOne(
  ask: Ask,
  where: (from: number, to: number) => string,
  { from, to, count }: { from: number; to: number; count: number },
): Promise<Bucket[]> {
  const edge = (index: number): number => from + Math.ceil((index * (to - from)) / count);
  const found: Bucket[] = [];
  for (let first = 0; first < count; first += STATEMENTS_A_REQUEST) {
    const places = Array.from({ length: Math.min(STATEMENTS_A_REQUEST, count - first) }, (_, i) => first + i);
    const filled = places.filter((index) => edge(index + 1) > edge(index));
    const results = await ask(
      filled
        .map((i) => `SELECT ${AGGREGATES} FROM ${MEASUREMENT} WHERE ${where(edge(i), edge(i + 1))}`)
        .join(';'),
    );
    results.forEach((series, at) => {
      const bucket = bucketOf(edge(filled[at] ?? 0), series[0]?.values[0] ?? []);
      if (bucket !== null) found.push(bucket);
    });
  }
  return found;
}

/** Null when there is no row at all in it: `max(q)` alone tells a bucket of bad rows from an empty one. */
function bucketOf(from: number, [, min, max, mean, last, count, q]: readonly unknown[]): Bucket | null {
  if (typeof q !== 'number') return null;
  const figure = (value: unknown): number | null => (typeof value === 'number' ? value : null);
  return {
    from,
    min: figure(min),
    max: figure(max),
    mean: figure(mean),
    last: figure(last),
    count: figure(count) ?? 0,
    quality: qualityOf(q),
  };
}
