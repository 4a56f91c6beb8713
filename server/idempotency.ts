/**
 * `Idempotency-Key`: the same person repeating the same write gets the first answer again, so a console on a bad line
 * may retry blindly. Kept in memory: over a restart, the alarm's revision and the permanence of ids guard instead.
 * Failures of ours (5xx) are not kept: they may be retried. A gateway that pushes counts as a person here.
 */
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '#domain/clock.ts';
import { Problem } from './problems.ts';

const KEEP_MS = 3_600_000;
/** The console sends about one a second at its busiest; answers of imports may be large. */
const PER_USER_MAX = 200;
/** A gateway sends one after another, and the fold knows a resend of its last 1,000 anyway (ingest-routes.ts). */
const PER_GATEWAY_MAX = 10;
/** Gateways remembered at once; the one that pushed least lately is forgotten first. */
const GATEWAYS_MAX = 2_000;
const ANSWER_MAX_BYTES = 256 * 1024;
const KEY = /^[\x21-\x7e]{1,128}$/;

type Kept = {
  readonly fingerprint: string;
  readonly at: number;
  answer: { readonly status: number; readonly contentType: string; readonly body: string } | null;
};

declare module 'fastify' {
  interface FastifyRequest {
    /** Names this very request of this person among all; null when it carries no key. */
    joinKey: string | null;
  }
}

/** To be installed behind the authentication. */
export function installIdempotency(app: FastifyInstance, clock: Clock): void {
  const users = new Map<string, Map<string, Kept>>();
  const gateways = new Map<string, Map<string, Kept>>();
  app.decorateRequest('joinKey', null);
  app.addHook('preHandler', async (request, reply) => {
    const key = keyOf(request);
    const who = nameOf(request);
    if (key === null || who === null) return;
    const kept =
      request.viewer === null
        ? keptOf(gateways, who, clock.monotonicMs(), PER_GATEWAY_MAX)
        : keptOf(users, who, clock.monotonicMs(), PER_USER_MAX);
    for (const oldest of gateways.keys()) {
      if (gateways.size <= GATEWAYS_MAX) break;
      gateways.delete(oldest);
    }
    const fingerprint = fingerprintOf(request);
    const known = kept.get(key);
    if (known !== undefined) return answerAgain(known, fingerprint, reply);
    kept.set(key, { fingerprint, at: clock.monotonicMs(), answer: null });
    request.joinKey = `${who}\n${key}\n${fingerprint}`;
  });
  app.addHook('onSend', async (request, reply, payload) => {
    if (request.joinKey === null) return payload;
    const key = keyOf(request);
    const kept = (request.viewer === null ? gateways : users).get(nameOf(request) ?? '');
    const own = key === null ? undefined : kept?.get(key);
    if (own === undefined || own.answer !== null || key === null) return payload;
    const body = typeof payload === 'string' ? payload : '';
    if (reply.statusCode >= 500 || body.length > ANSWER_MAX_BYTES) kept?.delete(key);
    else
      own.answer = {
        status: reply.statusCode,
        contentType: String(reply.getHeader('content-type') ?? ''),
        body,
      };
    return payload;
  });
}

/** No user name has a line break. */
const nameOf = ({ viewer, gateway }: FastifyRequest): string | null =>
  viewer?.user.username ?? (gateway === null ? null : `gateway\n${gateway}`);

function keyOf(request: FastifyRequest): string | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined || request.method === 'GET' || request.method === 'HEAD') return null;
  if (typeof key !== 'string' || !KEY.test(key)) {
    throw new Problem('invalid-request', 'Idempotency-Key must be 1 to 128 printable characters');
  }
  return key;
}

function fingerprintOf(request: FastifyRequest): string {
  const body = Buffer.isBuffer(request.body) ? request.body : JSON.stringify(request.body ?? null);
  return createHash('sha256').update(`${request.method} ${request.url}\n`).update(body).digest('base64');
}

function keptOf(
  senders: Map<string, Map<string, Kept>>,
  name: string,
  now: number,
  keysMax: number,
): Map<string, Kept> {
  const kept = senders.get(name) ?? new Map<string, Kept>();
  // Latest last.
  senders.delete(name);
  senders.set(name, kept);
  for (const [key, entry] of kept) {
    // Insertion order is age: the first young one ends the clearing.
    if (now - entry.at < KEEP_MS && kept.size < keysMax) break;
    kept.delete(key);
  }
  return kept;
}

function answerAgain(known: Kept, fingerprint: string, reply: FastifyReply): FastifyReply {
  if (known.fingerprint !== fingerprint) throw new Problem('idempotency-mismatch');
  if (known.answer === null) throw new Problem('idempotency-in-flight');
  const { status, contentType, body } = known.answer;
  reply.header('idempotent-replay', 'true').code(status);
  if (contentType !== '') reply.type(contentType);
  return reply.send(body);
}
