/** History older than the embedded store keeps, read from InfluxDB; the rest from the embedded store, as ever. */
import type { Timestamp } from '#domain/time.ts';
import type { HistoryPort } from '#server/ports.ts';

/** InfluxDB does not answer, or not yet; the server says so as `history-unavailable`. */
class HistoryUnavailable extends Error {
  readonly code = 'history-unavailable';
}

/** Retention removes whole months: the first day of the oldest one kept. */
export function oldestKept(now: Timestamp, retentionMs: number): Timestamp {
  const date = new Date(now - retentionMs);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
}

/** `older` gives null while there is no forwarder. Rejects with code `history-unavailable`. */
export function withOlder(
  own: HistoryPort,
  older: () => HistoryPort | null,
  kept: () => Timestamp,
): HistoryPort {
  async function ask<T>(question: (port: HistoryPort) => Promise<T>): Promise<T> {
    const port = older();
    if (port === null) throw new HistoryUnavailable('the forwarder is not running');
    try {
      return await question(port);
    } catch (cause) {
      throw new HistoryUnavailable(cause instanceof Error ? cause.message : String(cause), { cause });
    }
  }
  return {
    async raw(pointIndex, from, to, limit) {
      const border = kept();
      if (from >= border) return own.raw(pointIndex, from, to, limit);
      const rows = await ask((port) => port.raw(pointIndex, from, Math.min(to, border), limit));
      if (to <= border || rows.length >= limit) return rows;
      return [...rows, ...(await own.raw(pointIndex, border, to, limit - rows.length))];
    },
    async buckets(pointIndex, from, to, count) {
      const border = kept();
      if (from >= border) return own.buckets(pointIndex, from, to, count);
      if (to <= border) return ask((port) => port.buckets(pointIndex, from, to, count));
      // A bucket across the border is InfluxDB's: it has both sides of it.
      const first = Math.min(count, Math.ceil(((border - from) * count) / (to - from)));
      const middle = from + Math.ceil((first * (to - from)) / count);
      const [old, recent] = await Promise.all([
        ask((port) => port.buckets(pointIndex, from, to, count)),
        own.buckets(pointIndex, from, to, count),
      ]);
      return [...old.filter((one) => one.from < middle), ...recent.filter((one) => one.from >= middle)];
    },
  };
}
