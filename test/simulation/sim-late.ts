/**
 * The same late records in two orders: cut into other pieces, shuffled, with other pauses between them. Whatever came when,
 * and however often a stretch was judged meanwhile, the set of late episodes at the end must be one and the same.
 */
import type { AlarmEvent } from '#domain/alarm.ts';
import type { Input } from '#domain/input.ts';
import { memoryLedger } from '#store/ledger/ledger.ts';
import { type Random, seededRandom } from './random.ts';
import { SimClock } from './sim-clock.ts';
import { SimDisk } from './sim-disk.ts';
import { startLife } from './sim-life.ts';
import { registryOf, type SimPoint, STREET } from './sim-plan.ts';

const NOW = Date.UTC(2026, 5, 1);
const HOUR_MS = 3_600_000;
const INTERVAL_MS = 60_000;
const POINTS: readonly SimPoint[] = [
  { gateway: 'GW-1', device: 'D-1', channel: 'ch4', scale: 5, reportIntervalMs: INTERVAL_MS },
  { gateway: 'GW-1', device: 'D-2', channel: 'depth', scale: 35, reportIntervalMs: INTERVAL_MS },
];
const SAMPLES = 120;

type Late = { readonly device: string; readonly time: number; readonly seq: number; readonly values: object };

/** Judges two orders of one seed's records against each other: the breaches, and how many episodes there were. */
export async function judgeLateOrders(seed: number): Promise<{ breaches: string[]; episodes: number }> {
  const random = seededRandom(seed ^ 0x6c617465);
  const records = POINTS.flatMap((point) => leakyHours(point, random));
  const unjudged: string[] = [];
  const inOrder = await episodesOf(seed, inPieces(records, random), random, unjudged);
  const mixed = await episodesOf(
    seed,
    shuffled(inPieces(shuffled(records, random), random), random),
    random,
    unjudged,
  );
  const [a, b] = [new Set(inOrder), new Set(mixed)];
  return {
    breaches: [
      ...unjudged,
      ...inOrder.filter((one) => !b.has(one)).map((one) => `late data: only in order of time ${one}`),
      ...mixed.filter((one) => !a.has(one)).map((one) => `late data: only out of order ${one}`),
    ],
    episodes: a.size,
  };
}

/** Two hours that ended four hours ago, with a few leaks in them. */
function leakyHours({ device, channel, scale }: SimPoint, random: Random): Late[] {
  let level = 0.02;
  let leak = 0;
  return Array.from({ length: SAMPLES }, (_, place) => {
    if (leak === 0 && random.chance(0.06)) leak = random.pick([0.1, 0.3]);
    else if (leak !== 0 && random.chance(0.15)) leak = -0.25;
    level = Math.min(1.1, Math.max(0.02, level + leak));
    if (level === 0.02) leak = 0;
    const value = Math.round(level * scale * 1_000) / 1_000 + place / 1e6;
    const time = NOW - 6 * HOUR_MS + place * INTERVAL_MS;
    return { device, time, seq: place + 1, values: { [channel]: value } };
  });
}

function inPieces(records: readonly Late[], random: Random): Late[][] {
  const left = [...records];
  const pieces: Late[][] = [];
  while (left.length > 0) pieces.push(left.splice(0, 1 + random.int(60)));
  return pieces;
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const left = [...items];
  const mixed: T[] = [];
  while (left.length > 0) mixed.push(...left.splice(random.int(left.length), 1));
  return mixed;
}

/** Sends the pieces, some of them after a pause in which what came so far is judged. */
async function episodesOf(
  seed: number,
  pieces: readonly Late[][],
  random: Random,
  unjudged: string[],
): Promise<string[]> {
  const clock = new SimClock(NOW);
  const announced: AlarmEvent[] = [];
  const { pipeline } = await startLife({
    ...{ clock, random, announced, phones: null, twist: {}, size: STREET },
    disk: new SimDisk(seed),
    ledger: memoryLedger(),
  });
  const by = { username: 'duty', roles: ['duty-leader'], address: 'sim' } as const;
  const change = registryOf(POINTS);
  pipeline.submit({ kind: 'command', command: 'registry', by, change });
  await clock.advance(1_000);
  const { lateWindows } = pipeline.city;
  for (const [place, records] of pieces.entries()) {
    pipeline.submit(publishOf(records, place));
    await clock.advance(random.chance(0.3) ? 90_000 : 1_000);
  }
  for (let wait = 0; wait < 100 && (wait === 0 || lateWindows.size > 0); wait++) await clock.advance(10_000);
  if (lateWindows.size > 0) unjudged.push(`late data: ${lateWindows.size} windows that nobody judges`);
  const last = new Map<string, AlarmEvent['alarm']>();
  for (const { alarm } of announced) if (alarm.historical) last.set(alarm.id, alarm);
  await pipeline.stop();
  return [...last.values()]
    .filter(({ withdrawn }) => withdrawn !== true)
    .map(({ rule, point, colour, onsetAt, returnedAt, value }) =>
      [rule, point, colour, `${onsetAt}..${returnedAt}`, value].join(' '),
    )
    .toSorted();
}

const publishOf = (records: readonly Late[], place: number): Extract<Input, { kind: 'publish' }> => ({
  kind: 'publish',
  gateway: 'GW-1',
  client: 'box',
  topic: 'lifeline/v1/GW-1/telemetry',
  payload: new TextEncoder().encode(JSON.stringify(records)),
  qos: 1,
  dup: false,
  packetId: place + 1,
});
