/** What came in and was not taken: seen, sampled, and approved once its device is registered (invariant 2). */
import { Type } from 'typebox';
import { viewerIn } from '../authentication.ts';
import type { Context } from '../context.ts';
import { pageSize, readCursor, writeCursor, type Page } from '../paging.ts';
import type { QuarantineGroup, QuarantinePage } from '#domain/contract/ledger.ts';
import { Problem } from '../problems.ts';
import { isUnrestricted, seesGateway, type Holder } from '../rights.ts';
import { answers, Instant, orNull, page, PageQuery } from '../schemas/basics.ts';
import { place, type Api } from './api.ts';

/** One journaled input of at most so many records; the rest takes another call. */
const APPROVED_AT_ONCE = 1_000;

const Name = Type.String({ minLength: 1, maxLength: 200 });
const GroupShape = Type.Object({
  id: Type.Integer(),
  gateway: Type.String(),
  device: orNull(Type.String()),
  reason: Type.String(),
  count: Type.Integer(),
  firstAt: Instant,
  lastAt: Instant,
  sample: Type.String(),
  kept: Type.Integer({ description: 'Records kept whole, which an approval can still take' }),
});
const SampleShape = Type.Object({ at: Instant, sample: Type.String(), detail: Type.String() });

export function quarantineRoutes(app: Api, context: Context): void {
  const config = { right: 'quarantine' as const };
  const listSchema = {
    tags: ['quarantine'],
    summary: 'Refusals by gateway, device and reason, with exact counts, the latest first',
    querystring: Type.Object({ ...PageQuery, gateway: Type.Optional(Name) }),
    response: answers(200, page(GroupShape), 'A page of groups'),
  };
  app.get('/quarantine', { config, schema: listSchema }, async (request) => {
    return groupPage(context, viewerIn(request), request.query);
  });

  const samplesSchema = {
    tags: ['quarantine'],
    summary: 'The newest samples of one group; without `device`, of the group that has none',
    querystring: Type.Object({
      gateway: Type.String({ maxLength: 200 }),
      device: Type.Optional(Name),
      reason: Name,
    }),
    response: answers(200, page(SampleShape), 'Samples'),
  };
  app.get('/quarantine/samples', { config, schema: samplesSchema }, async (request) => {
    const { gateway, device, reason } = request.query;
    if (!seesGateway(viewerIn(request), context.city.registry(), gateway)) throw new Problem('not-found');
    const items = await context.ledger.quarantineSamples({ gateway, device: device ?? null, reason });
    return { items, next: null };
  });

  const approveSchema = {
    tags: ['quarantine'],
    summary: `Take the kept records of a device, oldest first, at most ${APPROVED_AT_ONCE} at once`,
    description: 'Register the device first. The records are stored and judged as late data (历史补传).',
    body: Type.Object({ gateway: Name, device: Name }, { additionalProperties: false }),
    response: answers(200, Type.Object({ records: Type.Integer() }), 'How many were taken'),
  };
  app.post('/quarantine/approve', { config, schema: approveSchema }, async (request) => {
    const { gateway, device } = request.body;
    const viewer = viewerIn(request);
    const registry = context.city.registry();
    if (!isUnrestricted(viewer.scope) && !seesGateway(viewer, registry, gateway))
      throw new Problem('not-found');
    const records = await context.ledger.quarantineRecords(gateway, device, APPROVED_AT_ONCE);
    if (records.length === 0) throw new Problem('nothing-kept');
    return place(context, request, (by) => ({
      command: { kind: 'command', command: 'approve-quarantine', by, gateway, device, records },
      present: (body) => body,
    }));
  });
}

type ListQuery = { readonly cursor?: string; readonly limit?: string; readonly gateway?: string };
/** Groups read at once while looking for those that a restricted person may see. */
const LOOK_AT = 1_000;

/** A group that is refused again meanwhile moves to the front: it is seen when the list is read anew. */
async function groupPage(
  context: Context,
  holder: Holder,
  { cursor, limit, gateway }: ListQuery,
): Promise<Page<QuarantineGroup>> {
  const size = pageSize(limit);
  const items: QuarantineGroup[] = [];
  let before = cursor === undefined ? undefined : placeIn(cursor);
  for (;;) {
    const asked: QuarantinePage = {
      limit: LOOK_AT,
      ...(gateway === undefined ? {} : { gateway }),
      ...(before === undefined ? {} : { before }),
    };
    const groups = await context.ledger.quarantine(asked);
    for (const group of groups) {
      if (!seesGateway(holder, context.city.registry(), group.gateway)) continue;
      const last = items.at(-1);
      if (items.length === size && last !== undefined)
        return { items, next: writeCursor('quarantine', [last.lastAt, last.id]) };
      items.push(group);
    }
    before = groups.at(-1);
    if (groups.length < LOOK_AT) return { items, next: null };
  }
}

function placeIn(cursor: string): NonNullable<QuarantinePage['before']> {
  const [lastAt, id] = readCursor('quarantine', cursor, ['number', 'number']);
  return { lastAt: Number(lastAt), id: Number(id) };
}
