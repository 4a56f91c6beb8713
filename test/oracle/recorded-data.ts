/** Recorded sensor data beside the project, read for the oracle without any code of the product. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const DIRECTORY = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), '..', 'shared', 'data');

export type Sample = { readonly time: number; readonly value: number };

/** True where the recordings lie beside the project; in CI they must. */
export const haveRecordings = existsSync(join(DIRECTORY, 'INDEX.md'));

export type Recording = { readonly device: string; readonly samples: readonly Sample[] };

/** Methane of one release, ppm, a device per beam. Stamps are local (May in England): British Summer Time, UTC+1. */
export function chilbolton(release: string): Recording[] {
  const rows = table(methaneFile(release));
  const beams = new Map<string, Sample[]>();
  for (const row of rows) {
    const beam = `beam-${row['beam'] ?? ''}`;
    const samples = beams.get(beam) ?? [];
    beams.set(beam, samples);
    samples.push({ time: utc(row['time'], '+01:00'), value: Number(row['ch4_ppm']) });
  }
  return [...beams].map(([device, samples]) => ({ device, samples: staggered(samples) }));
}

/**
 * Depth curves of street floods, inches, of the `sensors` with most samples up to `samplesMax` each; New York local
 * time is likely, read as UTC-5 throughout.
 */
export function streetFloods(sensors: number, samplesMax = Number.POSITIVE_INFINITY): Recording[] {
  const curves = new Map<string, Sample[]>();
  for (const row of table('flood-street-nyc/flood_events.csv.gz')) {
    const device = row['sensor_id'] ?? '';
    const start = utc(row['flood_start_time'], '-05:00');
    const depths: number[] = JSON.parse(row['flood_profile_depth_inches'] ?? '[]');
    const seconds: number[] = JSON.parse(row['flood_profile_time_secs'] ?? '[]');
    const samples = curves.get(device) ?? [];
    curves.set(device, samples);
    depths.forEach((value, i) => samples.push({ time: start + (seconds[i] ?? 0) * 1_000, value }));
  }
  return [...curves]
    .filter(([, samples]) => samples.length <= samplesMax)
    .toSorted(([, a], [, b]) => b.length - a.length)
    .slice(0, sensors)
    .map(([device, samples]) => ({
      device,
      samples: staggered(samples.toSorted((a, b) => a.time - b.time)),
    }));
}

/** Where a recording lies, for a player of files. */
export const recordingPath = (name: string): string => join(DIRECTORY, name);
export const RAIN_FILE = 'rain-usgs-wi/rain_05408480_2015-10_2016-07.csv.gz';
export const methaneFile = (release: string): string => `gas-methane-chilbolton/${release}_ch4.csv.gz`;

/** Rain increments of a gauge in Wisconsin, inches; America/Chicago local stamps, read as standard time UTC-6 throughout. */
export function rain(): Recording {
  const samples = table(RAIN_FILE).map((row) => ({
    time: utc(row['time'], '-06:00'),
    value: Number(row['rain_in']),
  }));
  return { device: 'gauge', samples: staggered(samples.toSorted((a, b) => a.time - b.time)) };
}

/** A repeated stamp takes the next free millisecond, in file order. */
function staggered(samples: readonly Sample[]): Sample[] {
  const taken = new Set<number>();
  return samples
    .map((sample) => {
      let { time } = sample;
      while (taken.has(time)) time += 1;
      taken.add(time);
      return { ...sample, time };
    })
    .toSorted((a, b) => a.time - b.time);
}

function utc(text: string | undefined, zone: string): number {
  const time = Date.parse(`${text}${zone}`);
  if (Number.isNaN(time)) throw new Error(`"${text}" is not a time`);
  return time;
}

function table(path: string): Record<string, string>[] {
  const bytes = readFileSync(join(DIRECTORY, path));
  const lines = gunzipSync(bytes).toString('utf8').trim().split(/\r?\n/).map(cells);
  const [head = [], ...rows] = lines;
  return rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i] ?? ''])));
}

function cells(line: string): string[] {
  return [...line.matchAll(/("([^"]*)"|[^,]*)(,|$)/g)]
    .slice(0, -1)
    .map((match) => match[2] ?? match[1] ?? '');
}
