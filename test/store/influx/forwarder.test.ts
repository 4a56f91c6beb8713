/** The delivery rules, against servers that behave as each family does: nothing is lost, whatever they answer. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Forwarder } from '#store/influx/forwarder.ts';
import type { InfluxPace } from '#store/influx/influx-status.ts';
import { type Fault, type MockInflux, mockInflux, type MockProfile } from './mock-influx.ts';
import { oneInflux, type OneInflux, row, rows, START, target } from './one-influx.ts';

let mock: MockInflux;
let one: OneInflux;
afterEach(async () => {
  one.dispose();
  await mock.close();
});

/** A server and a forwarder that has found it. */
async function opened(
  profile: MockProfile = 'v1',
  pace: Partial<InfluxPace> = {},
  segmentBytes?: number,
): Promise<void> {
  mock = await mockInflux(profile);
  one = oneInflux(target(mock.url), pace, segmentBytes);
  await one.run();
}
const paused = (forwarder: Forwarder): boolean => forwarder.status().state === 'paused';
const writes = (): typeof mock.requests => mock.requests.filter(({ path }) => path.endsWith('write'));
const FAMILIES: readonly MockProfile[] = ['v1', 'v2', 'v3core'];

describe.each(FAMILIES)('a server of family %s', (profile) => {
  it('gets every row once, in requests of at most 5,000 lines, and is recognised by its version', async () => {
    await opened(profile);
    one.append(rows(12_000));
    await one.run();
    expect(mock.readings()).toBe(12_000);
    expect(one.forwarder().status()).toMatchObject({ profile, state: 'writing', backlogRows: 0 });
    const sizes = writes().map(({ body }) => body.split('\n').length);
    expect(Math.max(...sizes)).toBe(5_000);
  });

  it('that refuses single lines gets all others, and the refused ones are dead letters', async () => {
    await opened(profile);
    mock.poison = (line) => / value=(100|120),/.test(line);
    one.append(rows(1_000));
    await one.run();
    expect(mock.readings()).toBe(998);
    const letters = one.forwarder().dead.list();
    expect(letters.map(({ line }) => / value=(\d+),/.exec(line)?.[1])).toEqual(['100', '120']);
    expect(letters[0]).toMatchObject({ status: 400, firstSeenAt: expect.any(Number), position: 1 });
  });

  it('that refuses everything is set up wrong: pause, nothing is thrown away, and it goes on by itself', async () => {
    await opened(profile);
    one.append(rows(1_000));
    mock.fault = ({ body }) => (body.startsWith('reading') ? { status: 400, body: 'bucket: missing' } : null);
    await one.run(paused);
    expect(one.forwarder().status().reason).toMatch(
      /more than \d+ .*are refused, the last with 400: bucket: missing/,
    );
    expect(one.forwarder().dead.size).toBe(0);
    mock.fault = () => null;
    await one.run();
    expect(mock.readings()).toBe(1_000);
  });

  it.each<[string, Fault]>([
    ['429 with Retry-After', { status: 429, headers: { 'Retry-After': '7' } }],
    ['503', { status: 503 }],
    ['408', { status: 408 }],
    ['a torn connection', 'reset'],
  ])('that answers %s for a while loses nothing', async (_, fault) => {
    await opened(profile);
    one.append(rows(500));
    let left = 4;
    mock.fault = () => (left-- > 0 ? fault : null);
    await one.run();
    expect(mock.readings()).toBe(500);
  });
});

