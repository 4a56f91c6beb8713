/** Incidents with their alarms and silent points, and the flood. */
import { Type } from 'typebox';
import type { FastifyRequest } from 'fastify';
import { type Alarm, isOpen } from '#domain/alarm.ts';
import type { IncidentShown } from '#domain/incident.ts';
import { listAlarms } from '../alarm-list.ts';
import { alarmViewer } from '../alarm-view.ts';
import { viewerIn } from '../authentication.ts';
import type { Context } from '../context.ts';
import { floodPicture } from '../flood-picture.ts';
import { findIncident, listIncidents } from '../incident-list.ts';
import { incidentView, membersNow } from '../incident-view.ts';
import { type Page, PAGE_MAX, pageById, pageSize, readCursor, writeCursor } from '../paging.ts';
import { Problem } from '../problems.ts';
import { inScope, placeOfFacility, seesAlarm, type Holder } from '../rights.ts';
import { AlarmShape } from '../schemas/alarm.ts';
import { answers, page, PageQuery } from '../schemas/basics.ts';
import {
  FloodPictureShape,
  FloodShape,
  IncidentQueryShape,
  IncidentShape,
  SilentPointShape,
} from '../schemas/incident.ts';
import type { Api } from './api.ts';

const Params = Type.Object({ id: Type.String({ maxLength: 128 }) });
const config = { right: 'read-alarms' as const };
const tags = ['incidents'];
const MINUTES_SHOWN = 10;

export function incidentRoutes(app: Api, context: Context): void {
  const listSchema = {
    tags,
    summary: 'Incidents, newest first: the open ones, or all',
    description:
      'A page may hold fewer than asked for, even none, while `next` says that there is more to look through.',
    querystring: Type.Object({ ...IncidentQueryShape, ...PageQuery }),
    response: answers(200, page(IncidentShape), 'A page of incidents'),
  };
  app.get('/incidents', { config, schema: listSchema }, (request) =>
    listIncidents(context, viewerIn(request), request.query),
  );

  const oneSchema = {
    tags,
    summary: 'One incident as it is now',
    params: Params,
    response: answers(200, IncidentShape, 'The incident'),
  };
  app.get('/incidents/:id', { config, schema: oneSchema }, (request) =>
    visibleIncident(context, request, request.params.id),
  );

  const alarmsSchema = {
    tags,
    summary: 'Its alarms, open and over, newest onset first',
    params: Params,
    querystring: Type.Object(PageQuery),
    response: answers(200, page(AlarmShape), 'Those the caller may see'),
  };
  app.get('/incidents/:id/alarms', { config, schema: alarmsSchema }, async (request) => {
    const { id } = await visibleIncident(context, request, request.params.id);
    const { items, next } = await listAlarms(context, viewerIn(request), {
      ...request.query,
      ...{ state: 'all', incident: id },
    });
    return { items: items.map(alarmViewer(viewerIn(request), context.city)), next };
  });
  silentPointRoute(app, context);
  floodRoutes(app, context);
}

function silentPointRoute(app: Api, context: Context): void {
  const schema = {
    tags,
    summary: 'The points behind its absent gateways',
    description: 'An absent gateway is one alarm; what it takes with it is listed here, by id.',
    params: Params,
    querystring: Type.Object(PageQuery),
    response: answers(200, page(SilentPointShape), 'Those the caller may see'),
  };
  app.get('/incidents/:id/silent-points', { config, schema }, async (request) => {
    const holder = viewerIn(request);
    const { id } = await visibleIncident(context, request, request.params.id);
    const registry = context.city.registry();
    const absent = await absentGateways(context, holder, id);
    const points = registry.pointsByIndex.flatMap((point) => {
      const device = registry.devices.get(point.device);
      if (point.retired === true || device === undefined || !absent.has(device.gateway)) return [];
      const { facility, gateway } = device;
      if (!inScope(holder, placeOfFacility(registry, facility))) return [];
      const lastReceivedAt = context.city.latest(point.index)?.receivedAt ?? null;
      return [{ id: point.id, point: point.id, device: device.id, facility, gateway, lastReceivedAt }];
    });
    points.sort((a, b) => (a.id < b.id ? -1 : 1));
    const { items, next } = pageById('silent-points', points, request.query);
    return { items: items.map(({ id: _id, ...point }) => point), next };
  });
}

/** Gateways whose absence is, or was, part of the incident. */
async function absentGateways(
  context: Context,
  holder: Holder,
  incident: string,
): Promise<ReadonlySet<string | null>> {
  const absent = new Set<string | null>();
  let next: string | null = null;
  do {
    const page: Page<Alarm> = await listAlarms(context, holder, {
      ...{ state: 'all', incident, rule: 'gateway-absent', limit: String(PAGE_MAX) },
      ...(next === null ? {} : { cursor: next }),
    });
    for (const { gateway } of page.items) absent.add(gateway);
    next = page.next;
  } while (next !== null);
  return absent;
}

function floodRoutes(app: Api, context: Context): void {
  const { city } = context;
  const nowSchema = {
    tags,
    summary: 'Whether alarms come faster than a person can take them in, and the open ones in groups',
    response: answers(200, FloodPictureShape, 'The flood and the groups'),
  };
  app.get('/flood', { config, schema: nowSchema }, (request) => {
    const holder = viewerIn(request);
    const alarms = city
      .openAlarms()
      .filter((alarm) => isOpen(alarm) && seesAlarm(holder, city.registry(), alarm));
    const view = incidentView(holder, city, membersNow(city));
    const seen = city.incidents.open().filter(view.sees).map(view.shown);
    return {
      flood: city.incidents.flood(),
      perMinute: city.incidents.ringsPerMinute(MINUTES_SHOWN),
      ...floodPicture(alarms, seen),
    };
  });

  const pastSchema = {
    tags,
    summary: 'Floods there were, newest first',
    querystring: Type.Object(PageQuery),
    response: answers(200, page(FloodShape), 'A page of floods'),
  };
  app.get('/floods', { config, schema: pastSchema }, async (request) => {
    const { cursor, limit } = request.query;
    const before = cursor === undefined ? Infinity : Number(readCursor('floods', cursor, ['number'])[0]);
    const size = pageSize(limit);
    const found = await context.ledger.floods(Math.min(before, Number.MAX_SAFE_INTEGER), size + 1);
    const items = found.slice(0, size);
    const since = items.at(-1)?.since ?? null;
    return { items, next: found.length > size && since !== null ? writeCursor('floods', [since]) : null };
  });
}

async function visibleIncident(
  context: Context,
  request: FastifyRequest,
  id: string,
): Promise<IncidentShown> {
  const incident = await findIncident(context, viewerIn(request), id);
  if (incident === null) throw new Problem('not-found');
  return incident;
}
