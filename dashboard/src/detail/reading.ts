/** The value now against its limit, and how old it is. */
import { computed, onBeforeUnmount, shallowRef, watch, type ComputedRef } from 'vue';
import type { Alarm } from '#domain/alarm.ts';
import { isDerived } from '#domain/judged.ts';
import type { Quality } from '#domain/measurement.ts';
import type { Timestamp } from '#domain/time.ts';
import { readLatest } from '../api/history.ts';
import { useApp, useDuty } from '../context.ts';
import { shownValue } from '../store/alarm-value.ts';

/** A value older than so many report intervals is no longer fresh. */
const FRESH_INTERVALS = 3;
const ASK_EVERY_MS = 10_000;

export type Reading = {
  readonly value: number | null;
  readonly unit: string | null;
  /** What the value is held against; null where it is held against nothing. */
  readonly limit: number | null;
  /** The point's own newest value beside a value that was made of several. */
  readonly measured: { readonly value: number; readonly unit: string | null } | null;
  readonly pointUnit: string | null;
  readonly quality: Quality | null;
  /** Age of the newest sample; null when none is known. */
  readonly ageMs: number | null;
  readonly fresh: boolean | null;
  /** The value at the alarm's last change stands in for a missing sample. */
  readonly fromAlarm: boolean;
};

export function useReading(of: () => Alarm): ComputedRef<Reading> {
  const { session } = useApp();
  const duty = useDuty();
  const stored = shallowRef<{ point: string; value: number | null; quality: Quality; at: Timestamp } | null>(
    null,
  );
  // A point registered after this page was opened has no live values yet: it is asked for.
  const timer = setInterval(() => {
    const { point } = of();
    if (point !== null && duty.value(point) === null) void read(point);
  }, ASK_EVERY_MS);
  onBeforeUnmount(() => clearInterval(timer));
  watch(
    () => of().point,
    (point) => {
      if (point === null) return;
      duty.directory.want('points', point);
      void read(point);
    },
    { immediate: true },
  );
  async function read(point: string): Promise<void> {
    const row = await readLatest(session.call, point);
    if (row !== null && of().point === point)
      stored.value = { point, value: row.value, quality: row.quality, at: row.time };
  }
  return computed(() => {
    const alarm = of();
    void duty.picture.value;
    const live = alarm.point === null ? null : duty.value(alarm.point);
    const kept = stored.value?.point === alarm.point ? stored.value : null;
    const newest = live !== null && (kept === null || live.at >= kept.at) ? live : kept;
    const facts = alarm.point === null ? undefined : duty.directory.points.get(alarm.point);
    const pointUnit = facts?.unit ?? null;
    const own = newest?.value ?? null;
    const measured = own !== null && isDerived(alarm) ? { value: own, unit: pointUnit } : null;
    const shown = { ...shownValue(alarm, own, pointUnit), measured, pointUnit };
    if (newest === null) return { ...shown, quality: null, ageMs: null, fresh: null, fromAlarm: true };
    const interval = facts?.reportIntervalMs;
    const ageMs = Math.max(0, duty.second.value.now - newest.at);
    return {
      ...shown,
      quality: newest.quality,
      ageMs,
      fresh: interval === undefined ? null : ageMs <= interval * FRESH_INTERVALS,
      fromAlarm: false,
    };
  });
}
