/** What the pipeline is given, what it tells, and what it offers. */
import type { AlarmEvent } from '#domain/alarm.ts';
import type { BackfillEvent } from '#domain/backfill.ts';
import type { Clock } from '#domain/clock.ts';
import type { PointChange } from '#domain/contract/points-batch.ts';
import type { Answer, CityEvent } from '#domain/event.ts';
import type { CommandInput, Input, Journaled, NotificationInput, PublishInput } from '#domain/input.ts';
import type { FloodEvent, IncidentEvent } from '#domain/incident.ts';
import type { NotificationEvent } from '#domain/notification.ts';
import type { NoticeInput, RaiseInput } from '#domain/raise.ts';
import type { Rejection } from '#domain/rejection.ts';
import type { Measurement } from '#domain/measurement.ts';
import type { Timestamp } from '#domain/time.ts';
import type { Journal, OutputStore } from '#store/ports.ts';
import type { City } from './city.ts';
import type { QueueBounds } from './input-queue.ts';
import type { LedgerFollower } from './ports.ts';
import type { SnapshotBounds } from './snapshot-keeper.ts';

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
  /** Positions of the journal that nobody can read are passed over, at each start that meets them. */
  readonly onUnreadable: (from: number, to: number, cause: unknown) => void;
  readonly listen: PipelineListener;
};

/** What leaves the pipeline towards people; called on the main thread, in order, never twice for one event. */
export type PipelineListener = {
  /** Every publish of a commit was told that it is safe; the fold comes next. Who joins acknowledgements writes them. */
  synced?(): void;
  alarm(event: AlarmEvent): void;
  /** Newest values, and the rows that were decided with them. */
  points(changes: readonly PointChange[], rows: readonly Measurement[]): void;
  gateway(gateway: string, connected: boolean, at: Timestamp): void;
  registry(): void;
  rejected(rejection: Rejection): void;
  /** A publish was folded; its own events stand in `events` from `eventsFrom` on. On the hot path: only take notes. */
  received?(
    entry: Journaled<PublishInput>,
    values: number,
    events: readonly CityEvent[],
    eventsFrom: number,
  ): void;
  /** A message to a person came to be or changed. */
  notification(event: NotificationEvent): void;
  /** An incident or the flood changed. Absent: nobody watches them. */
  incident?(event: IncidentEvent | FloodEvent): void;
  /** A gateway's back-fill has been judged. Absent: nobody watches them. */
  backfill?(event: BackfillEvent): void;
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
  /**
   * A gateway's publish; `synced` is called once it is safe, before it acts, and `judged` after it acted, with a
   * PushOutcome as its body.
   */
  publish(input: PublishInput, synced: () => void, judged?: (answer: Answer) => void): void;
  /** Journals any other input. */
  submit(input: Input): void;
  /** Journals and folds what somebody orders or asks for; resolves with the engine's verdict. */
  command(command: CommandInput | RaiseInput | NoticeInput): Promise<Answer>;
  /** Journals and folds what the outside says of a message; resolves with whether it still counts. */
  report(input: NotificationInput): Promise<Answer>;
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
