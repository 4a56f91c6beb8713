/** Who is logged in. The cookie (out of scripts' reach) carries REST; the token lives in this tab only, for the socket. */
import { shallowRef, type ShallowRef } from 'vue';
import { ROLES, type Role } from '#domain/user.ts';
import { createCall, field, isRecord, type Call, type Problem } from './api/http.ts';

export type SignedIn = { readonly username: string; readonly name: string; readonly roles: readonly Role[] };

export type Session = {
  readonly user: ShallowRef<SignedIn | null>;
  readonly call: Call;
  token(): string | null;
  /** Null when it worked. */
  logIn(username: string, password: string): Promise<Problem | null>;
  logOut(): Promise<void>;
  /** Restores the session of a reloaded page; false when the person must log in. */
  resume(): Promise<boolean | Problem>;
};

const TOKEN_KEY = 'lifeline.token';

/** `ended` is called when the server no longer knows the session. */
export function createSession(ended: () => void): Session {
  const user = shallowRef<SignedIn | null>(null);
  let token = sessionStorage.getItem(TOKEN_KEY);
  const call = createCall(
    () => token,
    () => {
      forget();
      ended();
    },
  );
  return {
    user,
    call,
    token: () => token,
    async logIn(username, password) {
      forget();
      const reply = await call('POST', '/session', { username, password });
      if (!reply.ok) return reply.problem;
      const given = field(reply.body, 'token');
      if (typeof given === 'string') remember(given);
      user.value = parseUser(field(reply.body, 'user'));
      return null;
    },
    async logOut() {
      await call('DELETE', '/session');
      forget();
    },
    async resume() {
      const reply = await call('GET', '/session');
      if (!reply.ok) return reply.problem.status === 0 || reply.problem.status >= 500 ? reply.problem : false;
      user.value = parseUser(field(reply.body, 'user') ?? reply.body);
      return user.value !== null;
    },
  };

  function remember(value: string): void {
    token = value;
    sessionStorage.setItem(TOKEN_KEY, value);
  }
  function forget(): void {
    token = null;
    user.value = null;
    sessionStorage.removeItem(TOKEN_KEY);
  }
}

function parseUser(value: unknown): SignedIn | null {
  if (!isRecord(value) || typeof value['username'] !== 'string') return null;
  const { username, name, roles } = value;
  const given: unknown[] = Array.isArray(roles) ? roles : [];
  return {
    username,
    name: typeof name === 'string' && name !== '' ? name : username,
    roles: ROLES.filter((role) => given.includes(role)),
  };
}
