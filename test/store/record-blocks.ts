/** Record blocks whose content follows from their positions. */
import type { KeyedEvent, RecordBlock } from '#store/ports.ts';

/** A block of `count` inputs, each with one row of one of three points and one event. */
export function recordBlock(fromPosition: number, count = 1): RecordBlock {
  const positions = Array.from({ length: count }, (_, index) => fromPosition + index);
  const rows = positions.map((at) => ({
    pointIndex: at % 3,
    time: at * 1000,
    deviceTime: null,
    receivedAt: at * 1000 + 5,
    value: at / 2,
    quality: 'good' as const,
    flags: 1,
  }));
  const event = (position: number): KeyedEvent => ({
    position,
    index: 0,
    event: { kind: 'gateway', at: position, gateway: 'gw', connected: true, connections: 1 },
  });
  return { fromPosition, toPosition: fromPosition + count - 1, rows, events: positions.map(event) };
}
