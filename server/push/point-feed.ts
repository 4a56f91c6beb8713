/** Live values: of each point the newest once a second, to those who may see it. */
import { encodePoints, type PointChange } from '#domain/contract/points-batch.ts';
import type { Timestamp } from '#domain/time.ts';
import type { CityPort } from '../ports.ts';
import { shownChanges, type Audience } from './audience.ts';

/** A first picture of more points would be larger than a console reads at once; they fill in as they report. */
const FIRST_PICTURE_MAX = 20_000;

/** Gathers changes; `flush` hands each audience its own, if there are any. */
export function createPointFeed(
  city: CityPort,
  audiences: ReadonlyMap<string, Audience>,
  send: (audience: Audience, changes: readonly PointChange[]) => void,
): { flush(): void } {
  const newest = new Map<number, PointChange>();
  city.onPoints((changes) => {
    for (const change of changes) newest.set(change.index, change);
  });
  return {
    flush() {
      if (newest.size === 0) return;
      const changes = [...newest.values()];
      newest.clear();
      for (const audience of audiences.values()) {
        const own = shownChanges(audience, changes);
        if (own.length > 0) send(audience, own);
      }
    },
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
