/**
 * The contract of measurement stores, kept by InfluxDB 1.6.7 as our forwarder feeds it: written through record log and
 * forwarder, read back by InfluxQL. A restart kills the forwarder, and the server by turns with TERM and kill -9.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInfluxReader } from '#store/influx/influx-reader.ts';
import { openInfluxHttp } from '#store/influx/transport.ts';
import { measurementStoreContract, type StoreInTime } from '#test/contract/measurement-store-contract.ts';
import { type OneInflux, oneInflux, row, rows, START, target } from './one-influx.ts';
import { hasInfluxd, type RealInfluxd, realInfluxd } from './real-influxd.ts';

describe.skipIf(!hasInfluxd)('InfluxDB 1.6.7', () => {
  let server: RealInfluxd;
  let databases = 0;
  let kills = 0;
  beforeAll(async () => {
    server = await realInfluxd();
  });
  afterAll(() => server.dispose());

  /** A database of its own, and the forwarder that has found it. */
  async function opened(): Promise<{ one: OneInflux; store: StoreInTime; bucket: string }> {
    databases += 1;
    const bucket = `city${databases}`;
    const one = oneInflux(target(server.url, { bucket }), { linesMax: 1_000 });
    await one.run();
    return { one, store: inTime(one, bucket), bucket };
  }

  function inTime(one: OneInflux, bucket: string): StoreInTime {
    const reader = createInfluxReader(openInfluxHttp(server.url, null), bucket);
    const name = (index: number): string => one.names[index] ?? '';
    return {
      write: (written) => one.append(written),
      async maintain() {
        await one.run();
        // The cursor is written once a second.
        one.clock.monotonic += 1_000;
        await one.forwarder().step();
      },
      openRows: () => one.forwarder().status().backlogRows,
      // One block is one position there; the contract names its positions as it likes.
      durableThrough: () => positions(one).at(-1) ?? 0,
      async raw(point, from, to, limit) {
        await one.run();
        return reader.raw(name(point), from, to, limit);
      },
      async buckets(point, from, to, count) {
        await one.run();
        return reader.buckets(name(point), from, to, count);
      },
      async latest(point) {
        await one.run();
        return reader.latest(name(point), START - 30 * 86_400_000);
      },
    };
  }
  const given = new WeakMap<OneInflux, number[]>();
  const positions = (one: OneInflux): number[] =>
    (given.get(one) ?? []).slice(0, one.forwarder().status().cursorPosition);

  measurementStoreContract('InfluxDB 1.6.7, as the forwarder feeds it', async () => {
    const { one, store } = await opened();
    given.set(one, []);
    const subject = {
      store: {
        ...store,
        write(written: Parameters<StoreInTime['write']>[0], through: number) {
          given.get(one)?.push(through);
          return store.write(written, through);
        },
      },
      async restart() {
        kills += 1;
        await server.stop(kills % 2 === 0 ? 'SIGTERM' : 'SIGKILL');
        await server.start();
        one.clock.monotonic += 10_000;
        one.restart();
        return subject.store;
      },
      dispose: () => one.dispose(),
    };
    return subject;
  });

  it('creates the database, and is named by its version', async () => {
    const { one, bucket } = await opened();
    const [found] = await server.query('SHOW DATABASES');
    expect(found?.values.flat()).toContain(bucket);
    expect(one.forwarder().status().profile).toBe('v1');
    one.dispose();
  });

  it('stopped and killed in mid-stream it has every row once, with its value', async () => {
    const { one, bucket } = await opened();
    const all = rows(30_000, 50);
    for (let block = 0; block < 30; block += 1) one.append(all.slice(block * 1_000, block * 1_000 + 1_000));
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const from = one.forwarder().status().writtenLines;
      await one.run((forwarder) => forwarder.status().writtenLines >= from + 5_000);
      const stopping = server.stop(signal);
      await one.run((forwarder) => forwarder.status().state === 'waiting');
      await stopping;
      await server.start();
    }
    await one.run();
    const found = await server.query('SELECT value FROM reading GROUP BY point', bucket);
    const stored = found.flatMap(({ values }) => values);
    expect(stored).toHaveLength(30_000);
    const sum = stored.reduce((total, [, value]) => total + Number(value), 0);
    expect(sum).toBe(all.reduce((total, { value }) => total + value, 0));
    one.dispose();
  });

  it('a clash of types stops everything and is told; no line is thrown away', async () => {
    const { one, bucket } = await opened();
    await fetch(`${server.url}/write?db=${bucket}`, {
      method: 'POST',
      body: 'reading,point=x value=1i 1763798400000000000',
    });
    one.append(rows(500));
    await one.run((forwarder) => forwarder.status().state === 'paused');
    expect(one.forwarder().status()).toMatchObject({ deadLetters: 0, backlogRows: 500 });
    expect(one.forwarder().status().reason).toContain('field type conflict');
    one.dispose();
  });

  it('what is older than its retention is expired, not poison', async () => {
    const { one, bucket } = await opened();
    await server.query(`ALTER RETENTION POLICY "autogen" ON "${bucket}" DURATION 1h SHARD DURATION 1h`);
    const now = Date.now();
    one.append([
      row(now - 30 * 86_400_000, { flags: 16 }),
      row(now),
      row(now - 31 * 86_400_000, { flags: 16 }),
    ]);
    await one.run();
    expect(one.forwarder().status()).toMatchObject({ expiredLines: 2, deadLetters: 0, writtenLines: 1 });
    one.dispose();
  });

  it('rows deleted there are found by counting, and sent again', async () => {
    const { one, bucket } = await opened();
    one.append(rows(2_000, 10));
    await one.run();
    await server.query(`DELETE FROM reading WHERE point='D-4/ch4'`, bucket);
    await one.run((forwarder) => forwarder.status().short > 0);
    await one.run();
    const [found] = await server.query('SELECT count(q) FROM reading', bucket);
    expect(found?.values[0]?.[1]).toBe(2_000);
    one.dispose();
  });
});
