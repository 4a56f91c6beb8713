/** What the flows ask of the platform, and what they offer it. */
import type { Alarm, AlarmEvent } from '#domain/alarm.ts';
import type { Clock } from '#domain/clock.ts';
import type { NewFlowVersion } from '#domain/contract/ledger.ts';
import type { Answer } from '#domain/event.ts';
import type { Measurement } from '#domain/measurement.ts';
import type { NoticeInput, RaiseInput } from '#domain/raise.ts';
import type { FeedFigures } from './feed.ts';
import type { PointFacts } from './messages.ts';
import type { FlowsState } from './supervisor.ts';
import type { Ticket } from './tickets.ts';

export type FlowsParts = {
  readonly clock: Clock;
  /** Encrypts credentials inside flows. It is known to the flows' process: derive it for this and for nothing else. */
  readonly credentialSecret: string;
  /** Unguessable text, new each time. */
  readonly randomText: () => string;
  readonly log: (line: string) => void;
  /** Null for a point that is not registered. */
  readonly facts: (pointIndex: number) => PointFacts | null;
  /** Journals and folds; answers with the engine's verdict. */
  readonly submit: (input: RaiseInput | NoticeInput) => Promise<Answer>;
  /** The open alarm that `input` would neither lift nor add to. */
  readonly standing: (input: RaiseInput) => Alarm | null;
  /** A system alarm begins or ends; the same news twice is harmless. */
  readonly condition: (
    name: 'flows-down' | 'flows-slow' | 'flow-flood',
    subject: string,
    active: boolean,
    detail: Readonly<Record<string, string | number>>,
  ) => void;
  /** Rejects with why it is not kept. */
  readonly saveFlows: (version: NewFlowVersion) => Promise<number>;
  /** The newest document; null before the first. */
  readonly newestFlows: () => Promise<string | null>;
};

export type Flows = {
  /** Starts the process; nobody waits for it. */
  start(): void;
  measured(rows: readonly Measurement[]): void;
  alarm(event: AlarmEvent): void;
  registryChanged(): void;
  /** Port of the editor on loopback; null while it does not answer. */
  port(): number | null;
  ticket(ticket: Ticket): string;
  dropTicket(token: string): void;
  /** Runs these flows instead; they are in the ledger already. */
  load(flows: string): void;
  status(): FeedFigures & {
    readonly state: FlowsState;
    readonly trouble: string | null;
    readonly starts: number;
    readonly refused: number;
    readonly pid: number | null;
  };
  stop(): void;
};
