/** Journaled inputs whose content follows from their position. */
import type { Journaled } from '#domain/input.ts';

export function numbered(position: number, payloadBytes = 60): Journaled {
  return {
    kind: 'publish',
    gateway: `gw-${position % 50}`,
    client: `c-${position % 50}`,
    topic: `lifeline/v1/gw-${position % 50}/telemetry`,
    payload: new Uint8Array(payloadBytes).fill(position % 251),
    qos: 1,
    dup: false,
    packetId: position % 65_536,
    position,
    receivedAt: 1_763_800_000_000 + position,
    engineTime: position / 4,
  };
}

export const publishes = (first: number, count: number): Journaled[] =>
  Array.from({ length: count }, (_, index) => numbered(first + index));
