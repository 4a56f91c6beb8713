/** A simulated gateway against the product's own broker over sockets. */
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type GatewayOptions, type SimGateway, startGateway } from '#firmware-sim/gateway.ts';
import { seededRandom } from '#firmware-sim/random.ts';
import { startWatchedBroker, until, type WatchedBroker } from './watched-broker.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const T0 = Date.UTC(2025, 0, 1);
type Started = { gateway: SimGateway; errors: string[]; clock: { ms: number }; report(count?: number): void };

async function broker(port = 0): Promise<WatchedBroker> {
  const started = await startWatchedBroker(port);
  closing.push(() => started.close());
  return started;
}

function gateway(url: string, options: Partial<GatewayOptions> = {}): Started {
  const errors: string[] = [];
  const clock = { ms: 0 };
  let reported = 0;
  const started = startGateway({
    id: 'GW-1',
    secret: 's',
    url,
    random: seededRandom(1),
    monotonicMs: () => clock.ms,
    onError: (_, message) => errors.push(message),
    retryMs: 20,
    ...options,
  });
  closing.push(() => started.stop());
  return {
    gateway: started,
    errors,
    clock,
    report(count = 1) {
      for (let n = 0; n < count; n += 1) {
        const time = T0 + clock.ms + reported++;
        started.report([{ device: 'D-1', time, values: { ch4: 0.1 } }]);
      }
    },
  };
}

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);
const seqs = (city: WatchedBroker): number[] => city.records().map(({ seq }) => seq);

