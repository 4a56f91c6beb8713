/** Every recorded data set beside the project that rules apply to, as points of a city with their samples. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chilbolton, haveRecordings, rain, recordingPath, streetFloods } from '#test/oracle/recorded-data.ts';
import { numbers, readTable, times } from '../../tools/score/table-file.ts';

export type SetPoint = {
  readonly quantity: string;
  readonly unit: string;
  readonly kind: string;
  readonly intervalMs: number;
  readonly limits?: Readonly<Record<string, unknown>>;
  /** By time; a value may be NaN. */
  readonly samples: readonly { readonly time: number; readonly value: number }[];
};
export type RecordedSet = { readonly name: string; readonly points: () => SetPoint[] };

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

type Column = Omit<SetPoint, 'intervalMs' | 'samples'> & {
  readonly column: string;
  readonly as?: (value: number) => number;
};

/** Columns of one table; `rowsMax` bounds the time a test takes. */
function columnsOf(
  file: string,
  time: string | ((row: number) => number),
  intervalMs: number,
  columns: readonly Column[],
  rowsMax = 8_000,
): SetPoint[] {
  const table = readTable(recordingPath(file));
  const at =
    typeof time === 'string'
      ? times(table, time)
      : table.rows.map((_, row) => Date.UTC(2020, 0, 1) + time(row));
  return columns.map(({ column, as = (value) => value, ...point }) => {
    const values = numbers(table, column);
    const samples = values
      .slice(0, rowsMax)
      .map((value, row) => ({ time: at[row] ?? NaN, value: as(value) }));
    return { ...point, intervalMs, samples: inOrder(samples) };
  });
}

/** By time, one a millisecond. */
function inOrder(samples: SetPoint['samples']): SetPoint['samples'] {
  const known = samples.filter(({ time }) => Number.isFinite(time)).toSorted((a, b) => a.time - b.time);
  return known.filter(({ time }, at) => time !== known[at - 1]?.time);
}

const HIGH = { H: 3, HH: 6, deadband: 0.2, onDelayMs: 10_000, offDelayMs: 5_000 };

