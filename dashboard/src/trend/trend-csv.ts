/** What the chart shows, as a table for other programs. */
import type { PointTrend } from '../store/point-trend.ts';

/** One row a bucket (or raw value) and point; times in ISO 8601, UTC. Begins with the mark by which Excel knows UTF-8. */
export function trendCsv(trends: readonly PointTrend[], unitOf: (point: string) => string): string {
  const lines = ['point,unit,time,min,max,mean,last,count,quality'];
  for (const { point, buckets } of trends) {
    const head = `${point},${quoted(unitOf(point))}`;
    for (const { from, min, max, mean, last, count, quality } of buckets) {
      const numbers = [min, max, mean, last].map((value) => value ?? '');
      lines.push([head, new Date(from).toISOString(), ...numbers, count, quality].join(','));
    }
  }
  return `\uFEFF${lines.join('\r\n')}\r\n`;
}

/** Units such as `[ppm]` are plain; a text that a spreadsheet would take for a formula is not let through as one. */
const quoted = (text: string): string =>
  /^[=+@-]/.test(text) || /[",\r\n]/.test(text)
    ? `"${(/^[=+@-]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`
    : text;
