/**
 * Steps 2 to 7, in order. Read this file first.
 *
 *   input -> journal (synced) -> acknowledgement -> fold (ingest, rules) -> record log -> ledger
 *                                                        |-> consoles     |-> measurement store
 *
 * Nothing here decides anything about an alarm: the fold does, and it is told the time. Everything that touches the
 * outside (clock, journal, stores, ledger) is handed in, so the same code runs in the city and in the simulator.
 */
import type { AlarmEvent } from '#domain/alarm.ts';
import type { Clock } from '#domain/clock.ts';
import type { PointChange } from '#domain/contract/points-batch.ts';
import type { Answer } from '#domain/event.ts';
import type { CommandInput, Input, PublishInput } from '#domain/input.ts';
import type { Rejection } from '#domain/rejection.ts';
import type { Timestamp } from '#domain/time.ts';
import type { Journal, KeyedEvent, OutputStore } from '#store/ports.ts';
import { nextDeadline } from '#rules/engine.ts';
import type { City } from './city/city.ts';
import { startEngineClock } from './city/engine-clock.ts';
import { emptyOutput, type FoldOutput } from './city/fold.ts';
import { createIntake } from './city/intake.ts';
import { createInputQueue, type QueueBounds, type Waiting } from './city/input-queue.ts';
import type { LedgerFollower } from './city/ports.ts';
import { foldOrSetAside, recover } from './city/recovery.ts';
import { keepSnapshots, type SnapshotBounds } from './city/snapshot-keeper.ts';
import { watchJournal } from './city/journal-watch.ts';
import { createLedgerFeed } from './city/ledger-feed.ts';
import { watchLateData } from './city/late-lane.ts';

export type PipelineParts = {
  readonly site: string;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly outputs: OutputStore;
  readonly ledger: LedgerFollower;
  readonly catalogue: { readonly revision: string; readonly catalogue: unknown };
  readonly bounds: QueueBounds & SnapshotBounds & { readonly journalFailingAfterMs: number };
  /** Positions whose input crashed the fold twice (store/set-aside.ts). */
  readonly skip: ReadonlySet<number>;
  /** Our own broken invariant: notes the position and ends the process. */
  readonly onCrash: (position: number, cause: unknown) => never;
  readonly listen: PipelineListener;
};

/** What leaves the pipeline towards people; called on the main thread, in order, never twice for one event. */
export type PipelineListener = {
  alarm(event: AlarmEvent): void;
  points(changes: readonly PointChange[]): void;
  gateway(gateway: string, connected: boolean, at: Timestamp): void;
  registry(): void;
  rejected(rejection: Rejection): void;
  /** A group commit was synced and folded. */
  committed(commit: CommitFigures): void;
  /** Alarms shown from a throw-away copy while the journal cannot sync (未入账); null = over, show the ledger's again. */
  unjournaled(event: AlarmEvent | null): void;
};

export type CommitFigures = {
  readonly inputs: number;
  /** From the arrival of its oldest input to the sync. */
  readonly syncMs: number;
  readonly publishes: number;
  /** Values decided. */
  readonly measurements: number;
  /** Per alarm event, from the arrival of the input that caused it to its announcement. */
  readonly alarmDelaysMs: readonly number[];
};

