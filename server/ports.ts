/** What the server needs of the rest; main.ts fills these, tests fill them with fakes. */
import type { Alarm, AlarmEvent } from '#domain/alarm.ts';
import type { Backfill } from '#domain/backfill.ts';
import type { Bucket, RawRow } from '#domain/contract/history.ts';
import type { Health } from '#domain/contract/health.ts';
import type {
  AlarmFilter,
  AlarmsThen,
  AuditEntry,
  BackfillLine,
  EventPage,
  EventPlace,
  FlowVersion,
  IncidentPage,
  NewAuditEntry,
  NewFlowVersion,
  QuarantineGroup,
  QuarantinePage,
  RuleStep,
  UserRecord,
} from '#domain/contract/ledger.ts';
import type { Answer } from '#domain/event.ts';
import type { CommandInput, PublishInput } from '#domain/input.ts';
import type { RaiseInput } from '#domain/raise.ts';
import type { PushOutcome } from '#domain/contract/push.ts';
import type { QualityQuery, QualityReport } from '#domain/quality/quality.ts';
import type { ResponseLimits } from '#domain/quality/response.ts';
import type { RejectionReason } from '#domain/rejection.ts';
import type { GatewayDiagnostics, SequenceGap, Trial } from '#domain/contract/diagnostics.ts';
import type { RuleContent } from '#domain/rule-book.ts';
import type { Product, Registry } from '#domain/registry.ts';
import type { Flood, FloodEvent, Incident, IncidentEvent } from '#domain/incident.ts';
import type { NotificationItem } from '#domain/notification.ts';
import type { Timestamp } from '#domain/time.ts';
import type { Person, Role, Scope } from '#domain/user.ts';
import type { PointChange } from '#domain/contract/points-batch.ts';

export type GatewayStatus = {
  readonly connected: boolean;
  readonly connections: number;
  readonly lastPublishAt: Timestamp | null;
  /** Accepted steady clock offset, or null. */
  readonly clockOffsetMs: number | null;
  readonly records: number;
  readonly duplicates: number;
  readonly gaps: number;
  readonly rejected: number;
};

/** The running engine, in memory on this thread: no call here touches a disk except `command`. */
export interface CityPort {
  readonly site: string;
  registry(): Registry;
  openAlarms(): readonly Alarm[];
  alarm(id: string): Alarm | undefined;
  lastSequence(): number;
  /** Events with a greater sequence, oldest first; null when they are no longer held (send a snapshot). */
  eventsAfter(sequence: number): readonly AlarmEvent[] | null;
  /** Newest sample by effective time, or null. */
  latest(pointIndex: number): RawRow | null;
  gatewayStatus(gateway: string): GatewayStatus | null;
  /** Journals the command, folds it, answers with the engine's verdict. Stays pending while the journal cannot sync. */
  command(command: CommandInput | RaiseInput): Promise<Answer>;
  onAlarm(listener: (event: AlarmEvent) => void): void;
  onPoints(listener: (changes: readonly PointChange[]) => void): void;
  onGateway(listener: (gateway: string, connected: boolean, at: Timestamp) => void): void;
  onRegistry(listener: () => void): void;
  onBackfill(listener: (backfill: Backfill) => void): void;
  readonly incidents: IncidentsPort;
  health(): Health;
  /** Within which time alarms shall be taken, by colour, as the rules' settings have it. */
  responseLimits(): ResponseLimits;
  /** Catalogue data for forms and labels: lifelines, kinds, quantities, areas and rules as shipped. */
  catalogue(): unknown;
}

/** Incidents and the flood, from memory. */
export interface IncidentsPort {
  /** Oldest first. */
  open(): readonly Incident[];
  /** The present flood, else the last. */
  flood(): Flood;
  /** Rings in each of the last minutes, oldest first; ten are known. */
  ringsPerMinute(minutes: number): readonly number[];
  onChange(listener: (event: IncidentEvent | FloodEvent) => void): void;
}

