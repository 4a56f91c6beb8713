/** What the broker asks of the city: who a gateway is, and that its publishes be journaled. */
import { timingSafeEqual } from 'node:crypto';
import type { BrokerHost } from '#broker/ports.ts';
import type { Clock } from '#domain/clock.ts';
import type { RejectionReason } from '#domain/rejection.ts';
import type { Pipeline } from '../pipeline.ts';

export function createBrokerHost(parts: {
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  /** Hex HMAC of a secret under the server key. */
  readonly secretHmac: (secret: string) => string;
  readonly rejected: (reason: RejectionReason, subject: string, detail: string) => void;
}): BrokerHost {
  const { pipeline, clock, secretHmac } = parts;
  return {
    authenticate(username, password, certificateName) {
      if (certificateName !== null && username !== '' && certificateName !== username) {
        return { refused: 'wrong-secret' };
      }
      const gateway = pipeline.city.registry.gateways.get(certificateName ?? username);
      // An unknown name costs the same work as a known one.
      const given = Buffer.from(secretHmac(password === null ? '' : Buffer.from(password).toString('utf8')));
      const kept = Buffer.from(gateway?.secretHmac ?? '');
      const same = given.length === kept.length && timingSafeEqual(given, kept);
      if (gateway === undefined) return { refused: 'unknown' };
      if (gateway.retired === true) return { refused: 'retired' };
      return same || certificateName !== null ? { gateway: gateway.id } : { refused: 'wrong-secret' };
    },
    credential(id) {
      const gateway = pipeline.city.registry.gateways.get(id);
      return gateway === undefined || gateway.retired === true ? null : gateway.secretHmac;
    },
    publish: (input, done) => pipeline.publish(input, () => done()),
    presence: (input) => pipeline.submit(input),
    refused: parts.rejected,
    condition: (name, subject, active, detail) =>
      pipeline.submit({ kind: 'condition', name, subject, active, detail }),
    clock,
  };
}
