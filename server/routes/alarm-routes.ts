/** Alarms: lists, one, its events, and everything an officer may do to it (design §5). */
import { Type, type Static, type TObject, type TInteger } from 'typebox';
import { Check } from 'typebox/value';
import type { FastifyRequest } from 'fastify';
import type { Alarm, AlarmEvent } from '#domain/alarm.ts';
import type { AlarmAction } from '#domain/input.ts';
import { findAlarm, listAlarms } from '../alarm-list.ts';
import { alarmViewer, type AlarmViewer, viewOfAnswer } from '../alarm-view.ts';
import { viewerIn } from '../authentication.ts';
import type { Context } from '../context.ts';
import { parseInstant } from '../instant.ts';
import { pageSize, readCursor, writeCursor } from '../paging.ts';
import { Problem } from '../problems.ts';
import { can, effectiveScope, seesAlarm } from '../rights.ts';
import { ActionBodies, AlarmEventShape, AlarmQuery, AlarmShape } from '../schemas/alarm.ts';
import { answers, page, PageQuery } from '../schemas/basics.ts';
import { place, type Api } from './api.ts';
import { raiseRoute } from './raise-route.ts';

const Params = Type.Object({ id: Type.String({ maxLength: 128 }) });

export function alarmRoutes(app: Api, context: Context): void {
  readRoutes(app, context);
  raiseRoute(app, context);
  const bodies = ActionBodies;
  action(
    app,
    context,
    'acknowledge',
    bodies.acknowledge,
    '接警: somebody has taken it; once more renews an acknowledgement that ends by itself',
    ({ note }) => ({
      action: 'acknowledge',
      ...optional('note', note),
    }),
  );
  action(
    app,
    context,
    'shelve',
    bodies.shelve,
    'Quiet until a time at most 8 h ahead',
    (body, request, alarm) => {
      const { reason, secondPerson } = body;
      if (secondPerson !== undefined) demandSecondPerson(context, request, alarm, secondPerson);
      const until = parseInstant('until', body.until);
      return { action: 'shelve', until, reason, ...optional('secondPerson', secondPerson) };
    },
  );
  action(app, context, 'unshelve', bodies.unshelve, 'Let it sound again', ({ note }) => ({
    action: 'unshelve',
    ...optional('note', note),
  }));
  action(
    app,
    context,
    'out-of-service',
    bodies['out-of-service'],
    'Out of service until reviewed',
    (body) => ({
      action: 'out-of-service',
      reviewAt: parseInstant('reviewAt', body.reviewAt),
      reason: body.reason,
    }),
  );
  action(app, context, 'in-service', bodies['in-service'], 'Back in service', ({ note }) => ({
    action: 'in-service',
    ...optional('note', note),
  }));
  action(
    app,
    context,
    'reset',
    bodies.reset,
    'Release a latched alarm after its cause is gone',
    ({ note }) => ({
      action: 'reset',
      ...optional('note', note),
    }),
  );
  action(app, context, 'note', bodies.note, 'A line in its history', ({ text }) => ({
    action: 'note',
    text,
  }));
  action(app, context, 'verdict', bodies.verdict, 'What it turned out to be', ({ verdict, note }) => ({
    action: 'verdict',
    verdict,
    ...optional('note', note),
  }));
}

