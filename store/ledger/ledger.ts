/**
 * What the city knows for certain, and for ever: alarms and their events, the registry's history, what was
 * refused, who did what. It follows the record log by cursor; an event counts once, by its key (position,
 * index), however often it comes. Synchronous, over one database handle: the worker thread and the simulation
 * hold the same class.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { Alarm, AlarmEvent } from '#domain/alarm.ts';
import type {
  AlarmFilter,
  AlarmsThen,
  AuditEntry,
  BackfillLine,
  EventPage,
  EventPlace,
  FlowVersion,
  IncidentPage,
  NewFlowVersion,
  NewAuditEntry,
  QuarantineGroup,
  QuarantinePage,
  RuleStep,
  UserRecord,
} from '#domain/contract/ledger.ts';
import type { Flood, Incident } from '#domain/incident.ts';
import type { NotificationItem } from '#domain/notification.ts';
import type { QualityQuery, QualityReport } from '#domain/quality/quality.ts';
import type { RuleContent } from '#domain/rule-book.ts';
import type { RegistryKind } from '#domain/registry.ts';
import type { Timestamp } from '#domain/time.ts';
import { verifyAuditChain, type AuditHead, type AuditVerdict } from './audit-chain.ts';
import { coded, inTransaction, openLedgerDatabase, openMemoryDatabase } from './database.ts';
import { LedgerError } from './errors.ts';
import { checkOrder } from './event-order.ts';
import type { PresenceChange } from './gateway-presence.ts';
import type { QuarantineKey, QuarantineSample } from './quarantine.ts';
import type { KeptRecord } from './quarantine-records.ts';
import type { Reconciliation } from './reconciliation.ts';
import type { RecordedChange } from './registry-projection.ts';
import { tablesOf, type LedgerFigures, type LedgerOptions } from './tables.ts';
import type { SessionRecord, UserChange } from './users.ts';
import type { KeyedEvent } from '../ports.ts';

export type { LedgerFigures, LedgerOptions } from './tables.ts';

/** Every method may throw LedgerError; what a method says it changes is changed whole or not at all. */
export class Ledger {
  private readonly db: DatabaseSync;
  private readonly tables: ReturnType<typeof tablesOf>;

  constructor(db: DatabaseSync, options: LedgerOptions = {}) {
    this.db = db;
    this.tables = tablesOf(db, options);
  }

  /** Last position whose events are applied; 0 when none are. */
  cursor(): number {
    return coded(() => this.tables.cursor());
  }

  /**
   * Applies the events of whole positions, in order, and moves the cursor to `throughPosition`: one
   * transaction. What is at or below the cursor was applied before; it is compared, not applied. Throws when
   * events are out of order or beyond `throughPosition`: a position's events must never be split between two
   * calls.
   */
  apply(events: readonly KeyedEvent[], throughPosition: number): void {
    checkOrder(events, throughPosition);
    inTransaction(this.db, () => {
      const cursor = this.tables.cursor();
      for (const keyed of events) {
        if (keyed.position <= cursor) {
          this.tables.reconcile.compare(keyed);
        } else {
          this.tables.reconcile.remember(keyed);
          this.applyOne(keyed);
        }
      }
      if (throughPosition > cursor) this.tables.moveCursor(throughPosition);
    });
  }

  private applyOne(keyed: KeyedEvent): void {
    const { event } = keyed;
    switch (event.kind) {
      case 'alarm':
        this.tables.alarms.apply(keyed, event);
        return this.tables.past.remember(event);
      case 'rejected':
        return this.tables.quarantine.apply(event);
      case 'registry':
        return this.tables.registry.apply(keyed, event);
      case 'gateway':
        return this.tables.presence.apply(event);
      case 'notification':
        return this.tables.notifications.apply(event);
      case 'incident':
        return this.tables.incidents.apply(event);
      case 'flood':
        return this.tables.incidents.applyFlood(event);
      case 'backfill':
        return this.tables.backfills.apply(event);
      case 'rules':
        return this.tables.rules.apply(event);
      case 'audit': {
        const { at, by, action, subject, outcome, detail } = event;
        const { username, address } = by;
        return this.tables.audit.append({ at, username, address, action, subject, outcome, detail });
      }
      case 'flow-notice':
        // Its digest is kept, so that a replay that differs is noticed; what becomes of it belongs to notifications.
        return;
      case 'quarantine-approved':
        return this.tables.quarantine.approve(event);
    }
  }

  alarms(filter: AlarmFilter): readonly Alarm[] {
    return coded(() => this.tables.alarms.alarms(filter));
  }

  alarm(id: string): Alarm | null {
    return coded(() => this.tables.alarms.alarm(id));
  }

  /** Oldest first; none for an unknown alarm. */
  alarmEvents(alarm: string): readonly AlarmEvent[] {
    return coded(() => this.tables.alarms.alarmEvents(alarm));
  }

  /** Every alarm that was open at a time, each as it was then. */
  alarmsAt(at: Timestamp): AlarmsThen {
    return coded(() => this.tables.past.alarmsAt(at));
  }

  /** Half-open, by time, after a place. */
  alarmEventsBetween(from: Timestamp, to: Timestamp, after: EventPlace | null, limit: number): EventPage {
    return coded(() => this.tables.past.alarmEventsBetween(from, to, after, limit));
  }

  incident(id: string): Incident | null {
    return coded(() => this.tables.incidents.incident(id));
  }

  /** Below a number, newest first. */
  incidents(page: IncidentPage): readonly Incident[] {
    return coded(() => this.tables.incidents.incidents(page));
  }

