/** Recorded sensors sent years late and fast: nothing rings, and the past is judged as the naive model judges it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AlarmMessage } from '#domain/contract/socket.ts';
import { payloads, readSamples, type Sample } from '#firmware-sim/csv-player.ts';
import { haveRecordings, methaneFile, RAIN_FILE, recordingPath } from '#test/oracle/recorded-data.ts';
import type { Alarm } from '#domain/alarm.ts';
import type { NaiveSpan } from '#test/oracle/naive-city.ts';
import { promoted } from '#test/oracle/promoted.ts';
import { until } from './api.ts';
import { allAlarms, type ClockedCity, type Console, LAST_POINT, startCity } from './clocked-city.ts';
import {
  countColours,
  countSamples,
  expectedSpans,
  floods,
  gauge,
  historicalSpans,
  methane,
  type Recorded,
} from './recorded-city.ts';

const NOW = Date.UTC(2026, 10, 1, 4);
const HOUR = 3_600_000;
const RELEASES = ['rel02', 'rel03', 'rel04', 'rel05'];
const RECORDS_PER_PUBLISH = 100;

const seen: { city: ClockedCity | null; console: Console | null } = { city: null, console: null };
const all: Recorded[] = [];

beforeAll(async () => {
  if (process.env['CI'] === 'true') expect(haveRecordings, 'the recordings must be there in CI').toBe(true);
  if (!haveRecordings) return;
  all.push(methane(RELEASES), floods(40), gauge());
  const city = await startCity(
    NOW,
    all.flatMap(({ plan }) => plan),
  );
  seen.city = city;
  seen.console = await city.console();
  const from = performance.now();
  const publishes = (await Promise.all(all.map((recorded) => sendFast(city, recorded)))).reduce(
    (a, b) => a + b,
  );
  const last = await city.gateway(LAST_POINT.gateway);
  await last.send({ device: LAST_POINT.device, time: NOW - 3 * HOUR, values: { [LAST_POINT.channel]: 2 } });
  console.log(`${publishes} publishes of late data in ${((performance.now() - from) / 1_000).toFixed(1)} s`);
  await city.pass(61_000);
  await seen.console.saw('late data judged', isLastJudged, 200_000);
  console.log(`judged after ${((performance.now() - from) / 1_000).toFixed(1)} s`);
}, 400_000);

afterAll(() => seen.city?.close());

const isLastJudged = ({ alarm }: AlarmMessage): boolean =>
  alarm.device === LAST_POINT.device && alarm.historical;

/** Twenty publishes in flight, no thought of pace; files go through the player, curves are not in its format. */
async function sendFast(city: ClockedCity, recorded: Recorded): Promise<number> {
  const gateway = await city.gateway(recorded.plan[0]?.gateway ?? '');
  const waiting = new Set<Promise<void>>();
  let publishes = 0;
  for (const samples of samplesOf(recorded))
    for (const payload of payloads(samples, RECORDS_PER_PUBLISH)) {
      const sent: Promise<void> = gateway.send(payload).then(() => void waiting.delete(sent));
      waiting.add(sent);
      publishes += 1;
      if (waiting.size >= 20) await Promise.race(waiting);
    }
  await Promise.all(waiting);
  return publishes;
}

function samplesOf({ rule, channel, recordings }: Recorded): Sample[][] {
  if (rule === 'point-limits')
    return RELEASES.map((release) =>
      readSamples(recordingPath(methaneFile(release)), {
        time: 'time',
        value: 'ch4_ppm',
        device: 'beam',
        zoneMinutes: 60,
        channel,
        devicePrefix: 'beam-',
      }),
    );
  if (rule === 'rain-sum')
    return [
      readSamples(recordingPath(RAIN_FILE), {
        time: 'time',
        value: 'rain_in',
        zoneMinutes: -360,
        channel,
        devicePrefix: 'gauge',
      }),
    ];
  return recordings.map(({ device, samples }) => samples.map((sample) => ({ device, channel, ...sample })));
}

describe.skipIf(!haveRecordings)('recordings beside the project, years late', () => {
  it.each([
    ['point-limits', ['yellow', 'orange']],
    ['ponding-depth', ['blue', 'yellow', 'orange', 'red']],
    ['rain-sum', ['blue', 'orange']],
  ])('%s: the historical alarms are the episodes of the naive model', async (rule, colours) => {
    const recorded = all.find((one) => one.rule === rule);
    if (recorded === undefined || seen.city === null) throw new Error('not played');
    const plain = expectedSpans(recorded, (last) => last + HOUR);
    const api = await seen.city.logIn();
    const spansOf = (list: readonly Alarm[], of: string): NaiveSpan[] =>
      historicalSpans(
        list.filter(({ device }) => device !== LAST_POINT.device),
        of,
      );
    const alarms = await until(
      'the ledger',
      60_000,
      () => allAlarms(api),
      (list) => spansOf(list, rule).length >= plain.length,
    );
    const found = spansOf(alarms, rule);
    const expected = promoted(plain, found, spansOf(alarms, 'ponding-eta'));
    const counts = countColours(found);
    console.log(
      `${rule}: ${countSamples(recorded)} late samples, ${found.length} episodes ${JSON.stringify(counts)}`,
    );
    expect(found).toEqual(expected);
    for (const colour of colours) expect(counts[colour], colour).toBeGreaterThan(0);
  });

  it('nothing of it rings: only the sensors that send nothing live are missed', () => {
    const events = seen.console?.events ?? [];
    const ringing = events.filter(({ event }) => event.ring).map(({ alarm }) => alarm.rule);
    expect(new Set(ringing)).toEqual(new Set(['no-data']));
    expect(events.filter(({ alarm }) => alarm.historical).length).toBeGreaterThan(0);
  });
});
