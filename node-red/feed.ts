/**
 * What flows are fed: live measurements they asked for, and alarm events. The alarm path only leaves a reference here;
 * writing happens later, in small pieces, and only while the process reads. What it is too slow for is dropped and
 * counted: measurements first come first kept, alarms in a queue of their own.
 */
import type { AlarmEvent } from '#domain/alarm.ts';
import type { Clock } from '#domain/clock.ts';
import { isLive, type Measurement } from '#domain/measurement.ts';
import { type FedRow, fits, type PointFacts, type PointFilter, type ToFlows } from './messages.ts';

export const FEED_MEASUREMENTS_MAX = 20_000;
export const FEED_ALARMS_MAX = 1_000;
/** One piece each so often: at most 20,000 measurements a second, about 1 ms of the main thread each. */
const PIECE_EVERY_MS = 50;
const PIECE_MEASUREMENTS = 1_000;
const PIECE_ALARMS = 20;

/** What is known of a point: not looked at yet, not wanted, wanted, wanted and introduced to the process. */
const POINT = { unknown: 0, unwanted: 1, wanted: 2, introduced: 3 } as const;

export type FeedFigures = {
  readonly measurements: number;
  readonly measurementsDropped: number;
  readonly alarms: number;
  readonly alarmsDropped: number;
  readonly waiting: number;
};

export type Feed = {
  measured(rows: readonly Measurement[]): void;
  alarm(event: AlarmEvent): void;
  want(points: readonly PointFilter[], alarms: boolean): void;
  /** Points may lie elsewhere or be called otherwise. */
  registryChanged(): void;
  /** The process is another one: it knows nothing and wants nothing yet. Alarms go on waiting for it. */
  restarted(): void;
  figures(): FeedFigures;
  stop(): void;
};

export function createFeed(parts: {
  readonly clock: Clock;
  /** Null for a point that is not (or no longer) registered. */
  readonly facts: (pointIndex: number) => PointFacts | null;
  readonly send: (message: ToFlows) => void;
  readonly drained: () => boolean;
}): Feed {
  const { clock } = parts;
  let filters: readonly PointFilter[] = [];
  let wantsAlarms = false;
  let mayTellAlarms = false;
  let known = new Uint8Array(0);
  let rows: Measurement[] = [];
  let alarms: AlarmEvent[] = [];
  const told = { measurements: 0, measurementsDropped: 0, alarms: 0, alarmsDropped: 0 };
  let cancel: (() => void) | null = null;

  function isWanted(index: number): boolean {
    if (index >= known.length) {
      const grown = new Uint8Array(Math.max(index + 1, known.length * 2, 256));
      grown.set(known);
      known = grown;
    }
    if (known[index] === POINT.unknown) {
      const facts = parts.facts(index);
      const wanted = facts !== null && filters.some((filter) => fits(filter, facts));
      known[index] = wanted ? POINT.wanted : POINT.unwanted;
    }
    return (known[index] ?? 0) >= POINT.wanted;
  }

  function arm(): void {
    cancel ??= clock.after(PIECE_EVERY_MS, () => {
      cancel = null;
      if (parts.drained()) {
        tellAlarms();
        tellMeasurements();
      }
      if (rows.length > 0 || (alarms.length > 0 && mayTellAlarms)) arm();
    });
  }

  function tellAlarms(): void {
    if (alarms.length === 0 || !mayTellAlarms) return;
    const piece = alarms.slice(0, PIECE_ALARMS);
    alarms = alarms.slice(PIECE_ALARMS);
    told.alarms += piece.length;
    parts.send({ kind: 'alarms', events: piece });
  }

  function tellMeasurements(): void {
    if (rows.length === 0) return;
    const piece = rows.slice(0, PIECE_MEASUREMENTS);
    rows = rows.slice(PIECE_MEASUREMENTS);
    const facts: [number, PointFacts][] = [];
    for (const { pointIndex } of piece) {
      if (known[pointIndex] === POINT.introduced) continue;
      const one = parts.facts(pointIndex);
      if (one !== null) facts.push([pointIndex, one]);
      known[pointIndex] = POINT.introduced;
    }
    told.measurements += piece.length;
    parts.send({ kind: 'points', facts, rows: piece.map(fedRow) });
  }

  function forget(): void {
    known.fill(POINT.unknown);
  }

  return {
    measured(measured) {
      if (filters.length === 0) return;
      for (const row of measured) {
        if (!isLive(row) || !isWanted(row.pointIndex)) continue;
        if (rows.length >= FEED_MEASUREMENTS_MAX) told.measurementsDropped += 1;
        else rows.push(row);
      }
      if (rows.length > 0) arm();
    },
    alarm(event) {
      if (!wantsAlarms) return;
      if (alarms.length >= FEED_ALARMS_MAX) told.alarmsDropped += 1;
      else alarms.push(event);
      arm();
    },
    want(points, alarmsToo) {
      filters = points;
      wantsAlarms = alarmsToo;
      mayTellAlarms = alarmsToo;
      if (!alarmsToo) alarms = [];
      forget();
      if (alarms.length > 0) arm();
    },
    registryChanged: forget,
    restarted() {
      told.measurementsDropped += rows.length;
      rows = [];
      filters = [];
      mayTellAlarms = false;
      forget();
    },
    figures: () => ({ ...told, waiting: rows.length + alarms.length }),
    stop: () => cancel?.(),
  };
}

const fedRow = ({ pointIndex, time, value, quality }: Measurement): FedRow => [
  pointIndex,
  time,
  Number.isNaN(value) ? null : value,
  quality,
];
