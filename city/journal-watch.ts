/**
 * When the journal cannot sync (invariant 12): nothing is acknowledged, a system alarm says so, and live over-limit
 * values are still shown and sounded (未入账), decided on a throw-away copy of the city. Once it syncs again the same
 * inputs make the real alarms and the copy is dropped.
 */
import type { AlarmEvent } from '#domain/alarm.ts';
import type { Clock } from '#domain/clock.ts';
import type { Input, PublishInput } from '#domain/input.ts';
import type { City } from './city.ts';
import type { EngineClock } from './engine-clock.ts';
import { emptyOutput, fold } from './fold.ts';
import type { InputQueue, Waiting } from './input-queue.ts';
import { nextDeadline } from '#rules/engine.ts';
import { copyCity } from './snapshot-taker.ts';

/** Looks this often; well under the 2 s after which a person must know. */
const LOOK_EVERY_MS = 250;
/** A sync this slow is worth a maintainer's look, and so is the next minute. */
const SLOW_MS = 1_000;
const SLOW_CLEAR_MS = 60_000;

export type JournalWatch = {
  /** An input was added to the queue. */
  added(waiting: Waiting): void;
  /** A publish is held back from the journal: shows what it would raise. */
  held(input: PublishInput): void;
  /** The held publishes go to the journal now: their real alarms follow. */
  released(): void;
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
  /** Inputs through here were waiting when the copy was made. */
  let copiedThrough = 0;
  let failingSince: number | null = null;
  let holding = false;
  let slowAt: number | null = null;
  let cancel = clock.after(LOOK_EVERY_MS, look);

  function look(): void {
    cancel = clock.after(LOOK_EVERY_MS, look);
    const now = engineClock.now().engineTime;
    const oldest = queue.oldestAt();
    const ageMs = oldest === null ? 0 : now - oldest;
    if (failingSince === null && ageMs >= bounds.journalFailingAfterMs) beginFailing(now - ageMs);
    if (ageMs >= SLOW_MS && slowAt === null) condition('journal-slow', true, { ageMs });
    if (ageMs >= SLOW_MS) slowAt = now;
    else if (slowAt !== null && now - slowAt >= SLOW_CLEAR_MS) {
      slowAt = null;
      condition('journal-slow', false, {});
    }
    showDue(now);
  }

  function beginFailing(since: number): void {
    failingSince = since;
    makeCopy();
    for (const { entry } of queue.waiting()) if (entry.position <= copiedThrough) show(entry);
    condition('journal-failing', true, { sinceMs: Math.round(engineClock.now().engineTime - since) });
  }

  /** The real input waits for the journal; here only its alarms are shown. The copy counts positions of its own. */
  function show(input: Input): void {
    if (copy === null) return;
    const out = emptyOutput();
    try {
      fold(copy, { ...input, ...engineClock.now(), position: copy.position + 1 }, out);
    } catch {
      // The city itself meets this input once it is journaled, and says so then; until then the others must ring.
      copy = copyCity(parts.city);
      return;
    }
    for (const event of out.events) {
      if (event.kind === 'alarm')
        listen.unjournaled({ ...event, alarm: { ...event.alarm, unjournaled: true } });
    }
  }

  /** Delays run on while nothing comes in. */
  function showDue(now: number): void {
    const due = copy === null ? null : nextDeadline(copy.rules);
    if (due !== null && due <= now) show({ kind: 'tick' });
  }

  function makeCopy(): void {
    if (copy !== null) return;
    copy = copyCity(parts.city);
    copiedThrough = queue.lastPosition();
  }

  function drop(): void {
    if (copy === null || failingSince !== null || holding) return;
    copy = null;
    listen.unjournaled(null);
  }

  function condition(name: string, active: boolean, detail: Record<string, number>): void {
    parts.submit({ kind: 'condition', name, subject: '', active, detail });
  }

  return {
    added: ({ entry }) => show(entry),
    held(input) {
      holding = true;
      makeCopy();
      show(input);
    },
    released() {
      holding = false;
      drop();
    },
    committed() {
      if (failingSince === null) return;
      const lastedMs = Math.round(engineClock.now().engineTime - failingSince);
      failingSince = null;
      drop();
      condition('journal-failing', false, { lastedMs });
    },
    failing: () => failingSince !== null,
    stop: () => cancel(),
  };
}
