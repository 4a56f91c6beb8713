/** Back-filled records end in the same historical alarms in whatever order, packets and pauses they come. */
import { describe, expect, it } from 'vitest';
import type { Alarm } from '#domain/alarm.ts';
import { type Random, seededRandom } from '#test/simulation/random.ts';
import { NOON, oneCity } from './one-city.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const WELLS = 3;
/** Too old to ring: from 14 to 3 hours before noon. */
const FROM = NOON - 14 * HOUR;
const MINUTES = 11 * 60;

type Sent = {
  readonly device: string;
  readonly time: number;
  readonly values: { readonly ch4: number | null };
};

/** Wells that are quiet for long, then leak for a while, with gaps and bad values in between. */
function history(seed: number): Sent[] {
  const random = seededRandom(seed);
  const records: Sent[] = [];
  for (let well = 1; well <= WELLS; well += 1) {
    let level = 0.1;
    for (let minute = 0; minute < MINUTES; minute += 1) {
      if (random.chance(0.01)) level = random.next() * 6;
      if (random.chance(0.04)) level = 0.1;
      if (random.chance(0.03)) minute += random.int(20);
      const ch4 = random.chance(0.01) ? null : Math.round((level + random.next() * 0.2) * 100) / 100;
      records.push({ device: `D-${well}`, time: FROM + minute * MINUTE, values: { ch4 } });
    }
  }
  return records;
}

type Packet = { readonly records: readonly Sent[]; readonly pauseMs: number };

const inOrder = (records: readonly Sent[]): Packet[] => [{ records, pauseMs: 0 }];

/** Shuffled, some twice, in packets of any size, with pauses in which what is there so far is judged. */
function shuffled(records: readonly Sent[], random: Random): Packet[] {
  const left = [...records, ...records.filter(() => random.chance(0.05))];
  for (let at = left.length - 1; at > 0; at -= 1) {
    const other = random.int(at + 1);
    const [a, b] = [left[at], left[other]];
    if (a === undefined || b === undefined) continue;
    left[at] = b;
    left[other] = a;
  }
  const packets: Packet[] = [];
  while (left.length > 0) {
    const pauseMs = random.chance(0.3) ? 2 * MINUTE : random.int(5_000);
    packets.push({ records: left.splice(0, 1 + random.int(400)), pauseMs });
  }
  return packets;
}

const told = ({ point, rule, onsetAt, returnedAt, colour, limit, limitValue, value }: Alarm): string =>
  [point, rule, onsetAt, returnedAt, colour, limit, limitValue, value].join(' ');

/** What the ledger says of the past in the end, and how often anything rang. */
async function outcomeOf(packets: readonly Packet[]) {
  const city = oneCity();
  const pipeline = await city.open();
  await city.register(WELLS);
  let packetId = 0;
  for (const { records, pauseMs } of packets) {
    packetId += 1;
    const payload = new TextEncoder().encode(
      JSON.stringify(records.map((record) => ({ ...record, backfill: true }))),
    );
    const of = { gateway: 'GW-1', client: 'box', topic: 'lifeline/v1/GW-1/telemetry' };
    pipeline.publish({ kind: 'publish', ...of, payload, qos: 1, dup: false, packetId }, () => {});
    await city.pass(pauseMs);
  }
  await city.pass(5 * MINUTE);
  expect(pipeline.city.lateWindows.size).toBe(0);
  const all = city.ledger.alarms({ scope: {}, limit: 1_000 });
  const past = all.filter(({ historical, withdrawn }) => historical && withdrawn !== true);
  const rings = city.alarms.filter(({ alarm, announce }) => announce.ring && alarm.point !== null);
  const lines = city.ledger.backfills(Number.MAX_SAFE_INTEGER, 100, ['GW-1']).map(({ backfill }) => backfill);
  return { past: past.map(told).sort(), rings: rings.length, lines };
}

describe('late records', () => {
  for (const seed of [1, 2, 3, 4]) {
    it(`end in the same set in any order (seed ${seed})`, async () => {
      const records = history(seed);
      const expected = await outcomeOf(inOrder(records));
      expect(expected.past.length).toBeGreaterThan(5);
      expect(expected.rings).toBe(0);
      // However many alarms it brought, the officer reads one line.
      expect(expected.lines).toMatchObject([
        { gateway: 'GW-1', points: WELLS, added: expected.past.length, changed: 0, withdrawn: 0 },
      ]);
      expect(expected.lines[0]?.alarms).toHaveLength(expected.past.length);
      const random = seededRandom(1_000 + seed);
      for (let again = 0; again < 2; again += 1) {
        const { past, rings, lines } = await outcomeOf(shuffled(records, random));
        expect(past).toEqual(expected.past);
        const kept = lines.reduce((sum, { added, withdrawn }) => sum + added - withdrawn, 0);
        expect(kept).toBe(past.length);
        expect(rings).toBe(0);
      }
    });
  }
});

it('gather into their line across a crash in the middle of the judging', async () => {
  const records = history(5);
  const whole = await outcomeOf(inOrder(records));
  const city = oneCity();
  await city.open();
  await city.register(WELLS);
  const publish = (some: readonly Sent[], packetId: number): void => {
    const text = JSON.stringify(some.map((record) => ({ ...record, backfill: true })));
    const of = { gateway: 'GW-1', client: 'box', topic: 'lifeline/v1/GW-1/telemetry' };
    const payload = new TextEncoder().encode(text);
    city.pipeline().publish({ kind: 'publish', ...of, payload, qos: 1, dup: false, packetId }, () => {});
  };
  publish(
    records.filter(({ device }) => device === 'D-1'),
    1,
  );
  await city.pass(30_000);
  publish(
    records.filter(({ device }) => device !== 'D-1'),
    2,
  );
  // The first well is judged, the others wait.
  for (let step = 0; step < 4_000 && city.pipeline().city.backfills.size === 0; step += 1)
    await city.pass(20);
  expect(city.pipeline().city.backfills.get('GW-1')?.points).toBe(1);
  city.kill(1_000);
  await city.open();
  await city.pass(5 * MINUTE);
  const lines = city.ledger.backfills(Number.MAX_SAFE_INTEGER, 100, null).map(({ backfill }) => backfill);
  expect(lines.map(({ points, added }) => [points, added])).toEqual([[WELLS, whole.past.length]]);
});