  /** That began before a time, newest first. */
  floods(before: Timestamp, limit: number): readonly Flood[] {
    return coded(() => this.tables.incidents.floods(before, limit));
  }

  /** Alarm quality and service of a period. */
  quality(query: QualityQuery): QualityReport {
    return coded(() => this.tables.quality.quality(query));
  }

  /** Messages to people about an alarm, oldest first. */
  notifications(alarm: string): readonly NotificationItem[] {
    return coded(() => this.tables.notifications.notifications(alarm));
  }

  notification(id: string): NotificationItem | null {
    return coded(() => this.tables.notifications.notification(id));
  }

  users(): readonly UserRecord[] {
    return coded(() => this.tables.users.users());
  }

  /** Refuses with `username-taken`, `bad-username`, `unknown-role` or `bad-password-hash`. */
  createUser(user: UserRecord): void {
    inTransaction(this.db, () => this.tables.users.createUser(user));
  }

  /**
   * Refuses with `unknown-user`, `unknown-role`, `bad-password-hash` or `last-security-admin`. Retiring ends
   * log-ins.
   */
  updateUser(username: string, change: UserChange): void {
    inTransaction(this.db, () => this.tables.users.updateUser(username, change));
  }

  audit(entry: NewAuditEntry): void {
    inTransaction(this.db, () => this.tables.audit.append(entry));
  }

  /** Entries after a number, oldest first. */
  auditEntries(after: number, limit: number): readonly AuditEntry[] {
    return coded(() => this.tables.audit.entries(after, limit));
  }

  /** Walks the whole audit chain. */
  verifyAudit(noted?: AuditHead): AuditVerdict {
    return coded(() => verifyAuditChain(this.db, noted));
  }

  quarantine(page?: QuarantinePage): readonly QuarantineGroup[] {
    return coded(() => this.tables.quarantine.quarantine(page));
  }

  quarantineSamples(key: QuarantineKey): readonly QuarantineSample[] {
    return coded(() => this.tables.quarantine.quarantineSamples(key));
  }

  quarantineRecords(gateway: string, device: string, limit: number): readonly KeptRecord[] {
    return coded(() => this.tables.quarantine.quarantineRecords(gateway, device, limit));
  }

  /** Refuses with `unknown-user` or `retired-user`. */
  saveSession(tokenHash: string, username: string, expiresAt: Timestamp): void {
    inTransaction(this.db, () => this.tables.users.saveSession(tokenHash, username, expiresAt));
  }

  sessions(): readonly SessionRecord[] {
    return coded(() => this.tables.users.sessions());
  }

  dropSession(tokenHash: string): void {
    inTransaction(this.db, () => this.tables.users.dropSession(tokenHash));
  }

  /** Keeps and audits it; answers with the version's number. Refuses with `bad-flows`. */
  saveFlows(version: NewFlowVersion): number {
    return inTransaction(this.db, () => this.tables.flows.save(version));
  }

  /** Below a number, newest first. */
  flowVersions(before: number, limit: number): readonly FlowVersion[] {
    return coded(() => this.tables.flows.versions(before, limit));
  }

  /** The document of one version, of the newest when `number` is null; null when there is none. */
  flows(number: number | null): string | null {
    return coded(() => (number === null ? this.tables.flows.newest() : this.tables.flows.flows(number)));
  }

  /** Below a number, newest first; of these gateways, or of all when `gateways` is null. */
  backfills(before: number, limit: number, gateways: readonly string[] | null): readonly BackfillLine[] {
    return coded(() => this.tables.backfills.backfills(before, limit, gateways));
  }

  /** What of the catalogue people publish, as it was in force under this number; null when it never was. */
  ruleContent(number: number): RuleContent | null {
    return coded(() => this.tables.rules.content(number));
  }

  /** Every version that changed this rule, oldest first. */
  ruleSteps(rule: string): readonly RuleStep[] {
    return coded(() => this.tables.rules.steps(rule));
  }

  /** Newest first. */
  gatewayPresence(gateway: string): readonly PresenceChange[] {
    return coded(() => this.tables.presence.presence(gateway));
  }

  registryDocument(kind: RegistryKind, id: string): Readonly<Record<string, unknown>> | null {
    return coded(() => this.tables.registry.registryDocument(kind, id));
  }

  registryChanges(afterRevision: number, limit: number): readonly RecordedChange[] {
    return coded(() => this.tables.registry.registryChanges(afterRevision, limit));
  }

  /** Oldest first. */
  reconciliations(limit: number): readonly Reconciliation[] {
    return coded(() => this.tables.reconcile.reconciliations(limit));
  }

  figures(): LedgerFigures {
    return coded(() => this.tables.figures());
  }

  /**
   * Brings everything committed into the main file and syncs it. After a failed sync nothing is known of what
   * the disk holds; a fresh handle that gets through this is certain again. Throws LedgerError.
   */
  checkpoint(): void {
    const row = coded(() => this.db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get());
    if (row?.['busy'] !== 0) throw new LedgerError('busy', 'another process reads the ledger');
  }

  close(): void {
    this.db.close();
  }
}

/** Opens the ledger kept in `directory`. Throws LedgerError, `newer-database` among others. */
export const openLedger = (directory: string, options: LedgerOptions = {}): Ledger =>
  new Ledger(openLedgerDatabase(directory), options);

/** A ledger without a file, for tests and the simulation. */
export const memoryLedger = (options: LedgerOptions = {}): Ledger =>
  new Ledger(openMemoryDatabase(), options);
