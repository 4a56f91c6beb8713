/** The platform's face: REST, socket and console on one port. Built and opened apart, so that tests need no port. */
import { Server as TlsServer } from 'node:https';
import fastifyCookie from '@fastify/cookie';
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { BODY_LEVELS_MAX, isDeeperThan } from '#domain/depth.ts';
import { createAudit } from './audit.ts';
import { installAuthentication } from './authentication.ts';
import { createCommands } from './commands.ts';
import { guardBrowsers, isPageRequest, serveConsole } from './console-files.ts';
import type { Context, ServerPorts } from './context.ts';
import { createFacilityCodes } from './facility-codes.ts';
import { installIdempotency } from './idempotency.ts';
import { proxyFlows } from './flows-proxy.ts';
import { NO_BASES, type MapSettings } from './map-file.ts';
import { createLoginGuard } from './login-guard.ts';
import { countByColour, createMetrics, type Metrics } from './metrics.ts';
import { describeApi } from './openapi.ts';
import { createPasswordHasher } from './passwords.ts';
import { Problem, toProblem } from './problems.ts';
import { ConsolePush } from './push/console-push.ts';
import { alarmRoutes } from './routes/alarm-routes.ts';
import { incidentRoutes } from './routes/incident-routes.ts';
import { backfillRoutes } from './routes/backfill-routes.ts';
import { backtestRoutes } from './routes/backtest-routes.ts';
import { diagnosticsRoutes } from './routes/diagnostics-routes.ts';
import { flowRoutes } from './routes/flow-routes.ts';
import { gatewayRoutes } from './routes/gateway-routes.ts';
import { ingestRoutes } from './routes/ingest-routes.ts';
import { importRoutes } from './routes/import-routes.ts';
import { onboardingRoutes } from './routes/onboarding-routes.ts';
import { influxRoutes } from './routes/influx-routes.ts';
import { alertRoutes } from './routes/alert-routes.ts';
import { mapRoutes } from './routes/map-routes.ts';
import { phoneRoutes } from './routes/phone-routes.ts';
import { peopleRoutes } from './routes/people-routes.ts';
import { pointRoutes } from './routes/point-routes.ts';
import { productRoutes } from './routes/product-routes.ts';
import { qualityMetrics } from './quality.ts';
import { createQualityDesk } from './quality-desk.ts';
import { qualityRoutes } from './routes/quality-routes.ts';
import { quarantineRoutes } from './routes/quarantine-routes.ts';
import { ruleRoutes } from './routes/rule-routes.ts';
import { replayRoutes } from './routes/replay-routes.ts';
import { unboundCount, unboundRoute } from './routes/unbound-route.ts';
import { shadowRoutes } from './routes/shadow-routes.ts';
import { registryRoutes } from './routes/registry-routes.ts';
import { sessionRoutes } from './routes/session-routes.ts';
import { metricsRoute, systemRoutes } from './routes/system-routes.ts';
import { userRoutes } from './routes/user-routes.ts';
import { wallRoutes } from './routes/wall-routes.ts';
import { createSessions, SESSION_LIMITS, type SessionLimits } from './sessions.ts';
import { createUsers } from './users.ts';

export type ServerOptions = {
  /** Address to listen on. */
  readonly bind: string;
  /** 0 = any free one; `listen` says which. */
  readonly port: number;
  readonly tls?: { readonly cert: string; readonly key: string } | null;
  /** The built console (`dashboard/dist`); null or absent serves none. */
  readonly consoleDirectory?: string | null;
  /** Base maps of the city; absent: the console's sketch alone. */
  readonly map?: MapSettings;
  /** pino, or silence when absent. */
  readonly logger?: FastifyBaseLogger;
  readonly metrics?: Metrics;
  readonly sessionLimits?: SessionLimits;
};

export type Server = {
  /** For tests: `app.inject`. */
  readonly app: FastifyInstance;
  readonly metrics: Metrics;
  /** Open console sockets. */
  sockets(): number;
  /** Certificate and key of handshakes from now on; nothing when it speaks plain HTTP. */
  renewTls(texts: { readonly cert: string; readonly key: string }): void;
  listen(): Promise<{ port: number }>;
  /** Closes consoles first, then the port. Safe when it never listened. */
  close(): Promise<void>;
};

const BODY_MAX_BYTES = 1024 * 1024;