/** What a field engineer asks about one gateway; everything from memory. */
export interface DiagnosticsPort {
  /** Goes through a message as it would be taken under this product, of this gateway if one is given. */
  tryProduct(product: Product, message: TrialMessage): Trial;
  /** Null for a name that nobody registered and nobody tries to log in under. */
  gateway(id: string): GatewayDiagnostics | null;
  /** The newest gaps of its devices, newest first. */
  sequenceGaps(gateway: string): readonly SequenceGap[];
  /** Numbers that never came, of all gateways. */
  openGaps(): number;
}
export type TrialMessage = {
  readonly payload: Uint8Array;
  readonly gateway: string | null;
  readonly topic: string | null;
};

/** Where gateways push over HTTP: the same intake as that of the broker. */
export interface IntakePort {
  /** Resolves once it is on disk and judged; stays pending while the journal cannot sync. */
  push(input: PublishInput): Promise<PushOutcome>;
  /** True while publishes are held and nothing is acknowledged. */
  holding(): boolean;
  /** Why a body holds no record at all; null when its records can be looked at one by one. */
  unreadable(payload: Uint8Array): { readonly reason: RejectionReason; readonly detail: string } | null;
  /** Refused before the journal: to be counted and shown with the gateway. */
  refused(reason: RejectionReason, gateway: string, detail: string): void;
  /** Somebody claimed to be this gateway and was not believed. */
  loginRefused(gateway: string, why: 'unknown' | 'retired' | 'wrong-secret', address: string): void;
}

/** Rejects with code `history-unavailable` when what is asked for lies in InfluxDB, and that does not answer. */
export interface HistoryPort {
  raw(pointIndex: number, from: Timestamp, to: Timestamp, limit: number): Promise<RawRow[]>;
  buckets(pointIndex: number, from: Timestamp, to: Timestamp, count: number): Promise<Bucket[]>;
}

/** Where writing to InfluxDB stands. */
export type InfluxView = {
  readonly configured: boolean;
  readonly profile: 'v1' | 'v2' | 'v3core' | null;
  readonly url: string | null;
  readonly state: 'off' | 'connecting' | 'writing' | 'refilling' | 'waiting' | 'paused';
  readonly reason: string | null;
  readonly cursorPosition: number | null;
  readonly backlogRows: number;
  readonly refillHours: number;
  readonly deadLetters: number;
  readonly expiredLines: number;
  readonly short: number;
  readonly comparedAt: Timestamp | null;
  readonly lastWriteAt: Timestamp | null;
};
/** A line that InfluxDB refused for good. */
export type DeadLetterView = {
  readonly id: string;
  readonly line: string;
  readonly status: number | null;
  readonly serverText: string;
  readonly firstSeenAt: Timestamp;
};
export interface InfluxPort {
  view(): InfluxView;
  deadLetters(): Promise<readonly DeadLetterView[]>;
  retry(id: string): Promise<'stored' | 'refused' | 'unavailable' | 'unknown'>;
  /** The letter that is no more; null when there was none. */
  discard(id: string): Promise<DeadLetterView | null>;
}

export type {
  AlarmFilter,
  AuditEntry,
  NewAuditEntry,
  QuarantineGroup,
  UserRecord,
} from '#domain/contract/ledger.ts';

