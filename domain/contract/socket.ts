/** Messages of the console's socket (socket.io, same port as the API). Cursors are opaque to the client. */
import type { Alarm, AlarmChange } from '../alarm.ts';
import type { Backfill } from '../backfill.ts';
import type { Health } from './health.ts';
import type { Flood, IncidentEvent, IncidentShown } from '../incident.ts';
import type { NotificationItem } from '../notification.ts';
import type { Timestamp } from '../time.ts';

export type SnapshotMessage = {
  readonly cursor: string;
  readonly serverTime: Timestamp;
  /** Permanent number of each point this user may see: key of the binary `points` batches. */
  readonly pointIndex: Readonly<Record<string, number>>;
  readonly alarms: readonly Alarm[];
};

/** `previous` = sequence of the last alarm event this user was entitled to; a mismatch means: emit `resync`. */
export type AlarmMessage = {
  readonly sequence: number;
  readonly previous: number;
  readonly cursor: string;
  readonly event: {
    readonly change: AlarmChange;
    readonly at: Timestamp;
    readonly by: string | null;
    readonly note: string | null;
    readonly ring: boolean;
    readonly reason: string;
  };
  readonly alarm: Alarm;
};

export type BeatMessage = {
  readonly cursor: string;
  readonly serverTime: Timestamp;
  readonly health: Health;
};
export type GatewayMessage = {
  readonly gateway: string;
  readonly connected: boolean;
  readonly at: Timestamp;
};

/** A message to somebody's phone about this alarm came to be or changed; GET its `notifications` for the rest. */
export type NotificationMessage = { readonly alarm: string; readonly item: NotificationItem };

/** What a gateway sent late was judged: one line, with the alarms it brought (domain/backfill.ts). None of it rings. */
export type BackfillMessage = { readonly backfill: Backfill };

/** Every open incident this user may see, and the flood with rings per minute, oldest first; replaces what was known. */
export type IncidentsMessage = FloodMessage & { readonly incidents: readonly IncidentShown[] };

/**
 * One incident as it stands; one that is closed goes. `placed` = alarms whose place in it changed without an `alarm`
 * message: their `incident` member is this one now.
 */
export type IncidentMessage = Pick<IncidentEvent, 'placed'> & { readonly incident: IncidentShown };
export type FloodMessage = { readonly flood: Flood; readonly perMinute: readonly number[] };

export interface ServerToClient {
  snapshot(message: SnapshotMessage): void;
  alarm(message: AlarmMessage): void;
  /** See domain/contract/points-batch.ts. */
  points(batch: ArrayBuffer): void;
  beat(message: BeatMessage): void;
  gateway(message: GatewayMessage): void;
  notification(message: NotificationMessage): void;
  incidents(message: IncidentsMessage): void;
  incident(message: IncidentMessage): void;
  flood(message: FloodMessage): void;
  backfill(message: BackfillMessage): void;
}
export interface ClientToServer {
  resync(): void;
}
