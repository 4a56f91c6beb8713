/**
 * Steps 2 to 7, in order. Read this file first.
 *
 *   input -> journal (synced) -> acknowledgement -> fold (ingest, rules) -> record log -> ledger
 *                                                        |-> consoles     |-> measurement store
 *
 * Nothing here decides anything about an alarm: the fold does, and it is told the time. Everything that touches the
 * outside (clock, journal, stores, ledger) is handed in, so the same code runs in the city and in the simulator.
 */
import { INPUT_LEVELS_MAX, isDeeperThan } from '#domain/depth.ts';
import type { Answer, CityEvent } from '#domain/event.ts';
import type { Input } from '#domain/input.ts';
import type { EngineTime, Timestamp } from '#domain/time.ts';
import { figuresOf, keyed, watchOutcome } from './city/commit.ts';
import { startEngineClock } from './city/engine-clock.ts';
import { emptyOutput, type FoldOutput, nextDeadline } from './city/fold.ts';
import { createInputQueue, type Waiting } from './city/input-queue.ts';
import { createIntake } from './city/intake.ts';
import { watchJournal } from './city/journal-watch.ts';
import { watchLateData } from './city/late-lane.ts';
import { createLedgerFeed } from './city/ledger-feed.ts';
import type { Pipeline, PipelineParts } from './city/pipeline-ports.ts';
import { foldOrSetAside, recover } from './city/recovery.ts';
import { keepSnapshots } from './city/snapshot-keeper.ts';

export type { CommitFigures, Pipeline, PipelineListener, PipelineParts } from './city/pipeline-ports.ts';

/** Inputs the record log may lag behind the fold before publishes wait. */
const RECORD_LAG_MAX = 200_000;

