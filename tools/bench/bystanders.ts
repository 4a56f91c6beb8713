/**
 * What else goes on while alarms come, in a process of its own so that it disturbs the platform and not who measures: year-long
 * trends at a steady rate, one back-test after the other, and an InfluxDB that takes its time.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { logIn, type Api } from '#test/e2e/api.ts';

export type Asked = { readonly trendsPerS: number; readonly backtests: boolean };
type Order = Asked & { readonly http: string; readonly adminPassword: string };
/** What it did so far. `influxWrites` are begun ones. */
export type Done = { readonly trends: number; readonly backtests: number; readonly influxWrites: number };

export type Bystanders = {
  /** Of the slow InfluxDB; there from the start, since the platform asks for it when it starts. */
  readonly influxUrl: string;
  begin(order: Order): Promise<void>;
  done(): Promise<Done>;
  close(): Promise<void>;
};

/** A write to the slow InfluxDB is answered after this. */
const INFLUX_MS = 2_000;
const YEAR_MS = 365 * 86_400_000;
/** Trends not answered yet: beyond this none is asked for, as a browser would not either. */
const TRENDS_OPEN_MAX = 20;

export async function openBystanders(): Promise<Bystanders> {
  const child = fork(fileURLToPath(import.meta.url), ['bystanders'], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ask = async (what: unknown): Promise<unknown> => {
    child.send(what as string);
    const answered = once(child, 'message');
    const ended = once(child, 'exit').then(() => Promise.reject(new Error('the bystanders ended')));
    ended.catch(() => undefined);
    const [answer] = (await Promise.race([answered, ended])) as [unknown];
    return answer;
  };
  return {
    influxUrl: (await ask('influx')) as string,
    begin: async (order) => void (await ask(order)),
    done: async () => (await ask('done')) as Done,
    async close() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

function serve(): void {
  const done = { trends: 0, backtests: 0, influxWrites: 0 };
  const influx = createServer((request, response) => {
    request.resume();
    request.once('end', () => {
      const path = new URL(request.url ?? '', 'http://influx').pathname;
      if (path === '/ping') response.writeHead(204, { 'X-Influxdb-Version': '1.8.10' }).end();
      else if (path === '/query') response.end('{"results":[{}]}');
      else {
        done.influxWrites += 1;
        setTimeout(() => response.writeHead(204).end(), INFLUX_MS);
      }
    });
  });
  const fail = (cause: unknown): never => {
    console.error(cause);
    process.exit(1);
  };
  process.on('message', (what: 'influx' | 'done' | Order) => {
    if (what === 'done') process.send?.(done);
    else if (what === 'influx')
      influx.listen(0, '127.0.0.1', () =>
        process.send?.(`http://127.0.0.1:${(influx.address() as AddressInfo).port}`),
      );
    else
      prepared(what).then((parts) => {
        process.send?.('begun');
        Promise.all(parts.map((part) => part(done))).catch(fail);
      }, fail);
  });
}

type Part = (done: { trends: number; backtests: number }) => Promise<void>;

async function prepared({ http, adminPassword, trendsPerS, backtests }: Order): Promise<Part[]> {
  const admin = await logIn(http, 'admin', adminPassword);
  const parts: Part[] = trendsPerS === 0 ? [] : [(done) => trends(admin, trendsPerS, done)];
  if (!backtests) return parts;
  const password = 'Bench-engineer-1';
  await made(admin, '/api/v1/users', {
    username: 'bench-engineer',
    password,
    roles: ['engineer'],
    scope: {},
  });
  const engineer = await logIn(http, 'bench-engineer', password);
  await made(engineer, '/api/v1/rules/drafts', { id: 'bench', removed: ['signal-weak'] });
  return [...parts, (done) => backtestAfterBacktest(engineer, done)];
}

async function made(api: Api, path: string, body: unknown): Promise<unknown> {
  const answer = await api.post<unknown>(path, body);
  if (answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function trends(api: Api, perS: number, done: { trends: number }): Promise<void> {
  const open = new Set<Promise<unknown>>();
  for (let count = 0; ; count += 1) {
    const to = Date.now();
    const point = encodeURIComponent(`GW-${count % 50}-D0/a`);
    const path = `/api/v1/points/${point}/measurements?from=${to - YEAR_MS}&to=${to}&buckets=500`;
    const asked = api.get(path).then(() => {
      done.trends += 1;
      open.delete(asked);
    });
    open.add(asked);
    if (open.size >= TRENDS_OPEN_MAX) await Promise.race(open);
    await pass(1_000 / perS);
  }
}

async function backtestAfterBacktest(api: Api, done: { backtests: number }): Promise<void> {
  for (;;) {
    const to = Date.now();
    const run = (await made(api, '/api/v1/rules/backtest', { draft: 'bench', from: to - YEAR_MS, to })) as {
      id: string;
    };
    for (let state = 'running'; state === 'running'; await pass(100))
      ({ state } = await api.get<{ state: string }>(`/api/v1/rules/backtest/${run.id}`));
    done.backtests += 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv[2] === 'bystanders') serve();
