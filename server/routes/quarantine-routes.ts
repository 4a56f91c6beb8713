/** What came in and was not taken: seen, sampled, and approved once its device is registered (invariant 2). */
import { Type } from 'typebox';
import { viewerIn } from '../authentication.ts';
import type { Context } from '../context.ts';
import { Problem } from '../problems.ts';
import { isUnrestricted, seesGateway } from '../rights.ts';
import { answers, Instant, orNull, page } from '../schemas/basics.ts';
import { place, type Api } from './api.ts';

/** One journaled input of at most so many records; the rest takes another call. */
const APPROVED_AT_ONCE = 1_000;

const Name = Type.String({ minLength: 1, maxLength: 200 });
const GroupShape = Type.Object({
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
    summary: 'Refusals by gateway, device and reason, with exact counts',
    response: answers(200, page(GroupShape), 'All groups'),
  };
  app.get('/quarantine', { config, schema: listSchema }, async (request) => {
    const viewer = viewerIn(request);
    const groups = await context.ledger.quarantine();
    const items = groups.filter((group) => seesGateway(viewer, context.city.registry(), group.gateway));
    return { items, next: null };
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
