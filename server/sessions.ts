/**
 * Who is logged in. A token is 256 random bits; only its SHA-256 is kept, here and in the ledger, so a stolen
 * database logs nobody in. Deadlines run on the monotonic clock: setting the wall clock ahead must not throw every
 * duty console out. An open console counts as use, so a quiet night does not end its duty.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '#domain/clock.ts';
import type { EngineTime } from '#domain/time.ts';
import type { LedgerPort } from './ports.ts';

export type SessionLimits = {
  /** Without any use or open console for this long it ends (等保: 10 to 30 minutes). */
  readonly idleMs: number;
  /** It ends after this long in any case: one duty of 24 h with an hour to hand over. */
  readonly absoluteMs: number;
};
export const SESSION_LIMITS: SessionLimits = { idleMs: 30 * 60_000, absoluteMs: 25 * 3_600_000 };

/** Log-ins one person may have; a further one ends the one unused for longest (never an open console before others). */
const PER_USER_MAX = 16;

export type Session = {
  readonly tokenHash: string;
  readonly username: string;
  readonly endsAt: EngineTime;
  usedAt: EngineTime;
  /** Of a wall: holds only while its person may do nothing but view. */
  readonly wall?: true;
};

export type Sessions = {
  /** Takes up the sessions that the ledger kept over a restart. */
  restore(): Promise<void>;
  /** The new token, given once. */
  open(username: string): Promise<string>;
  /** The live session of this token, marked as used; null when there is none. */
  find(token: string): Session | null;
  /** A session by a token of another make (a wall's): in memory only, and without an end while it is used. */
  adopt(token: string, username: string): Session;
  /** Marks as used; false when it has ended. */
  touch(session: Session): boolean;
  close(tokenHash: string): Promise<void>;
  /** Ends all of one person's, except perhaps the one that asked. */
  closeUser(username: string, exceptHash?: string): Promise<void>;
  count(): number;
};

type Ports = {
  readonly ledger: LedgerPort;
  readonly clock: Clock;
  readonly randomBytes: (count: number) => Uint8Array;
  /** Told when the ledger cannot keep or drop one: it lives on in memory only. */
  readonly onTrouble: (cause: unknown) => void;
};

export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');

export function createSessions(ports: Ports, limits: SessionLimits): Sessions {
  const { ledger, clock } = ports;
  const live = new Map<string, Session>();
  const attempt = (work: Promise<void>): Promise<void> => work.catch(ports.onTrouble);
  const isLive = (session: Session): boolean => {
    const now = clock.monotonicMs();
    return now < session.endsAt && now - session.usedAt < limits.idleMs;
  };
  const close = async (tokenHash: string): Promise<void> => {
    if (live.delete(tokenHash)) await attempt(ledger.dropSession(tokenHash));
  };
  const ofUser = (username: string): Session[] => {
    return [...live.values()].filter((session) => session.username === username);
  };
  const touch = (session: Session): boolean => {
    if (!live.has(session.tokenHash)) return false;
    if (!isLive(session)) {
      void close(session.tokenHash);
      return false;
    }
    session.usedAt = clock.monotonicMs();
    return true;
  };
  return {
    async restore() {
      const now = clock.monotonicMs();
      for (const { tokenHash, username, expiresAt } of await ledger.sessions()) {
        const leftMs = Math.min(expiresAt - clock.wallMs(), limits.absoluteMs);
        if (leftMs <= 0) await attempt(ledger.dropSession(tokenHash));
        else live.set(tokenHash, { tokenHash, username, endsAt: now + leftMs, usedAt: now });
      }
    },
    async open(username) {
      for (const session of live.values()) if (!isLive(session)) await close(session.tokenHash);
      const own = ofUser(username).sort((a, b) => a.usedAt - b.usedAt);
      if (own[0] !== undefined && own.length >= PER_USER_MAX) await close(own[0].tokenHash);
      const token = Buffer.from(ports.randomBytes(32)).toString('base64url');
      const tokenHash = hashToken(token);
      const now = clock.monotonicMs();
      live.set(tokenHash, { tokenHash, username, endsAt: now + limits.absoluteMs, usedAt: now });
      await attempt(ledger.saveSession(tokenHash, username, clock.wallMs() + limits.absoluteMs));
      return token;
    },
    find(token) {
      const session = live.get(hashToken(token));
      return session !== undefined && touch(session) ? session : null;
    },
    adopt(token, username) {
      const tokenHash = hashToken(token);
      const session: Session = {
        tokenHash,
        username,
        endsAt: Infinity,
        usedAt: clock.monotonicMs(),
        wall: true,
      };
      live.set(tokenHash, session);
      return session;
    },
    touch,
    close,
    async closeUser(username, exceptHash) {
      for (const session of ofUser(username)) {
        if (session.tokenHash !== exceptHash) await close(session.tokenHash);
      }
    },
    count: () => live.size,
  };
}