describe('presence', () => {
  it('a gateway says that it is there, and its will that it was cut off', async () => {
    const city = await broker();
    const { gateway: box } = gateway(city.url);
    await until('online', () => city.status('GW-1') === '{"online":true}');
    box.cutLink();
    await until('the will', () => city.status('GW-1') === '{"online":false}');
    box.restoreLink();
    await until('online again', () => city.status('GW-1') === '{"online":true}');
  });

  it('a gateway that stops says good-bye once, and no will speaks', async () => {
    const city = await broker();
    const { gateway: box, report } = gateway(city.url);
    await until('connected', () => box.connected());
    report(10);
    await box.stop();
    await until('the connection is gone', () => city.broker.connections() === 0);
    const statuses = city.heard.filter(({ topic }) => topic.endsWith('/status'));
    expect(statuses.map(({ payload }) => Buffer.from(payload).toString())).toEqual([
      '{"online":true}',
      '{"online":false}',
    ]);
    expect(seqs(city)).toEqual(numbers(1, 10));
    expect(box.buffered()).toBe(0);
  });

  it('stops soon when the platform does not answer, and when there is none', async () => {
    const city = await broker();
    const silent = gateway(city.url);
    await until('connected', () => silent.gateway.connected());
    city.withhold(true);
    silent.report(5);
    await until('sent', () => city.records().length === 5);
    const nobody = gateway('mqtt://127.0.0.1:1');
    const from = performance.now();
    await Promise.all([silent.gateway.stop(), nobody.gateway.stop()]);
    // A second of its own, and what a busy machine adds.
    expect(performance.now() - from).toBeLessThan(5_000);
    expect(silent.gateway.buffered()).toBe(5);
    city.withhold(false);
  });

  it('a wrong secret is refused, said, and tried again', async () => {
    const city = await broker();
    const { errors, gateway: box } = gateway(city.url, { secret: 'wrong' });
    await until('refused twice', () => errors.length >= 2);
    expect(errors[0]).toMatch(/bad username or password/i);
    expect(box.connected()).toBe(false);
    expect(city.heard).toEqual([]);
  });

  it('a platform that is not there yet is waited for', async () => {
    const probe = createServer();
    const port = await new Promise<number>((resolve) => {
      probe.listen(0, '127.0.0.1', () => {
        const address = probe.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    await new Promise((resolve) => probe.close(resolve));
    const { gateway: box, errors, report } = gateway(`mqtt://127.0.0.1:${port}`);
    report(3);
    await until('an attempt failed', () => errors.length > 0);
    const city = await broker(port);
    await until('all arrived', () => box.acknowledged() === 3);
    expect(seqs(city)).toEqual([1, 2, 3]);
  });
});

describe('an outage', () => {
  it('what was measured meanwhile comes afterwards, once, in order, marked as back-fill by its age alone', async () => {
    const city = await broker();
    const { gateway: box, clock, report } = gateway(city.url);
    report(2);
    await until('live', () => box.acknowledged() === 2);
    box.cutLink();
    report(150);
    clock.ms += 59_999;
    report(3);
    clock.ms += 1;
    // A clock set wrong or right meanwhile changes stamps, not the age.
    box.faults.clockOffsetMs = -8 * 3_600_000;
    report(1);
    expect(box.buffered()).toBe(154);
    box.restoreLink();
    await until('all arrived', () => box.acknowledged() === 156);
    expect(seqs(city)).toEqual(numbers(1, 156));
    const marked = city.records().filter(({ backfill }) => backfill === true);
    expect(marked.map(({ seq }) => seq)).toEqual(numbers(3, 152));
    expect(box.buffered()).toBe(0);
  });

  it('what was under way unacknowledged is sent again in order; what was acknowledged is not', async () => {
    const city = await broker();
    const { gateway: box, report } = gateway(city.url);
    report(5);
    await until('acknowledged', () => box.acknowledged() === 5);
    city.withhold(true);
    for (let n = 0; n < 8; n += 1) report(1);
    await until('under way', () => city.records().length === 13);
    box.cutLink();
    report(4);
    await until('the broker noticed', () => city.broker.connections() === 0);
    city.withhold(false);
    expect(box.acknowledged()).toBe(5);
    box.restoreLink();
    await until('all acknowledged', () => box.acknowledged() === 17);
    expect(seqs(city)).toEqual([...numbers(1, 13), ...numbers(6, 17)]);
  });

  it('the broker going away and coming back on the same port loses nothing and repeats nothing acknowledged', async () => {
    const first = await broker();
    const { gateway: box, report } = gateway(first.url);
    report(10);
    await until('acknowledged', () => box.acknowledged() === 10);
    first.withhold(true);
    report(5);
    await until('under way', () => first.records().length === 15);
    await first.close();
    report(7);
    const second = await broker(first.port);
    await until('all acknowledged', () => box.acknowledged() === 22);
    expect(seqs(second)).toEqual(numbers(11, 22));
  });

  it('keeps no more than its memory holds: the oldest go, and are counted', async () => {
    const city = await broker();
    const { gateway: box, report } = gateway(city.url, { recordsMax: 50 });
    await until('connected', () => box.connected());
    box.cutLink();
    report(80);
    expect(box.buffered()).toBe(50);
    expect(box.dropped()).toBe(30);
    box.restoreLink();
    await until('the rest arrived', () => box.acknowledged() === 50);
    expect(seqs(city)).toEqual(numbers(31, 80));
  });

  it('cut and restored over and over under load, every record arrives and none before its forerunner', async () => {
    const city = await broker();
    const { gateway: box, report } = gateway(city.url);
    for (let round = 0; round < 8; round += 1) {
      report(40);
      await until('connected', () => box.connected());
      report(1 + ((round * 7) % 5));
      await new Promise(setImmediate);
      box.cutLink();
      report(10);
      box.restoreLink();
    }
    const all = box.acknowledged() + box.buffered();
    await until('all acknowledged', () => box.buffered() === 0);
    expect(box.acknowledged()).toBe(all);
    const firsts = [...new Set(seqs(city))];
    expect(firsts).toEqual(numbers(1, all));
  });
});

describe('faults', () => {
  it('a wrong clock shifts the stamps and nothing else', async () => {
    const city = await broker();
    const { gateway: box } = gateway(city.url);
    box.report([{ device: 'D-1', time: T0, values: { ch4: 1 } }]);
    box.faults.clockOffsetMs = -28_800_000;
    box.report([{ device: 'D-1', time: T0 + 1_000, values: { ch4: 2 } }]);
    await until('both', () => box.acknowledged() === 2);
    expect(city.records()).toEqual([
      { device: 'D-1', time: T0, values: { ch4: 1 }, seq: 1 },
      { device: 'D-1', time: T0 + 1_000 - 28_800_000, values: { ch4: 2 }, seq: 2 },
    ]);
  });

  it('a gateway that repeats itself sends the very same bytes twice and counts them once', async () => {
    const city = await broker();
    const { gateway: box, report } = gateway(city.url);
    await until('connected', () => box.connected());
    box.faults.duplicateChance = 1;
    report(1);
    report(1);
    await until('all', () => city.records().length === 4);
    await until('acknowledged', () => box.acknowledged() === 2);
    expect(seqs(city)).toEqual([1, 1, 2, 2]);
  });

  it('a gateway that babbles still delivers every record', async () => {
    const city = await broker();
    const { gateway: box, report } = gateway(city.url);
    await until('connected', () => box.connected());
    box.faults.garbageChance = 1;
    for (let n = 0; n < 20; n += 1) report(1);
    await until('acknowledged', () => box.acknowledged() === 20);
    const telemetry = city.heard.filter(({ topic }) => topic.endsWith('/telemetry'));
    expect(telemetry.length).toBe(40);
    expect(new Set(seqs(city).filter((seq) => seq !== undefined))).toEqual(new Set(numbers(1, 20)));
  });
});
