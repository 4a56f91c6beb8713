/**
 * The server's own lines of the audit log: log-ins, users, refused rights (commands are audited by the fold). A line
 * that the ledger cannot take waits here, in order, and is tried again: a failing ledger keeps nobody from an alarm.
 */
import type { Clock } from '#domain/clock.ts';
import type { EngineTime } from '#domain/time.ts';
import type { LedgerPort, NewAuditEntry } from './ports.ts';

/** Half a day of a busy platform's log-ins. */
const WAITING_MAX = 10_000;
const RETRY_MS = 1_000;
/** The same refusal again within this time is counted on the next line instead of written. */
const FOLD_MS = 10_000;
const FOLDED_MAX = 5_000;

export type AuditLine = Omit<NewAuditEntry, 'at' | 'detail'> & {
  readonly detail?: Readonly<Record<string, unknown>>;
};

export type Audit = {
  /** Resolves when the line is in the ledger, or has been given up as said by `onLost`. */
  record(line: AuditLine): Promise<void>;
  /** For refusals that a client can repeat without end: at most one line in ten seconds, with how many it stands for. */
  recordFolded(line: AuditLine): void;
  waiting(): number;
  close(): void;
};

type Ports = {
  readonly ledger: LedgerPort;
  readonly clock: Clock;
  readonly onTrouble: (cause: unknown) => void;
  /** The queue is full: this line is lost to the ledger and must be counted and logged. */
  readonly onLost: (entry: NewAuditEntry) => void;
};

type Waiting = { readonly entry: NewAuditEntry; readonly done: () => void };

export function createAudit(ports: Ports): Audit {
  const { ledger, clock } = ports;
  const queue: Waiting[] = [];
  const folded = new Map<string, { since: EngineTime; more: number }>();
  let writing = false;
  let cancelRetry = (): void => {};

  const flush = async (): Promise<void> => {
    if (writing) return;
    writing = true;
    try {
      for (let head = queue[0]; head !== undefined; head = queue[0]) {
        await ledger.audit(head.entry);
        queue.shift();
        head.done();
      }
    } catch (cause) {
      ports.onTrouble(cause);
      cancelRetry = clock.after(RETRY_MS, () => void flush());
    } finally {
      writing = false;
    }
  };

  const record = (line: AuditLine): Promise<void> => {
    const entry: NewAuditEntry = { ...line, at: clock.wallMs(), detail: line.detail ?? {} };
    if (queue.length >= WAITING_MAX) {
      ports.onLost(entry);
      return Promise.resolve();
    }
    return new Promise((done) => {
      queue.push({ entry, done });
      void flush();
    });
  };

  return {
    record,
    recordFolded(line) {
      const key = `${line.username}\n${line.address}\n${line.action}\n${line.subject}`;
      const now = clock.monotonicMs();
      const known = folded.get(key);
      if (known !== undefined && now - known.since < FOLD_MS) {
        known.more += 1;
        return;
      }
      if (folded.size >= FOLDED_MAX) folded.clear();
      folded.set(key, { since: now, more: 0 });
      const detail =
        known === undefined || known.more === 0 ? line.detail : { ...line.detail, repeated: known.more };
      void record({ ...line, ...(detail === undefined ? {} : { detail }) });
    },
    waiting: () => queue.length,
    close: () => cancelRetry(),
  };
}
