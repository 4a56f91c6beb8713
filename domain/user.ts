export const ROLES = [
  'duty-officer',
  'duty-leader',
  'crew',
  'engineer',
  'viewer',
  'system-admin',
  'security-admin',
  'audit-admin',
] as const;
export type Role = (typeof ROLES)[number];

/** Absent list = no restriction of that kind. */
export type Scope = {
  readonly areas?: readonly string[];
  readonly lifelines?: readonly string[];
  readonly organisations?: readonly string[];
};

export type User = {
  readonly username: string;
  readonly name?: string;
  readonly roles: readonly Role[];
  readonly scope: Scope;
  readonly retired?: true;
};

/** Who did something, journaled and audited with it. */
export type Person = {
  readonly username: string;
  readonly roles: readonly Role[];
  /** Network address the action came from. */
  readonly address: string;
};