function readRoutes(app: Api, context: Context): void {
  const config = { right: 'read-alarms' as const };
  const listSchema = {
    tags: ['alarms'],
    summary: 'Alarms, newest onset first: the open ones, or all with closed, historical and withdrawn',
    querystring: Type.Object({ ...AlarmQuery.properties, ...PageQuery }),
    response: answers(200, page(AlarmShape), 'A page of alarms'),
  };
  app.get('/alarms', { config, schema: listSchema }, async (request) => {
    const { items, next } = await listAlarms(context, viewerIn(request), request.query);
    return { items: items.map(alarmViewer(viewerIn(request), context.city)), next };
  });

  const oneSchema = {
    tags: ['alarms'],
    summary: 'One alarm as it is now',
    params: Params,
    response: answers(200, AlarmShape, 'The alarm'),
  };
  app.get('/alarms/:id', { config, schema: oneSchema }, async (request) => {
    return alarmViewer(
      viewerIn(request),
      context.city,
    )(await visibleAlarm(context, request, request.params.id));
  });

  const eventsSchema = {
    tags: ['alarms'],
    summary: 'Everything that happened to it, oldest first',
    params: Params,
    querystring: Type.Object(PageQuery),
    response: answers(200, page(AlarmEventShape), 'Its events'),
  };
  app.get('/alarms/:id/events', { config, schema: eventsSchema }, async (request) => {
    const { id } = request.params;
    await visibleAlarm(context, request, id);
    const kept = await context.ledger.alarmEvents(id);
    const newer = context.city.eventsAfter(kept.at(-1)?.sequence ?? 0) ?? [];
    const { cursor, limit } = request.query;
    const after = cursor === undefined ? 0 : Number(readCursor('events', cursor, ['number'])[0]);
    const events = [...kept, ...newer.filter((event) => event.alarm.id === id)].filter(
      ({ sequence }) => sequence > after,
    );
    const items = events.slice(0, pageSize(limit));
    const view = alarmViewer(viewerIn(request), context.city);
    const last = items.at(-1);
    const more = events.length > items.length && last !== undefined;
    return {
      items: items.map((event) => eventView(event, view)),
      next: more ? writeCursor('events', [last.sequence]) : null,
    };
  });
}

/** The event in the words of the socket's `alarm` message. */
function eventView(event: AlarmEvent, view: AlarmViewer): Record<string, unknown> {
  const { sequence, change, at, by, note, announce, alarm } = event;
  return { sequence, change, at, by, note, ring: announce.ring, reason: announce.reason, alarm: view(alarm) };
}

async function visibleAlarm(context: Context, request: FastifyRequest, id: string): Promise<Alarm> {
  const alarm = await findAlarm(context, viewerIn(request), id);
  if (alarm === null) throw new Problem('not-found');
  return alarm;
}

type RevisionBody = TObject<{ revision: TInteger }>;

function action<Body extends RevisionBody>(
  app: Api,
  context: Context,
  name: AlarmAction['action'],
  body: Body,
  summary: string,
  read: (body: Static<Body>, request: FastifyRequest, alarm: Alarm) => AlarmAction,
): void {
  const schema = {
    tags: ['alarms'],
    summary,
    description:
      'Answers with the alarm after it. 409 `stale-revision` carries the alarm as it is now as member `alarm`; ' +
      '503 `pending` when the disk has not answered in 2 s: the order stands and will be carried out.',
    params: Params,
    body,
    response: answers(200, AlarmShape, 'The alarm after it'),
  };
  app.post(`/alarms/:id/${name}`, { config: { right: name }, schema }, async (request) => {
    const { id } = request.params;
    const given: unknown = request.body;
    // The route checked it already; this tells the compiler so.
    if (!Check(body, given)) throw new Problem('invalid-request');
    const { revision } = given;
    const alarm = await visibleAlarm(context, request, id);
    const order = read(given, request, alarm);
    const view = alarmViewer(viewerIn(request), context.city);
    return place(context, request, (by) => ({
      command: { kind: 'command', command: 'alarm', by, alarm: id, revision, action: order },
      present: (after) => viewOfAnswer(after, view),
    }));
  });
}

/** The second person of a shelving is somebody on duty, may see the alarm, and is not the one who asks. */
function demandSecondPerson(context: Context, request: FastifyRequest, alarm: Alarm, username: string): void {
  const second = context.users.find(username);
  const asking = viewerIn(request).user.username;
  const registry = context.city.registry();
  const fit =
    second !== undefined &&
    second.retired !== true &&
    second.username !== asking &&
    can(second, 'shelve') &&
    seesAlarm({ ...second, scope: effectiveScope(second, registry) }, registry, alarm);
  if (!fit) throw new Problem('unknown-second-person');
}

const optional = <Name extends string, T>(name: Name, value: T | undefined): Partial<Record<Name, T>> => {
  const found: Partial<Record<Name, T>> = {};
  if (value !== undefined) found[name] = value;
  return found;
};
