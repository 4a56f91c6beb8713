/**
 * A gateway, or a platform that pushes in its name, proves itself by the secret it would log in to MQTT with: Basic
 * `id:secret`, or Bearer `id.secret` for senders that know only tokens (a secret has no dot, an id may). No session: a
 * push is whole in itself. Secrets have 256 bits, so nobody guesses one and nobody is locked out for trying.
 */
import { timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { ID_PATTERN } from '#domain/registry.ts';
import type { Context } from './context.ts';
import { Problem } from './problems.ts';

type Credential = { readonly id: string; readonly secret: string };

/** Id of the gateway that the request proves to be; throws `bad-credentials`, counted, else. */
export function gatewayOf(context: Context, request: FastifyRequest): string {
  const given = credentialIn(request.headers.authorization ?? '');
  if (given === null) {
    context.metrics.rejected('unauthenticated');
    throw new Problem('unauthenticated', 'Authorization: Basic id:secret, or Bearer id.secret');
  }
  const gateway = context.city.registry().gateways.get(given.id);
  // An unknown name costs the same work as a known one.
  const hmac = Buffer.from(context.secretHmac(given.secret));
  const kept = Buffer.from(gateway?.secretHmac ?? '');
  const same = hmac.length === kept.length && timingSafeEqual(hmac, kept);
  const why = gateway === undefined ? 'unknown' : gateway.retired === true ? 'retired' : 'wrong-secret';
  if (gateway !== undefined && gateway.retired !== true && same) return gateway.id;
  context.intake.loginRefused(given.id, why, request.ip);
  throw new Problem('bad-credentials');
}

function credentialIn(authorization: string): Credential | null {
  const [, scheme = '', rest = ''] = /^(basic|bearer) +(\S{1,512})$/i.exec(authorization) ?? [];
  const isBasic = scheme.toLowerCase() === 'basic';
  const text = isBasic ? Buffer.from(rest, 'base64').toString('utf8') : rest;
  const end = isBasic ? text.indexOf(':') : text.lastIndexOf('.');
  const id = text.slice(0, Math.max(end, 0));
  return ID_PATTERN.test(id) ? { id, secret: text.slice(end + 1) } : null;
}
