/** What was read, as the chart draws it: curves with their limits, and the alarms behind them. */
import { computed, watch, shallowRef, type ComputedRef, type ShallowRef } from 'vue';
import type { Alarm } from '#domain/alarm.ts';
import { isDerived } from '#domain/judged.ts';
import type { Timestamp } from '#domain/time.ts';
import { findPoints, type FoundPoint } from '../api/points.ts';
import { useApp, useDuty } from '../context.ts';
import { limitLines } from '../detail/limit-lines.ts';
import type { ChartPicture, LimitLine } from '../detail/trend-chart.ts';
import { badStretches, uncertainSeconds } from '../store/trend-quality.ts';
import { gapMs, trendSeries } from '../store/trend-series.ts';
import { useText } from '../text/language.ts';
import { pointName } from './point-name.ts';
import type { TrendKey } from './trend-keys.vue';
import type { PointTrend } from '../store/point-trend.ts';

export function useTrendPicture(
  trends: ShallowRef<readonly PointTrend[]>,
  window: ShallowRef<{ readonly from: Timestamp; readonly to: Timestamp }>,
): { readonly keys: ComputedRef<readonly TrendKey[]>; readonly picture: ComputedRef<ChartPicture> } {
  const { call } = useApp().session;
  const duty = useDuty();
  const { coded } = useText();
  const facts = shallowRef<ReadonlyMap<string, FoundPoint>>(new Map());
  const asked = new Set<string>();
  watch(
    () => trends.value.map(({ point }) => point),
    (points) => {
      for (const point of points) void learn(point);
    },
    { immediate: true },
  );
  const facilities = computed(() => (duty.picture.value, duty.directory.facilities.size));
  const keys = computed(() => {
    void facilities.value;
    void duty.catalogue.value;
    return trends.value.map((trend): TrendKey => {
      const known = facts.value.get(trend.point);
      return {
        trend,
        name: known === undefined ? trend.point : pointName(duty, known),
        unit: known?.unit ?? trend.alarms[0]?.unit ?? '',
        gapMs: gapMs(trend.widthMs, known?.reportIntervalMs ?? null),
      };
    });
  });
  const picture = computed((): ChartPicture => {
    const { from, to } = window.value;
    const several = keys.value.length > 1;
    return {
      fromMs: from,
      toMs: to,
      traces: keys.value.map(({ trend, unit, gapMs: gap }, i) => ({
        unit,
        series: trendSeries(trend.buckets, gap),
        limits: limitsOf(trend, unit).map((line) =>
          several ? { ...line, label: `${ordinal(i)} ${line.label}` } : line,
        ),
        bad: badStretches(trend.buckets, trend.widthMs),
        uncertain: uncertainSeconds(trend.buckets),
      })),
      bands: trends.value.flatMap(({ alarms }, lane) =>
        alarms.map((alarm) => ({
          fromMs: alarm.onsetAt,
          toMs: endOf(alarm, to),
          colour: alarm.highestColour,
          lane,
        })),
      ),
    };
  });
  return { keys, picture };

  /** The point's own limits, and those that its alarms were held against. */
  function limitsOf({ point, alarms }: PointTrend, unit: string): LimitLine[] {
    const known = facts.value.get(point);
    const named = (name: string) => coded('limit', name);
    const lines = alarms
      .filter((alarm) => alarm.unit === unit && !isDerived(alarm))
      .flatMap((alarm) => limitLines(alarm, known, named));
    if (lines.length === 0 && known !== undefined) lines.push(...limitLines(PLAIN(unit), known, named));
    return lines.filter(({ value }, i) => lines.findIndex((line) => line.value === value) === i);
  }

  async function learn(point: string): Promise<void> {
    if (asked.has(point)) return;
    asked.add(point);
    const found = await findPoints(call, point);
    const known = Array.isArray(found) ? found.find(({ id }) => id === point) : undefined;
    if (known === undefined) {
      asked.delete(point);
      return;
    }
    if (known.facility !== undefined) duty.directory.want('facilities', known.facility);
    facts.value = new Map([...facts.value, [point, known]]);
  }
}

/** ① to ⑧, by which the chart's labels name its curves. */
export const ordinal = (nth: number): string => String.fromCodePoint(0x2460 + nth);

/** An alarm still on reaches to the end of what is shown. */
const endOf = (alarm: Alarm, to: Timestamp): Timestamp => alarm.returnedAt ?? to;

/** No alarm: only the point's own limits. */
const PLAIN = (unit: string) => ({
  unit,
  limit: '',
  limitValue: null,
  explanation: { code: '', params: {} },
});
