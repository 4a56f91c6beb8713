/** `POST /ingest`: platforms that push, on the very same way as MQTT. 200 means what PUBACK means (invariant 1). */
import { Type } from 'typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PushOutcome } from '#domain/contract/push.ts';
import type { RejectionReason } from '#domain/rejection.ts';
import type { Context } from '../context.ts';
import { Problem, type ProblemCode } from '../problems.ts';
import { createPushRate } from '../push-rate.ts';
import { answers, orNull } from '../schemas/basics.ts';
import { RecordShape } from '../schemas/record.ts';
import type { Api } from './api.ts';

/** As much as one MQTT packet may carry. */
export const PUSH_BYTES_MAX = 256 * 1024;
/** A disk that takes longer than this is in trouble; the sender tries again, and the record counts once. */
const SYNCED_WITHIN_MS = 10_000;
/** Pushes waiting for the disk at once: 64 MiB of bodies. */
const WAITING_MAX = 256;
const RETRY_AFTER_S = 5;

const OutcomeShape = Type.Object({
  records: Type.Integer({ description: 'Records of which at least one value was taken' }),
  values: Type.Integer({ description: 'Values taken' }),
  duplicates: Type.Integer({ description: 'Records known already; no fault' }),
  refused: Type.Integer({ description: 'Records, or values of records, not taken; complete' }),
  refusals: Type.Array(
    Type.Object({ reason: Type.String(), device: orNull(Type.String()), detail: Type.String() }),
    { description: 'The first hundred of them, duplicates included, in the order of the body' },
  ),
});

const schema = {
  tags: ['ingest'],
  summary: 'Push measurements over HTTP: 200 once they are synced to disk and judged',
  description:
    'One record or a list of records, as over MQTT; a gateway with a product sends the JSON of its product. Log in as ' +
    'the gateway: `Authorization: Basic` with id:secret, or `Bearer id.secret`. 200 even when single records are ' +
    'refused: they are counted, named in the answer, and stay in the quarantine. Retry on 429 and 503 after ' +
    '`Retry-After` and on a broken connection: a record with `seq` or `time` counts once, anything counts once under ' +
    'the same `Idempotency-Key` (the last 1,000 of a gateway, across restarts).',
  security: [{ gateway: [] }, { gatewayToken: [] }],
  body: Type.Union([RecordShape, Type.Array(RecordShape)]),
  response: answers(200, OutcomeShape, 'On disk and judged'),
};

export function ingestRoutes(app: Api, context: Context): void {
  const rate = createPushRate(context.clock, PUSH_BYTES_MAX, context.pushBytesPerS);
  let waiting = 0;

  function tooFast(request: FastifyRequest, reply: FastifyReply, waitMs: number, detail: string): Problem {
    reply.header('retry-after', Math.ceil(waitMs / 1_000));
    return refusal(context, request, 'rate-limited', 'rate', detail);
  }

  async function admit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const waitMs = rate.take(gatewayIn(request));
    if (waitMs > 0) throw tooFast(request, reply, waitMs, 'more pushes than a gateway may send');
    const full = waiting >= WAITING_MAX;
    if (!full && !context.intake.holding()) return;
    reply.header('retry-after', RETRY_AFTER_S);
    throw new Problem(full ? 'busy' : 'holding');
  }

  app.register(async (scoped) => {
    const raw = { parseAs: 'buffer' as const, bodyLimit: PUSH_BYTES_MAX };
    scoped.addContentTypeParser('application/json', raw, (_request, body, done) => done(null, body));
    const options = {
      config: { right: 'gateway' as const },
      schema,
      bodyLimit: PUSH_BYTES_MAX,
      validatorCompiler: () => () => true,
      onRequest: admit,
      errorHandler(error: Error, request: FastifyRequest) {
        const tooLarge = 'code' in error && error.code === 'FST_ERR_CTP_BODY_TOO_LARGE';
        if (tooLarge) throw refusal(context, request, 'body-too-large', 'packet-too-large', error.message);
        throw error;
      },
    };
    scoped.post('/ingest', options, async (request, reply) => {
      const { body } = request;
      const payload = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
      const waitMs = rate.takeBytes(gatewayIn(request), payload.length);
      if (waitMs > 0) throw tooFast(request, reply, waitMs, 'more bytes than a gateway may send');
      demandReadable(context, request, payload);
      waiting += 1;
      const pushed = push(context, request, payload).finally(() => void (waiting -= 1));
      const outcome = await inTime(context, pushed);
      if (outcome !== null) return outcome;
      reply.header('retry-after', RETRY_AFTER_S);
      throw new Problem('pending');
    });
  });
}

/**
 * A key makes the push a resend of itself in the eyes of the fold (invariant 3): the second one of the same bytes under
 * the same key is a duplicate whole, after a restart too.
 */
function push(context: Context, request: FastifyRequest, payload: Uint8Array): Promise<PushOutcome> {
  const gateway = gatewayIn(request);
  const key = request.headers['idempotency-key'];
  return context.intake.push({
    kind: 'publish',
    gateway,
    client: key === undefined ? 'http' : `http ${String(key)}`,
    topic: `lifeline/v1/${gateway}/telemetry`,
    payload,
    qos: 1,
    dup: key !== undefined,
    packetId: 0,
  });
}

/** What nobody could read is refused outright: the sender is told, so nothing of it is kept but the count. */
function demandReadable(context: Context, request: FastifyRequest, payload: Uint8Array): void {
  const fault = context.intake.unreadable(payload);
  if (fault === null) return;
  const code =
    fault.reason === 'not-json' || fault.reason === 'not-utf8' ? 'invalid-json' : 'invalid-request';
  throw refusal(context, request, code, fault.reason, fault.detail);
}

function refusal(
  context: Context,
  request: FastifyRequest,
  code: ProblemCode,
  reason: RejectionReason,
  detail: string,
): Problem {
  context.intake.refused(reason, gatewayIn(request), `HTTP: ${detail}`);
  return new Problem(code, detail, { reason });
}

function gatewayIn(request: FastifyRequest): string {
  if (request.gateway === null) throw new Problem('unauthenticated');
  return request.gateway;
}

function inTime(context: Context, pushed: Promise<PushOutcome>): Promise<PushOutcome | null> {
  return new Promise((resolve, reject) => {
    const cancel = context.clock.after(SYNCED_WITHIN_MS, () => resolve(null));
    pushed.then(resolve, reject).finally(cancel);
  });
}
