/** Data that come late: judged once they are quiet, in silence but for what still matters, the same in any order. */
import { afterEach, describe, expect, it } from 'vitest';
import type { NaiveLevel, NaiveSpan } from '#test/oracle/naive-city.ts';
import type { Sample } from '#test/oracle/recorded-data.ts';
import { type Random, seededRandom } from '#test/simulation/random.ts';
import { until } from './api.ts';
import {
  allAlarms,
  type ClockedCity,
  type Console,
  LAST_POINT,
  type PlannedPoint,
  startCity,
} from './clocked-city.ts';
import { countColours, expectedSpans, historicalSpans } from './recorded-city.ts';

const NOW = Date.UTC(2026, 10, 1, 4);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const RULE = 'gas-well-ch4';

const level = (colour: string, limit: number, clearBelow: number, onDelayMs: number): NaiveLevel => ({
  colour,
  limit,
  clearBelow,
  onDelayMs,
  offDelayMs: MINUTE,
});
/** The shipped limits of a gas valve well, in %. */
const WELL = [
  level('blue', 0.5, 0.45, 5 * MINUTE),
  level('yellow', 1, 0.95, 2 * MINUTE),
  level('orange', 2.5, 2.4, 0),
  level('red', 4, 3.9, 0),
];

const well = (number: number): PlannedPoint => ({
  gateway: `GW-${number}`,
  device: `G-${number}`,
  channel: 'ch4',
  quantity: 'ch4',
  unit: '%',
  kind: 'gas-valve-well',
  reportIntervalMs: 5 * MINUTE,
});

let city: ClockedCity | null = null;
afterEach(async () => {
  await city?.close();
  city = null;
});

/** Waits until all late data so far is judged: the last point's own late sample is judged after all others. */
async function judged(running: ClockedCity, console: Console, round: number): Promise<void> {
  const last = await running.gateway(LAST_POINT.gateway);
  // A red of its own each time, days apart from the others.
  const time = NOW - (10 + round) * 24 * HOUR;
  await last.send({ device: LAST_POINT.device, time, values: { [LAST_POINT.channel]: 2 } });
  await running.pass(61_000);
  const isIt = (onsetAt: number): boolean => onsetAt === time;
  await console.saw(
    'late data judged',
    ({ alarm }) => alarm.device === LAST_POINT.device && isIt(alarm.onsetAt),
  );
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const left = [...items];
  const mixed: T[] = [];
  while (left.length > 0) mixed.push(...left.splice(random.int(left.length), 1));
  return mixed;
}

/** What the naive model makes of these samples of one well. */
const expected = (device: string, samples: readonly Sample[]): NaiveSpan[] =>
  expectedSpans(
    { rule: RULE, channel: 'ch4', recordings: [{ device, samples }], levels: WELL, plan: [well(1)] },
    (last) => last + HOUR,
  );

const record = (device: string, { time, value }: Sample) => ({ device, time, values: { ch4: value } });

describe('a day of backfill from 20 gateways, shuffled, that ends three hours ago', () => {
  it('rings nothing, is stored whole, and its alarms are those of the naive model', async () => {
    const random = seededRandom(5);
    const plan = Array.from({ length: 20 }, (_, i) => well(i + 1));
    city = await startCity(NOW, plan);
    const running = city;
    const console_ = await running.console();
    const days = plan.map(({ device }) => ({ device, samples: leakyDay(random) }));
    await Promise.all(
      days.map(async ({ device, samples }, i) => {
        const gateway = await running.gateway(`GW-${i + 1}`);
        const marked = i % 2 === 0 ? { backfill: true } : {};
        const records = samples.map((sample, n) => ({ ...record(device, sample), seq: n + 1, ...marked }));
        const mixed = shuffled(records, random);
        while (mixed.length > 0) await gateway.send(mixed.splice(0, 24));
      }),
    );
    await judged(running, console_, 0);

    const api = await running.logIn();
    for (const { device, samples } of days) {
      const path = `/api/v1/points/${device}%2Fch4/measurements?from=${NOW - 48 * HOUR}&to=${NOW}&limit=1000`;
      const { items } = await api.get<{ items: Sample[] }>(path);
      expect(
        items.map(({ time, value }) => ({ time, value })),
        device,
      ).toEqual(samples);
    }
    const wanted = days.flatMap(({ device, samples }) => expected(device, samples));
    const found = await until(
      'the ledger',
      60_000,
      async () => historicalSpans(await allAlarms(api), RULE).filter(({ point }) => point !== 'last/ch4'),
      ({ length }) => length >= wanted.length,
    );
    console.log(
      `${days.length * 288} late samples, ${found.length} episodes ${JSON.stringify(countColours(found))}`,
    );
    expect(found).toEqual(wanted.toSorted((a, b) => a.from - b.from || (a.point < b.point ? -1 : 1)));
    for (const colour of ['blue', 'yellow', 'orange', 'red'])
      expect(countColours(found)[colour]).toBeGreaterThan(0);
    expect(console_.events.filter(({ event, alarm }) => event.ring && alarm.rule === RULE)).toEqual([]);
  }, 180_000);
});

