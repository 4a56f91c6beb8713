/** Who is logged in. The session's cookie carries REST and socket alike and is out of scripts' reach: no token is kept here. */
import { shallowRef, type ShallowRef } from 'vue';
import { ROLES, type Role } from '#domain/user.ts';
import { createCall, field, isRecord, type Call, type Problem } from './api/http.ts';

export type SignedIn = { readonly username: string; readonly name: string; readonly roles: readonly Role[] };

export type Session = {
  readonly user: ShallowRef<SignedIn | null>;
  readonly call: Call;
  /** Null when it worked. */
  logIn(username: string, password: string): Promise<Problem | null>;
  logOut(): Promise<void>;
  /** A wall begins by its token, which becomes its cookie; false when it is no longer good. */
  beginWall(token: string): Promise<boolean>;
  /** Takes up the session of a reloaded page or a new tab; false when the person must log in. */
  resume(): Promise<boolean | Problem>;
};

/** `ended` is called when the server no longer knows the session. */
export function createSession(ended: () => void): Session {
  const user = shallowRef<SignedIn | null>(null);
  const call = createCall(() => {
    user.value = null;
    ended();
  });
  return {
    user,
    call,
    async logIn(username, password) {
      user.value = null;
      const reply = await call('POST', '/session', { username, password });
      if (!reply.ok) return reply.problem;
      user.value = parseUser(field(reply.body, 'user'));
      return null;
    },
    async logOut() {
      await call('DELETE', '/session');
      user.value = null;
    },
    async beginWall(token) {
      const reply = await call('POST', '/session/wall', { token });
      if (reply.ok) user.value = parseUser(field(reply.body, 'user'));
      return user.value !== null;
    },
    async resume() {
      const reply = await call('GET', '/session');
      if (!reply.ok) return reply.problem.status === 0 || reply.problem.status >= 500 ? reply.problem : false;
      user.value = parseUser(field(reply.body, 'user'));
      return user.value !== null;
    },
  };
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
