/** What the forwarder says of itself, and the bounds it keeps. */
import type { ProfileName } from './profile.ts';

export type InfluxState = 'connecting' | 'writing' | 'refilling' | 'waiting' | 'paused';

export type InfluxStatus = {
  readonly profile: ProfileName | null;
  readonly state: InfluxState;
  /** Why it waits or pauses; null when it does neither. */
  readonly reason: string | null;
  /** Why history cannot be read from it; null when it can. */
  readonly readingTrouble: string | null;
  /** Journal position through which everything is stored there. */
  readonly cursorPosition: number;
  /** Rows of the record log that wait. */
  readonly backlogRows: number;
  /** Points times hours that are still to be sent again from the embedded store. */
  readonly refillHours: number;
  /** Since when the oldest row waits, epoch ms; null = none does. */
  readonly behindSince: number | null;
  readonly deadLetters: number;
  /** Lines older than the server keeps, since the start. */
  readonly expiredLines: number;
  readonly writtenLines: number;
  readonly lastWriteAt: number | null;
  /** Points times hours found short at the last comparison; 0 = none. */
  readonly short: number;
  readonly comparedAt: number | null;
};

export type InfluxPace = {
  /** Lines and bytes of one request; one is in flight at a time. */
  readonly linesMax: number;
  readonly bytesMax: number;
  /** A wrong set-up is tried again this often. */
  readonly probeMs: number;
  /** Cursor and hours are written at most this often. */
  readonly saveEveryMs: number;
  readonly compareEveryMs: number;
  /** Rows this young are not compared yet; also the time between two looks at a difference. */
  readonly settleMs: number;
};

export const INFLUX_PACE: InfluxPace = {
  linesMax: 5_000,
  bytesMax: 1_000_000,
  probeMs: 30_000,
  saveEveryMs: 1_000,
  compareEveryMs: 600_000,
  settleMs: 60_000,
};