describe('the forwarder', () => {
  it.each([401, 403, 404, 301, 200])(
    'pauses at %i, keeps everything, and asks every 30 s',
    async (status) => {
      await opened();
      one.append(rows(1_000));
      mock.fault = () => ({ status, body: '{"error":"no"}' });
      await one.run(paused);
      const before = writes().length;
      await one.run(() => one.clock.monotonic > 150_000);
      expect(writes().length - before).toBeLessThanOrEqual(5);
      expect(one.forwarder().status()).toMatchObject({ state: 'paused', backlogRows: 1_000, deadLetters: 0 });
      mock.fault = () => null;
      await one.run();
      expect(mock.readings()).toBe(1_000);
    },
  );

  it('waits the seconds, not the milliseconds, of Retry-After', async () => {
    await opened();
    one.append(rows(10));
    const at: number[] = [];
    mock.fault = () => {
      at.push(one.clock.monotonic);
      return at.length < 3 ? { status: 429, headers: { 'Retry-After': '30' } } : null;
    };
    await one.run();
    expect(at.slice(1).map((time, index) => time - (at[index] ?? 0))).toEqual([30_000, 30_000]);
  });

  it('waits longer and longer for a dead server, from 0.2 s to 30 s', async () => {
    await opened();
    one.append(rows(10));
    const at: number[] = [];
    mock.fault = () => {
      at.push(one.clock.monotonic);
      return at.length < 12 ? { status: 500 } : null;
    };
    await one.run();
    const waits = at.slice(1).map((time, index) => Math.round(time - (at[index] ?? 0)));
    expect(waits[0]).toBe(200);
    expect(Math.max(...waits)).toBe(22_500);
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
  });

  it('halves what is too large for a proxy, and stays below from then on', async () => {
    await opened();
    mock.fault = ({ body }) => (body.length > 200_000 ? { status: 413 } : null);
    one.append(rows(20_000));
    await one.run();
    expect(mock.readings()).toBe(20_000);
    expect(one.forwarder().dead.size).toBe(0);
    expect(writes().filter(({ body }) => body.length > 200_000).length).toBeLessThan(12);
  });

  it('counts what the server keeps no longer as expired, not as poison', async () => {
    await opened();
    mock.keepsFrom = START + 1000;
    one.append(rows(100));
    await one.run();
    expect(one.forwarder().status()).toMatchObject({ deadLetters: 0, expiredLines: 5, backlogRows: 0 });
    expect(mock.readings()).toBe(95);
  });

  it('a retried letter that is stored is gone; a discarded one too; both after a restart', async () => {
    await opened();
    mock.poison = (line) => / value=(100|110|120),/.test(line);
    one.append(rows(1_000));
    await one.run();
    const [first, second, third] = one.forwarder().dead.list();
    expect(await one.forwarder().retry(first?.id ?? '')).toBe('refused');
    mock.poison = () => false;
    expect(await one.forwarder().retry(first?.id ?? '')).toBe('stored');
    one.forwarder().dead.discard(second?.id ?? '');
    one.restart();
    expect(one.forwarder().dead.list()).toEqual([third]);
    expect(mock.readings()).toBe(998);
  });

  it('more than 100 refused lines in a minute stop it: a schema clash is no poison', async () => {
    await opened('v2', { linesMax: 500 });
    mock.poison = (line) => /0i,f=0i/.test(line) && Number(/ value=([\d.]+),/.exec(line)?.[1]) % 5 === 0;
    one.append(rows(5_000));
    await one.run(paused);
    expect(one.forwarder().dead.size).toBeLessThanOrEqual(100);
    expect(one.forwarder().status().reason).toMatch(/lines a minute|lines of a batch/);
  });

  it('killed in mid-stream it sends some rows again, and every row is there once', async () => {
    await opened('v1', { linesMax: 100 });
    one.append(rows(3_000));
    for (let kill = 0; kill < 6; kill += 1) {
      await one.run((forwarder) => forwarder.status().writtenLines >= 300);
      one.clock.monotonic += 10_000;
      one.restart();
    }
    await one.run();
    expect(mock.readings()).toBe(3_000);
  });

  it('a point that nobody has named yet waits, and the rows before it go', async () => {
    await opened();
    one.append([row(START), row(START + 1, { pointIndex: 100 }), row(START + 2)]);
    await one.run((forwarder) => forwarder.status().writtenLines === 1);
    expect(one.forwarder().status().backlogRows).toBe(2);
    one.names.push('D-100/ch4');
    await one.run();
    expect(mock.readings()).toBe(3);
  });

  it('a record log put back from a backup is not waited for: everything is sent again', async () => {
    await opened();
    for (let block = 0; block < 5; block += 1) one.append(rows(100, 5, START + block * 60_000));
    await one.run();
    one.clock.monotonic += 2_000;
    await one.forwarder().step();
    mock.rows.clear();
    one.restart(2);
    await one.run();
    expect(mock.readings()).toBe(500);
  });

  it('InfluxDB configured later gets what the embedded store has, and then what comes', async () => {
    mock = await mockInflux('v1');
    one = oneInflux(target(mock.url));
    one.append(rows(5_000));
    one.embedded.maintain(START + 86_400_000);
    await one.run();
    one.append(rows(100, 5, START + 7_200_000));
    await one.run();
    expect(mock.readings()).toBe(5_100);
  });
});

