/** Controlled methane releases before open-path beams: how soon, how many false readings, how many rings. */
import { join } from 'node:path';
import { type BenchRow, runBench } from './bench-city.ts';
import { deviationRule, oneOfFacility, bareLimits } from './settings.ts';
import { instant, numbers, readTable, times } from './table-file.ts';
import type { ScoreLine } from './score-line.ts';

const BEAMS = 7;
/** Each beam is read every 3 to 5 s. */
const INTERVAL_MS = 4_000;
const NAIVE_PPM = 3;
const POINT = { quantity: 'ch4', unit: '[ppm]', intervalMs: INTERVAL_MS } as const;
const POINTS = Array.from({ length: BEAMS }, () => POINT);

/** One line a release, and one for the rings. */
export function scoreChilbolton(folder: string): ScoreLine[] {
  const releases = readTable(join(folder, 'releases.csv'));
  const lines: ScoreLine[] = [];
  let kept = 0;
  let bareRings = 0;
  let ownRings = 0;
  let missed = 0;
  for (const [name = '', from = '', to = ''] of releases.rows) {
    const [on, off] = [instant(from), instant(to)];
    const rows = rowsOf(join(folder, `${name}_ch4.csv.gz`));
    const naive = rows.filter(({ value }) => value > NAIVE_PPM);
    const naiveDelay = (naive.find(({ time }) => time >= on && time <= off)?.time ?? NaN) - on;
    const naiveFalse = naive.filter(({ time }) => time < on || time > off).length;
    const own = runBench(POINTS, [deviationRule('ch4', INTERVAL_MS, 'process')], rows);
    const standing = (time: number, point: number | null): boolean =>
      own.episodes.some(
        (one) => (point === null || one.point === point) && one.onsetAt <= time && time < one.returnedAt,
      );
    const delay =
      (rows.find(({ time }) => time >= on && time <= off && standing(time, null))?.time ?? NaN) - on;
    const falseReadings = rows.filter(
      ({ time, point }) => (time < on || time > off) && standing(time, point),
    ).length;
    const good = delay <= naiveDelay && falseReadings <= naiveFalse;
    if (good) kept += 1;
    lines.push({
      set: `Chilbolton ${name}`,
      figure: `delay ${delay / 1_000} s, ${falseReadings} false of ${rows.length} readings`,
      reference: `3 ppm rule: ${naiveDelay / 1_000} s, ${naiveFalse} false`,
      reached: good,
    });
    const bare = runBench(
      POINTS,
      [bareLimits('ch4', '[ppm]', 'high', [{ name: 'H', colour: 'yellow', limit: NAIVE_PPM }])],
      rows,
    );
    const grouped = runBench(POINTS, [oneOfFacility('ch4', '[ppm]', NAIVE_PPM)], rows);
    bareRings += bare.rings.length;
    ownRings += grouped.rings.length;
    if (!grouped.episodes.some((one) => one.onsetAt <= off && one.returnedAt >= on)) missed += 1;
  }
  lines.push({
    set: 'Chilbolton, releases no worse than the 3 ppm rule',
    figure: `${kept} of ${releases.rows.length}`,
    reference: 'at least 3 of 4',
    reached: kept >= 3,
  });
  const cut = 1 - ownRings / bareRings;
  lines.push({
    set: 'Chilbolton, rings at 3 ppm',
    figure: `${ownRings} for ${bareRings} (${Math.round(cut * 100)} % fewer), ${missed} releases missed`,
    reference: 'bare limits; 80 % fewer, none missed',
    reached: cut >= 0.8 && missed === 0,
  });
  return lines;
}

function rowsOf(path: string): BenchRow[] {
  const table = readTable(path);
  const [time, beam, ppm] = [times(table, 'time'), numbers(table, 'beam'), numbers(table, 'ch4_ppm')];
  const rows = time.map((at, row) => ({ time: at, point: (beam[row] ?? 1) - 1, value: ppm[row] ?? NaN }));
  return rows.sort((a, b) => a.time - b.time);
}
