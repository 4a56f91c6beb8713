/** The people, held in memory beside the ledger: deciding a right must wait for no disk. */
import type { Clock } from '#domain/clock.ts';
import type { User } from '#domain/user.ts';
import { createPasswordHasher, generatePassword } from './passwords.ts';
import type { LedgerPort, UserRecord } from './ports.ts';
import { randomBytes as systemRandomBytes } from 'node:crypto';

export type UserChange = Partial<Pick<UserRecord, 'name' | 'roles' | 'scope' | 'passwordHash' | 'retired'>>;

export type Users = {
  load(): Promise<void>;
  /** By name in any case; retired ones too. */
  find(username: string): UserRecord | undefined;
  /** Sorted by name. */
  all(): readonly UserRecord[];
  /** Rejects with the ledger's error when it refuses. */
  create(user: UserRecord): Promise<void>;
  update(username: string, change: UserChange): Promise<UserRecord>;
  /** After roles, scope, password or being retired changed. */
  onChange(listener: (username: string) => void): void;
};

export function createUsers(ledger: LedgerPort): Users {
  const byKey = new Map<string, UserRecord>();
  const listeners: ((username: string) => void)[] = [];
  const keyOf = (username: string): string => username.toLowerCase();
  return {
    async load() {
      for (const user of await ledger.users()) byKey.set(keyOf(user.username), user);
    },
    find: (username) => byKey.get(keyOf(username)),
    all: () => [...byKey.values()].sort((a, b) => (keyOf(a.username) < keyOf(b.username) ? -1 : 1)),
    async create(user) {
      await ledger.createUser(user);
      byKey.set(keyOf(user.username), user);
    },
    async update(username, change) {
      const before = byKey.get(keyOf(username));
      if (before === undefined) throw new Error(`no user ${username} to update`);
      await ledger.updateUser(before.username, change);
      // Read again: another change may have come while the ledger wrote this one.
      const after = { ...(byKey.get(keyOf(username)) ?? before), ...change };
      byKey.set(keyOf(username), after);
      for (const listener of listeners) listener(after.username);
      return after;
    },
    onChange: (listener) => void listeners.push(listener),
  };
}

/** A person as the API shows one: without the hash. */
export function userView(user: UserRecord): User & { readonly createdAt: number } {
  const { passwordHash: _, ...shown } = user;
  return shown;
}

/**
 * Makes sure that somebody can log in: when there is no user at all, `admin` with system-admin and security-admin.
 * `password` null in the answer: nothing was made, or it was given by the installer; else it was generated here and
 * must be printed once.
 */
export async function ensureFirstAdmin(
  ledger: LedgerPort,
  password: string | undefined,
  given: { readonly clock?: Clock; readonly randomBytes?: (count: number) => Uint8Array } = {},
): Promise<{ username: string; password: string | null }> {
  const username = 'admin';
  if ((await ledger.users()).length > 0) return { username, password: null };
  const randomBytes = given.randomBytes ?? systemRandomBytes;
  const chosen = password ?? generatePassword(randomBytes);
  const at = given.clock?.wallMs() ?? Date.now();
  await ledger.createUser({
    username,
    roles: ['system-admin', 'security-admin'],
    scope: {},
    passwordHash: await createPasswordHasher(randomBytes).hash(chosen),
    createdAt: at,
  });
  await ledger.audit({
    at,
    username: 'system',
    address: '',
    action: 'user.create',
    subject: username,
    outcome: 'done',
    detail: { roles: ['system-admin', 'security-admin'], first: true },
  });
  return { username, password: password === undefined ? chosen : null };
}
