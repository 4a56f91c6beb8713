/** Back-fills of gateways, one line each, with what they brought. */
import { Type } from 'typebox';
import { viewerIn } from '../authentication.ts';
import type { Context } from '../context.ts';
import { pageSize, readCursor, writeCursor } from '../paging.ts';
import { gatewaysSeen, isUnrestricted } from '../rights.ts';
import { answers, Instant, page, PageQuery } from '../schemas/basics.ts';
import type { Api } from './api.ts';

const Count = Type.Integer();
const BackfillShape = Type.Object({
  gateway: Type.String(),
  at: Type.Integer({ description: 'When the last of it was judged' }),
  from: Instant,
  to: Instant,
  points: Type.Integer({ description: 'Judgements: one a point, more where data came meanwhile' }),
  added: Type.Integer({ description: 'Historical alarms that are new' }),
  changed: Count,
  withdrawn: Count,
  byColour: Type.Object({ blue: Count, yellow: Count, orange: Count, red: Count }),
  alarms: Type.Array(Type.String(), { description: 'Ids of its alarms, at most 500' }),
});

export function backfillRoutes(app: Api, context: Context): void {
  const schema = {
    tags: ['alarms'],
    summary: 'What back-fills of gateways brought, newest first; none of it rings',
    querystring: Type.Object(PageQuery, { additionalProperties: false }),
    response: answers(200, page(BackfillShape), 'A line each; of gateways the caller sees'),
  };
  app.get('/backfills', { config: { right: 'read-alarms' }, schema }, async (request) => {
    const { cursor, limit } = request.query;
    const before =
      cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(readCursor('backfills', cursor, ['number'])[0]);
    const size = pageSize(limit);
    const viewer = viewerIn(request);
    const seen = isUnrestricted(viewer.scope) ? null : gatewaysSeen(viewer, context.city.registry());
    const lines = await context.ledger.backfills(before, size + 1, seen);
    const shown = lines.slice(0, size);
    const last = shown.at(-1);
    const more = lines.length > size && last !== undefined;
    return {
      items: shown.map(({ backfill }) => backfill),
      next: more ? writeCursor('backfills', [last.number]) : null,
    };
  });
}
