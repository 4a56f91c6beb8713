/** The points of one facility with their newest values: read once, then live. */
import { computed, onMounted, shallowRef, type ComputedRef, type ShallowRef } from 'vue';
import type { Point } from '#domain/registry.ts';
import type { Quality } from '#domain/measurement.ts';
import { readLatest } from '../api/history.ts';
import { isRecord, listAll } from '../api/http.ts';
import { useApp, useDuty } from '../context.ts';

/** A facility with more devices is a plant: its first ones stand for it here. */
const DEVICES_MAX = 30;

export type FacilityPoint = {
  readonly id: string;
  readonly quantity: string;
  readonly unit: string;
  readonly value: number | null;
  /** Null when no value is known. */
  readonly quality: Quality | null;
};
type Known = Pick<Point, 'id' | 'quantity' | 'unit'> & {
  readonly value: number | null;
  readonly quality: Quality | null;
};

export function useFacilityPoints(facility: () => string): {
  readonly points: ComputedRef<readonly FacilityPoint[]>;
  readonly failed: ShallowRef<boolean>;
} {
  const { call } = useApp().session;
  const duty = useDuty();
  const known = shallowRef<readonly Known[]>([]);
  const failed = shallowRef(false);
  const points = computed(() => {
    void duty.picture.value;
    return known.value.map((point) => {
      const live = duty.value(point.id);
      return live === null ? point : { ...point, value: live.value, quality: live.quality };
    });
  });
  onMounted(async () => {
    const wanted = facility();
    const devices = await listAll(call, `/devices?facility=${encodeURIComponent(wanted)}`, DEVICES_MAX);
    failed.value = !Array.isArray(devices);
    for (const device of Array.isArray(devices) ? devices.slice(0, DEVICES_MAX) : []) {
      if (!isRecord(device) || typeof device['id'] !== 'string') continue;
      const found = await listAll(call, `/points?device=${encodeURIComponent(device['id'])}`, 100);
      if (!Array.isArray(found)) continue;
      const read = found.filter(isPoint).map(async (point): Promise<Known> => {
        const row = duty.value(point.id) === null ? await readLatest(call, point.id) : null;
        return { ...point, value: row?.value ?? null, quality: row?.quality ?? null };
      });
      known.value = [...known.value, ...(await Promise.all(read))];
    }
  });
  return { points, failed };
}

const isPoint = (value: unknown): value is Point =>
  isRecord(value) && ['id', 'quantity', 'unit'].every((field) => typeof value[field] === 'string');
