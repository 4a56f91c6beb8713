/**
 * The token of a wall: a screen that nobody logs in at, day after day. It belongs to a person with the role `viewer` and no
 * other, so it can only read, and only within that scope. It is not kept but worked out from the server's key, the name
 * and the password's hash: a new password, another role or retiring ends it at once, and a stolen database holds none.
 */
import { timingSafeEqual } from 'node:crypto';
import type { Context } from './context.ts';
import type { UserRecord } from './ports.ts';
import type { Session } from './sessions.ts';

const SHAPE = /^wall-([0-9a-f]{64})-([\w-]{1,100})$/;

/** Only for whom `mayHaveWall` admits. */
export function wallToken(context: Pick<Context, 'secretHmac'>, user: UserRecord): string {
  return `wall-${proof(context, user)}-${Buffer.from(user.username).toString('base64url')}`;
}

/** Reads, and nothing else. */
export const mayHaveWall = ({ roles, retired }: UserRecord): boolean =>
  retired !== true && roles.length === 1 && roles[0] === 'viewer';

/** The session of a wall's token, begun by its first use and again after any pause; null when it is none, or no longer. */
export function wallSession(context: Context, token: string): Session | null {
  const [, given = '', name = ''] = SHAPE.exec(token) ?? [];
  if (given === '') return null;
  const user = context.users.find(Buffer.from(name, 'base64url').toString('utf8'));
  if (user === undefined || !mayHaveWall(user)) return null;
  const right = timingSafeEqual(Buffer.from(given), Buffer.from(proof(context, user)));
  return right ? context.sessions.adopt(token, user.username) : null;
}

/** The first word keeps it apart from gateways' secrets under the same key. */
const proof = (context: Pick<Context, 'secretHmac'>, { username, passwordHash }: UserRecord): string =>
  context.secretHmac(`wall\n${username}\n${passwordHash}`);