/** Users and sessions are read from the ledger before this resolves; nothing listens yet. */
export async function buildServer(options: ServerOptions, ports: ServerPorts): Promise<Server> {
  const app = createApp(options);
  const context = createContext(options, ports, app.log);
  await context.users.load();
  await context.sessions.restore();
  await guardBrowsers(app, context.secure, context.map.hosts);
  await app.register(fastifyCookie);
  await describeApi(app);
  await app.register(async (api) => registerApi(api, context), { prefix: '/api/v1' });
  await app.register(async (scope) => proxyFlows(scope, context), { prefix: '/flows' });
  await app.register(async (scope) => {
    installAuthentication(scope, context);
    metricsRoute(scope.withTypeProvider<TypeBoxTypeProvider>(), context);
  });
  const { alerts } = ports;
  if (alerts !== undefined) await app.register(async (scope) => phoneRoutes(scope, context, alerts));
  const directory = options.consoleDirectory ?? null;
  const hasConsole = directory !== null && (await serveConsole(app, directory));
  app.setNotFoundHandler((request, reply) => {
    if (hasConsole && isPageRequest(request)) return reply.sendFile('index.html');
    return sendProblem(
      reply,
      new Problem('unknown-route', `${request.method} ${request.url.split('?', 1)[0]}`),
    );
  });
  await app.ready();
  const push = new ConsolePush(app.server, context);
  watch(context, push);
  return {
    app,
    metrics: context.metrics,
    sockets: () => push.sockets(),
    renewTls({ cert, key }) {
      if (app.server instanceof TlsServer) app.server.setSecureContext({ cert, key, minVersion: 'TLSv1.2' });
    },
    async listen() {
      await app.listen({ host: options.bind, port: options.port });
      const address = app.server.address();
      if (address === null || typeof address === 'string') throw new Error('the server has no port');
      return { port: address.port };
    },
    async close() {
      context.audit.close();
      await push.close();
      await app.close();
    },
  };
}

function createApp(options: ServerOptions): FastifyInstance {
  const tls = options.tls ?? null;
  const app = Fastify({
    ...(options.logger === undefined ? {} : { loggerInstance: options.logger }),
    ...(tls === null ? {} : { https: { cert: tls.cert, key: tls.key, minVersion: 'TLSv1.2' as const } }),
    bodyLimit: BODY_MAX_BYTES,
    requestTimeout: 60_000,
    // A TLS proxy on this machine says whom it speaks for; anybody else's word for it is not taken.
    trustProxy: 'loopback',
    forceCloseConnections: true,
    // A line for each request would bury what matters; figures of them are in /metrics.
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { maxParamLength: 300 },
    // Strict: a field that is not in the document is refused, never dropped, and a text is no number.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
    frameworkErrors: (error, _request, reply) => void sendProblem(reply, toProblem(error)),
  });
  // JSON, and CSV where it is documented: nothing else is read.
  app.removeContentTypeParser('text/plain');
  // Answers go out as they are: the schemas describe them, and a field left out of one must not vanish.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.setErrorHandler((error, request, reply) => {
    const problem = toProblem(error);
    if (problem.status === 500) request.log.error({ err: error }, 'request failed');
    return sendProblem(reply, problem);
  });
  return app;
}

function createContext(options: ServerOptions, ports: ServerPorts, log: FastifyBaseLogger): Context {
  const metrics = options.metrics ?? createMetrics();
  const { ledger, clock, randomBytes } = ports;
  const onTrouble = (cause: unknown): void =>
    log.warn({ err: cause }, 'the ledger cannot keep what the server says');
  const audit = createAudit({
    ledger,
    clock,
    onTrouble,
    onLost(entry) {
      metrics.rejected('audit-overflow');
      log.error({ entry }, 'audit entry lost: too many wait for the ledger');
    },
  });
  return {
    ...ports,
    audit,
    metrics,
    commands: createCommands(ports.city, clock),
    facilityCodes: createFacilityCodes(),
    hasher: createPasswordHasher(randomBytes),
    loginGuard: createLoginGuard(clock),
    map: options.map ?? NO_BASES,
    quality: createQualityDesk(clock),
    sessions: createSessions(
      { ledger, clock, randomBytes, onTrouble },
      options.sessionLimits ?? SESSION_LIMITS,
    ),
    users: createUsers(ledger),
    secure: (options.tls ?? null) !== null,
  };
}

