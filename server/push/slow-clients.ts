/**
 * A console that does not read (frozen tab, dead radio) would make us keep everything for it: socket.io sets no bound.
 * Whoever has too much unsent is cut; coming back, it catches up by its cursor. The alarm path never waits for it.
 */
export const UNSENT_BYTES_MAX = 1_000_000;
export const UNSENT_PACKETS_MAX = 500;

/** More unsent messages than a beat and a few alarms at once: values would only queue up behind them. */
const BEHIND_PACKETS = 8;

/** True when this connection (a socket's `conn`) has not taken its last messages yet. */
export const isBehind = (connection: unknown): boolean => unsentPackets(connection).length > BEHIND_PACKETS;

/** True when more waits for this connection (a socket's `conn`) than a working console ever leaves. */
export function isTooSlow(connection: unknown): boolean {
  const waiting = unsentPackets(connection);
  if (waiting.length > UNSENT_PACKETS_MAX) return true;
  let bytes = 0;
  for (const packet of waiting) bytes += sizeOf(packet);
  return bytes > UNSENT_BYTES_MAX;
}

/** Ends the connection at once: an orderly close would wait behind what is not being read. */
export function cut(connection: { close(discard?: boolean): unknown; readonly transport: unknown }): void {
  const { transport } = connection;
  connection.close(true);
  const raw = isObject(transport) && 'socket' in transport ? transport.socket : null;
  if (isObject(raw) && 'terminate' in raw && typeof raw.terminate === 'function') raw.terminate();
}

/** engine.io's own queue behind a transport that is still writing; it has no public name. */
function unsentPackets(connection: unknown): readonly unknown[] {
  const found = isObject(connection) && 'writeBuffer' in connection ? connection.writeBuffer : undefined;
  if (!Array.isArray(found))
    throw new Error('engine.io has no writeBuffer: the bound on slow consoles would be void');
  return found;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function sizeOf(packet: unknown): number {
  const data = isObject(packet) && 'data' in packet ? packet.data : null;
  if (typeof data === 'string') return data.length;
  return data instanceof ArrayBuffer || ArrayBuffer.isView(data) ? data.byteLength : 0;
}

/** Who was cut lately; `onSlowClient(…, false)` once a person was not cut again for a minute. */
export function createSlowClientWatch(onSlowClient: (username: string, active: boolean) => void): {
  cut(username: string, now: number): void;
  sweep(now: number): void;
} {
  const lastCut = new Map<string, number>();
  return {
    cut(username, now) {
      const known = lastCut.has(username);
      lastCut.set(username, now);
      if (!known) onSlowClient(username, true);
    },
    sweep(now) {
      for (const [username, at] of lastCut) {
        if (now - at < 60_000) continue;
        lastCut.delete(username);
        onSlowClient(username, false);
      }
    },
  };
}
