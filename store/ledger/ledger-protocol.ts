/** What the main thread and the ledger's thread say to each other, and the client both ends present. */
import type { QualityReport } from '#domain/quality/quality.ts';
import type { KeyedEvent, StoreTrouble } from '../ports.ts';
import type { Ledger, LedgerFigures } from './ledger.ts';
import type { Fault } from './errors.ts';

/** Questions and direct writes: methods of Ledger that the client asks for by name. */
const WRITES = ['createUser', 'updateUser', 'audit', 'saveSession', 'dropSession', 'saveFlows'] as const;
export const REQUESTS = [
  ...WRITES,
  'alarms',
  'alarm',
  'alarmEvents',
  'alarmsAt',
  'alarmEventsBetween',
  'incident',
  'incidents',
  'floods',
  'quality',
  'notifications',
  'notification',
  'users',
  'auditEntries',
  'verifyAudit',
  'quarantine',
  'quarantineSamples',
  'quarantineRecords',
  'sessions',
  'gatewayPresence',
  'registryDocument',
  'registryChanges',
  'reconciliations',
  'flowVersions',
  'flows',
  'backfills',
  'ruleContent',
  'ruleSteps',
  'figures',
] as const;
export type RequestName = (typeof REQUESTS)[number];

/** True for the methods that change the ledger. */
export const isWrite = (method: RequestName): boolean => WRITES.some((write) => write === method);

export type Answered<K extends RequestName> = Promise<ReturnType<Ledger[K]>>;

export type LedgerStatus = LedgerFigures & {
  /** Events handed over and not yet applied. */
  readonly pendingEvents: number;
  readonly trouble: StoreTrouble | null;
};

/**
 * The ledger as the main thread holds it: Ledger's methods, answered later. A rejection is a LedgerError, or
 * a plain Error when the question itself was impossible.
 */
export type LedgerClient = {
  readonly [K in RequestName]: (...args: Parameters<Ledger[K]>) => Answered<K>;
} & {
  /** Last position applied when the ledger was opened. */
  readonly cursor: number;
  /**
   * Hands over the events of whole positions; `onApplied` follows once they are on the medium. Calls are
   * applied in order.
   */
  apply(events: readonly KeyedEvent[], throughPosition: number): void;
  onApplied(listener: (throughPosition: number) => void): void;
  /**
   * Trouble begins, changes, or with null ends. Codes: those of the disk, `ledger-backlog` (stop feeding),
   * and `ledger-stopped` (our own fault ended the thread: start again; what was not applied is in the record
   * log).
   */
  onTrouble(listener: (trouble: StoreTrouble | null) => void): void;
  status(): Promise<LedgerStatus>;
  /** Tries once more to apply what waits, then ends. */
  close(): Promise<void>;
};

export type ToLedger =
  | { readonly kind: 'apply'; readonly events: readonly KeyedEvent[]; readonly through: number }
  | { readonly kind: 'ask'; readonly number: number; readonly method: RequestName; readonly args: unknown[] }
  | { readonly kind: 'status'; readonly number: number }
  | { readonly kind: 'close' };

export type FromLedger =
  | { readonly kind: 'opened'; readonly cursor: number }
  | { readonly kind: 'refused'; readonly error: Fault }
  | { readonly kind: 'applied'; readonly through: number }
  | { readonly kind: 'trouble'; readonly trouble: StoreTrouble | null }
  | { readonly kind: 'answer'; readonly number: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly number: number; readonly error: Fault };

/** What the thread that counts alarm quality answers, in the order of asking. */
export type FromQuality =
  | { readonly kind: 'answer'; readonly report: QualityReport }
  | { readonly kind: 'failed'; readonly error: Fault };
