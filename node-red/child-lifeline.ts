/** What our nodes hold of the platform (`RED.settings.lifeline`): listen to measurements and alarms, raise, notify. */
import type { AlarmEvent } from '#domain/alarm.ts';
import type { Answer } from '#domain/event.ts';
import type { ChildLink } from './child-link.ts';
import { type Asked, fits, type PointFacts, type PointFilter } from './messages.ts';

export type FedMeasurement = PointFacts & {
  /** Effective time in epoch ms; value in the point's own unit, null when the sensor gave none. */
  readonly time: number;
  readonly value: number | null;
  readonly quality: string;
};

export type Lifeline = {
  /** Calls `take` for each live measurement that fits; returns what ends it. */
  onMeasurement(filter: PointFilter, take: (m: FedMeasurement) => void): () => void;
  onAlarm(take: (event: AlarmEvent) => void): () => void;
  raise(subject: string, asked: Asked): Promise<Answer>;
  notice(asked: Asked): Promise<Answer>;
};

export function createLifeline(link: ChildLink): Lifeline {
  const facts = new Map<number, PointFacts>();
  const measurementTakers = new Map<(m: FedMeasurement) => void, PointFilter>();
  const alarmTakers = new Set<(event: AlarmEvent) => void>();
  let telling = false;

  link.on((message) => {
    if (message.kind === 'points') {
      for (const [index, one] of message.facts) facts.set(index, one);
      for (const [index, time, value, quality] of message.rows) give(facts.get(index), time, value, quality);
    } else if (message.kind === 'alarms')
      for (const event of message.events) for (const take of alarmTakers) take(event);
  });

  function give(known: PointFacts | undefined, time: number, value: number | null, quality: string): void {
    if (known === undefined) return;
    for (const [take, filter] of measurementTakers)
      if (fits(filter, known)) take({ ...known, time, value, quality });
  }

  /** Once for all nodes of a deploy. */
  function tellWhatIsWanted(): void {
    if (telling) return;
    telling = true;
    setImmediate(() => {
      telling = false;
      link.say({
        kind: 'want',
        points: distinct([...measurementTakers.values()]),
        alarms: alarmTakers.size > 0,
      });
    });
  }

  return {
    onMeasurement(filter, take) {
      measurementTakers.set(take, filter);
      tellWhatIsWanted();
      return () => {
        measurementTakers.delete(take);
        tellWhatIsWanted();
      };
    },
    onAlarm(take) {
      alarmTakers.add(take);
      tellWhatIsWanted();
      return () => {
        alarmTakers.delete(take);
        tellWhatIsWanted();
      };
    },
    raise: link.raise,
    notice: link.notice,
  };
}

/** More than these are told as "all": each node still looks for itself. */
const FILTERS_TOLD_MAX = 100;

function distinct(filters: readonly PointFilter[]): PointFilter[] {
  const different = new Map(filters.map((filter) => [JSON.stringify(filter), filter]));
  return different.size > FILTERS_TOLD_MAX ? [{}] : [...different.values()];
}