/** 288 samples, five minutes apart, with a few leaks of any size in them. */
function leakyDay(random: Random): Sample[] {
  const end = NOW - 3 * HOUR;
  const samples = Array.from({ length: 288 }, (_, i) => ({ time: end - (287 - i) * 5 * MINUTE, value: 0.1 }));
  for (let leak = 0; leak < 4; leak++) {
    const from = random.int(270);
    const peak = 0.4 + random.int(45) / 10;
    for (const sample of samples.slice(from, from + 2 + random.int(16))) sample.value = peak;
  }
  return samples.map(({ time, value }, i) => ({ time, value: value + i / 100_000 }));
}

describe('late data in pieces', () => {
  /** One leak over three pieces: it begins in the first, goes on through the second and ends in the third. */
  const leak: Sample[] = Array.from({ length: 36 }, (_, i) => ({
    time: NOW - 12 * HOUR + i * 5 * MINUTE,
    value: (i >= 8 && i < 27 ? 3 : 0.1) + i / 100_000,
  }));
  const pieces = [leak.slice(0, 12), leak.slice(12, 24), leak.slice(24)];
  it.each([[[0, 1, 2]], [[2, 1, 0]], [[0, 2, 1]], [[1, 0, 2]]])(
    'in the order %j end in the same one alarm',
    async (order) => {
      city = await startCity(NOW, [well(1)]);
      const console_ = await city.console();
      const gateway = await city.gateway('GW-1');
      for (const [round, at] of order.entries()) {
        await gateway.send(
          (pieces[at] ?? []).map((sample) => ({ ...record('G-1', sample), backfill: true })),
        );
        await judged(city, console_, round);
      }
      const wanted = expected('G-1', leak);
      expect(wanted).toHaveLength(1);
      const api = await city.logIn();
      const found = await until(
        'the ledger',
        60_000,
        async () => historicalSpans(await allAlarms(api), RULE).filter(({ point }) => point === 'G-1/ch4'),
        (spans) => JSON.stringify(spans) === JSON.stringify(wanted),
      );
      expect(found).toEqual(wanted);
    },
    180_000,
  );
});

describe('a red sample younger than two hours that comes late', () => {
  it('rings once; another of the same colour does not', async () => {
    city = await startCity(NOW, [well(1)]);
    const console_ = await city.console();
    const gateway = await city.gateway('GW-1');
    for (const minutesAgo of [90, 80, 70])
      await gateway.send({
        ...record('G-1', { time: NOW - minutesAgo * MINUTE, value: 4.5 }),
        backfill: true,
      });
    await judged(city, console_, 0);
    const rings = console_.of('G-1/ch4').filter(({ event, alarm }) => event.ring && alarm.rule === RULE);
    expect(rings.map(({ event, alarm }) => [event.change, alarm.colour, alarm.onsetAt])).toEqual([
      ['late-ring', 'red', NOW - 90 * MINUTE],
    ]);
  }, 180_000);

  it('older than that, or older than what is known of its point, rings nothing', async () => {
    city = await startCity(NOW, [well(1)]);
    const console_ = await city.console();
    const gateway = await city.gateway('GW-1');
    await gateway.send({ ...record('G-1', { time: NOW - 130 * MINUTE, value: 4.5 }), backfill: true });
    await gateway.send({ ...record('G-1', { time: NOW - 100 * MINUTE, value: 0.1 }), backfill: true });
    await gateway.send({ ...record('G-1', { time: NOW - 110 * MINUTE, value: 4.5 }), backfill: true });
    await judged(city, console_, 0);
    const about = console_.of('G-1/ch4').filter(({ alarm }) => alarm.rule === RULE);
    expect(about.map(({ event }) => event.ring)).not.toContain(true);
    expect(about.length).toBeGreaterThan(0);
  }, 180_000);
});
