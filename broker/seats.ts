/** Caps on sockets, of every listener together: one over a cap is closed before a byte of it is read. */
import type { Socket } from 'node:net';
import type { Clock } from '#domain/clock.ts';
import type { RejectionReason } from '#domain/rejection.ts';
import type { RateLimit, TokenBucket } from '#domain/token-bucket.ts';
import { createBucket, takeFrom } from '#domain/token-bucket.ts';
import type { BrokerOptions } from './ports.ts';

export type Seats = {
  take(socket: Socket): void;
  /** Destroys every socket. */
  clear(): void;
};

export type SeatEvents = {
  refused(reason: RejectionReason, address: string, detail: string): void;
  /** The address opens connections faster than it may. */
  tooFast(address: string): void;
};

/** Addresses whose rate is remembered; beyond it the one that came first is forgotten, and starts afresh. */
const ADDRESSES_MAX = 10_000;

export function createSeats(options: BrokerOptions, clock: Clock, events: SeatEvents): Seats {
  const { connectionsMax, connectionsPerAddressMax: perAddressMax, rates } = options;
  const sockets = new Set<Socket>();
  const perAddress = new Map<string, number>();
  const buckets = new Map<string, TokenBucket>();
  // After our own restart everybody behind an address comes back at once.
  const limit: RateLimit | null = rates ? { perS: rates.connectionsPerS, burst: perAddressMax } : null;

  function isTooFast(address: string): boolean {
    if (limit === null) return false;
    const now = clock.monotonicMs();
    const bucket = buckets.get(address) ?? createBucket(limit, now);
    if (!buckets.has(address)) {
      const oldest = buckets.keys().next();
      if (buckets.size >= ADDRESSES_MAX && !oldest.done) buckets.delete(oldest.value);
      buckets.set(address, bucket);
    }
    return !takeFrom(bucket, limit, 1, now);
  }

  function refusal(address: string, here: number): [RejectionReason, string] | null {
    if (sockets.size >= connectionsMax) return ['too-many-connections', `in all: ${sockets.size}`];
    if (here >= perAddressMax) return ['too-many-connections', `from this address: ${here}`];
    if (!isTooFast(address)) return null;
    events.tooFast(address);
    return ['rate', `more than ${limit?.perS} connections a second`];
  }

  return {
    take(socket) {
      const address = addressOf(socket);
      const here = perAddress.get(address) ?? 0;
      const refused = refusal(address, here);
      if (refused !== null) {
        events.refused(refused[0], address, refused[1]);
        socket.destroy();
        return;
      }
      sockets.add(socket);
      perAddress.set(address, here + 1);
      socket.once('close', () => {
        sockets.delete(socket);
        const left = (perAddress.get(address) ?? 1) - 1;
        if (left === 0) perAddress.delete(address);
        else perAddress.set(address, left);
      });
    },
    clear: () => sockets.forEach((socket) => void socket.destroy()),
  };
}

/** The peer's address, IPv4 in its plain form; a socket that is already gone has none. */
export function addressOf(socket: Socket): string {
  return (socket.remoteAddress ?? 'unknown').replace(/^::ffff:/, '');
}
