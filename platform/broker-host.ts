/** What the broker asks of the city: who a gateway is, and that its publishes be journaled. */
import { timingSafeEqual } from 'node:crypto';
import type { BrokerHost } from '#broker/ports.ts';
import type { Clock } from '#domain/clock.ts';
import type { PresenceInput } from '#domain/input.ts';
import { ID_PATTERN } from '#domain/registry.ts';
import type { RejectionReason } from '#domain/rejection.ts';
import type { Pipeline } from '../pipeline.ts';

export function createBrokerHost(parts: {
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  /** Hex HMAC of a secret under the server key. */
  readonly secretHmac: (secret: string) => string;
  readonly rejected: (reason: RejectionReason, subject: string, detail: string) => void;
  /** Somebody claimed a name that nobody registered. */
  readonly stranger?: (name: string) => void;
  readonly presence?: (input: PresenceInput) => void;
}): BrokerHost {
  const { pipeline, clock, secretHmac } = parts;
  return {
    authenticate(username, password, certificateName) {
      const { registry } = pipeline.city;
      const secret = password === null ? '' : Buffer.from(password).toString('utf8');
      const byToken = secret === '' ? registry.gatewaysByToken.get(secretHmac(username)) : undefined;
      const named = byToken ?? username;
      if (certificateName !== null && named !== '' && certificateName !== named) {
        return { refused: 'wrong-secret' };
      }
      const gateway = registry.gateways.get(certificateName ?? named);
      // An unknown name costs the same work as a known one.
      const given = Buffer.from(secretHmac(secret));
      const kept = Buffer.from(gateway?.secretHmac ?? '');
      const same = given.length === kept.length && timingSafeEqual(given, kept);
      if (gateway === undefined) {
        if (ID_PATTERN.test(named)) parts.stranger?.(named);
        return { refused: 'unknown' };
      }
      if (gateway.retired === true) return { refused: 'retired' };
      if (certificateName !== null) return { gateway: gateway.id, proof: 'certificate' };
      if (byToken !== undefined) return { gateway: gateway.id, proof: 'token' };
      return same ? { gateway: gateway.id, proof: 'secret' } : { refused: 'wrong-secret' };
    },
    credential(id, proof) {
      const gateway = pipeline.city.registry.gateways.get(id);
      if (gateway === undefined || gateway.retired === true) return null;
      switch (proof) {
        case 'secret':
          return gateway.secretHmac;
        case 'token':
          return gateway.tokenHmac ?? '';
        case 'certificate':
          // The name stands in the certificate: it holds until the gateway is retired.
          return 'certificate';
      }
    },
    publish: (input, done) => pipeline.publish(input, done),
    presence(input) {
      pipeline.submit(input);
      parts.presence?.(input);
    },
    refused: parts.rejected,
    condition: (name, subject, active, detail) =>
      pipeline.submit({ kind: 'condition', name, subject, active, detail }),
    clock,
  };
}
