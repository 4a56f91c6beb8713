/** Shadows (影子运行): drafts that judge live data beside the version in force, without ringing. */
import { Type } from 'typebox';
import { demandWholeCity, personIn } from '../authentication.ts';
import type { Context } from '../context.ts';
import { Problem } from '../problems.ts';
import type { RulesPort } from '../rules-port.ts';
import { answers, page } from '../schemas/basics.ts';
import { ShadowBody, ShadowShape } from '../schemas/rules.ts';
import { type Api, noteOrder } from './api.ts';

const Path = Type.Object({ id: Type.String({ maxLength: 64 }) });
const DRAFT = { right: 'draft-rules' as const };
const READ = { right: 'read-rules' as const };
const tags = ['rules'];

export function shadowRoutes(app: Api, context: Context, rules: RulesPort): void {
  const startSchema = {
    tags,
    summary: 'Lets a draft judge live data without ringing',
    description:
      'Runs in a process of its own until it is stopped, the draft or the version in force changes, or a month is over; ' +
      'it outlives restarts. 409 `already-in-shadow` and `too-many-shadows`, 503 `disk-nearly-full`.',
    body: ShadowBody,
    response: answers(202, ShadowShape, 'It runs'),
  };
  app.post('/rules/shadows', { config: DRAFT, schema: startSchema }, (request, reply) => {
    demandWholeCity(context, request);
    const started = rules.startShadow(request.body.draft, personIn(request));
    if (!started.ok) throw new Problem(started.code);
    const { id, draft, content } = started.shadow;
    noteOrder(context, request, 'shadow.start', id, { draft, content });
    void reply.code(202);
    return started.shadow;
  });

  const listSchema = {
    ...{ tags, summary: 'Shadows, newest first, without what they found' },
    response: answers(200, page(ShadowShape), 'Those that run, and the last that are over'),
  };
  app.get('/rules/shadows', { config: READ, schema: listSchema }, () => ({
    items: rules.shadows().map((shadow) => ({ ...shadow, outcome: null })),
    next: null,
  }));

  const oneSchema = {
    ...{ tags, summary: 'One shadow: what the draft would have raised since it began', params: Path },
    response: answers(200, ShadowShape, 'As its process last said, every few seconds'),
  };
  app.get('/rules/shadows/:id', { config: READ, schema: oneSchema }, (request) => {
    const shadow = rules.shadows().find(({ id }) => id === request.params.id);
    if (shadow === undefined) throw new Problem('not-found', `no shadow ${request.params.id}`);
    demandWholeCity(context, request);
    return shadow;
  });

  const stopSchema = {
    ...{ tags, summary: 'Ends a shadow; what it found stays to be looked at', params: Path },
    response: answers(200, Type.Object({}), 'It is over'),
  };
  app.post('/rules/shadows/:id/stop', { config: DRAFT, schema: stopSchema }, (request) => {
    demandWholeCity(context, request);
    const { id } = request.params;
    if (!rules.stopShadow(id, personIn(request))) throw new Problem('not-found', 'no such shadow runs');
    noteOrder(context, request, 'shadow.stop', id);
    return {};
  });
}
