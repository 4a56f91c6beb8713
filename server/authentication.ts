/** Who asks, and whether their roles allow the route: decided before a body is read. A route without a right is closed. */
import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Person } from '#domain/user.ts';
import type { Context } from './context.ts';
import { gatewayOf } from './gateway-login.ts';
import { Problem } from './problems.ts';
import { can, effectiveScope, isUnrestricted, type Action, type Holder } from './rights.ts';
import type { Session } from './sessions.ts';
import { mayHaveWall, wallSession } from './wall-tokens.ts';
import type { UserRecord } from './ports.ts';

export const COOKIE = 'lifeline_session';

/** The person behind a request or a socket. Roles and scope are today's, not those of the log-in. */
export type Viewer = Holder & { readonly user: UserRecord; readonly session: Session };

declare module 'fastify' {
  interface FastifyRequest {
    viewer: Viewer | null;
    /** Id of the gateway that proved itself, on routes with the right `gateway`; null elsewhere. */
    gateway: string | null;
  }
  interface FastifyContextConfig {
    /**
     * What the caller must be allowed; `open` = everybody, `open-on-loopback` = this machine or `read-metrics`,
     * `gateway` = a gateway with its secret, and no person.
     */
    right?: Action | 'open' | 'open-on-loopback' | 'gateway';
  }
}

/** The live person of a token; null for an unknown or ended one, or a retired user. */
export function viewerOf(context: Context, token: string): Viewer | null {
  const session = context.sessions.find(token) ?? wallSession(context, token);
  return session === null ? null : viewerOfSession(context, session);
}

/** The same for a session known already; counts as use of it. */
export function viewerOfSession(context: Context, session: Session): Viewer | null {
  const user = context.users.find(session.username);
  if (user === undefined || user.retired === true || !context.sessions.touch(session)) return null;
  if (session.wall === true && !mayHaveWall(user)) return null;
  return { user, session, roles: user.roles, scope: effectiveScope(user, context.city.registry()) };
}

/** The person of a request past the gate; throws when the route was declared open. */
export function viewerIn(request: FastifyRequest): Viewer {
  if (request.viewer === null) throw new Problem('unauthenticated');
  return request.viewer;
}

export const personIn = (request: FastifyRequest): Person => {
  const { user } = viewerIn(request);
  return { username: user.username, roles: user.roles, address: request.ip };
};

/** Refuses with 403 and one audit line unless the person may do this too. */
export function demand(context: Context, request: FastifyRequest, action: Action): void {
  const viewer = viewerIn(request);
  if (can(viewer, action)) return;
  refused(context, request, viewer, action);
  throw new Problem('forbidden', `needs the right "${action}"`);
}

/** For what concerns the whole city at once: refuses whoever is restricted to a part of it, like `demand`. */
export function demandWholeCity(context: Context, request: FastifyRequest): void {
  const viewer = viewerIn(request);
  if (isUnrestricted(viewer.scope)) return;
  refused(context, request, viewer, 'out-of-scope');
  throw new Problem('out-of-scope');
}

/** For 403 answers: what was tried, by whom, from where. */
export function refused(context: Context, request: FastifyRequest, viewer: Viewer, action: string): void {
  context.metrics.rejected('forbidden');
  context.audit.recordFolded({
    username: viewer.user.username,
    address: request.ip,
    action: 'refused',
    subject: action,
    outcome: 'forbidden',
    detail: { method: request.method, route: request.routeOptions.url ?? '' },
  });
}

/** Puts the gate before every route. */
export function installAuthentication(app: FastifyInstance, context: Context): void {
  app.decorateRequest('viewer', null);
  app.decorateRequest('gateway', null);
  app.addHook('onRequest', async (request) => {
    if (request.is404) return;
    const right = request.routeOptions.config.right;
    if (right === undefined) throw new Problem('internal', 'the route declares no right');
    if (right === 'open') return;
    if (right === 'gateway') {
      request.gateway = gatewayOf(context, request);
      return;
    }
    if (right === 'open-on-loopback' && isLoopbackAddress(request.ip)) return;
    request.viewer = identify(context, request);
    demand(context, request, right === 'open-on-loopback' ? 'read-metrics' : right);
  });
}

function identify(context: Context, request: FastifyRequest): Viewer {
  const { authorization } = request.headers;
  const bearer =
    authorization === undefined ? undefined : /^Bearer ([\w-]{16,256})$/i.exec(authorization)?.[1];
  const token = bearer ?? (authorization === undefined ? request.cookies[COOKIE] : undefined);
  const viewer = token === undefined ? null : viewerOf(context, token);
  if (viewer === null) {
    context.metrics.rejected('unauthenticated');
    throw new Problem('unauthenticated');
  }
  const writes = request.method !== 'GET' && request.method !== 'HEAD';
  if (bearer === undefined && writes && !isSameOrigin(request.headers)) {
    context.metrics.rejected('cross-site');
    throw new Problem('cross-site');
  }
  return viewer;
}

/**
 * A browser says where a request comes from by Sec-Fetch-Site, an older one by Origin. A client that sends neither is
 * no browser, and nobody can be tricked into using it.
 */
export function isSameOrigin(headers: Readonly<Record<string, string | string[] | undefined>>): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const { origin, host } = headers;
  if (origin === undefined) return true;
  if (typeof origin !== 'string' || typeof host !== 'string') return false;
  const url = URL.parse(origin);
  return url !== null && sameText(url.host, host.toLowerCase());
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

const isLoopbackAddress = (address: string): boolean =>
  address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