export const RECORDED_SETS: readonly RecordedSet[] = [
  {
    name: 'gas-methane-chilbolton',
    points: () =>
      ['rel02', 'rel03'].flatMap(chilbolton).map(({ samples }) => ({
        ...{ quantity: 'ch4', unit: '[ppm]', kind: 'gas-valve-well', intervalMs: 5 * SECOND, limits: HIGH },
        samples: samples.slice(0, 4_000),
      })),
  },
  {
    name: 'flood-street-nyc',
    points: () =>
      streetFloods(60, 400).map(({ samples }) => ({
        ...{ quantity: 'water-depth', unit: '[in_i]', kind: 'underpass', intervalMs: MINUTE, samples },
      })),
  },
  {
    name: 'rain-usgs-wi',
    points: () => [
      {
        ...{ quantity: 'rain-increment', unit: '[in_i]', kind: 'rain-gauge', intervalMs: 15 * MINUTE },
        samples: rain().samples,
      },
    ],
  },
  {
    name: 'flood-tidal-housemill',
    points: () =>
      columnsOf('flood-tidal-housemill/housemill_raw_sonar_2024.csv.gz', 'time', 10 * MINUTE, [
        {
          ...{ column: 'distance_mm', quantity: 'water-depth', unit: 'mm', kind: 'underpass' },
          as: (distance) => Math.max(0, 2_480 - distance),
        },
      ]),
  },
  {
    name: 'water-batadal',
    points: () => {
      const tank = {
        quantity: 'tank-level',
        unit: 'm',
        kind: 'tank',
        limits: { L: 0.8, H: 4, deadband: 0.1 },
      };
      const pump = { quantity: 'pump-state', unit: '1', kind: 'pump-station' };
      const flow = { quantity: 'flow', unit: 'm3/h', kind: 'pump-station' };
      return columnsOf('water-batadal/dataset04_attacks.csv.gz', 'time', HOUR, [
        ...['L_T1', 'L_T3', 'L_T7'].map((column) => ({ column, ...tank })),
        ...['F_PU1', 'F_PU7', 'F_PU10'].map((column) => ({ column, ...flow })),
        ...['S_PU1', 'S_PU7', 'S_PU10'].map((column) => ({ column, ...pump })),
        { column: 'P_J280', quantity: 'pressure', unit: 'kPa', kind: 'pump-station', limits: { L: 10 } },
      ]);
    },
  },
  {
    name: 'anomaly-skab',
    points: () =>
      columnsOf('anomaly-skab/other_1.csv.gz', 'datetime', SECOND, [
        { column: 'Pressure', quantity: 'pressure', unit: 'kPa', kind: 'heat-station' },
        {
          column: 'Temperature',
          quantity: 'temperature',
          unit: 'Cel',
          kind: 'heat-station',
          limits: { H: 91 },
        },
        { column: 'Volume Flow RateRMS', quantity: 'flow', unit: 'm3/h', kind: 'heat-station' },
      ]),
  },
  {
    name: 'anomaly-nab',
    points: () =>
      [
        'realKnownCause/machine_temperature_system_failure',
        'artificialWithAnomaly/art_daily_jumpsup',
      ].flatMap((file) =>
        columnsOf(`anomaly-nab/${file}.csv.gz`, 'timestamp', 5 * MINUTE, [
          {
            ...{ column: 'value', quantity: 'temperature', unit: 'Cel', kind: 'heat-station' },
            limits: { L: 40, H: 95, deadband: 1, onDelayMs: 10 * MINUTE },
          },
        ]),
      ),
  },
  {
    name: 'chem-tep',
    points: () =>
      columnsOf('chem-tep/d04_te.csv.gz', (row) => row * 3 * MINUTE, 3 * MINUTE, [
        { column: 'xmeas_7', quantity: 'pressure', unit: 'kPa', kind: 'hazchem-plant', limits: { H: 2_720 } },
        { column: 'xmeas_8', quantity: 'tank-level', unit: '%', kind: 'tank' },
        {
          column: 'xmeas_9',
          quantity: 'temperature',
          unit: 'Cel',
          kind: 'hazchem-plant',
          limits: { H: 120.5 },
        },
      ]),
  },
  {
    name: 'air-quality-uci',
    points: () =>
      columnsOf('air-quality-uci/air_quality_2004-03_2004-11.csv.gz', 'time', HOUR, [
        { column: 'co_mg_m3', quantity: 'co', unit: 'mg/m3', kind: 'hazchem-plant', limits: { H: 5, HH: 8 } },
        {
          ...{ column: 'c6h6_ug_m3', quantity: 'benzene', unit: 'mg/m3', kind: 'hazchem-plant' },
          as: (ug) => ug / 10,
        },
      ]),
  },
  {
    name: 'sewer-inflow-rain-dhi',
    points: () =>
      columnsOf('sewer-inflow-rain-dhi/inflow_rain_2023-11_2024-09.csv.gz', 'time', HOUR, [
        { column: 'flow', quantity: 'flow', unit: 'm3/h', kind: 'pump-station', limits: { H: 900 } },
        { column: 'acc_precip', quantity: 'rain-increment', unit: 'mm', kind: 'rain-gauge' },
      ]),
  },
  {
    name: 'heat-meter-dk',
    points: () =>
      columnsOf('heat-meter-dk/meter660_2018_2019.csv.gz', 'time', HOUR, [
        {
          column: 'volume_flow_m3',
          quantity: 'flow',
          unit: 'm3/h',
          kind: 'heat-station',
          limits: { H: 130 },
        },
      ]),
  },
  {
    name: 'people-count-calit2',
    points: () =>
      columnsOf('people-count-calit2/inflow.csv.gz', 'time', 30 * MINUTE, [
        { column: 'count', quantity: 'people', unit: '{people}', kind: 'road-low-point', limits: { H: 40 } },
      ]),
  },
  {
    name: 'flood-river-uk2014',
    points: () => {
      const table = readTable(recordingPath('flood-river-uk2014/river_levels.csv.gz'));
      const column = (name: string): number => table.columns.indexOf(name);
      const rows = table.rows.filter((row) => row[column('units')] === 'm');
      const at = times({ ...table, rows }, 'time');
      const levels = numbers({ ...table, rows }, 'value');
      const stations = Map.groupBy(rows.keys(), (row) => rows[row]?.[column('station')]);
      return [...stations.values()].slice(0, 100).map((places) => ({
        ...{ quantity: 'sewer-level', unit: 'm', kind: 'manhole', intervalMs: 15 * MINUTE, limits: { H: 2 } },
        samples: inOrder(places.map((row) => ({ time: at[row] ?? NaN, value: levels[row] ?? NaN }))),
      }));
    },
  },
];

/** False where they do not lie beside the project; in CI they must. */
export const haveSets =
  haveRecordings && RECORDED_SETS.every(({ name }) => existsSync(join(recordingPath(''), name)));
