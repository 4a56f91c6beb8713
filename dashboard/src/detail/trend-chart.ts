/** The curve: mean with its min-max band, limits as dashed lines with their name, gaps as gaps, a 24 h axis. */
import uPlot from 'uplot';
import type { TrendSeries } from '../store/trend-series.ts';
import { clockMinute } from '../text/clock.ts';
import { writtenNumber } from '../text/unit.ts';

export type LimitLine = { readonly value: number; readonly label: string };

const HEIGHT_PX = 190;

export type TrendChart = {
  draw(series: TrendSeries, limits: readonly LimitLine[], fromMs: number, toMs: number): void;
  resize(): void;
  close(): void;
};

export function openTrendChart(holder: HTMLElement): TrendChart {
  let limits: readonly LimitLine[] = [];
  let window: [number, number] = [0, 1];
  const ink = (name: string): string => getComputedStyle(holder).getPropertyValue(name).trim();
  const axis = {
    stroke: () => ink('--text2'),
    grid: { stroke: () => ink('--line'), width: 1 },
    ticks: { stroke: () => ink('--line'), width: 1 },
    font: '13px "PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif',
  };
  const options: uPlot.Options = {
    width: width(),
    height: HEIGHT_PX,
    legend: { show: false },
    cursor: { y: false, points: { size: 7 } },
    scales: { x: { range: () => window }, y: { range: (_, low, high) => valueRange(low, high, limits) } },
    axes: [
      { ...axis, space: 70, values: (_, ticks) => ticks.map((s) => clockMinute(s * 1000)) },
      { ...axis, size: 56, values: (_, ticks) => ticks.map((v) => writtenNumber(v, 3)) },
    ],
    series: [
      {},
      { stroke: 'transparent', spanGaps: false, points: { show: false } },
      { stroke: 'transparent', spanGaps: false, points: { show: false } },
      { stroke: () => ink('--text'), width: 1.5, spanGaps: false },
    ],
    bands: [{ series: [1, 2], fill: () => ink('--band') }],
    hooks: { draw: [(chart) => drawLimits(chart, limits, ink('--text'))] },
  };
  const chart = new uPlot(options, [[], [], [], []], holder);
  return {
    draw(series, lines, fromMs, toMs) {
      limits = lines;
      window = [fromMs / 1000, toMs / 1000];
      chart.setData([[...series.seconds], [...series.max], [...series.min], [...series.mean]]);
    },
    resize: () => chart.setSize({ width: width(), height: HEIGHT_PX }),
    close: () => chart.destroy(),
  };

  function width(): number {
    return Math.max(200, holder.clientWidth);
  }
}

/** Limits are always in sight, with a little air. */
function valueRange(low: number | null, high: number | null, limits: readonly LimitLine[]): [number, number] {
  const all = [low, high, ...limits.map((line) => line.value)].filter(
    (v): v is number => v !== null && Number.isFinite(v),
  );
  if (all.length === 0) return [0, 1];
  const bottom = Math.min(...all);
  const top = Math.max(...all);
  const air = (top - bottom) * 0.08 || Math.abs(top) * 0.1 || 1;
  return [bottom >= 0 && bottom - air < 0 ? 0 : bottom - air, top + air];
}

function drawLimits(chart: uPlot, limits: readonly LimitLine[], colour: string): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.font = `${13 * devicePixelRatio}px "PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'bottom';
  for (const { value, label } of limits) {
    const y = Math.round(chart.valToPos(value, 'y', true));
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.fillText(label, bbox.left + 6 * devicePixelRatio, y - 2 * devicePixelRatio);
  }
  ctx.restore();
}