function registerApi(api: FastifyInstance, context: Context): void {
  installAuthentication(api, context);
  // Before anything walks it: journal, snapshot and rules must be able to.
  api.addHook('preValidation', async ({ body }) => {
    if (isDeeperThan(body, BODY_LEVELS_MAX))
      throw new Problem('too-deep', `body: more than ${BODY_LEVELS_MAX} levels`);
  });
  installIdempotency(api, context.clock);
  countRequests(api, context);
  const typed = api.withTypeProvider<TypeBoxTypeProvider>();
  systemRoutes(typed, context);
  sessionRoutes(typed, context);
  userRoutes(typed, context);
  peopleRoutes(typed, context);
  wallRoutes(typed, context);
  registryRoutes(typed, context);
  mapRoutes(typed, context);
  gatewayRoutes(typed, context);
  diagnosticsRoutes(typed, context);
  productRoutes(typed, context);
  importRoutes(typed, context);
  ingestRoutes(typed, context);
  pointRoutes(typed, context);
  alarmRoutes(typed, context);
  replayRoutes(typed, context);
  incidentRoutes(typed, context);
  qualityRoutes(typed, context);
  if (context.alerts !== undefined) alertRoutes(typed, context, context.alerts);
  quarantineRoutes(typed, context);
  onboardingRoutes(typed, context);
  flowRoutes(typed, context);
  ruleRoutes(typed, context, context.rules);
  backtestRoutes(typed, context, context.rules);
  shadowRoutes(typed, context, context.rules);
  unboundRoute(typed, context, context.rules);
  backfillRoutes(typed, context);
  influxRoutes(typed, context);
  api.get('/openapi.json', { config: { right: 'open' }, schema: { hide: true } }, async () => api.swagger());
}

function countRequests(api: FastifyInstance, context: Context): void {
  api.addHook('onResponse', async (request: FastifyRequest, reply: FastifyReply) => {
    const route = request.routeOptions.url ?? 'unknown';
    context.metrics.httpAnswered(request.method, route, reply.statusCode, reply.elapsedTime);
  });
}

function watch(context: Context, push: ConsolePush): void {
  qualityMetrics(context);
  const { metrics, city, sessions, commands, audit } = context;
  metrics.gaugeBy('open_alarms', 'Open alarms', 'colour', () => countByColour(city.openAlarms()));
  metrics.gauge('open_incidents', 'Open incidents', () => city.incidents.open().length);
  metrics.gauge('folded_alarms', 'Open alarms that did not ring because their cause had', () =>
    city.incidents.open().reduce((sum, { folded }) => sum + folded, 0),
  );
  metrics.gauge('alarm_flood', '1 while more alarms ring than a person can take in', () =>
    city.incidents.flood().active ? 1 : 0,
  );
  metrics.gauge('console_connections', 'Open console sockets', () => push.sockets());
  metrics.gauge('sessions', 'People’s log-ins in force', () => sessions.count());
  metrics.gauge('commands_waiting', 'Orders of people waiting for the disk', () => commands.waiting());
  metrics.gauge('audit_waiting', 'Audit entries waiting for the ledger', () => audit.waiting());
  metrics.gauge('sequence_gaps', 'Numbers of devices’ records that never came', () =>
    context.diagnostics.openGaps(),
  );
  metrics.gauge('backtests_unkept', 'Back-tests whose result could not be written', () =>
    context.rules.unkeptRuns(),
  );
  metrics.gauge('shadows_running', 'Drafts that judge live data without ringing', () =>
    countIn(context.rules.shadows(), 'running'),
  );
  metrics.gauge('shadows_failed', 'Of the last such drafts, those whose process kept dying', () =>
    countIn(context.rules.shadows(), 'failed'),
  );
  metrics.gauge(
    'unbound_levels',
    'Levels of rules that could not bind at a point, or watch less there than asked',
    () => unboundCount(city.registry(), context.rules),
  );
  const { brokerMetrics } = context;
  for (const name of Object.keys(brokerMetrics?.() ?? {})) {
    metrics.gauge(`mqtt_${name}`, `MQTT broker: ${name}`, () => brokerMetrics?.()[name] ?? 0);
  }
}

const countIn = <T extends { readonly state: string }>(views: readonly T[], state: T['state']): number =>
  views.filter((one) => one.state === state).length;

const sendProblem = (reply: FastifyReply, problem: Problem): FastifyReply =>
  reply
    .code(problem.status)
    .type('application/problem+json')
    .serializer((document: unknown) => JSON.stringify(document))
    .send(problem.document());
