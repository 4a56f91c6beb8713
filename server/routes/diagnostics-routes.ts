/** The first ten minutes of a field engineer: what a gateway sends, what becomes of it, and what is missing. */
import { Type } from 'typebox';
import type { FastifyRequest } from 'fastify';
import type { PointEntry } from '#domain/registry.ts';
import { viewerIn } from '../authentication.ts';
import type { Context } from '../context.ts';
import { parseInstant } from '../instant.ts';
import { readCursor, writeCursor } from '../paging.ts';
import { Problem } from '../problems.ts';
import { isUnrestricted, seesGateway } from '../rights.ts';
import { answers, Id, PageQuery } from '../schemas/basics.ts';
import { GapsShape, GatewayDiagnosticsShape } from '../schemas/diagnostics.ts';
import { timeGaps } from '../time-gaps.ts';
import type { Api } from './api.ts';

const HISTORY_SHOWN = 20;
/** Points of one page: each is a look into the store. */
const POINTS_MAX = 50;
const DAY_MS = 24 * 3_600_000;
const RANGE_MAX_MS = 31 * DAY_MS;

export function diagnosticsRoutes(app: Api, context: Context): void {
  const config = { right: 'diagnose' as const };
  const params = Type.Object({ id: Id });
  const diagnosticsSchema = {
    tags: ['gateways'],
    summary: 'Connection, rates, clock, refusals, and the last packets gone through step by step',
    description: 'Also for a name that nobody registered, as long as somebody tries to log in under it.',
    params,
    response: answers(200, GatewayDiagnosticsShape, 'As it is now'),
  };
  app.get('/gateways/:id/diagnostics', { config, schema: diagnosticsSchema }, async (request) => {
    const { id } = request.params;
    demandSight(context, request, id);
    const found = context.diagnostics.gateway(id);
    if (found === null) throw new Problem('not-found');
    const history = (await context.ledger.gatewayPresence(id)).slice(0, HISTORY_SHOWN);
    return { ...found, connection: { ...found.connection, history } };
  });

  const gapsSchema = {
    tags: ['gateways'],
    summary: 'Numbers left out and stretches without data; the last day unless asked otherwise',
    params,
    querystring: Type.Object({
      from: Type.Optional(Type.String({ maxLength: 40 })),
      to: Type.Optional(Type.String({ maxLength: 40, description: 'At most 31 days after `from`' })),
      cursor: PageQuery.cursor,
    }),
    response: answers(200, GapsShape, 'Gaps'),
  };
  app.get('/gateways/:id/gaps', { config, schema: gapsSchema }, async (request) => {
    const { id } = request.params;
    demandSight(context, request, id);
    if (!context.city.registry().gateways.has(id)) throw new Problem('not-found');
    const { cursor } = request.query;
    const { from, to } = rangeOf(context, request.query);
    const points = pointsOf(context, id);
    const start = cursor === undefined ? 0 : Number(readCursor('gaps', cursor, ['number'])[0]);
    const items = [];
    for (const point of points.slice(start, start + POINTS_MAX)) {
      items.push(...(await timeGaps(context.history, point, from, to)));
    }
    const end = start + POINTS_MAX;
    return {
      open: context.city.gatewayStatus(id)?.gaps ?? 0,
      sequence: context.diagnostics.sequenceGaps(id),
      items,
      next: end < points.length ? writeCursor('gaps', [end]) : null,
    };
  });
}

/** A name that nobody registered belongs to no place: it is shown to people without any restriction. */
function demandSight(context: Context, request: FastifyRequest, id: string): void {
  const viewer = viewerIn(request);
  if (isUnrestricted(viewer.scope) || seesGateway(viewer, context.city.registry(), id)) return;
  throw new Problem('not-found');
}

function rangeOf(context: Context, query: { from?: string; to?: string }): { from: number; to: number } {
  const now = context.clock.wallMs();
  const to = query.to === undefined ? now : Math.min(now, parseInstant('to', query.to));
  const from = query.from === undefined ? to - DAY_MS : parseInstant('from', query.from);
  if (from >= to || to - from > RANGE_MAX_MS) {
    throw new Problem('invalid-request', '`from` must be before `to`, by at most 31 days');
  }
  return { from, to };
}

function pointsOf(context: Context, gateway: string): PointEntry[] {
  const registry = context.city.registry();
  return (registry.devicesOfGateway.get(gateway) ?? []).flatMap((device) =>
    (registry.pointsOfDevice.get(device) ?? []).flatMap((index) => registry.pointsByIndex[index] ?? []),
  );
}
