/**
 * Replays recorded sensor data through MQTT: CSV (or CSV.gz) in, one publish of up to `recordsPerPublish` records at a
 * time, original time stamps kept. Repeated stamps of one device are staggered by 1 ms in file order.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export type Sample = {
  readonly device: string;
  readonly channel: string;
  readonly time: number;
  readonly value: number;
};

export type CsvColumns = {
  readonly time: string;
  readonly value: string;
  /** Column that tells devices apart; all rows are one device without it. */
  readonly device?: string;
  /** Minutes east of UTC of the file's local stamps. */
  readonly zoneMinutes: number;
  readonly channel: string;
  readonly devicePrefix: string;
};

/** Samples of one file in file order; rows without a number are left out. */
export function readSamples(path: string, columns: CsvColumns): Sample[] {
  const [head, ...rows] = readTable(path);
  const at = (name: string): number => {
    const index = head?.indexOf(name) ?? -1;
    if (index < 0) throw new Error(`${path} has no column "${name}"`);
    return index;
  };
  const time = at(columns.time);
  const value = at(columns.value);
  const device = columns.device === undefined ? -1 : at(columns.device);
  const samples = rows
    .filter((row) => row.length > 1 && row[value] !== '' && Number.isFinite(Number(row[value])))
    .map((row) => ({
      device: `${columns.devicePrefix}${device < 0 ? '' : row[device]}`,
      channel: columns.channel,
      time: localTime(row[time] ?? '', columns.zoneMinutes),
      value: Number(row[value]),
    }));
  return stagger(samples);
}

/** Gives a repeated stamp of one device the next free millisecond, in the order given. */
export function stagger(samples: readonly Sample[]): Sample[] {
  const taken = new Map<string, Set<number>>();
  return samples.map((sample) => {
    const times = taken.get(sample.device) ?? new Set<number>();
    taken.set(sample.device, times);
    let time = sample.time;
    while (times.has(time)) time += 1;
    times.add(time);
    return { ...sample, time };
  });
}

/** Rows of a CSV file, quotes honoured. */
export function readTable(path: string): string[][] {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map(splitRow);
}

function splitRow(line: string): string[] {
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (const character of line) {
    if (character === '"') quoted = !quoted;
    else if (character === ',' && !quoted) {
      cells.push(cell);
      cell = '';
    } else cell += character;
  }
  cells.push(cell);
  return cells;
}

function localTime(text: string, zoneMinutes: number): number {
  const local = Date.parse(`${text.slice(0, 23)}Z`);
  if (Number.isNaN(local)) throw new Error(`"${text}" is not a time`);
  return local - zoneMinutes * 60_000;
}

/** Payloads in sample order, at most `recordsPerPublish` records each; `seq` counts per device. */
export function* payloads(samples: readonly Sample[], recordsPerPublish: number): Generator<string> {
  const sequences = new Map<string, number>();
  for (let from = 0; from < samples.length; from += recordsPerPublish) {
    const records = samples.slice(from, from + recordsPerPublish).map(({ device, channel, time, value }) => {
      const seq = (sequences.get(device) ?? 0) + 1;
      sequences.set(device, seq);
      return { device, time, seq, values: { [channel]: value } };
    });
    yield JSON.stringify(records.length === 1 ? records[0] : records);
  }
}
