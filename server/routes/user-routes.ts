/** People and their rights: the security administrator's alone (invariant 15). */
import { Type } from 'typebox';
import type { FastifyRequest } from 'fastify';
import { personIn } from '../authentication.ts';
import type { Context } from '../context.ts';
import { pageById } from '../paging.ts';
import { isStrongPassword } from '../passwords.ts';
import { Problem } from '../problems.ts';
import { answers, Id, page, PageQuery } from '../schemas/basics.ts';
import { UserInput, UserPatch, UserShape } from '../schemas/user.ts';
import { userView, type UserChange } from '../users.ts';
import type { UserRecord } from '../ports.ts';
import type { Api } from './api.ts';

const config = { right: 'manage-users' as const };
const Params = Type.Object({ username: Id });

export function userRoutes(app: Api, context: Context): void {
  const listSchema = {
    tags: ['users'],
    summary: 'Everybody, by name, retired people too',
    querystring: Type.Object(PageQuery),
    response: answers(200, page(UserShape), 'A page of people'),
  };
  app.get('/users', { config, schema: listSchema }, async (request) => {
    const keyed = context.users.all().map((user) => ({ id: user.username.toLowerCase(), user }));
    const { items, next } = pageById('users', keyed, request.query);
    return { items: items.map(({ user }) => shown(context, user)), next };
  });

  const described = (summary: string) => ({
    tags: ['users'],
    summary,
    params: Params,
    response: answers(200, UserShape, 'The person as now'),
  });
  app.get('/users/:username', { config, schema: described('One person') }, async (request) => {
    return shown(context, existing(context, request.params.username));
  });

  const createSchema = {
    tags: ['users'],
    summary: 'A new person, who can log in at once',
    body: UserInput,
    response: answers(201, UserShape, 'Created'),
  };
  app.post('/users', { config, schema: createSchema }, async (request, reply) => {
    const { username, password, name, roles, scope } = request.body;
    if (context.users.find(username) !== undefined) throw new Problem('exists', 'the user name is taken');
    const user: UserRecord = {
      username,
      roles,
      scope: scope ?? {},
      passwordHash: await hashOf(context, password),
      createdAt: context.clock.wallMs(),
      ...(name === undefined ? {} : { name }),
    };
    await context.users.create(user);
    await audit(context, request, 'user.create', username, { roles, scope: user.scope });
    return reply.code(201).send(shown(context, user));
  });

  const patchSchema = {
    ...described('Change roles, scope, name or password; open consoles follow at once'),
    description: 'Your own roles can only become fewer, and your own scope stays: 403 `own-rights`.',
    body: UserPatch,
  };
  app.patch('/users/:username', { config, schema: patchSchema }, async (request) => {
    const before = existing(context, request.params.username);
    const { username } = before;
    const { password, ...rest } = request.body;
    if (username === personIn(request).username) demandNoMore(before, rest);
    const change: UserChange = {
      ...rest,
      ...(password === undefined ? {} : { passwordHash: await hashOf(context, password) }),
    };
    const after = await context.users.update(username, change);
    if (password !== undefined) await context.sessions.closeUser(username);
    const detail = { ...rest, ...(password === undefined ? {} : { password: 'changed' }) };
    await audit(context, request, 'user.update', username, detail);
    return shown(context, after);
  });

  const unlockSchema = described('Log-in is possible again at once after too many failures');
  app.post('/users/:username/unlock', { config, schema: unlockSchema }, async (request) => {
    const user = existing(context, request.params.username);
    context.loginGuard.unlock(user.username.toLowerCase());
    await audit(context, request, 'user.unlock', user.username, {});
    return shown(context, user);
  });

  const retireSchema = described(
    'No log-in from now on; the name stays taken and the history stays readable',
  );
  app.post('/users/:username/retire', { config, schema: retireSchema }, async (request) => {
    const { username } = existing(context, request.params.username);
    const after = await context.users.update(username, { retired: true });
    await context.sessions.closeUser(username);
    await audit(context, request, 'user.retire', username, {});
    return shown(context, after);
  });
}

const shown = (context: Context, user: UserRecord) => ({
  ...userView(user),
  lockedForMs: Math.round(context.loginGuard.nameLockedForMs(user.username.toLowerCase())),
});

/** Whoever manages people manages neither the city nor the alarms: what they lack, another one gives them. */
function demandNoMore({ roles, scope }: UserRecord, change: UserChange): void {
  const more = change.roles?.some((role) => !roles.includes(role)) === true;
  const other = change.scope !== undefined && JSON.stringify(change.scope) !== JSON.stringify(scope);
  if (more || other) throw new Problem('own-rights');
}

function existing(context: Context, username: string): UserRecord {
  const user = context.users.find(username);
  if (user === undefined) throw new Problem('not-found');
  return user;
}

function hashOf(context: Context, password: string): Promise<string> {
  if (!isStrongPassword(password)) throw new Problem('weak-password');
  return context.hasher.hash(password);
}

function audit(
  context: Context,
  request: FastifyRequest,
  action: string,
  subject: string,
  detail: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { username, address } = personIn(request);
  return context.audit.record({ username, address, action, subject, outcome: 'done', detail });
}
