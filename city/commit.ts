/** One commit's outputs: their keys, and what is counted of them. */
import type { KeyedEvent } from '#store/ports.ts';
import { type PushOutcome, type PushRefusal, REFUSALS_NAMED_MAX } from '#domain/contract/push.ts';
import type { EngineTime } from '#domain/time.ts';
import { gatewayIngestStatus } from '#ingest/ingest.ts';
import type { City } from './city.ts';
import type { FoldOutput } from './fold.ts';
import type { Waiting } from './input-queue.ts';
import type { CommitFigures } from './pipeline-ports.ts';

/** Key of an event = (position of its input, index within that input's events). */
export function keyed(from: number, out: FoldOutput, eventCounts: readonly number[]): KeyedEvent[] {
  const events: KeyedEvent[] = [];
  let next = 0;
  eventCounts.forEach((count, offset) => {
    for (let index = 0; index < count; index++) {
      const event = out.events[next++];
      if (event !== undefined) events.push({ position: from + offset, index, event });
    }
  });
  return events;
}

/** Figures of one commit for the metrics; `eventCounts` = events of each of its inputs, `announcedAt` when they were told. */
export function figuresOf(
  done: readonly Waiting[],
  out: FoldOutput,
  eventCounts: readonly number[],
  times: { readonly syncedAt: EngineTime; readonly announcedAt: readonly EngineTime[] },
): CommitFigures {
  const alarmDelaysMs: number[] = [];
  let publishes = 0;
  let next = 0;
  done.forEach(({ entry }, i) => {
    if (entry.kind === 'publish') publishes += 1;
    for (const until = next + (eventCounts[i] ?? 0); next < until; next++) {
      if (out.events[next]?.kind !== 'alarm') continue;
      alarmDelaysMs.push((times.announcedAt[i] ?? times.syncedAt) - entry.engineTime);
    }
  });
  const syncMs = times.syncedAt - (done[0]?.entry.engineTime ?? times.syncedAt);
  return { inputs: done.length, syncMs, publishes, measurements: out.rows.length, alarmDelaysMs };
}

/** Call before a pushed publish is folded; the answer, called after it, says what became of it. */
export function watchOutcome(city: City, gateway: string, out: FoldOutput): () => PushOutcome {
  const records = (): number => gatewayIngestStatus(city.ingest, city.registry, gateway)?.records ?? 0;
  const before = { records: records(), rows: out.rows.length, events: out.events.length };
  return () => {
    const refusals: PushRefusal[] = [];
    let duplicates = 0;
    let refused = 0;
    for (const event of out.events.slice(before.events)) {
      if (event.kind !== 'rejected') continue;
      const { reason, device, detail } = event.rejection;
      if (reason === 'duplicate') duplicates += 1;
      else refused += 1;
      if (refusals.length < REFUSALS_NAMED_MAX) refusals.push({ reason, device, detail });
    }
    const values = out.rows.length - before.rows;
    return { records: records() - before.records, values, duplicates, refused, refusals };
  };
}
