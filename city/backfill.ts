/**
 * Back-fill of a gateway as one line. While late data of its points waits to be judged, what the judgements find is
 * gathered; when nothing of it waits any more, one event tells all of it: which stretch came, and the alarms it added,
 * changed and withdrew. None of them rings or stands as a line of its own.
 */
import type { AlarmEvent } from '#domain/alarm.ts';
import { COLOURS } from '#domain/colour.ts';
import { BACKFILL_ALARMS_MAX, type Backfill } from '#domain/backfill.ts';
import type { CityEvent } from '#domain/event.ts';
import type { Timestamp } from '#domain/time.ts';
import type { City } from './city.ts';

/** `found` are the alarm events of one judgement of `pointIndex`'s window [from, to]. */
export function noteRejudged(
  city: City,
  judged: { readonly pointIndex: number; readonly from: Timestamp; readonly to: Timestamp },
  found: readonly CityEvent[],
  at: Timestamp,
): CityEvent | null {
  const gateway = gatewayOf(city, judged.pointIndex);
  if (gateway === null) return null;
  const gathered = grown(city.backfills.get(gateway) ?? emptyBackfill(gateway, judged), judged, found);
  if (stillWaits(city, gateway)) {
    city.backfills.set(gateway, gathered);
    return null;
  }
  city.backfills.delete(gateway);
  if (gathered.added + gathered.changed + gathered.withdrawn === 0) return null;
  return { kind: 'backfill', at, backfill: { ...gathered, at } };
}

function stillWaits(city: City, gateway: string): boolean {
  for (const point of city.lateWindows.keys()) if (gatewayOf(city, point) === gateway) return true;
  return false;
}

function gatewayOf({ registry }: City, pointIndex: number): string | null {
  const point = registry.pointsByIndex[pointIndex];
  return point === undefined ? null : (registry.devices.get(point.device)?.gateway ?? null);
}

const emptyBackfill = (gateway: string, { from, to }: Pick<Backfill, 'from' | 'to'>): Backfill => ({
  ...{ gateway, from, to, at: 0, points: 0, added: 0, changed: 0, withdrawn: 0 },
  ...{ byColour: { blue: 0, yellow: 0, orange: 0, red: 0 }, alarms: [] },
});

function grown(
  before: Backfill,
  judged: { readonly from: Timestamp; readonly to: Timestamp },
  found: readonly CityEvent[],
): Backfill {
  const events = found.filter((event): event is AlarmEvent => event.kind === 'alarm');
  const known = new Set(before.alarms);
  const byColour = { ...before.byColour };
  let [added, changed, withdrawn] = [before.added, before.changed, before.withdrawn];
  for (const { change, alarm } of events) {
    if (change === 'withdrawn') withdrawn += 1;
    else if (alarm.revision > 1 || known.has(alarm.id)) changed += 1;
    else {
      added += 1;
      for (const colour of COLOURS) if (colour === alarm.colour) byColour[colour] += 1;
    }
    if (known.size < BACKFILL_ALARMS_MAX) known.add(alarm.id);
  }
  return {
    ...before,
    ...{ added, changed, withdrawn, byColour },
    from: Math.min(before.from, judged.from),
    to: Math.max(before.to, judged.to),
    points: before.points + 1,
    alarms: [...known],
  };
}
