/**
 * The curves: mean with its min-max band each, limits as dashed lines with their name, alarms as bands, bad stretches
 * hatched, uncertain values as rings, gaps as gaps, a 24 h axis. Curves of one unit share a scale and its axis.
 */
import uPlot from 'uplot';
import type { TrendSeries } from '../store/trend-series.ts';
import { axisTime, type Locale } from '../text/clock.ts';
import { writtenNumber, writtenUnit } from '../text/unit.ts';
import { drawBands, drawHatches, drawLimits, drawRings, type ChartBand } from './trend-marks.ts';

export type LimitLine = { readonly value: number; readonly label: string };
export type ChartTrace = {
  readonly unit: string;
  readonly series: TrendSeries;
  readonly limits: readonly LimitLine[];
  /** Where the values are bad, and when single ones are uncertain; seconds. */
  readonly bad: readonly (readonly [number, number])[];
  readonly uncertain: readonly number[];
};
export type ChartPicture = {
  readonly traces: readonly ChartTrace[];
  readonly bands: readonly ChartBand[];
  readonly fromMs: number;
  readonly toMs: number;
};
export type ChartOptions = {
  readonly heightPx: () => number;
  readonly locale: () => Locale;
  /** A stretch was drawn with the pointer; ms. */
  readonly zoomed?: (fromMs: number, toMs: number) => void;
  /** Where the pointer is, in ms; null when it left. */
  readonly pointed?: (atMs: number | null) => void;
};

export type TrendChart = {
  draw(picture: ChartPicture): void;
  resize(): void;
  close(): void;
};

/** Lines differ in ink and in dashes: up to eight of them. */
export const TRACES_MAX = 8;
export const DASHES: readonly (readonly number[])[] = [
  [],
  [8, 4],
  [2, 3],
  [12, 3, 2, 3],
  [5, 2],
  [16, 4],
  [2, 6],
  [8, 3, 2, 3, 2, 3],
];
const FONT = '13px "PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif';

export function openTrendChart(holder: HTMLElement, options: ChartOptions): TrendChart {
  let picture: ChartPicture = { traces: [], bands: [], fromMs: 0, toMs: 1_000 };
  let chart: uPlot | null = null;
  let built = '';
  const ink = (name: string): string => getComputedStyle(holder).getPropertyValue(name).trim();
  const width = (): number => Math.max(200, holder.clientWidth);
  return {
    draw(next) {
      picture = next;
      // uPlot breaks on a chart without a single curve.
      if (next.traces.length === 0) {
        chart?.destroy();
        chart = null;
        return;
      }
      const shape = next.traces.map(({ unit }) => unit).join('\n');
      if (chart === null || shape !== built) {
        chart?.destroy();
        chart = build();
        built = shape;
      }
      chart.setData(dataOf(next.traces));
    },
    resize: () => chart?.setSize({ width: width(), height: options.heightPx() }),
    close: () => chart?.destroy(),
  };

  function build(): uPlot {
    const units = [...new Set(picture.traces.map(({ unit }) => unit))];
    const axis = {
      stroke: () => ink('--text2'),
      ticks: { stroke: () => ink('--line'), width: 1 },
      font: FONT,
    };
    const grid = { stroke: () => ink('--line'), width: 1 };
    return new uPlot(
      {
        width: width(),
        height: options.heightPx(),
        legend: { show: false },
        cursor: { y: false, points: { size: 7 }, drag: { x: true, y: false, setScale: false } },
        scales: {
          x: { range: () => [picture.fromMs / 1000, picture.toMs / 1000] },
          ...Object.fromEntries(
            units.map((unit) => [
              scaleOf(unit),
              { range: (_: uPlot, low: number, high: number) => valueRange(low, high, unit) },
            ]),
          ),
        },
        axes: [
          {
            ...axis,
            grid,
            space: 110,
            values: (_, ticks) =>
              ticks.map((s) => axisTime(s * 1000, picture.toMs - picture.fromMs, options.locale())),
          },
          ...units.map(
            (unit, i): uPlot.Axis => ({
              ...axis,
              scale: scaleOf(unit),
              side: i % 2 === 0 ? 3 : 1,
              grid: i === 0 ? grid : { show: false },
              size: 56,
              ...(units.length > 1 ? { label: writtenUnit(unit), labelFont: FONT, labelSize: 20 } : {}),
              values: (_, ticks) => ticks.map((v) => writtenNumber(v, 3)),
            }),
          ),
        ],
        series: [{}, ...picture.traces.flatMap(({ unit }, i) => lines(scaleOf(unit), i))],
        bands: picture.traces.map((_, i) => ({ series: [3 * i + 1, 3 * i + 2], fill: () => ink('--band') })),
        hooks: {
          drawAxes: [(u) => drawBands(u, picture.bands, ink)],
          draw: [
            (u) => {
              for (const [i, { unit, limits, bad, uncertain, series }] of picture.traces.entries()) {
                drawHatches(u, bad, ink('--edge'));
                drawRings(u, uncertain, series, scaleOf(unit), inkOf(i));
                drawLimits(u, limits, scaleOf(unit), ink('--text'), i);
              }
            },
          ],
          setSelect: [select],
          setCursor: [
            (u) =>
              options.pointed?.(
                u.cursor.left === undefined || u.cursor.left < 0
                  ? null
                  : u.posToVal(u.cursor.left, 'x') * 1000,
              ),
          ],
        },
      },
      [[]],
      holder,
    );
  }

  function lines(scale: string, nth: number): uPlot.Series[] {
    const edge = { scale, stroke: 'transparent', spanGaps: false, points: { show: false } };
    const dash = DASHES[nth % TRACES_MAX];
    return [
      edge,
      edge,
      {
        scale,
        stroke: () => inkOf(nth),
        width: 1.5,
        spanGaps: false,
        ...(dash === undefined || dash.length === 0 ? {} : { dash: [...dash] }),
      },
    ];
  }
  function inkOf(nth: number): string {
    return ink(`--trend-${(nth % TRACES_MAX) + 1}`);
  }
  function select(u: uPlot): void {
    const { left, width: wide } = u.select;
    if (wide < 4) return;
    options.zoomed?.(u.posToVal(left, 'x') * 1000, u.posToVal(left + wide, 'x') * 1000);
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  }
  /** Limits are always in sight, with a little air. */
  function valueRange(low: number | null, high: number | null, unit: string): [number, number] {
    const limits = picture.traces.flatMap((trace) => (trace.unit === unit ? trace.limits : []));
    const all = [low, high, ...limits.map((line) => line.value)].filter(
      (v): v is number => v !== null && Number.isFinite(v),
    );
    if (all.length === 0) return [0, 1];
    const bottom = Math.min(...all);
    const top = Math.max(...all);
    const air = (top - bottom) * 0.08 || Math.abs(top) * 0.1 || 1;
    return [bottom >= 0 && bottom - air < 0 ? 0 : bottom - air, top + air];
  }
}

/** A unit may be named like the axis of time. */
const scaleOf = (unit: string): string => `unit ${unit}`;

/** One axis of time for all: where a curve has no row of its own it goes on, where it has none it breaks. */
function dataOf(traces: readonly ChartTrace[]): uPlot.AlignedData {
  return uPlot.join(
    traces.map(({ series: { seconds, max, min, mean } }) => [[...seconds], [...max], [...min], [...mean]]),
  );
}
