/** What stands on the chart beside its curves. */
import type uPlot from 'uplot';
import type { Colour } from '#domain/colour.ts';
import { levelNumber, worstLast } from '../store/alarm-order.ts';
import type { TrendSeries } from '../store/trend-series.ts';
import type { LimitLine } from './trend-chart.ts';

/** An alarm from its onset to its return, or to the end of the window. */
export type ChartBand = {
  readonly fromMs: number;
  readonly toMs: number;
  readonly colour: Colour;
  /** Row of its strip: alarms of one point stand in one row. */
  readonly lane: number;
};

const STRIP_PX = 14;

/** The stretches shaded, once however many there are; each level as a strip of colour with the numeral on top. */
export function drawBands(u: uPlot, bands: readonly ChartBand[], ink: (name: string) => string): void {
  const { ctx, bbox } = u;
  const strip = STRIP_PX * devicePixelRatio;
  ctx.save();
  clip(u);
  const placed = worstLast(bands).map(({ fromMs, toMs, colour, lane }) => {
    const left = u.valToPos(fromMs / 1000, 'x', true);
    const wide = Math.max(2 * devicePixelRatio, u.valToPos(toMs / 1000, 'x', true) - left);
    return { left, wide, colour, top: bbox.top + lane * strip };
  });
  ctx.fillStyle = ink('--band');
  ctx.beginPath();
  for (const { left, wide } of placed) ctx.rect(left, bbox.top, wide, bbox.height);
  ctx.fill();
  ctx.strokeStyle = ink('--glyph-edge');
  ctx.lineWidth = devicePixelRatio;
  ctx.font = `bold ${12 * devicePixelRatio}px sans-serif`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  for (const { left, wide, colour, top } of placed) {
    ctx.fillStyle = ink(`--${colour}`);
    ctx.fillRect(left, top, wide, strip);
    ctx.strokeRect(left, top, wide, strip);
    if (wide < strip) continue;
    ctx.fillStyle = ink(`--numeral-${colour}`);
    const x = Math.max(left, bbox.left) + 4 * devicePixelRatio;
    ctx.fillText(String(levelNumber(colour)), x, top + strip / 2);
  }
  ctx.restore();
}

/** Stretches whose values are bad, as slanted lines over the whole height. */
export function drawHatches(
  u: uPlot,
  stretches: readonly (readonly [number, number])[],
  colour: string,
): void {
  const { ctx, bbox } = u;
  const step = 9 * devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  for (const [from, to] of stretches) {
    const left = Math.max(bbox.left, u.valToPos(from, 'x', true));
    const right = Math.min(bbox.left + bbox.width, Math.max(left + 3, u.valToPos(to, 'x', true)));
    if (right <= left) continue;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, bbox.top, right - left, bbox.height);
    ctx.clip();
    ctx.beginPath();
    for (let x = left - bbox.height; x < right; x += step) {
      ctx.moveTo(x, bbox.top + bbox.height);
      ctx.lineTo(x + bbox.height, bbox.top);
    }
    ctx.stroke();
    ctx.restore();
  }
  ctx.restore();
}

/** A hollow ring at each uncertain value. */
export function drawRings(
  u: uPlot,
  uncertain: readonly number[],
  series: TrendSeries,
  scale: string,
  colour: string,
): void {
  const wanted = new Set(uncertain);
  const { ctx } = u;
  ctx.save();
  clip(u);
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.5 * devicePixelRatio;
  for (const [i, second] of series.seconds.entries()) {
    const value = series.mean[i];
    if (value === null || value === undefined || !wanted.has(second)) continue;
    ctx.beginPath();
    const [x, y] = [u.valToPos(second, 'x', true), u.valToPos(value, scale, true)];
    ctx.arc(x, y, 3.5 * devicePixelRatio, 0, 2 * Math.PI);
    ctx.stroke();
  }
  ctx.restore();
}

const LABEL_PX = 150;

/** `nth`: of the curve; labels of different curves stand beside each other. */
export function drawLimits(
  u: uPlot,
  limits: readonly LimitLine[],
  scale: string,
  colour: string,
  nth: number,
): void {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.font = `${13 * devicePixelRatio}px "PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'bottom';
  for (const { value, label } of limits) {
    const y = Math.round(u.valToPos(value, scale, true));
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.fillText(label, bbox.left + (6 + nth * LABEL_PX) * devicePixelRatio, y - 2 * devicePixelRatio);
  }
  ctx.restore();
}

function clip({ ctx, bbox }: uPlot): void {
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
}
