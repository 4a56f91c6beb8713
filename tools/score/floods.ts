/** Floods of a building by the tide (House Mill) and of streets (New York): rings against bare limits, and what was found. */
import { join } from 'node:path';
import { type BenchPoint, type BenchRow, runBench } from './bench-city.ts';
import { bareLimits, keptLimits } from './settings.ts';
import { instant, numbers, readTable, times } from './table-file.ts';
import type { ScoreLine } from './score-line.ts';

const HOUR_MS = 3_600_000;
const SHIFT_MS = 12 * HOUR_MS;
const CUT = 0.8;
/** The sonar tells 5,000 when nothing is in range. */
const SONAR_SPAN_MM = 5_000;
/** The deepest class of the network. */
const STREET_SPAN_IN = 24;

/** Sonar over the water: less is worse; 830 mm touches the boards, 570 mm stands on the floor. */
export function scoreHouseMill(folder: string): ScoreLine[] {
  const table = readTable(join(folder, 'housemill_raw_sonar_2024.csv.gz'));
  const mm = numbers(table, 'distance_mm');
  const rows = times(table, 'time')
    .map((time, row): BenchRow => ({ time, point: 0, value: mm[row] ?? NaN }))
    .sort((a, b) => a.time - b.time);
  const intervalMs = 10 * 60_000;
  const points = [{ quantity: 'water-depth', unit: 'mm', intervalMs }];
  const limits = [
    { name: 'touches', colour: 'yellow', limit: 830 },
    { name: 'floor', colour: 'orange', limit: 570 },
  ];
  const bare = runBench(points, [bareLimits('water-depth', 'mm', 'low', limits)], rows);
  const own = runBench(
    points,
    [keptLimits('water-depth', 'mm', 'low', intervalMs, SONAR_SPAN_MM, limits)],
    rows,
  );
  // The authors' tides are in local time; an hour of summer time is within what a tide lasts.
  const tides = readTable(join(folder, 'flood_tides_touching_floor_109.csv'))
    .rows.map(([time = '']) => instant(time))
    .filter((time) => time >= (rows[0]?.time ?? 0) && time <= (rows.at(-1)?.time ?? 0));
  const near = (tide: number, onset: number, end: number): boolean =>
    onset <= tide + 2 * HOUR_MS && end >= tide - 2 * HOUR_MS;
  const foundBy = (run: typeof own): number =>
    tides.filter((tide) => run.episodes.some((one) => near(tide, one.onsetAt, one.returnedAt))).length;
  const [found, bareFound] = [foundBy(own), foundBy(bare)];
  const other = own.episodes.filter(
    (one) => !tides.some((tide) => near(tide, one.onsetAt, one.returnedAt)),
  ).length;
  return [
    {
      set: 'House Mill, tides found in the raw sonar',
      figure: `${found} of ${tides.length}, ${other} other alarms`,
      reference: `bare limits ${bareFound}; derived rule 69 of 78 on cleaned data, no others`,
      reached: found >= bareFound,
    },
    ...ringLines('House Mill', rows, {
      readings: mm.filter((one) => one <= 830).length,
      crossings: bare.rings.length,
      own: own.rings.length,
      missed: Math.max(0, bareFound - found),
    }),
  ];
}

/** Street floods; 4, 12 and 24 inches. Sensors stand where they stand: a storm is one incident. */
export function scoreNyc(folder: string): ScoreLine[] {
  const sensors = readTable(join(folder, 'sensors.csv'));
  const events = readTable(join(folder, 'flood_events.csv.gz'));
  const column = (name: string): number => events.columns.indexOf(name);
  const [idAt, startAt] = [column('sensor_id'), column('flood_start_time')];
  const ids = [...new Set(events.rows.map((row) => row[idAt] ?? ''))].sort();
  const where = new Map(
    sensors.rows.map((row) => [
      row[sensors.columns.indexOf('sensor_id')] ?? '',
      {
        lat: Number(row[sensors.columns.indexOf('latitude')]),
        lon: Number(row[sensors.columns.indexOf('longitude')]),
      },
    ]),
  );
  const intervalMs = 60_000;
  const points = ids.map((id, index): BenchPoint => {
    const at = where.get(id);
    const location = at !== undefined && Number.isFinite(at.lat) ? { location: at } : {};
    return {
      quantity: 'water-depth',
      unit: '[in_i]',
      intervalMs,
      facility: `S-${index}`,
      kind: 'road-low-point',
      ...location,
    };
  });
  const spans: { point: number; from: number; to: number; deepest: number }[] = [];
  const rows = events.rows.flatMap((row): BenchRow[] => {
    const start = instant(row[startAt] ?? '');
    const depth = JSON.parse(row[column('flood_profile_depth_inches')] ?? '[]') as number[];
    const at = JSON.parse(row[column('flood_profile_time_secs')] ?? '[]') as number[];
    const point = ids.indexOf(row[idAt] ?? '');
    const to = start + (at.at(-1) ?? 0) * 1_000;
    spans.push({ point, from: start, to, deepest: Math.max(...depth) });
    return depth.map((value, sample) => ({ point, value, time: start + (at[sample] ?? 0) * 1_000 }));
  });
  rows.sort((a, b) => a.time - b.time || a.point - b.point);
  const limits = [
    { name: '4in', colour: 'yellow', limit: 4 },
    { name: '12in', colour: 'orange', limit: 12 },
    { name: '24in', colour: 'red', limit: 24 },
  ];
  const bare = runBench(points, [bareLimits('water-depth', '[in_i]', 'high', limits)], rows);
  const own = runBench(
    points,
    [keptLimits('water-depth', '[in_i]', 'high', intervalMs, STREET_SPAN_IN, limits)],
    rows,
  );
  const deep = spans.filter(({ deepest }) => deepest >= 4);
  const found = deep.filter(({ point, from, to }) =>
    own.episodes.some((one) => one.point === point && one.onsetAt <= to && one.returnedAt >= from),
  ).length;
  return [
    {
      set: 'New York, floods of 4 in and more that have an alarm',
      figure: `${found} of ${deep.length}`,
      reference: 'all',
      reached: found === deep.length,
    },
    ...ringLines('New York', rows, {
      readings: rows.filter(({ value }) => value >= 4).length,
      crossings: bare.rings.length,
      own: own.rings.length,
      missed: deep.length - found,
    }),
  ];
}

type Rings = {
  /** Readings at or beyond the mildest limit: what a threshold without memory rings. */
  readonly readings: number;
  /** Rises over a limit: what it rings when it remembers its state. */
  readonly crossings: number;
  readonly own: number;
  readonly missed: number;
};

function ringLines(name: string, rows: readonly BenchRow[], rings: Rings): ScoreLine[] {
  const shifts = ((rows.at(-1)?.time ?? 0) - (rows[0]?.time ?? 0)) / SHIFT_MS;
  const { own, missed } = rings;
  return (['readings', 'crossings'] as const).map((against): ScoreLine => {
    const bare = rings[against];
    const cut = 1 - own / bare;
    const told = `${own} for ${bare} (${Math.round(cut * 100)} % fewer), ${(own / shifts).toFixed(2)} a shift`;
    return {
      set: `${name}, rings against bare limits by ${against}`,
      figure: `${told}, ${missed} events missed`,
      reference: `${(bare / shifts).toFixed(2)} a shift; 80 % fewer, none missed`,
      reached: cut >= CUT && missed === 0,
    };
  });
}