/** The ledger worker, asked over a message port. Rejects with a LedgerError (`code`) when it cannot. */
export interface LedgerPort {
  alarms(filter: AlarmFilter): Promise<readonly Alarm[]>;
  alarm(id: string): Promise<Alarm | null>;
  alarmEvents(alarm: string): Promise<readonly AlarmEvent[]>;
  /** Every alarm that was open at a time, each as it was then. */
  alarmsAt(at: Timestamp): Promise<AlarmsThen>;
  /** Half-open, by time, after a place. */
  alarmEventsBetween(
    from: Timestamp,
    to: Timestamp,
    after: EventPlace | null,
    limit: number,
  ): Promise<EventPage>;
  incident(id: string): Promise<Incident | null>;
  incidents(page: IncidentPage): Promise<readonly Incident[]>;
  /** That began before a time, newest first. */
  floods(before: Timestamp, limit: number): Promise<readonly Flood[]>;
  quality(query: QualityQuery): Promise<QualityReport>;
  notifications(alarm: string): Promise<readonly NotificationItem[]>;
  notification(id: string): Promise<NotificationItem | null>;
  users(): Promise<readonly UserRecord[]>;
  createUser(user: UserRecord): Promise<void>;
  updateUser(
    username: string,
    change: Partial<Pick<UserRecord, 'name' | 'roles' | 'scope' | 'passwordHash' | 'retired'>>,
  ): Promise<void>;
  audit(entry: NewAuditEntry): Promise<void>;
  auditEntries(after: number, limit: number): Promise<readonly AuditEntry[]>;
  quarantine(page?: QuarantinePage): Promise<readonly QuarantineGroup[]>;
  quarantineSamples(key: {
    gateway: string;
    device: string | null;
    reason: string;
  }): Promise<readonly { at: Timestamp; sample: string; detail: string }[]>;
  /** When it came and went, newest first. */
  gatewayPresence(
    gateway: string,
  ): Promise<readonly { at: Timestamp; connected: boolean; connections: number }[]>;
  /** Records kept for approval, oldest first. */
  quarantineRecords(
    gateway: string,
    device: string,
    limit: number,
  ): Promise<readonly { number: number; json: string; receivedAt: Timestamp }[]>;
  /** Below a number, newest first; of these gateways, or of all when `gateways` is null. */
  backfills(
    before: number,
    limit: number,
    gateways: readonly string[] | null,
  ): Promise<readonly BackfillLine[]>;
  /** What was in force under this number; null when nothing ever was. */
  ruleContent(number: number): Promise<RuleContent | null>;
  /** Every version that changed this rule, oldest first. */
  ruleSteps(rule: string): Promise<readonly RuleStep[]>;
  /** Answers with the new version's number. */
  saveFlows(version: NewFlowVersion): Promise<number>;
  /** Below a number, newest first. */
  flowVersions(before: number, limit: number): Promise<readonly FlowVersion[]>;
  flows(number: number | null): Promise<string | null>;
  /** Sessions survive a restart: token hash -> who, until when. */
  saveSession(tokenHash: string, username: string, expiresAt: Timestamp): Promise<void>;
  sessions(): Promise<readonly { tokenHash: string; username: string; expiresAt: Timestamp }[]>;
  dropSession(tokenHash: string): Promise<void>;
}

/** The flows' process behind its editor. Absent when flows are switched off. */
export interface FlowsPort {
  /** Where the editor answers, `http://…`; null while it does not. */
  upstream(): string | null;
  /** Header that carries a ticket to the editor. */
  readonly ticketHeader: string;
  /** The platform's word for one request or socket; worthless once it is dropped. `deploys` = it may bring new flows. */
  ticket(of: { readonly by: Person; readonly mayEdit: boolean; readonly deploys: boolean }): string;
  dropTicket(ticket: string): void;
  /** Runs the flows of this document from now on. */
  load(flows: string): void;
  status(): FlowsStatus;
}

export type FlowsStatus = {
  readonly state: 'starting' | 'up' | 'safe-mode' | 'down' | 'stopped';
  /** Why it is not as it should be; null when all is well. */
  readonly trouble: string | null;
  readonly starts: number;
  /** Given to flows, and dropped because they were too slow. */
  readonly measurements: number;
  readonly measurementsDropped: number;
  readonly alarms: number;
  readonly alarmsDropped: number;
  /** Alarms and notices refused because a flow asked too often. */
  readonly refused: number;
};

export type SessionUser = {
  readonly username: string;
  readonly name: string | null;
  readonly roles: readonly Role[];
  readonly scope: Scope;
};
