/** What a point has measured, and maintenance windows of points, gateways and facilities. */
import { Type } from 'typebox';
import type { FastifyRequest } from 'fastify';
import type { PointEntry } from '#domain/registry.ts';
import type { RawRow } from '#domain/contract/history.ts';
import { viewerIn } from '../authentication.ts';
import type { Context } from '../context.ts';
import { parseInstant } from '../instant.ts';
import { readCursor, writeCursor, type Page } from '../paging.ts';
import { Problem } from '../problems.ts';
import { answers, InstantInput, page, PageQuery } from '../schemas/basics.ts';
import { BucketShape, RowShape } from '../schemas/history.ts';
import { place, type Api } from './api.ts';
import { findEntry, idIn, onePaths } from './registry-routes.ts';

const ROWS_DEFAULT = 1_000;
const ROWS_MAX = 10_000;
/** A screen is 4,000 pixels wide. */
const BUCKETS_MAX = 5_000;
const HOUR_MS = 3_600_000;

const MeasurementQuery = Type.Object({
  from: Type.Optional(
    Type.String({ maxLength: 40, description: 'Included; an hour before `to` when absent' }),
  ),
  to: Type.Optional(Type.String({ maxLength: 40, description: 'Excluded; now when absent' })),
  buckets: Type.Optional(
    Type.String({ pattern: '^[0-9]{1,6}$', description: `1 to ${BUCKETS_MAX}; raw rows when absent` }),
  ),
  ...PageQuery,
});

export function pointRoutes(app: Api, context: Context): void {
  for (const [path, hide] of onePaths('points')) {
    const schema = {
      tags: ['points'],
      summary: 'Stored values from `from` up to but without `to`: buckets of equal width, or raw rows',
      hide,
      querystring: MeasurementQuery,
      response: answers(
        200,
        Type.Union([page(RowShape), page(BucketShape)]),
        'Rows or buckets, oldest first',
      ),
    };
    const options = { config: { right: 'read-city' as const }, schema };
    app.get(`${path}/measurements`, options, async (request): Promise<Page<unknown>> => {
      const point = pointIn(context, request);
      const { from, to } = rangeOf(context, request.query);
      const { buckets, cursor, limit } = request.query;
      if (buckets !== undefined)
        return { items: await bucketsOf(context, point, from, to, Number(buckets)), next: null };
      const start = cursor === undefined ? from : Number(readCursor('measurements', cursor, ['number'])[0]);
      return rawRows(context, point, start, to, rowCount(limit));
    });

    const latestSchema = {
      tags: ['points'],
      summary: 'The newest value by effective time',
      hide,
      response: answers(200, RowShape, 'One row; 404 `no-data` when there is none'),
    };
    const latestOptions = { config: { right: 'read-city' as const }, schema: latestSchema };
    app.get(`${path}/latest`, latestOptions, async (request): Promise<RawRow> => {
      const row = context.city.latest(pointIn(context, request).index);
      if (row === null) throw new Problem('no-data');
      return row;
    });
  }
  for (const target of ['points', 'gateways', 'facilities'] as const) maintenanceRoutes(app, context, target);
}

function maintenanceRoutes(app: Api, context: Context, target: 'points' | 'gateways' | 'facilities'): void {
  for (const [path, hide] of onePaths(target)) {
    const schema = {
      tags: ['maintenance'],
      summary: `Maintenance window of one of ${target}: its alarms below red do not sound until it ends`,
      description: 'A second window replaces the first; `until` now or earlier ends it.',
      hide,
      body: Type.Object(
        { until: InstantInput, reason: Type.String({ minLength: 1, maxLength: 1_000 }) },
        { additionalProperties: false },
      ),
      response: answers(
        200,
        Type.Object({
          target: Type.String(),
          id: Type.String(),
          until: Type.Integer(),
          reason: Type.String(),
        }),
        'The window in force',
      ),
    };
    app.post(`${path}/maintenance`, { config: { right: 'maintenance' }, schema }, async (request) => {
      const id = idIn(request.params);
      findEntry(context, viewerIn(request), target, id);
      const { reason } = request.body;
      const until = parseInstant('until', request.body.until);
      return place(context, request, (by) => ({
        command: { kind: 'command', command: 'maintenance', by, target, id, until, reason },
        present: () => ({ target, id, until, reason }),
      }));
    });
  }
}

function pointIn(context: Context, request: FastifyRequest): PointEntry {
  const { id } = findEntry(context, viewerIn(request), 'points', idIn(request.params));
  const point = context.city.registry().points.get(id);
  if (point === undefined) throw new Problem('not-found');
  return point;
}

function rangeOf(context: Context, query: { from?: string; to?: string }): { from: number; to: number } {
  const to = query.to === undefined ? context.clock.wallMs() : parseInstant('to', query.to);
  const from = query.from === undefined ? to - HOUR_MS : parseInstant('from', query.from);
  if (from >= to) throw new Problem('invalid-request', '`from` must be before `to`');
  return { from, to };
}

async function bucketsOf(
  context: Context,
  point: PointEntry,
  from: number,
  to: number,
  count: number,
): Promise<readonly unknown[]> {
  if (count < 1 || count > BUCKETS_MAX) throw new Problem('invalid-request', `buckets: 1 to ${BUCKETS_MAX}`);
  return context.history.buckets(point.index, from, to, count);
}

const rowCount = (limit: string | undefined): number =>
  limit === undefined ? ROWS_DEFAULT : Math.max(1, Math.min(ROWS_MAX, Number(limit)));

/** A point has one row a millisecond at most (invariant 3), so a time is a place in its history. */
async function rawRows(
  context: Context,
  point: PointEntry,
  from: number,
  to: number,
  size: number,
): Promise<Page<RawRow>> {
  const rows = await context.history.raw(point.index, from, to, size + 1);
  const following = rows[size];
  const next = following === undefined ? null : writeCursor('measurements', [following.time]);
  return { items: rows.slice(0, size), next };
}
