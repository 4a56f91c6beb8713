/** The stored values of the chosen points over what is shown, with their alarms; read again while it follows the clock. */
import { onBeforeUnmount, onMounted, shallowRef, watch, type ShallowRef } from 'vue';
import type { Bucket } from '#domain/contract/history.ts';
import type { Timestamp } from '#domain/time.ts';
import { alarmsOfPoint } from '../api/alarms.ts';
import { readBuckets, readRows } from '../api/history.ts';
import { useApp, useDuty } from '../context.ts';
import type { PointTrend } from '../store/point-trend.ts';
import { windowOf, type TrendView } from '../store/trend-view.ts';

const READ_EVERY_MS = 15_000;
/** A screen's worth and a half: the server keeps least, greatest and last of each. */
const BUCKETS_MAX = 4_000;
/** Each value by itself once they are no more than the screen's pixels. */
const ROWS_MAX = 4_000;

export type TrendReading = {
  readonly trends: ShallowRef<readonly PointTrend[]>;
  readonly window: ShallowRef<{ readonly from: Timestamp; readonly to: Timestamp }>;
  readonly state: ShallowRef<'loading' | 'shown'>;
};

/** `pixels`: width of the chart. */
export function useTrendReading(view: () => TrendView, pixels: () => number): TrendReading {
  const { call } = useApp().session;
  const duty = useDuty();
  const trends = shallowRef<readonly PointTrend[]>([]);
  const window = shallowRef(windowOf(view(), duty.second.value.now));
  const state = shallowRef<'loading' | 'shown'>('loading');
  let timer: ReturnType<typeof setInterval> | undefined;
  let asked = 0;
  onMounted(() => {
    void read();
    timer = setInterval(() => {
      if (view().own === null && !document.hidden) void read();
    }, READ_EVERY_MS);
  });
  onBeforeUnmount(() => {
    asked = -1;
    clearInterval(timer);
  });
  watch(view, () => void read(), { flush: 'post' });
  return { trends, window, state };

  async function read(): Promise<void> {
    if (asked < 0) return;
    const mine = ++asked;
    const { from, to } = windowOf(view(), duty.second.value.now);
    const count = Math.min(BUCKETS_MAX, Math.max(100, Math.round(pixels() * 2)));
    // Whole milliseconds a bucket, so that neighbouring readings share their edges.
    const widthMs = Math.max(1, Math.ceil((to - from) / count));
    const end = view().own === null ? Math.ceil(to / widthMs) * widthMs : to;
    const start = end - widthMs * count;
    const found = await Promise.all(
      view().points.map((point) => readPoint(point, Math.min(start, from), end, count, widthMs)),
    );
    if (mine !== asked) return;
    window.value = { from, to };
    trends.value = found;
    state.value = 'shown';
  }

  async function readPoint(
    point: string,
    from: Timestamp,
    to: Timestamp,
    count: number,
    widthMs: number,
  ): Promise<PointTrend> {
    const [stored, alarms] = await Promise.all([
      readBuckets(call, point, from, to, count),
      alarmsOfPoint(call, point, from, to),
    ]);
    if (!Array.isArray(stored))
      return { point, buckets: [], widthMs, raw: false, alarms, trouble: stored.code };
    const samples = stored.reduce((sum, bucket) => sum + Math.max(1, bucket.count), 0);
    const rows = samples > 0 && samples <= ROWS_MAX ? await readRows(call, point, from, to, ROWS_MAX) : null;
    if (!Array.isArray(rows)) return { point, buckets: stored, widthMs, raw: false, alarms, trouble: null };
    const buckets = rows.map(({ time, value, quality }): Bucket => {
      const good = quality === 'bad' ? null : value;
      return {
        from: time,
        min: good,
        max: good,
        mean: good,
        last: good,
        count: good === null ? 0 : 1,
        quality,
      };
    });
    return { point, buckets, widthMs: 0, raw: true, alarms, trouble: null };
  }
}
