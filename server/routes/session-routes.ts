/** Logging in, out, and asking who one is. */
import { Type } from 'typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { COOKIE, viewerIn } from '../authentication.ts';
import type { Context } from '../context.ts';
import { HashQueueFull, isStrongPassword } from '../passwords.ts';
import { Problem } from '../problems.ts';
import { answers } from '../schemas/basics.ts';
import { LoginAnswer, LoginInput, SessionUserShape } from '../schemas/user.ts';
import type { SessionUser, UserRecord } from '../ports.ts';
import type { Api } from './api.ts';

export function sessionRoutes(app: Api, context: Context): void {
  const loginSchema = {
    tags: ['session'],
    summary: 'Log in; five failures lock the name for ten minutes (429 `locked` with Retry-After)',
    body: LoginInput,
    response: answers(200, LoginAnswer, 'Logged in; the cookie is set too'),
  };
  app.post('/session', { config: { right: 'open' }, schema: loginSchema }, async (request, reply) => {
    const { username, password } = request.body;
    const user = await logIn(context, request, reply, username, password);
    const token = await context.sessions.open(user.username);
    setCookie(context, reply, token);
    report(context, request, user.username, 'done');
    return { token, user: shown(user) };
  });

  const config = { right: 'own-session' as const };
  const meSchema = {
    tags: ['session'],
    summary: 'Who the cookie or token belongs to',
    response: answers(200, Type.Object({ user: SessionUserShape }), 'The person'),
  };
  app.get('/session', { config, schema: meSchema }, async (request) => ({
    user: shown(viewerIn(request).user),
  }));

  const logoutSchema = { tags: ['session'], summary: 'Log out', response: answers(204, Type.Null(), 'Done') };
  app.delete('/session', { config, schema: logoutSchema }, async (request, reply) => {
    const { session, user } = viewerIn(request);
    await context.sessions.close(session.tokenHash);
    void context.audit.record({
      username: user.username,
      address: request.ip,
      action: 'session.close',
      subject: user.username,
      outcome: 'done',
    });
    return reply.clearCookie(COOKIE, { path: '/' }).code(204).send();
  });

  passwordRoute(app, context);
}

function passwordRoute(app: Api, context: Context): void {
  const Password = Type.String({ maxLength: 1_024 });
  const schema = {
    tags: ['session'],
    summary: 'Change one’s own password; all other screens of this person are logged out',
    body: Type.Object({ current: Password, password: Password }, { additionalProperties: false }),
    response: answers(204, Type.Null(), 'Done'),
  };
  app.post('/session/password', { config: { right: 'own-session' }, schema }, async (request, reply) => {
    const { user, session } = viewerIn(request);
    await logIn(context, request, reply, user.username, request.body.current);
    if (!isStrongPassword(request.body.password)) throw new Problem('weak-password');
    await context.users.update(user.username, {
      passwordHash: await context.hasher.hash(request.body.password),
    });
    await context.sessions.closeUser(user.username, session.tokenHash);
    await context.audit.record({
      username: user.username,
      address: request.ip,
      action: 'user.password',
      subject: user.username,
      outcome: 'done',
    });
    return reply.code(204).send();
  });
}

/** The user whose password this is; throws, counts and audits everything else. A locked name is not even tried. */
async function logIn(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  username: string,
  password: string,
): Promise<UserRecord> {
  const key = username.toLowerCase();
  const lockedMs = context.loginGuard.lockedForMs(key, request.ip);
  if (lockedMs > 0) {
    context.metrics.rejected('login-locked');
    report(context, request, username, 'locked');
    reply.header('retry-after', Math.ceil(lockedMs / 1_000));
    throw new Problem('locked');
  }
  context.loginGuard.begin(key, request.ip);
  const user = context.users.find(username);
  const usable = user !== undefined && user.retired !== true ? user : null;
  const right = await checked(context, usable, password);
  if (usable === null || !right) {
    context.metrics.rejected('bad-password');
    report(context, request, username, 'bad-credentials');
    throw new Problem('bad-credentials');
  }
  context.loginGuard.succeeded(key, request.ip);
  return usable;
}

/** An unknown or retired name costs the same work as a known one. */
async function checked(context: Context, user: UserRecord | null, password: string): Promise<boolean> {
  try {
    return user === null
      ? await context.hasher.refuse(password)
      : await context.hasher.verify(password, user.passwordHash);
  } catch (error) {
    if (!(error instanceof HashQueueFull)) throw error;
    context.metrics.rejected('login-queue-full');
    throw new Problem('busy');
  }
}

function report(context: Context, request: FastifyRequest, username: string, outcome: string): void {
  const line = {
    username: username.slice(0, 64),
    address: request.ip,
    action: 'session.open',
    subject: username.slice(0, 64),
    outcome,
  };
  if (outcome === 'locked') context.audit.recordFolded(line);
  else void context.audit.record(line);
}

function setCookie(context: Context, reply: FastifyReply, token: string): void {
  // Behind our own TLS, or a proxy's on this machine.
  const secure = context.secure || reply.request.protocol === 'https';
  reply.setCookie(COOKIE, token, { path: '/', httpOnly: true, sameSite: 'strict', secure });
}

const shown = (user: UserRecord): SessionUser => ({
  username: user.username,
  name: user.name ?? null,
  roles: user.roles,
  scope: user.scope,
});
