/**
 * Live values: of each point the newest, once a second, to those who may see it. Nothing queues up behind a slow
 * line: a console that has not taken the last messages is passed over, and gets the newest of what it missed when it
 * has. (socket.io's `volatile` would drop them for good: a point that reports hourly would show an old value for an
 * hour because a beat was under way.)
 */
import type { Clock } from '#domain/clock.ts';
import { encodePoints, type PointChange } from '#domain/contract/points-batch.ts';
import type { Timestamp } from '#domain/time.ts';
import type { CityPort } from '../ports.ts';
import { shownChanges, type Audience } from './audience.ts';
import type { ConsoleServer } from './console-push.ts';
import type { Delivery } from './delivery.ts';
import { isBehind } from './slow-clients.ts';

/** A first picture of more points would be larger than a console reads at once; they fill in as they report. */
const FIRST_PICTURE_MAX = 20_000;

type Newest = Map<number, PointChange>;

export type PointFeed = {
  /** Sends what has come since the last time. */
  flush(): void;
  /** This console has left, or has just been given everything. */
  forget(socketId: string): void;
};

export function createPointFeed(
  io: ConsoleServer,
  delivery: Delivery,
  city: CityPort,
  clock: Clock,
  audiences: ReadonlyMap<string, Audience>,
): PointFeed {
  const newest: Newest = new Map();
  /** Of consoles that were passed over: at most one value a point. */
  const missed = new Map<string, Newest>();
  city.onPoints((changes) => {
    for (const change of changes) newest.set(change.index, change);
  });

  const sendTo = (audience: Audience, changes: readonly PointChange[]): void => {
    const apart = new Set<string>();
    for (const id of io.sockets.adapter.rooms.get(audience.room) ?? []) {
      const socket = io.sockets.sockets.get(id);
      const owed = missed.get(id);
      if (socket === undefined || (owed === undefined && !isBehind(socket.conn))) continue;
      apart.add(id);
      const all = owed ?? new Map<number, PointChange>();
      for (const change of changes) all.set(change.index, change);
      missed.set(id, all);
      if (isBehind(socket.conn)) continue;
      missed.delete(id);
      if (all.size > 0) socket.emit('points', encodePoints(clock.wallMs(), [...all.values()]));
    }
    if (changes.length === 0) return;
    const batch = encodePoints(clock.wallMs(), changes);
    delivery.to(audience.room, (to) => to.emit('points', batch), apart);
  };

  return {
    flush() {
      if (newest.size === 0 && missed.size === 0) return;
      // An older batch that still waits must not come after a newer one.
      delivery.drain();
      const changes = [...newest.values()];
      newest.clear();
      for (const audience of audiences.values()) sendTo(audience, shownChanges(audience, changes));
    },
    forget: (socketId) => void missed.delete(socketId),
  };
}

/** The newest value of every point that the audience is shown; null when there is none. */
export function latestBatch(city: CityPort, audience: Audience, now: Timestamp): ArrayBuffer | null {
  const indexes = Object.values(audience.picture.pointIndex);
  if (indexes.length > FIRST_PICTURE_MAX) return null;
  const changes = indexes.flatMap((index) => changeOf(city, index));
  return changes.length === 0 ? null : encodePoints(now, changes);
}

const CODE = { good: 0, uncertain: 1, bad: 2 } as const;

function changeOf(city: CityPort, index: number): PointChange[] {
  const row = city.latest(index);
  return row === null ? [] : [{ index, value: row.value ?? Number.NaN, quality: CODE[row.quality] }];
}
