/** Recorded sensors registered as a city would register them, and what the naive model says of their recordings. */
import type { Alarm, AlarmEvent } from '#domain/alarm.ts';
import { type NaiveLevel, type NaiveRise, type NaiveSpan, naiveSpans } from '#test/oracle/naive-city.ts';
import { chilbolton, rain, type Recording, streetFloods } from '#test/oracle/recorded-data.ts';
import type { Api } from './api.ts';
import { allAlarms, allPages, type Gateway, type ClockedCity, type PlannedPoint } from './clocked-city.ts';

export type Recorded = {
  readonly rule: string;
  readonly channel: string;
  readonly recordings: readonly Recording[];
  readonly levels: readonly NaiveLevel[];
  readonly rise?: NaiveRise;
  readonly plan: readonly PlannedPoint[];
};

const METHANE_INTERVAL_MS = 5_000;
const FLOOD_INTERVAL_MS = 60_000;
const RAIN_INTERVAL_MS = 900_000;

/** Methane beams with their own limits: 3 ppm yellow, 6 ppm orange, deadband 0.2, on-delay 10 s, off-delay 5 s. */
export function methane(releases: readonly string[]): Recorded {
  const beams = new Map<string, Recording>();
  for (const { device, samples } of releases.flatMap(chilbolton))
    beams.set(device, { device, samples: [...(beams.get(device)?.samples ?? []), ...samples] });
  const delays = { onDelayMs: 10_000, offDelayMs: 5_000 };
  const limits = { H: 3, HH: 6, deadband: 0.2, ...delays };
  return recorded('point-limits', [...beams.values()], {
    gateway: 'GW-gas',
    channel: 'ch4',
    quantity: 'ch4',
    unit: '[ppm]',
    kind: 'gas-valve-well',
    reportIntervalMs: METHANE_INTERVAL_MS,
    limits,
    levels: [
      { colour: 'yellow', limit: 3, clearBelow: 2.8, ...delays },
      { colour: 'orange', limit: 6, clearBelow: 5.8, ...delays },
    ],
  });
}

/** Street floods in inches under the shipped ponding depths: 5, 15, 20, 27 cm, deadband 1 cm; one worse while it rises. */
export function floods(sensors: number, samplesMax?: number): Recorded {
  const level = (colour: string, cm: number, onDelayMs: number): NaiveLevel => ({
    colour,
    limit: cm / 2.54,
    clearBelow: (cm - 1) / 2.54,
    onDelayMs,
    offDelayMs: 60_000,
  });
  return recorded('ponding-depth', streetFloods(sensors, samplesMax), {
    gateway: 'GW-water',
    channel: 'depth',
    quantity: 'water-depth',
    unit: '[in_i]',
    kind: 'underpass',
    reportIntervalMs: FLOOD_INTERVAL_MS,
    levels: [
      level('blue', 5, 60_000),
      level('yellow', 15, 30_000),
      level('orange', 20, 0),
      level('red', 27, 0),
    ],
    rise: {
      rule: 'ponding-rise',
      windowMs: 300_000,
      colour: 'yellow',
      limit: 3 / 2.54,
      clearBelow: 2.5 / 2.54,
      onDelayMs: 0,
      offDelayMs: 300_000,
    },
  });
}

/** A rain gauge in inches under the shipped sums: 50 mm in 12, 6 and 3 h, 100 mm in 3 h, deadband 5 mm. */
export function gauge(isPlayed: (time: number) => boolean = () => true): Recorded {
  const level = (colour: string, mm: number, hours: number): NaiveLevel => ({
    colour,
    limit: mm / 25.4,
    clearBelow: (mm - 5) / 25.4,
    onDelayMs: 0,
    offDelayMs: 600_000,
    windowMs: hours * 3_600_000,
  });
  const { device, samples } = rain();
  return recorded('rain-sum', [{ device, samples: samples.filter(({ time }) => isPlayed(time)) }], {
    gateway: 'GW-rain',
    channel: 'rain',
    quantity: 'rain-increment',
    unit: '[in_i]',
    kind: 'rain-gauge',
    reportIntervalMs: RAIN_INTERVAL_MS,
    levels: [level('blue', 50, 12), level('yellow', 50, 6), level('orange', 50, 3), level('red', 100, 3)],
  });
}

function recorded(
  rule: string,
  recordings: readonly Recording[],
  terms: Omit<PlannedPoint, 'device'> & {
    readonly levels: readonly NaiveLevel[];
    readonly rise?: NaiveRise;
  },
): Recorded {
  const { levels, rise, ...point } = terms;
  const plan = recordings.map(({ device }) => ({ device, ...point }));
  return { rule, channel: terms.channel, recordings, levels, plan, ...(rise === undefined ? {} : { rise }) };
}

