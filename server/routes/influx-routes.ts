/** InfluxDB as an administrator sees it: where it stands, and the lines it refused for good. */
import { Type } from 'typebox';
import type { FastifyRequest } from 'fastify';
import { demandWholeCity, personIn } from '../authentication.ts';
import type { Context } from '../context.ts';
import { pageSize, readCursor, writeCursor } from '../paging.ts';
import type { DeadLetterView, InfluxPort, InfluxView } from '../ports.ts';
import { Problem } from '../problems.ts';
import { answers, Instant, oneOf, orNull, page, PageQuery } from '../schemas/basics.ts';
import type { Api } from './api.ts';

const InfluxShape = Type.Object({
  configured: Type.Boolean(),
  profile: orNull(oneOf(['v1', 'v2', 'v3core'])),
  url: orNull(Type.String()),
  state: oneOf(
    ['off', 'connecting', 'writing', 'refilling', 'waiting', 'paused'],
    'waiting: it does not answer; paused: set up wrong, a person must act',
  ),
  reason: orNull(Type.String({ description: 'Why it waits or pauses' })),
  cursorPosition: orNull(
    Type.Integer({ description: 'Everything through this journal position is stored there' }),
  ),
  backlogRows: Type.Integer(),
  refillHours: Type.Integer({ description: 'Points times hours to be sent again from the embedded store' }),
  deadLetters: Type.Integer(),
  expiredLines: Type.Integer({ description: 'Older than InfluxDB keeps, since the start' }),
  short: Type.Integer({ description: 'Points times hours with fewer rows there than here' }),
  comparedAt: orNull(Instant),
  lastWriteAt: orNull(Instant),
});
const LetterShape = Type.Object({
  id: Type.String(),
  line: Type.String({ description: 'InfluxDB line protocol' }),
  status: orNull(Type.Integer()),
  serverText: Type.String(),
  firstSeenAt: Instant,
});
const OFF: InfluxView = {
  ...{ configured: false, profile: null, url: null, state: 'off', reason: null, cursorPosition: null },
  ...{ backlogRows: 0, refillHours: 0, deadLetters: 0, expiredLines: 0, short: 0 },
  ...{ comparedAt: null, lastWriteAt: null },
};
const LetterParams = Type.Object({ id: Type.String({ maxLength: 64 }) });

export function influxRoutes(app: Api, context: Context): void {
  const config = { right: 'read-metrics' as const };
  const statusSchema = {
    tags: ['influx'],
    summary: 'Where writing to InfluxDB stands',
    response: answers(200, InfluxShape, 'Also when it is not configured'),
  };
  app.get('/influx', { config, schema: statusSchema }, async () => context.influx?.view() ?? OFF);

  const listSchema = {
    tags: ['influx'],
    summary: 'Lines that InfluxDB refused for good, oldest first',
    querystring: Type.Object(PageQuery),
    response: answers(200, page(LetterShape), 'A page of them'),
  };
  app.get('/dead-letters', { config, schema: listSchema }, async (request) => {
    // A line is a measurement, of any point of the city.
    demandWholeCity(context, request);
    const { cursor, limit } = request.query;
    const [at, id] =
      cursor === undefined ? [-1, ''] : readCursor('dead-letters', cursor, ['number', 'string']);
    const all = ((await context.influx?.deadLetters()) ?? []).toSorted(inOrder);
    const after = all.filter((one) => inOrder(one, { firstSeenAt: Number(at), id: String(id) }) > 0);
    const items = after.slice(0, pageSize(limit)).map(viewOf);
    const last = items.at(-1);
    const more = after.length > items.length && last !== undefined;
    return { items, next: more ? writeCursor('dead-letters', [last.firstSeenAt, last.id]) : null };
  });
  letterActions(app, context);
}

function letterActions(app: Api, context: Context): void {
  const config = { right: 'manage-influx' as const };
  const described = (summary: string) => ({
    tags: ['influx'],
    summary,
    params: LetterParams,
    response: answers(200, Type.Object({ id: Type.String() }), 'It is no longer listed'),
  });
  const retrySchema = described(
    'Send it again: 409 when it is refused again, 503 when InfluxDB does not answer',
  );
  app.post('/dead-letters/:id/retry', { config, schema: retrySchema }, async (request) => {
    const { id } = request.params;
    demandWholeCity(context, request);
    const outcome = await configured(context).retry(id);
    await audit(context, request, 'dead-letter.retry', id, outcome, {});
    if (outcome === 'unknown') throw new Problem('not-found');
    if (outcome === 'refused') throw new Problem('dead-letter-refused');
    if (outcome === 'unavailable') throw new Problem('influx-unavailable');
    return { id };
  });

  const discardSchema = described('Give it up; the line is kept in the audit log');
  app.post('/dead-letters/:id/discard', { config, schema: discardSchema }, async (request) => {
    const { id } = request.params;
    demandWholeCity(context, request);
    const letter = await configured(context).discard(id);
    if (letter === null) throw new Problem('not-found');
    await audit(context, request, 'dead-letter.discard', id, 'done', { line: letter.line });
    return { id };
  });
}

function configured({ influx }: Context): InfluxPort {
  if (influx === undefined) throw new Problem('not-found');
  return influx;
}

function audit(
  context: Context,
  request: FastifyRequest,
  action: string,
  subject: string,
  outcome: string,
  detail: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { username, address } = personIn(request);
  return context.audit.record({ username, address, action, subject, outcome, detail });
}

type Placed = Pick<DeadLetterView, 'firstSeenAt' | 'id'>;
const inOrder = (a: Placed, b: Placed): number =>
  a.firstSeenAt - b.firstSeenAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

const viewOf = ({ id, line, status, serverText, firstSeenAt }: DeadLetterView): DeadLetterView => ({
  id,
  line,
  status,
  serverText,
  firstSeenAt,
});