export type Pipeline = {
  /** The city as folded so far; read only. */
  readonly city: City;
  /** Alarm events decided again during recovery, oldest first. */
  readonly recoveredEvents: readonly AlarmEvent[];
  /** A gateway's publish; `synced` is called once it is safe, before it acts. */
  publish(input: PublishInput, synced: () => void): void;
  /** Journals any other input. */
  submit(input: Input): void;
  /** Journals and folds a person's command; resolves with the engine's verdict. */
  command(command: CommandInput): Promise<Answer>;
  status(): {
    journalFailing: boolean;
    /** Publishes wait and are not acknowledged: the disk lives off its reserve, or the record log is far behind. */
    holding: boolean;
    waiting: number;
    recordLag: number;
    ledgerLag: number;
    /** Why the ledger cannot be fed; null = it can. */
    feedTrouble: string | null;
    snapshotPosition: number;
  };
  /** Stops taking input, waits for the last commit and closes nothing: the parts belong to the caller. */
  stop(): Promise<void>;
};

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
  const intake = createIntake({ submit, held: watch.held, released: watch.released });
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
    const out = emptyOutput();
    const counts: number[] = [];
    const answers: (() => void)[] = [];
    for (const one of done) {
      const before = out.events.length;
      out.answer = null;
      foldOrSetAside(city, one.entry, out, parts.skip, parts.onCrash);
      counts.push(out.events.length - before);
      const { answer } = out;
      if (one.answer !== null && answer !== null) answers.push(() => one.answer?.(answer));
    }
    record(first.position, last.position, out, counts);
    announce(out);
    for (const answer of answers) answer();
    tellFigures(done, out, counts, syncedAt);
    watch.committed();
    reviewLag();
    snapshots.folded(done.length);
    armTick();
    if (stopped !== null && queue.waiting().length === 0) stopped();
  }

  function tellFigures(
    done: readonly Waiting[],
    out: FoldOutput,
    counts: readonly number[],
    syncedAt: number,
  ): void {
    const now = engineClock.now().engineTime;
    const alarmDelaysMs: number[] = [];
    let publishes = 0;
    let next = 0;
    done.forEach(({ entry }, i) => {
      if (entry.kind === 'publish') publishes += 1;
      for (const until = next + (counts[i] ?? 0); next < until; next++) {
        if (out.events[next]?.kind === 'alarm') alarmDelaysMs.push(now - entry.engineTime);
      }
    });
    const syncMs = syncedAt - (done[0]?.entry.engineTime ?? syncedAt);
    listen.committed({
      inputs: done.length,
      syncMs,
      publishes,
      measurements: out.rows.length,
      alarmDelaysMs,
    });
  }

  // Step 9, this side: to the consoles straight from the fold; a replay decides the same events again.
  function announce(out: FoldOutput): void {
    for (const event of out.events) {
      if (event.kind === 'alarm') listen.alarm(event);
      else if (event.kind === 'gateway') listen.gateway(event.gateway, event.connections > 0, event.at);
      else if (event.kind === 'registry') listen.registry();
      else if (event.kind === 'rejected') listen.rejected(event.rejection);
    }
    if (out.changes.length > 0) listen.points(out.changes);
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
    const due = nextDeadline(city.rules);
    if (due === null || stopped !== null) return;
    const inMs = Math.min(Math.max(0, due - engineClock.now().engineTime), 60_000);
    cancelTick = clock.after(inMs, () => {
      const next = nextDeadline(city.rules);
      if (next !== null && next <= engineClock.now().engineTime) submit({ kind: 'tick' });
      else armTick();
    });
  }

  function submit(
    input: Input,
    synced: (() => void) | null = null,
    answer: ((a: Answer) => void) | null = null,
  ): void {
    const deltaMs = engineClock.wallStepMs();
    if (deltaMs !== 0) queue.add({ kind: 'wall-step', deltaMs }, null, null);
    watch.added(queue.add(input, synced, answer));
  }

  const { anchor } = engineClock;
  submit({
    kind: 'resumed',
    from: city.engineTime,
    to: anchor.engineTime,
    boot: anchor.boot,
    monotonicMs: anchor.monotonicMs,
  });
  if (city.catalogueRevision !== parts.catalogue.revision) submit({ kind: 'catalogue', ...parts.catalogue });

  return {
    city,
    recoveredEvents,
    publish: intake.publish,
    submit: (input) => submit(input),
    command: (command) => new Promise((resolve) => submit(command, null, resolve)),
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
        watch.stop();
        lateLane.stop();
        snapshots.stop();
        if (queue.waiting().length === 0) resolve();
      }),
  };
}

/** Key of an event = (position of its input, index within that input's events). */
function keyed(from: number, out: FoldOutput, eventCounts: readonly number[]): KeyedEvent[] {
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
