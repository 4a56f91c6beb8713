/** People as the platform lists them. */
import { ROLES, type Role, type Scope, type User } from '#domain/user.ts';
import { isRecord, listAll, type Call, type Problem } from '../api/http.ts';

const LIST_MAX = 5_000;

/** `lockedForMs`: log-in is locked so long after too many failures. */
export type Person = User & { readonly lockedForMs: number };

export async function readPeople(call: Call): Promise<Person[] | Problem> {
  const items = await listAll(call, '/users?limit=500', LIST_MAX);
  return Array.isArray(items) ? items.filter(isPerson) : items;
}

/** What is ticked under scope, as the API takes it: an empty list restricts nothing and is left out. */
export function scopeOf(lists: Readonly<Record<keyof Scope, readonly string[]>>): Scope {
  return Object.fromEntries(Object.entries(lists).filter(([, ids]) => ids.length > 0));
}

/** Roles a person may give: nobody gives themselves what they lack. */
export const offeredRoles = (me: string, person: Pick<User, 'username' | 'roles'> | null): readonly Role[] =>
  person !== null && person.username === me ? person.roles : ROLES;

const isPerson = (value: unknown): value is Person =>
  isRecord(value) &&
  typeof value['username'] === 'string' &&
  Array.isArray(value['roles']) &&
  isRecord(value['scope']);