describe('rows that left the record log unsent', () => {
  const refuse = (): Fault => ({ status: 401, body: 'expired token' });

  async function outOfReach(restart: boolean): Promise<void> {
    await opened('v1', {}, 64 * 1024);
    mock.fault = refuse;
    for (let block = 0; block < 60; block += 1) one.append(rows(200, 5, START + block * 60_000));
    // A late row of last week, which no window of arrival would find.
    one.append([row(START - 7 * 86_400_000, { flags: 16, pointIndex: 9 })]);
    await one.run(() => one.clock.monotonic > 60_000);
    for (let now = START; now < START + 48 * 3_600_000; now += 600_000) one.embedded.maintain(now);
    one.log.removeThrough(one.log.end);
    if (restart) one.restart();
    await one.run(() => one.clock.monotonic > 120_000);
    expect(mock.readings()).toBe(0);
  }

  it.each([false, true])('are refilled from the embedded store, whole (restarted: %s)', async (restart) => {
    await outOfReach(restart);
    expect(one.log.start).toBeGreaterThan(1);
    mock.fault = () => null;
    await one.run();
    expect(mock.readings()).toBe(12_001);
    expect(one.forwarder().status()).toMatchObject({ state: 'writing', behindSince: null });
  });
});

describe('a server that answers 204 and stores nothing', () => {
  it('is found by counting within an hour, told of, and refilled', async () => {
    await opened();
    mock.swallows = true;
    one.append(rows(2_000));
    await one.run();
    mock.swallows = false;
    one.append(rows(10, 5, START + 1_000_000));
    await one.run((forwarder) => forwarder.status().short > 0);
    expect(one.clock.wall - START).toBeLessThan(3_600_000);
    await one.run();
    expect(mock.readings()).toBe(2_010);
    await one.run((forwarder) => forwarder.status().short === 0);
  });

  it('a discarded line is neither missed nor brought back by a refill', async () => {
    await opened();
    mock.poison = (line) => / value=(100|110),/.test(line);
    one.append(rows(1_000));
    await one.run();
    for (const { id } of one.forwarder().dead.list()) one.forwarder().dead.discard(id);
    one.restart();
    await one.run((forwarder) => forwarder.status().comparedAt !== null);
    expect(one.forwarder().status()).toMatchObject({ short: 0, deadLetters: 0, refillHours: 0 });
    for (const [, series] of mock.rows) series.delete(START);
    one.append(rows(10));
    await one.run();
    one.clock.monotonic += 600_000;
    await one.run((forwarder) => forwarder.status().writtenLines > 12);
    expect(one.forwarder().status().deadLetters).toBe(0);
  });

  it('is not suspected for its dead letters, nor for what it keeps no longer', async () => {
    await opened();
    mock.poison = (line) => / value=100,/.test(line);
    mock.keepsFrom = START - 3_600_000;
    one.append([...rows(2_000), row(START - 7_200_000, { flags: 16 })]);
    await one.run();
    await one.run((forwarder) => forwarder.status().comparedAt !== null);
    expect(one.forwarder().status()).toMatchObject({
      short: 0,
      deadLetters: 1,
      expiredLines: 1,
      refillHours: 0,
    });
  });
});
