/** 大屏: tokens for screens without a keyboard, and the cookie that such a screen then lives by. */
import { Type } from 'typebox';
import { COOKIE, personIn, viewerOf } from '../authentication.ts';
import type { Context } from '../context.ts';
import { Problem } from '../problems.ts';
import { answers, Id, orNull, page } from '../schemas/basics.ts';
import { ScopeShape, SessionUserShape } from '../schemas/user.ts';
import { mayHaveWall, wallSession, wallToken } from '../wall-tokens.ts';
import type { Api } from './api.ts';

/** A browser keeps no cookie for longer than 400 days. */
const COOKIE_S = 400 * 86_400;

const WallPersonShape = Type.Object({
  username: Type.String(),
  name: orNull(Type.String()),
  scope: ScopeShape,
});

export function wallRoutes(app: Api, context: Context): void {
  const tokenSchema = {
    tags: ['walls'],
    summary: 'The token for a wall that shows what this person may see; ended by a new password or retiring',
    description:
      'Only of people whose one role is `viewer`. Open `/wall/1#token=<token>` on the screen once.',
    params: Type.Object({ username: Id }),
    response: answers(200, Type.Object({ token: Type.String() }), 'The token'),
  };
  const config = { right: 'manage-walls' as const };
  app.post('/walls/:username/token', { config, schema: tokenSchema }, async (request) => {
    const user = context.users.find(request.params.username);
    if (user === undefined || !mayHaveWall(user)) throw new Problem('not-found', 'no person who only views');
    const { username, address } = personIn(request);
    const line = {
      username,
      address,
      action: 'wall.token',
      subject: user.username,
      outcome: 'done',
      detail: {},
    };
    await context.audit.record(line);
    return { token: wallToken(context, user) };
  });

  const listSchema = {
    tags: ['walls'],
    summary: 'Whose eyes a wall may have: people who only view',
    response: answers(200, page(WallPersonShape), 'By name'),
  };
  app.get('/walls', { config, schema: listSchema }, () => ({
    items: context.users
      .all()
      .filter(mayHaveWall)
      .map(({ username, name, scope }) => ({ username, name: name ?? null, scope })),
    next: null,
  }));

  const beginSchema = {
    tags: ['walls'],
    summary: 'A wall begins: its token becomes the cookie of this browser',
    body: Type.Object({ token: Type.String({ maxLength: 256 }) }, { additionalProperties: false }),
    response: answers(200, Type.Object({ user: SessionUserShape }), 'Whose eyes it has'),
  };
  app.post('/session/wall', { config: { right: 'open' }, schema: beginSchema }, async (request, reply) => {
    const { token } = request.body;
    const viewer = wallSession(context, token) === null ? null : viewerOf(context, token);
    if (viewer === null) {
      context.metrics.rejected('unauthenticated');
      throw new Problem('unauthenticated');
    }
    const secure = context.secure || request.protocol === 'https';
    reply.setCookie(COOKIE, token, {
      path: '/',
      httpOnly: true,
      sameSite: 'strict',
      secure,
      maxAge: COOKIE_S,
    });
    const { username, name, roles, scope } = viewer.user;
    return { user: { username, name: name ?? null, roles, scope } };
  });
}