export async function openPipeline(parts: PipelineParts): Promise<Pipeline> {
  const { clock, journal, outputs, ledger, listen, bounds } = parts;
  const progress = { recorded: outputs.recordEnd };
  const feed = createLedgerFeed({ outputs, ledger });
  let lagChanged = (): void => {};

  // Step 6: outputs to the record log. Step 7: what is durable there goes on to the ledger.
  function record(from: number, to: number, out: FoldOutput, eventCounts: readonly number[]): void {
    const block = {
      fromPosition: from,
      toPosition: to,
      rows: out.rows,
      events: keyed(from, out, eventCounts),
    };
    feed.offer(block);
    outputs.append(block);
  }
  outputs.onDurable((through) => {
    progress.recorded = Math.max(progress.recorded, through);
    feed.durable(through);
    lagChanged();
  });
  feed.durable(outputs.recordEnd);

  const { city, events: recoveredEvents, snapshotPosition } = await recover(parts, record);
  const engineClock = startEngineClock(clock, city);
  const durable = (): number => Math.min(progress.recorded, feed.applied());
  const snapshots = keepSnapshots({ city, clock, outputs, journal, bounds, snapshotPosition, durable });

  // Step 2: journal. `taken` runs once the commit that covers them is synced.
  const queue = createInputQueue({ journal, clock, engineClock, bounds }, city.position, taken);
  const watch = watchJournal({ city, clock, engineClock, queue, bounds, listen, submit });
  const intake = createIntake({
    // A tick first: what fell due meanwhile is stamped by the clock as it is, not as it was for the held ones.
    released: () => (watch.released(), submit({ kind: 'tick' })),
    submit,
    held: watch.held,
    wallMs: () => engineClock.now().receivedAt,
  });
  const recorded = (): number => progress.recorded;
  const lateLane = watchLateData({ city, clock, engineClock, outputs, submit, recorded });
  let cancelTick: (() => void) | null = null;
  let stopped: (() => void) | null = null;

  function taken(done: readonly Waiting[]): void {
    const first = done[0]?.entry;
    const last = done.at(-1)?.entry;
    if (first === undefined || last === undefined) return;
    const syncedAt = engineClock.now().engineTime;
    for (const one of done) one.synced?.();
    listen.synced?.();
    const out = emptyOutput();
    const counts: number[] = [];
    const announcedAt: EngineTime[] = [];
    const answers: (() => void)[] = [];
    for (const one of done) {
      const { entry } = one;
      const before = out.events.length;
      const rows = out.rows.length;
      out.answer = null;
      const outcome =
        one.answer !== null && entry.kind === 'publish' ? watchOutcome(city, entry.gateway, out) : null;
      foldOrSetAside(city, entry, out, parts.skip, parts.onCrash);
      counts.push(out.events.length - before);
      if (entry.kind === 'publish') listen.received?.(entry, out.rows.length - rows, out.events, before);
      const answer = outcome === null ? out.answer : { ok: true as const, body: outcome() };
      if (one.answer !== null && answer !== null) answers.push(() => one.answer?.(answer));
      announce(out.events, before);
      announcedAt.push(out.events.length > before ? engineClock.now().engineTime : syncedAt);
    }
    record(first.position, last.position, out, counts);
    if (out.changes.length > 0) listen.points(out.changes, out.rows);
    for (const answer of answers) answer();
    listen.committed(figuresOf(done, out, counts, { syncedAt, announcedAt }));
    watch.committed();
    reviewLag();
    snapshots.folded(done.length);
    armTick();
    if (stopped !== null && queue.waiting().length === 0) stopped();
  }

  // Step 9, this side: to the consoles straight from the fold, each input's events before the next input is folded: an
  // alarm does not wait for the rest of its commit (decision 0031). A replay decides the same events again.
  function announce(events: readonly CityEvent[], from: number): void {
    for (let at = from; at < events.length; at++) {
      const event = events[at];
      if (event === undefined) return;
      if (event.kind === 'alarm') listen.alarm(event);
      else if (event.kind === 'gateway') listen.gateway(event.gateway, event.connections > 0, event.at);
      else if (event.kind === 'registry') listen.registry();
      else if (event.kind === 'rejected') listen.rejected(event.rejection);
      else if (event.kind === 'notification') listen.notification(event);
      else if (event.kind === 'backfill') listen.backfill?.(event);
      else if (event.kind === 'incident' || event.kind === 'flood') listen.incident?.(event);
    }
  }

  // The record log has no bound of its own: publishes wait while it is far behind.
  function reviewLag(): void {
    const lag = city.position - progress.recorded;
    if (lag > RECORD_LAG_MAX) intake.hold('record-lag', true);
    else if (lag < RECORD_LAG_MAX / 2) intake.hold('record-lag', false);
  }
  lagChanged = reviewLag;
  // Once the reserve is used up too, commits fail altogether: what waits must go on waiting, and showing, until it is over.
  journal.onTrouble((trouble) => {
    if (trouble === null || trouble.code === 'disk-reserve') intake.hold('disk-reserve', trouble !== null);
  });

  // Deadlines, no timers in the core: one timer here for the earliest; a due deadline becomes a `tick`.
  function armTick(): void {
    cancelTick?.();
    cancelTick = null;
    const due = nextDeadline(city);
    if (due === null || stopped !== null) return;
    const inMs = Math.min(Math.max(0, due - engineClock.now().engineTime), 60_000);
    cancelTick = clock.after(inMs, () => {
      const next = nextDeadline(city);
      if (next !== null && next <= engineClock.now().engineTime) submit({ kind: 'tick' });
      else armTick();
    });
  }

  // Nothing else asks for a snapshot in an idle city, and the next start would replay what came last.
  let cancelLook = clock.after(bounds.snapshotEveryMs, lookAtSnapshots);
  function lookAtSnapshots(): void {
    cancelLook = clock.after(bounds.snapshotEveryMs, lookAtSnapshots);
    if (city.position > snapshots.position()) snapshots.folded(0);
  }

  function submit(
    input: Input,
    synced: (() => void) | null = null,
    answer: ((a: Answer) => void) | null = null,
    receivedAt?: Timestamp,
  ): void {
    // What the journal or a snapshot could not write would fail in their timers, and for everybody.
    if (input.kind !== 'publish' && isDeeperThan(input, INPUT_LEVELS_MAX)) {
      answer?.({ ok: false, code: 'too-deep', detail: `more than ${INPUT_LEVELS_MAX} levels` });
      return;
    }
    const deltaMs = engineClock.wallStepMs();
    if (deltaMs !== 0) queue.add({ kind: 'wall-step', deltaMs }, null, null);
    watch.added(queue.add(input, synced, answer, receivedAt));
  }

  const { anchor } = engineClock;
  submit({
    kind: 'resumed',
    from: city.engineTime,
    to: anchor.engineTime,
    boot: anchor.boot,
    monotonicMs: anchor.monotonicMs,
  });
  if (city.ruleBook.shipped?.revision !== parts.catalogue.revision)
    submit({ kind: 'catalogue', ...parts.catalogue });

  return {
    city,
    recoveredEvents,
    publish: intake.publish,
    submit: (input) => submit(input),
    command: (command) => new Promise((resolve) => submit(command, null, resolve)),
    report: (input) => new Promise((resolve) => submit(input, null, resolve)),
    status: () => ({
      journalFailing: watch.failing(),
      holding: intake.holding(),
      waiting: queue.waiting().length,
      recordLag: city.position - progress.recorded,
      ledgerLag: city.position - feed.applied(),
      feedTrouble: feed.trouble(),
      snapshotPosition: snapshots.position(),
    }),
    stop: () =>
      new Promise((resolve) => {
        stopped = resolve;
        cancelTick?.();
        cancelLook();
        watch.stop();
        lateLane.stop();
        snapshots.stop();
        if (queue.waiting().length === 0) resolve();
      }),
  };
}
