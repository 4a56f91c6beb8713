/** What happened in a stretch of time: counts by kind of change, and by person. */
import type { Colour } from '#domain/colour.ts';

/** One event as `GET /replay/events` lists it. */
export type PastEvent = {
  readonly sequence: number;
  readonly alarm: string;
  readonly at: number;
  readonly change: string;
  readonly colour: Colour;
  readonly by: string | null;
};

export type Meanwhile = {
  readonly changes: number;
  /** By change, most frequent first. */
  readonly byChange: readonly { readonly change: string; readonly n: number }[];
  /** Alarms taken, by person. */
  readonly takers: readonly { readonly who: string; readonly n: number }[];
  /** Alarms with their last event in it, newest first. */
  readonly last: readonly PastEvent[];
};

export function meanwhile(events: readonly PastEvent[]): Meanwhile {
  const changes = new Map<string, number>();
  const takers = new Map<string, number>();
  const last = new Map<string, PastEvent>();
  const count = (counts: Map<string, number>, key: string): void =>
    void counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const event of events) {
    count(changes, event.change);
    if (event.change === 'acknowledged' && event.by !== null) count(takers, event.by);
    const known = last.get(event.alarm);
    if (known === undefined || known.sequence < event.sequence) last.set(event.alarm, event);
  }
  const sorted = (counts: Map<string, number>): [string, number][] =>
    [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return {
    changes: events.length,
    byChange: sorted(changes).map(([change, n]) => ({ change, n })),
    takers: sorted(takers).map(([who, n]) => ({ who, n })),
    last: [...last.values()].sort((a, b) => b.sequence - a.sequence),
  };
}
