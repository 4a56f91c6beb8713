/**
 * When the journal cannot sync (invariant 12): nothing is acknowledged, a system alarm says so, and live over-limit
 * values are still shown and sounded (未入账), decided on a throw-away copy of the city. Once it syncs again the same
 * inputs make the real alarms and the copy is dropped.
 */
import type { AlarmEvent } from '#domain/alarm.ts';
import type { Clock } from '#domain/clock.ts';
import type { Input } from '#domain/input.ts';
import type { City } from './city.ts';
import type { EngineClock } from './engine-clock.ts';
import { emptyOutput, fold } from './fold.ts';
import type { InputQueue, Waiting } from './input-queue.ts';
import { copyCity } from './snapshot-taker.ts';

/** Looks this often; well under the 2 s after which a person must know. */
const LOOK_EVERY_MS = 250;
/** A sync this slow is worth a maintainer's look, and so is the next minute. */
const SLOW_MS = 1_000;
const SLOW_CLEAR_MS = 60_000;

export type JournalWatch = {
  /** An input was added to the queue. */
  added(waiting: Waiting): void;
  /** A commit was synced and folded. */
  committed(): void;
  failing(): boolean;
  stop(): void;
};

export function watchJournal(parts: {
  readonly city: City;
  readonly clock: Clock;
  readonly engineClock: EngineClock;
  readonly queue: InputQueue;
  readonly bounds: { readonly journalFailingAfterMs: number };
  readonly listen: { unjournaled(event: AlarmEvent | null): void };
  readonly submit: (input: Input) => void;
}): JournalWatch {
  const { clock, engineClock, queue, bounds, listen } = parts;
  let copy: City | null = null;
  let failingSince = 0;
  let slowAt: number | null = null;
  let cancel = clock.after(LOOK_EVERY_MS, look);

  function look(): void {
    cancel = clock.after(LOOK_EVERY_MS, look);
    const now = engineClock.now().engineTime;
    const oldest = queue.oldestAt();
    const ageMs = oldest === null ? 0 : now - oldest;
    if (copy === null && ageMs >= bounds.journalFailingAfterMs) beginFailing(now - ageMs);
    if (ageMs >= SLOW_MS && slowAt === null) condition('journal-slow', true, { ageMs });
    if (ageMs >= SLOW_MS) slowAt = now;
    else if (slowAt !== null && now - slowAt >= SLOW_CLEAR_MS) {
      slowAt = null;
      condition('journal-slow', false, {});
    }
  }

  function beginFailing(since: number): void {
    failingSince = since;
    copy = copyCity(parts.city);
    for (const waiting of queue.waiting()) show(waiting);
    condition('journal-failing', true, { sinceMs: Math.round(engineClock.now().engineTime - since) });
  }

  /** The real input waits in the journal's queue; here only its alarms are shown. */
  function show(waiting: Waiting): void {
    if (copy === null) return;
    const out = emptyOutput();
    fold(copy, waiting.entry, out);
    for (const event of out.events) {
      if (event.kind === 'alarm')
        listen.unjournaled({ ...event, alarm: { ...event.alarm, unjournaled: true } });
    }
  }

  function condition(name: string, active: boolean, detail: Record<string, number>): void {
    parts.submit({ kind: 'condition', name, subject: '', active, detail });
  }

  return {
    added: show,
    committed() {
      if (copy === null) return;
      copy = null;
      listen.unjournaled(null);
      condition('journal-failing', false, {
        lastedMs: Math.round(engineClock.now().engineTime - failingSince),
      });
    },
    failing: () => copy !== null,
    stop: () => cancel(),
  };
}
