/** Health, figures, the catalogue, the audit log and the description of all this. */
import { Type } from 'typebox';
import type { Context } from '../context.ts';
import { pageSize, readCursor, writeCursor } from '../paging.ts';
import { answers, Instant, oneOf, page, PageQuery } from '../schemas/basics.ts';
import type { Api } from './api.ts';

/** How the watchdog's looks name themselves (watchdog/look.ts). */
const WATCHDOG = 'lifeline-watchdog';

const HealthShape = Type.Object({
  status: oneOf(['ok', 'degraded', 'failing']),
  reasons: Type.Array(Type.Object({ code: Type.String(), detail: Type.String() })),
  quietMs: Type.Integer({ description: 'Since an input last went all the way through the rules' }),
  dataQuietMs: Type.Union([Type.Integer(), Type.Null()], {
    description: 'Since a publish last did; null = none since the start',
  }),
  delayMs: Type.Union([Type.Integer(), Type.Null()], {
    description: 'The longest of the last minute, from arrival to sync or to the announced alarm',
  }),
  notifications: oneOf(['off', 'ok', 'gaps', 'failing']),
});
const AuditShape = Type.Object({
  number: Type.Integer(),
  at: Instant,
  username: Type.String(),
  address: Type.String(),
  action: Type.String(),
  subject: Type.String(),
  outcome: Type.String(),
  detail: Type.Unknown(),
  hash: Type.String({ description: 'SHA-256 over the hash before it and this entry' }),
});

/** Below `/api/v1`. */
export function systemRoutes(app: Api, context: Context): void {
  const healthSchema = {
    tags: ['system'],
    summary: 'ok and degraded answer 200, failing 503',
    security: [],
    response: { ...answers(503, HealthShape, 'Does not work'), ...answers(200, HealthShape, 'Works') },
  };
  app.get('/health', { config: { right: 'open' }, schema: healthSchema }, async (request, reply) => {
    if (request.headers['user-agent'] === WATCHDOG) context.onWatchdog?.();
    const health = context.city.health();
    return reply.code(health.status === 'failing' ? 503 : 200).send(health);
  });

  const catalogueSchema = {
    tags: ['system'],
    summary: 'Lifelines, kinds, quantities, areas and rules, with their words and limits',
    response: answers(200, Type.Unknown(), 'The catalogue in force'),
  };
  app.get('/catalogue', { config: { right: 'read-reference' }, schema: catalogueSchema }, async () =>
    context.city.catalogue(),
  );

  const auditSchema = {
    tags: ['audit'],
    summary: 'What people did, oldest first; each entry is chained to the one before by its hash',
    querystring: Type.Object(PageQuery),
    response: answers(200, page(AuditShape), 'A page of the log'),
  };
  app.get('/audit', { config: { right: 'read-audit' }, schema: auditSchema }, async (request) => {
    const { cursor, limit } = request.query;
    const after = cursor === undefined ? 0 : Number(readCursor('audit', cursor, ['number'])[0]);
    const size = pageSize(limit);
    const entries = await context.ledger.auditEntries(after, size + 1);
    const items = entries.slice(0, size);
    const last = items.at(-1);
    const more = entries.length > size && last !== undefined;
    return { items, next: more ? writeCursor('audit', [last.number]) : null };
  });
}

/** `/metrics` stands outside the API: Prometheus on the same machine reads it without a log-in. */
export function metricsRoute(app: Api, context: Context): void {
  const options = { config: { right: 'open-on-loopback' as const }, schema: { hide: true } };
  app.get('/metrics', options, async (_request, reply) => {
    return reply.type(context.metrics.contentType).send(await context.metrics.text());
  });
}
