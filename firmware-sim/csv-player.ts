/**
 * Recorded sensor data as publishes: samples of a CSV file with their original time stamps, packed into payloads.
 * Repeated stamps of one device are staggered by 1 ms in file order.
 */
import { readTable } from './csv-table.ts';

/** One number of a recording; `time` in epoch ms. */
export type Sample = {
  readonly device: string;
  readonly channel: string;
  readonly time: number;
  readonly value: number;
};

/** Where in a file the samples stand. */
export type CsvColumns = {
  readonly time: string;
  readonly value: string;
  /** Column that tells devices apart; all rows are one device without it. */
  readonly device?: string;
  /** Minutes east of UTC of stamps that name no zone themselves. */
  readonly zoneMinutes: number;
  readonly channel: string;
  readonly devicePrefix: string;
};

/** What a file held. */
export type Recording = {
  readonly samples: readonly Sample[];
  /** Rows whose value cell holds no number. */
  readonly leftOut: number;
};

/** Samples of one file in file order; rows without a number are left out. */
export const readSamples = (path: string, columns: CsvColumns): Sample[] => [
  ...readRecording(path, columns).samples,
];

/** Samples of one file in file order, and how many rows hold none. Throws on a missing column or an unreadable time. */
export function readRecording(path: string, columns: CsvColumns): Recording {
  const [head, ...rows] = readTable(path);
  const at = (name: string): number => {
    const index = head?.indexOf(name) ?? -1;
    if (index < 0) throw new Error(`${path} has no column "${name}"; it has ${head?.join(', ') ?? 'none'}`);
    return index;
  };
  const time = at(columns.time);
  const value = at(columns.value);
  const device = columns.device === undefined ? -1 : at(columns.device);
  const withNumber = rows.filter((row) => isNumber(row[value] ?? ''));
  const samples = withNumber.map((row) => ({
    device: `${columns.devicePrefix}${device < 0 ? '' : row[device]}`,
    channel: columns.channel,
    time: instantOf(row[time] ?? '', columns.zoneMinutes),
    value: Number(row[value]),
  }));
  return { samples: stagger(samples), leftOut: rows.length - withNumber.length };
}

const isNumber = (cell: string): boolean => cell.trim() !== '' && Number.isFinite(Number(cell));

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

const DATE = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})/;
const CLOCK = /^[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?/;
const ZONE = /^ ?(?:(Z)|([+-])(\d{2}):?(\d{2}))$/i;

/**
 * Epoch ms of a stamp: `2024-05-01`, `2024-05-01 08:30`, `…T08:30:00.250`, with or without `Z` or `+08:00`, or epoch
 * seconds or ms. A stamp without a zone is local time `zoneMinutes` east of UTC. Throws on anything else.
 */
export function instantOf(text: string, zoneMinutes: number): number {
  const stamp = text.trim();
  if (/^\d{12,13}$/.test(stamp)) return Number(stamp);
  if (/^\d{9,10}$/.test(stamp)) return Number(stamp) * 1_000;
  const refused = new Error(`"${text}" is not a time`);
  const date = DATE.exec(stamp);
  if (date === null) throw refused;
  const [whole, year, month, day] = date;
  const rest = stamp.slice(whole.length);
  const clock = CLOCK.exec(rest);
  const zoneText = rest.slice(clock?.[0].length ?? 0);
  const zone = ZONE.exec(zoneText);
  if (zoneText !== '' && zone === null) throw refused;
  const [, hour = '0', minute = '0', second = '0', fraction = '0'] = clock ?? [];
  const [y, mo, d, h, mi, s] = [year, month, day, hour, minute, second].map(Number);
  const local = Date.UTC(y ?? 0, (mo ?? 0) - 1, d, h, mi, s);
  const back = new Date(local);
  if (
    back.getUTCMonth() + 1 !== mo ||
    back.getUTCDate() !== d ||
    (h ?? 0) > 23 ||
    (mi ?? 0) > 59 ||
    (s ?? 0) > 59
  )
    throw refused;
  return local + Number(fraction.padEnd(3, '0').slice(0, 3)) - eastOfUtcMinutes(zone, zoneMinutes) * 60_000;
}

function eastOfUtcMinutes(zone: RegExpExecArray | null, otherwise: number): number {
  if (zone === null) return otherwise;
  const [, utc, sign, hours, minutes] = zone;
  if (utc !== undefined) return 0;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
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
