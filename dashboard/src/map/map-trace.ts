/** What the networks lead to from the chosen alarm's facility, or from the facility whose card is open. */
import { computed, type ComputedRef } from 'vue';
import { traceEdges, type Direction, type Reach } from '#domain/edge-trace.ts';
import { useDuty } from '../context.ts';
import type { MapPlaces } from './map-places.ts';

export type MapTrace = {
  /** Where a trace would begin; null while nothing is chosen. */
  readonly from: ComputedRef<string | null>;
  readonly found: ComputedRef<{
    readonly from: string;
    readonly direction: Direction;
    readonly reach: Reach;
  } | null>;
};

export function useMapTrace(places: MapPlaces): MapTrace {
  const duty = useDuty();
  const from = computed(() => {
    const { selected, seen } = duty.picture.value;
    const alarm = selected === null ? undefined : duty.alarm(selected);
    return alarm?.facility ?? seen.facility;
  });
  const direction = computed(() => duty.picture.value.seen.trace);
  const found = computed(() => {
    if (from.value === null || direction.value === null) return null;
    const reach = traceEdges(places.edges.value, from.value, direction.value);
    return { from: from.value, direction: direction.value, reach };
  });
  return { from, found };
}
