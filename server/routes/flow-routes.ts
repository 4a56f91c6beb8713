/** Versions of the flows: what was deployed, by whom, and back to one of them. */
import { Type } from 'typebox';
import { demandWholeCity, personIn } from '../authentication.ts';
import type { Context } from '../context.ts';
import { pageSize, readCursor, writeCursor } from '../paging.ts';
import { Problem } from '../problems.ts';
import { answers, Instant, oneOf, orNull, page, PageQuery } from '../schemas/basics.ts';
import type { Api } from './api.ts';

const VersionShape = Type.Object({
  number: Type.Integer({ description: 'Counts from 1; the newest is what runs' }),
  at: Instant,
  username: Type.String(),
  address: Type.String(),
  restoredFrom: orNull(Type.Integer({ description: 'The version it brought back' })),
  characters: Type.Integer(),
  nodes: Type.Integer({ description: 'Tabs, nodes and groups' }),
});

const StatusShape = Type.Object({
  state: oneOf(['off', 'starting', 'up', 'safe-mode', 'down', 'stopped']),
  trouble: orNull(Type.String()),
  starts: Type.Integer(),
  measurements: Type.Integer(),
  measurementsDropped: Type.Integer({ description: 'Flows were too slow for them' }),
  alarms: Type.Integer(),
  alarmsDropped: Type.Integer(),
  refused: Type.Integer({ description: 'Alarms and notices of flows that asked too often' }),
});

const OFF = {
  ...{ state: 'off', trouble: null, starts: 0, refused: 0 },
  ...{ measurements: 0, measurementsDropped: 0, alarms: 0, alarmsDropped: 0 },
} as const;

const VersionPath = Type.Object({ number: Type.String({ pattern: '^[1-9][0-9]{0,8}$' }) });

export function flowRoutes(app: Api, context: Context): void {
  const reading = { right: 'read-flows' as const };
  const statusSchema = {
    tags: ['flows'],
    summary: 'Whether the flows run, and what they could not be given',
    response: answers(200, StatusShape, 'As it is now'),
  };
  app.get('/flows', { config: reading, schema: statusSchema }, async () => context.flows?.status() ?? OFF);

  const listSchema = {
    tags: ['flows'],
    summary: 'Every deploy, newest first',
    querystring: Type.Object(PageQuery, { additionalProperties: false }),
    response: answers(200, page(VersionShape), 'Versions'),
  };
  app.get('/flow-versions', { config: reading, schema: listSchema }, async (request) => {
    const { cursor, limit } = request.query;
    const before =
      cursor === undefined
        ? Number.MAX_SAFE_INTEGER
        : Number(readCursor('flow-versions', cursor, ['number'])[0]);
    const size = pageSize(limit);
    const found = await context.ledger.flowVersions(before, size + 1);
    const items = found.slice(0, size);
    const last = items.at(-1);
    const more = found.length > size && last !== undefined;
    return { items, next: more ? writeCursor('flow-versions', [last.number]) : null };
  });

  const oneSchema = {
    tags: ['flows'],
    summary: 'The flows of one version, as the editor imports them; without credentials',
    params: VersionPath,
    response: answers(200, Type.Array(Type.Object({})), 'Flows'),
  };
  app.get('/flow-versions/:number', { config: reading, schema: oneSchema }, async (request) => {
    demandWholeCity(context, request);
    const document: unknown = JSON.parse(await flowsOf(context, Number(request.params.number)));
    return Object(document).flows;
  });

  const restoreSchema = {
    tags: ['flows'],
    summary: 'Make the flows of this version the newest ones; they run at once',
    params: VersionPath,
    response: answers(200, Type.Object({ number: Type.Integer() }), 'Number of the new version'),
  };
  app.post(
    '/flow-versions/:number/restore',
    { config: { right: 'edit-flows' }, schema: restoreSchema },
    async (request) => {
      demandWholeCity(context, request);
      const restoredFrom = Number(request.params.number);
      const flows = await flowsOf(context, restoredFrom);
      const { username, address } = personIn(request);
      const by = { username, address };
      const number = await context.ledger.saveFlows({ at: context.clock.wallMs(), by, flows, restoredFrom });
      context.flows?.load(flows);
      return { number };
    },
  );
}

async function flowsOf(context: Context, number: number): Promise<string> {
  const flows = await context.ledger.flows(number);
  if (flows === null) throw new Problem('not-found', `no version ${number}`);
  return flows;
}
