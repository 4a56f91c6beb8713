/** The flow editor under /flows: Node-RED's own pages, behind our sessions, from a process that trusts nobody else. */
import proxy from '@fastify/http-proxy';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  demand,
  demandWholeCity,
  installAuthentication,
  isSameOrigin,
  personIn,
  viewerIn,
} from './authentication.ts';
import type { Context } from './context.ts';
import { Problem } from './problems.ts';
import { can } from './rights.ts';

/** The editor is written with inline scripts and styles, and its code editor with workers; nothing else may need that. */
const EDITOR_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Of one message on the editor's socket, and waiting for one browser; beyond it the browser connects again. */
const SOCKET_MESSAGE_MAX_BYTES = 1024 * 1024;
const SOCKET_WAITING_MAX_BYTES = 4 * 1024 * 1024;
const SOCKET_TICKET_MS = 30_000;
const NOWHERE = 'http://127.0.0.1:1';

declare module 'fastify' {
  interface FastifyRequest {
    flowTicket: string | null;
  }
}

export async function proxyFlows(app: FastifyInstance, context: Context): Promise<void> {
  const flows = context.flows ?? null;
  installAuthentication(app, context);
  app.decorateRequest('flowTicket', null);
  app.addHook('preHandler', async (request, reply) => {
    // The editor's own addresses are relative.
    if (request.method === 'GET' && request.url === '/flows') return reply.redirect('/flows/');
    return admit(context, request);
  });
  app.addHook('onSend', async (_request, reply) => {
    reply.header('content-security-policy', EDITOR_POLICY);
  });
  app.addHook('onResponse', async (request) => drop(context, request));
  app.addHook('onRequestAbort', async (request) => drop(context, request));
  if (flows === null) {
    const off = async (): Promise<never> => {
      throw new Problem('flows-off');
    };
    const schema = { hide: true };
    for (const url of ['/', '/*']) app.all(url, { config: { right: 'read-flows' }, schema }, off);
    return;
  }
  const upstream = (): string => flows.upstream() ?? NOWHERE;
  const ticketed = (request: FastifyRequest, headers: object) => {
    const { cookie: _, authorization: __, ...others } = headers as Record<string, string>;
    return { ...others, [flows.ticketHeader]: request.flowTicket ?? '' };
  };
  await app.register(proxy, {
    upstream: '',
    websocket: true,
    config: { right: 'read-flows' },
    disableRequestLogging: true,
    cacheURLs: 0,
    disableCache: true,
    replyOptions: {
      getUpstream: upstream,
      rewriteRequestHeaders: (request: unknown, headers: object) =>
        ticketed(request as FastifyRequest, headers),
      onError: (reply: unknown) => answerDown(reply as FastifyReply),
    },
    wsServerOptions: { maxPayload: SOCKET_MESSAGE_MAX_BYTES },
    wsClientOptions: {
      maxPayload: SOCKET_MESSAGE_MAX_BYTES,
      rewriteRequestHeaders: (headers: object, request: unknown) =>
        ticketed(request as FastifyRequest, headers),
    },
    wsHooks: {
      onOutgoingMessage: (_context: unknown, browser: { bufferedAmount: number; terminate(): void }) => {
        if (browser.bufferedAmount > SOCKET_WAITING_MAX_BYTES) browser.terminate();
      },
    },
  } as Parameters<typeof proxy>[1] & object);
}

/** Past this the request is one that the platform speaks for. */
async function admit(context: Context, request: FastifyRequest): Promise<void> {
  const flows = context.flows ?? null;
  if (flows === null) return;
  // The editor shows what flows are fed, from every area.
  demandWholeCity(context, request);
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (!reads) demand(context, request, 'edit-flows');
  // A page elsewhere may open a socket with our cookie: a socket counts as a write.
  if (request.headers.upgrade !== undefined && !isSameOrigin(request.headers))
    throw new Problem('cross-site');
  if (flows.upstream() === null)
    throw new Problem('flows-down', flows.status().trouble ?? 'the flows are starting');
  const mayEdit = can(viewerIn(request), 'edit-flows');
  // The editor looks at the ticket of a socket once, as it opens.
  if (request.headers.upgrade !== undefined)
    context.clock.after(SOCKET_TICKET_MS, () => drop(context, request));
  request.flowTicket = flows.ticket({ by: personIn(request), mayEdit, deploys: !reads && mayEdit });
}

function drop(context: Context, request: FastifyRequest): void {
  if (request.flowTicket !== null) context.flows?.dropTicket(request.flowTicket);
}

function answerDown(reply: FastifyReply): void {
  const problem = new Problem('flows-down', 'the flows do not answer');
  reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem.document()));
}
