/** Recorded sensors played through the broker at their own times: the live alarms are those of the naive model. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { payloads, readSamples } from '#firmware-sim/csv-player.ts';
import { haveRecordings, RAIN_FILE, recordingPath } from '#test/oracle/recorded-data.ts';
import type { NaiveSpan } from '#test/oracle/naive-city.ts';
import { promoted } from '#test/oracle/promoted.ts';
import { until } from './api.ts';
import { type ClockedCity, startCity } from './clocked-city.ts';
import {
  countColours,
  countSamples,
  expectedSpans,
  floods,
  gauge,
  liveSpans,
  methane,
  playLive,
  type Recorded,
  rounds,
} from './recorded-city.ts';

let city: ClockedCity | null = null;
afterEach(async () => {
  await city?.close();
  city = null;
});

type Round = { readonly time: number; readonly records: unknown };

/** Plays `played` as the gateway of `recorded` and compares; returns the number of episodes of each colour. */
async function compareLive(recorded: Recorded, played: readonly Round[]): Promise<Record<string, number>> {
  const plain = expectedSpans(recorded, () => played.at(-1)?.time ?? 0);
  city = await startCity((played[0]?.time ?? 0) - 60_000, recorded.plan);
  const gateway = await city.gateway(recorded.plan[0]?.gateway ?? '');
  const from = performance.now();
  await playLive(city, gateway, played);
  const seconds = ((performance.now() - from) / 1_000).toFixed(1);
  const api = await city.logIn();
  const look = async (): Promise<{ found: NaiveSpan[]; expected: NaiveSpan[] }> => {
    const found = await liveSpans(api, recorded.rule);
    return { found, expected: promoted(plain, found, await liveSpans(api, 'ponding-eta')) };
  };
  const { found, expected } = await until(
    'the ledger has every episode',
    30_000,
    look,
    (now) => JSON.stringify(now.found) === JSON.stringify(now.expected),
  ).catch(look);
  const counts = countColours(found);
  console.log(
    `${recorded.rule}: ${countSamples(recorded)} samples in ${played.length} publishes, ${seconds} s;`,
    `${found.length} episodes ${JSON.stringify(counts)}`,
  );
  expect(found).toEqual(expected);
  return counts;
}

/** Around the two wettest days. */
const isStormy = (time: number): boolean => /^2015-12-[01]|^2016-06-[01]/.test(new Date(time).toISOString());

beforeAll(() => {
  if (process.env['CI'] === 'true') expect(haveRecordings, 'the recordings must be there in CI').toBe(true);
});

describe.skipIf(!haveRecordings)('recordings beside the project, live', () => {
  it('methane of a controlled release rings when, and as long as, the limit with its delays says', async () => {
    const recorded = methane(['rel03']);
    const counts = await compareLive(recorded, rounds(recorded));
    expect(counts['yellow']).toBeGreaterThan(0);
    expect(counts['orange']).toBeGreaterThan(0);
  }, 240_000);

  it('street floods ring at 5, 15, 20 and 27 cm', async () => {
    const recorded = floods(40, 250);
    const counts = await compareLive(recorded, rounds(recorded));
    for (const colour of ['blue', 'yellow', 'orange', 'red'])
      expect(counts[colour], colour).toBeGreaterThan(0);
  }, 240_000);

  it('rain rings for the two storms of the year', async () => {
    const recorded = gauge(isStormy);
    const samples = readSamples(recordingPath(RAIN_FILE), {
      time: 'time',
      value: 'rain_in',
      zoneMinutes: -360,
      channel: 'rain',
      devicePrefix: 'gauge',
    })
      .filter(({ time }) => isStormy(time))
      .toSorted((a, b) => a.time - b.time);
    const played = [...payloads(samples, 1)].map((records, i) => ({ time: samples[i]?.time ?? 0, records }));
    const counts = await compareLive(recorded, played);
    // 66 mm on the wettest day came slowly, 58 mm on the next wettest in three hours; 100 mm never came.
    expect(counts).toEqual({ blue: 1, orange: 1 });
  }, 240_000);
});