/** What the naive model says, each sample judged at its own time; delays that run after its last one end by `until`. */
export function expectedSpans(
  { recordings, channel, levels, rise, plan }: Recorded,
  until: (last: number) => number,
): NaiveSpan[] {
  const intervalMs = plan[0]?.reportIntervalMs ?? 0;
  return recordings
    .flatMap(({ device, samples }) => {
      const inputs = samples.map(({ time, value }, i) => ({
        kind: 'publish' as const,
        gateway: '',
        receivedAt: time,
        engineTime: time,
        text: JSON.stringify({ device, time, seq: i + 1, values: { [channel]: value } }),
      }));
      const end = until(samples.at(-1)?.time ?? 0);
      const over = { kind: 'other' as const, receivedAt: end, engineTime: end };
      const point = {
        id: `${device}/${channel}`,
        intervalMs,
        levels,
        ...(rise === undefined ? {} : { rise }),
      };
      const { spans } = naiveSpans([point], [...inputs, over]);
      return spans.filter((span) => span.rule === undefined);
    })
    .toSorted(bySpan);
}

/** One publish for each instant at which something was measured, as a gateway sends a round. */
export function rounds({ recordings, channel }: Recorded): { time: number; records: unknown[] }[] {
  const byTime = new Map<number, unknown[]>();
  for (const { device, samples } of recordings)
    samples.forEach(({ time, value }, i) => {
      const records = byTime.get(time) ?? [];
      byTime.set(time, records);
      records.push({ device, time, seq: i + 1, values: { [channel]: value } });
    });
  return [...byTime].map(([time, records]) => ({ time, records })).toSorted((a, b) => a.time - b.time);
}

/** Publishes each round at its own time, one after the other, waiting for each PUBACK. */
export async function playLive(
  city: ClockedCity,
  gateway: Gateway,
  played: readonly { readonly time: number; readonly records: unknown }[],
): Promise<void> {
  for (const { time, records } of played) {
    city.clock.moveTo(time);
    await gateway.send(records);
  }
}

/** Where the live alarms of `rule` were active and the worst colour meanwhile, from the events an officer can read. */
export async function liveSpans(api: Api, rule: string): Promise<NaiveSpan[]> {
  const spans: NaiveSpan[] = [];
  for (const alarm of await allAlarms(api)) {
    if (alarm.rule !== rule || alarm.historical) continue;
    spans.push(
      ...activeSpans(await allPages<AlarmEvent>(api, `/api/v1/alarms/${alarm.id}/events?limit=1000`)),
    );
  }
  return spans.toSorted(bySpan);
}

const RANK = ['blue', 'yellow', 'orange', 'red'];
const worse = (a: string, b: string): string => (RANK.indexOf(a) >= RANK.indexOf(b) ? a : b);

function activeSpans(events: readonly Pick<AlarmEvent, 'alarm' | 'change'>[]): NaiveSpan[] {
  const spans: NaiveSpan[] = [];
  let open = nothingOpen();
  for (const { alarm, change } of events) {
    if (change === 'raised' || change === 'reactivated') {
      if (open !== null) throw new Error(`${alarm.point} was ${change} while active`);
      const from = Number(alarm.explanation.params['since']);
      open = { point: alarm.point ?? '', colour: alarm.colour, from, to: null };
    } else if (open !== null && alarm.active) open = { ...open, colour: worse(open.colour, alarm.colour) };
    else if (open !== null) {
      spans.push({ ...open, to: alarm.returnedAt });
      open = null;
    }
  }
  return open === null ? spans : [...spans, open];
}

const nothingOpen = (): NaiveSpan | null => null;

/** Episodes of `rule` found in late data. */
export const historicalSpans = (alarms: readonly Alarm[], rule: string): NaiveSpan[] =>
  alarms
    .filter((alarm) => alarm.rule === rule && alarm.historical && alarm.withdrawn !== true)
    .map(({ point, colour, onsetAt, returnedAt }) => ({
      point: point ?? '',
      colour,
      from: onsetAt,
      to: returnedAt,
    }))
    .toSorted(bySpan);

export function bySpan(a: NaiveSpan, b: NaiveSpan): number {
  return a.from - b.from || (a.point < b.point ? -1 : a.point > b.point ? 1 : 0);
}

export function countColours(spans: readonly NaiveSpan[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { colour } of spans) counts[colour] = (counts[colour] ?? 0) + 1;
  return counts;
}

export const countSamples = ({ recordings }: Recorded): number =>
  recordings.reduce((sum, { samples }) => sum + samples.length, 0);
