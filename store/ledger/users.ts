/**
 * People and their log-ins. Names are unique without regard to case or width; users retire and stay; one
 * active security administrator always remains. Passwords and tokens never come here: only the PHC text and
 * the token's hash do.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { UserRecord } from '#domain/contract/ledger.ts';
import type { Timestamp } from '#domain/time.ts';
import { ROLES, type Role } from '#domain/user.ts';
import { canonicalJson } from './canonical-json.ts';
import { numberOf, textOf, textOrNull, wholeMs, type Row } from './database.ts';
import { LedgerError } from './errors.ts';

export type UserChange = Partial<Pick<UserRecord, 'name' | 'roles' | 'scope' | 'passwordHash' | 'retired'>>;
export type SessionRecord = {
  readonly tokenHash: string;
  readonly username: string;
  readonly expiresAt: Timestamp;
};

const USERNAME_MAX = 64;
/** Log-ins one person may hold at once; beyond it the one that ends first is ended. */
const SESSIONS_PER_USER = 100;

export function userTables(db: DatabaseSync) {
  const all = db.prepare('SELECT * FROM users ORDER BY created_at, key');
  const one = db.prepare('SELECT * FROM users WHERE key = ?');
  const insert = db.prepare(
    `INSERT INTO users (key, username, name, scope, password_hash, created_at, retired)
     VALUES (:key, :username, :name, :scope, :passwordHash, :createdAt, :retired)`,
  );
  const update = db.prepare(
    'UPDATE users SET name = ?, scope = ?, password_hash = ?, retired = ? WHERE key = ?',
  );
  const rolesOf = db.prepare('SELECT role FROM user_roles WHERE user = ? ORDER BY place');
  const dropRoles = db.prepare('DELETE FROM user_roles WHERE user = ?');
  const addRole = db.prepare('INSERT INTO user_roles (user, role, place) VALUES (?, ?, ?)');
  const otherAdmins = db.prepare(
    `SELECT count(*) AS others FROM user_roles JOIN users ON users.key = user_roles.user
     WHERE role = 'security-admin' AND retired = 0 AND users.key <> ?`,
  );
  const dropSessions = db.prepare('DELETE FROM sessions WHERE user = ?');
  const sessions = sessionTable(db);

  function createUser(user: UserRecord): void {
    const key = keyOf(user.username);
    if (user.username.trim() === '' || user.username.length > USERNAME_MAX) {
      throw new LedgerError('bad-username', `a user name has 1 to ${USERNAME_MAX} characters`);
    }
    if (one.get(key) !== undefined) throw new LedgerError('username-taken', user.username);
    checkHash(user.passwordHash);
    insert.run({
      key,
      username: user.username.toWellFormed(),
      name: user.name ?? null,
      scope: canonicalJson(user.scope),
      passwordHash: user.passwordHash,
      createdAt: wholeMs(user.createdAt),
      retired: user.retired ? 1 : 0,
    });
    setRoles(key, user.roles);
  }

  function updateUser(username: string, change: UserChange): void {
    const key = keyOf(username);
    const row = one.get(key);
    if (row === undefined) throw new LedgerError('unknown-user', username);
    const before = userOf(row);
    const after = { ...before, ...change };
    if (change.passwordHash !== undefined) checkHash(change.passwordHash);
    if (isSecurityAdmin(before) && !isSecurityAdmin(after)) checkAnotherAdmin(key, before.username);
    const retired = after.retired ? 1 : 0;
    update.run(after.name ?? null, canonicalJson(after.scope), after.passwordHash, retired, key);
    if (change.roles !== undefined) setRoles(key, change.roles);
    if (after.retired) dropSessions.run(key);
  }

  function checkAnotherAdmin(key: string, username: string): void {
    const row = otherAdmins.get(key);
    if (row !== undefined && numberOf(row, 'others') > 0) return;
    throw new LedgerError('last-security-admin', `${username} is the last active security administrator`);
  }

  function setRoles(key: string, roles: readonly Role[]): void {
    dropRoles.run(key);
    [...new Set<string>(roles)].forEach((role, place) => {
      if (!ROLES.some((known) => known === role)) throw new LedgerError('unknown-role', role);
      addRole.run(key, role, place);
    });
  }

  function saveSession(tokenHash: string, username: string, expiresAt: Timestamp): void {
    const key = keyOf(username);
    const row = one.get(key);
    if (row === undefined) throw new LedgerError('unknown-user', username);
    if (numberOf(row, 'retired') === 1) throw new LedgerError('retired-user', username);
    sessions.save(tokenHash, key, expiresAt);
  }

  const userOf = (row: Row): UserRecord => ({
    username: textOf(row, 'username'),
    ...optional('name', textOrNull(row, 'name')),
    roles: rolesOf.all(textOf(row, 'key')).map((role) => roleOf(textOf(role, 'role'))),
    scope: JSON.parse(textOf(row, 'scope')),
    ...(numberOf(row, 'retired') === 1 ? { retired: true } : {}),
    passwordHash: textOf(row, 'password_hash'),
    createdAt: numberOf(row, 'created_at'),
  });

  return {
    /** In the order they were created. */
    users: (): UserRecord[] => all.all().map(userOf),
    createUser,
    updateUser,
    saveSession,
    sessions: sessions.list,
    dropSession: sessions.drop,
  };
}

function sessionTable(db: DatabaseSync) {
  const upsert = db.prepare(
    `INSERT INTO sessions (token_hash, user, expires_at) VALUES (?, ?, ?)
     ON CONFLICT (token_hash) DO UPDATE SET user = excluded.user, expires_at = excluded.expires_at`,
  );
  const trim = db.prepare(
    `DELETE FROM sessions WHERE token_hash IN
       (SELECT token_hash FROM sessions WHERE user = ?
        ORDER BY expires_at DESC, token_hash LIMIT -1 OFFSET ?)`,
  );
  const all = db.prepare(
    `SELECT token_hash, username, expires_at FROM sessions JOIN users ON users.key = sessions.user
     ORDER BY expires_at, token_hash`,
  );
  const remove = db.prepare('DELETE FROM sessions WHERE token_hash = ?');
  return {
    save: (tokenHash: string, user: string, expiresAt: Timestamp): void => {
      upsert.run(tokenHash, user, wholeMs(expiresAt));
      trim.run(user, SESSIONS_PER_USER);
    },
    /** Soonest to end first. */
    list: (): SessionRecord[] =>
      all.all().map((row) => ({
        tokenHash: textOf(row, 'token_hash'),
        username: textOf(row, 'username'),
        expiresAt: numberOf(row, 'expires_at'),
      })),
    drop: (tokenHash: string): void => {
      remove.run(tokenHash);
    },
  };
}

/** Two names are one when they differ only in case, width or composition. */
const keyOf = (username: string): string => username.toWellFormed().normalize('NFKC').toLowerCase();

const isSecurityAdmin = (user: UserRecord): boolean => !user.retired && user.roles.includes('security-admin');

/** PHC string format: `$id$…`. Anything else could be the password itself. */
function checkHash(hash: string): void {
  if (!/^\$[a-z0-9-]{1,32}\$[\x21-\x7e]+$/.test(hash)) {
    throw new LedgerError('bad-password-hash', 'a password hash is PHC text');
  }
}

function roleOf(text: string): Role {
  const role = ROLES.find((known) => known === text);
  if (role === undefined) throw new LedgerError('unknown-role', text);
  return role;
}

const optional = <K extends string, V>(key: K, value: V | null): { [P in K]?: V } | Record<string, never> =>
  value === null ? {} : ({ [key]: value } as { [P in K]: V });
