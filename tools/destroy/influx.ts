/** InfluxDB misbehaves in every way it can: alarms come, nothing is lost here, and everything arrives there once. */
import type { InfluxView } from '#server/ports.ts';
import { until } from '#test/e2e/api.ts';
import { storedIn } from '#test/e2e/influx-load.ts';
import { type MockInflux, mockInflux } from '#test/store/influx/mock-influx.ts';
import { hasInfluxd, realInfluxd } from '#test/store/influx/real-influxd.ts';
import { account, type Act } from './act.ts';
import { inCity, type ProcessCity } from './process-city.ts';

const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const TOKEN = 'Token good';
const BACK_MS_MAX = 150_000;

type Fault = {
  readonly name: string;
  readonly begin: (influx: MockInflux) => void;
  /** System alarm that names it. */
  readonly told: 'influx-failing' | 'influx-backlog';
};

const FAULTS: readonly Fault[] = [
  {
    name: 'an expired token (401)',
    told: 'influx-failing',
    begin: (influx) => (influx.authorization = 'Token new'),
  },
  { name: 'connections cut', told: 'influx-backlog', begin: (influx) => (influx.fault = () => 'reset') },
  {
    name: 'errors (500)',
    told: 'influx-backlog',
    begin: (influx) => (influx.fault = () => ({ status: 500 })),
  },
  {
    name: 'too many requests (429)',
    told: 'influx-backlog',
    begin: (influx) => (influx.fault = () => ({ status: 429 })),
  },
  { name: 'no answer at all', told: 'influx-backlog', begin: (influx) => (influx.fault = () => 'hang') },
  {
    name: 'no such bucket (404)',
    told: 'influx-failing',
    begin: (influx) => (influx.fault = () => ({ status: 404 })),
  },
];

const viewOf = (city: ProcessCity): Promise<InfluxView> => city.api().get<InfluxView>('/api/v1/influx');
const drained = (city: ProcessCity): Promise<InfluxView> =>
  until(
    'everything was sent on',
    BACK_MS_MAX,
    () => viewOf(city),
    ({ backlogRows, state }) => backlogRows === 0 && state === 'writing',
  );

export const influxFaults: Act = {
  name: 'influx-faults',
  does: `InfluxDB with ${FAULTS.map(({ name }) => name).join(', ')}`,
  counts: { test: 0, usual: 2, full: FAULTS.length },
  async run({ count, say }) {
    const influx = await mockInflux('v2');
    influx.authorization = TOKEN;
    const env = { INFLUX_URL: influx.url, INFLUX_TOKEN: 'good', INFLUX_ORG: 'city', INFLUX_BUCKET: 'city' };
    let records = 0;
    try {
      return await inCity({ alarms: count * 2 + 1, platform: { env } }, async (city) => {
        city.field.load(true);
        await until(
          'the first rows',
          60_000,
          async () => influx.readings(),
          (rows) => rows > 0,
        );
        for (let time = 0; time < count; time++) {
          const fault = FAULTS[time % FAULTS.length];
          fault?.begin(influx);
          await city.ring();
          if (fault !== undefined) await city.alarmed(fault.told);
          await city.ring();
          influx.authorization = TOKEN;
          influx.fault = () => null;
          say(`${time + 1} of ${count} faults`);
          city.field.load(false);
          await drained(city);
          city.field.load(true);
        }
        city.field.load(false);
        await until(
          'nothing is owed',
          60_000,
          async () => city.field.owed(),
          (owed) => owed === 0,
        );
        await pass(500);
        await drained(city);
        records = city.field.acknowledged.size;
        const there = influx.readings();
        if (there !== records) city.breach(`${records} records acknowledged, ${there} in InfluxDB`);
        const { deadLetters } = await viewOf(city);
        if (deadLetters > 0) city.breach(`${deadLetters} good lines became dead letters`);
      });
    } finally {
      await influx.close();
    }
  },
};

const DOWN_MS_MAX = 3_000;

export const influxKills: Act = {
  name: 'influx-kills',
  does: "kill -9 of a real InfluxDB (Debian's 1.6.7) in mid-stream",
  counts: { test: 0, usual: 3, full: 40 },
  async run({ count, random, say }) {
    if (!hasInfluxd) return account({ did: 'NOT DONE: needs /usr/bin/influxd', told: ['-'] });
    const influxd = await realInfluxd();
    const env = { INFLUX_URL: influxd.url, INFLUX_BUCKET: 'city' };
    try {
      return await inCity({ alarms: count + 1, platform: { env } }, async (city) => {
        city.field.load(true);
        await until(
          'the first rows',
          60_000,
          () => viewOf(city),
          ({ lastWriteAt }) => lastWriteAt !== null,
        );
        for (let kill = 0; kill < count; kill++) {
          await pass(random.int(1_000));
          await influxd.stop('SIGKILL');
          await city.ring();
          await pass(random.int(DOWN_MS_MAX));
          await influxd.start();
          say(`${kill + 1} of ${count} kills`);
        }
        city.field.load(false);
        await until(
          'nothing is owed',
          60_000,
          async () => city.field.owed(),
          (owed) => owed === 0,
        );
        await pass(500);
        await drained(city);
        const answer = await influxd.query('SELECT value FROM reading GROUP BY point', 'city');
        const { counts } = storedIn(answer);
        const wrong = [...city.field.acknowledged.values()].filter(
          ({ device, value }) => !device.startsWith('A-') && counts.get(`${device}/ch4 ${value}`) !== 1,
        );
        if (wrong.length > 0) city.breach(`${wrong.length} records are not once in InfluxDB`);
        city.told(`${counts.size} values in InfluxDB, each once`);
      });
    } finally {
      await influxd.dispose();
    }
  },
};
