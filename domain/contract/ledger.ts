/** Ledger data that the server shows and the store keeps: users, audit, quarantine, alarm queries. */
import type { Alarm, AlarmEvent } from '../alarm.ts';
import type { Backfill } from '../backfill.ts';
import type { RuleDocument, RuleVersion } from '../rule-book.ts';
import type { Timestamp } from '../time.ts';
import type { Scope, User } from '../user.ts';

/** A user as kept. `passwordHash` is PHC text made by the caller; the ledger never sees a password. */
export type UserRecord = User & { readonly passwordHash: string; readonly createdAt: Timestamp };

/** One link of the audit chain. `number` counts from 1 without holes. */
export type AuditEntry = {
  readonly number: number;
  readonly at: Timestamp;
  readonly username: string;
  readonly address: string;
  readonly action: string;
  readonly subject: string;
  readonly outcome: string;
  readonly detail: unknown;
  /** Hex SHA-256 over the previous hash and this entry's canonical JSON. */
  readonly hash: string;
};

/** What a caller says; the ledger numbers and chains it. */
export type NewAuditEntry = Omit<AuditEntry, 'number' | 'hash'>;

/** One deploy of the flows, without the flows themselves. `number` counts from 1 without holes. */
export type FlowVersion = {
  readonly number: number;
  readonly at: Timestamp;
  readonly username: string;
  readonly address: string;
  /** The version it brought back; null for a deploy from the editor. */
  readonly restoredFrom: number | null;
  /** Length of its document, and how many tabs, nodes and groups it holds. */
  readonly characters: number;
  readonly nodes: number;
};

/** What a deploy keeps: JSON text `{"flows": [...], "credentials": {...}}`. */
export type NewFlowVersion = {
  readonly at: Timestamp;
  readonly by: { readonly username: string; readonly address: string };
  readonly flows: string;
  readonly restoredFrom: number | null;
};

/** Refusals of one kind from one place; `count` is exact however few samples are kept. */
export type QuarantineGroup = {
  /** The ledger's number of it. */
  readonly id: number;
  readonly gateway: string;
  readonly device: string | null;
  readonly reason: string;
  readonly count: number;
  readonly firstAt: Timestamp;
  readonly lastAt: Timestamp;
  readonly sample: string;
  /** Records kept whole and still approvable. */
  readonly kept: number;
};

/** Groups of the quarantine, the latest refusal first, after this one; every group when nothing is asked. */
export type QuarantinePage = {
  readonly gateway?: string;
  readonly before?: { readonly lastAt: Timestamp; readonly id: number };
  readonly limit?: number;
};

/** Which alarms, current and past, newest onset first. */
export type AlarmFilter = {
  readonly colour?: string;
  readonly area?: string;
  readonly lifeline?: string;
  readonly facility?: string;
  /** Members, past and present, of this incident. */
  readonly incident?: string;
  readonly rule?: string;
  readonly point?: string;
  readonly scope: Scope;
  /** Alarms of these gateways themselves (of no point) are admitted beside the scope. */
  readonly gateways?: readonly string[];
  readonly limit: number;
  /** Alarms older than this cursor (onsetAt, id), newest first. */
  readonly before?: { readonly onsetAt: Timestamp; readonly id: string };
};

/** The alarms of a past time. `through`: number of the newest event the ledger holds; what the engine has since is newer. */
export type AlarmsThen = { readonly alarms: readonly Alarm[]; readonly through: number };

/** Where an event stands among all by time. */
export type EventPlace = { readonly at: Timestamp; readonly position: number; readonly index: number };
export type EventPage = {
  readonly items: readonly { readonly place: EventPlace; readonly event: AlarmEvent }[];
  readonly through: number;
};

/** Incidents below a number, newest first. */
export type IncidentPage = { readonly before?: number; readonly limit: number };

/** One version that changed a rule; `rule` as it was from then on, null when it went. */
export type RuleStep = { readonly version: RuleVersion; readonly rule: RuleDocument | null };

/** `number` counts lines from 1, for paging. */
export type BackfillLine = { readonly number: number; readonly backfill: Backfill };
