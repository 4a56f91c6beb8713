/** 回放: the open alarms, the values and the events of a past time. */
import { Type } from 'typebox';
import { alarmViewer } from '../alarm-view.ts';
import { viewerIn } from '../authentication.ts';
import type { Context } from '../context.ts';
import { parseInstant } from '../instant.ts';
import { pageSize, readCursor, writeCursor } from '../paging.ts';
import { Problem } from '../problems.ts';
import { sees } from '../registry-view.ts';
import { alarmsThen, eventsThen, valueThen } from '../replay.ts';
import { AlarmShape, ColourShape } from '../schemas/alarm.ts';
import { answers, Instant, orNull, page, PageQuery, PointId } from '../schemas/basics.ts';
import { RowShape } from '../schemas/history.ts';
import type { Api } from './api.ts';

const At = Type.String({ maxLength: 40, description: 'The time looked back to, not in the future' });
const POINTS_MAX = 200;

const EventShape = Type.Object({
  sequence: Type.Integer(),
  alarm: Type.String(),
  at: Instant,
  change: Type.String(),
  colour: ColourShape,
  by: orNull(Type.String({ description: 'The person who did it; null when the engine did' })),
  ring: Type.Boolean(),
  facility: orNull(Type.String()),
});

export function replayRoutes(app: Api, context: Context): void {
  const config = { right: 'read-alarms' as const };
  const alarmsSchema = {
    tags: ['replay'],
    summary:
      'The alarms that were open at a time, each as its last event by then made it, newest onset first',
    querystring: Type.Object({ at: At, ...PageQuery }, { additionalProperties: false }),
    response: answers(200, page(AlarmShape), 'A page of alarms as they were'),
  };
  app.get('/replay/alarms', { config, schema: alarmsSchema }, async (request) => {
    const { cursor, limit } = request.query;
    const alarms = await alarmsThen(context, viewerIn(request), past(context, request.query.at));
    const start = cursor === undefined ? 0 : Number(readCursor('replay-alarms', cursor, ['number'])[0]);
    const end = start + pageSize(limit);
    // The past stands still, so a place in its list is a place for good.
    const next = end < alarms.length ? writeCursor('replay-alarms', [end]) : null;
    return { items: alarms.slice(start, end).map(alarmViewer(viewerIn(request), context.city)), next };
  });

  const eventsSchema = {
    tags: ['replay'],
    summary:
      'Events of alarms from `from` up to but without `to`, oldest first; what people did has their name',
    querystring: Type.Object(
      { from: Type.String({ maxLength: 40 }), to: Type.String({ maxLength: 40 }), ...PageQuery },
      { additionalProperties: false },
    ),
    response: answers(200, page(EventShape), 'A page of events'),
  };
  app.get('/replay/events', { config, schema: eventsSchema }, async (request) => {
    const { cursor, limit } = request.query;
    const from = parseInstant('from', request.query.from);
    const to = parseInstant('to', request.query.to);
    if (from >= to) throw new Problem('invalid-request', '`from` must be before `to`');
    const [at, position, index] =
      cursor === undefined
        ? []
        : readCursor('replay-events', cursor, ['number', 'number', 'number']).map(Number);
    const after =
      at === undefined || position === undefined || index === undefined ? null : { at, position, index };
    const found = await eventsThen(context, viewerIn(request), { from, to, after }, pageSize(limit));
    const { next } = found;
    return {
      items: found.events.map(({ sequence, at, change, by, alarm, announce }) => ({
        sequence,
        alarm: alarm.id,
        at,
        change,
        colour: alarm.colour,
        by,
        ring: announce.ring,
        facility: alarm.facility,
      })),
      next: next === null ? null : writeCursor('replay-events', [next.at, next.position, next.index]),
    };
  });

  const valuesSchema = {
    tags: ['replay'],
    summary: 'The newest value of points as it was known at a time; points without one are left out',
    querystring: Type.Object(
      {
        at: At,
        points: Type.String({
          maxLength: POINTS_MAX * 130,
          description: `Ids with commas between, at most ${POINTS_MAX}`,
        }),
      },
      { additionalProperties: false },
    ),
    response: answers(
      200,
      page(Type.Object({ point: PointId, ...RowShape.properties })),
      'One row a point, in the order asked for',
    ),
  };
  app.get('/replay/values', { config: { right: 'read-city' }, schema: valuesSchema }, async (request) => {
    const at = past(context, request.query.at);
    const ids = request.query.points.split(',');
    if (ids.length > POINTS_MAX) throw new Problem('invalid-request', `points: at most ${POINTS_MAX}`);
    const registry = context.city.registry();
    const viewer = viewerIn(request);
    const items: unknown[] = [];
    for (const id of ids) {
      const point = registry.points.get(id);
      if (point === undefined || !sees(viewer, registry, 'points', { ...point })) continue;
      const row = await valueThen(context, point, at);
      if (row !== null) items.push({ point: id, ...row });
    }
    return { items, next: null };
  });
}

function past(context: Context, text: string): number {
  const at = parseInstant('at', text);
  if (at > context.clock.wallMs()) throw new Problem('invalid-request', '`at` lies in the future');
  return at;
}
