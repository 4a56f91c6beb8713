/** How old is what the screen shows? The server's beat comes every 2 s; without two of them, and told within five seconds, the picture is stale. */
import type { Health } from '#domain/contract/health.ts';
import type { Timestamp } from '#domain/time.ts';

export const STALE_AFTER_MS = 4_000;

export type Link = {
  connected: boolean;
  /** Local monotonic time of the last frame; null before the first. */
  lastFrameAt: number | null;
  /** Server clock of the last frame that told it, and the local monotonic time it came at. */
  serverTime: Timestamp | null;
  serverTimeAt: number;
  health: Health | null;
};

export const createLink = (): Link => ({
  connected: false,
  lastFrameAt: null,
  serverTime: null,
  serverTimeAt: 0,
  health: null,
});

/** Any frame proves the line; `serverTime` when it carried the server's clock. */
export function frameCame(link: Link, monotonicNow: number, serverTime: Timestamp | null): void {
  link.lastFrameAt = monotonicNow;
  if (serverTime === null) return;
  link.serverTime = serverTime;
  link.serverTimeAt = monotonicNow;
}

export const isStale = (link: Link, monotonicNow: number): boolean =>
  link.lastFrameAt !== null && monotonicNow - link.lastFrameAt >= STALE_AFTER_MS;

/**
 * The server's clock now, whatever the workstation's clock says, in whole milliseconds: the platform takes no others.
 * Before the first beat the local clock stands in.
 */
export const serverNow = (link: Link, monotonicNow: number, localWall: Timestamp): Timestamp =>
  link.serverTime === null ? localWall : Math.round(link.serverTime + (monotonicNow - link.serverTimeAt));

/** Milliseconds since the last frame, and the server time of the picture on screen; null before the first frame. */
export function staleness(
  link: Link,
  monotonicNow: number,
  localWall: Timestamp,
): { forMs: number; dataAt: Timestamp } | null {
  if (link.lastFrameAt === null) return null;
  const forMs = monotonicNow - link.lastFrameAt;
  return { forMs, dataAt: serverNow(link, monotonicNow, localWall) - forMs };
}
