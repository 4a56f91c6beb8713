/** The last hour of the selected point, read again every 15 s while it is looked at. */
import { onBeforeUnmount, onMounted, shallowRef, type ShallowRef } from 'vue';
import type { Bucket } from '#domain/contract/history.ts';
import type { Timestamp } from '#domain/time.ts';
import { readBuckets } from '../api/history.ts';
import { useApp, useDuty } from '../context.ts';

export const WINDOW_MS = 3_600_000;
const BUCKETS = 360;
export const BUCKET_MS = WINDOW_MS / BUCKETS;
const READ_EVERY_MS = 15_000;

export type Trend = {
  readonly buckets: ShallowRef<readonly Bucket[]>;
  /** Start of the window shown. */
  readonly from: ShallowRef<Timestamp>;
  readonly state: ShallowRef<'loading' | 'shown' | 'failed'>;
};

export function useTrend(point: () => string): Trend {
  const { session } = useApp();
  const duty = useDuty();
  const buckets = shallowRef<readonly Bucket[]>([]);
  const from = shallowRef<Timestamp>(0);
  const state = shallowRef<'loading' | 'shown' | 'failed'>('loading');
  let timer: ReturnType<typeof setInterval> | undefined;
  let reading = false;
  onMounted(() => {
    void read();
    timer = setInterval(() => void read(), READ_EVERY_MS);
  });
  onBeforeUnmount(() => clearInterval(timer));
  return { buckets, from, state };

  async function read(): Promise<void> {
    if (reading || document.hidden) return;
    reading = true;
    // Whole buckets, so that the curve does not tremble between readings.
    const to = Math.ceil(duty.second.value.now / BUCKET_MS) * BUCKET_MS;
    const got = await readBuckets(session.call, point(), to - WINDOW_MS, to, BUCKETS);
    reading = false;
    if (!Array.isArray(got)) {
      if (state.value === 'loading') state.value = 'failed';
      return;
    }
    from.value = to - WINDOW_MS;
    buckets.value = got;
    state.value = 'shown';
  }
}
