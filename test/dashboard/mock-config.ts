/** What the configuration pages read and write, in the platform's shapes. A new one for each mock city. */
import { createPeople } from './mock-people.ts';
import { createProducts } from './mock-products.ts';
import { qualityOf } from './mock-quality.ts';
import { list, ok, refusal as problem, type MockAnswer } from './mock-answers.ts';

type Row = { id: string } & Record<string, unknown>;
export type MockConfig = {
  /** Orders that came, in their order. */
  readonly written: { readonly path: string; readonly body: unknown }[];
  /** Null for what belongs to other parts of the mock. */
  answer(method: string, path: readonly string[], url: URL, body: unknown): MockAnswer | null;
};

export function createMockConfig(now: () => number): MockConfig {
  const gateways: Row[] = [
    { ...gateway('GW-1', '一号网关'), status: status(now(), {}) },
    { ...gateway('GW-2', '二号网关'), status: status(now(), { connected: false, connections: 0 }) },
    { ...gateway('GW-3', '三号网关'), status: status(now(), { rejected: 7, gaps: 2 }) },
  ];
  const people = createPeople(now);
  const products = createProducts();
  let looks = 0;
  const written: { path: string; body: unknown }[] = [];
  return {
    written,
    answer(method, path, url, body) {
      const [, head = '', id = '', tail = ''] = path;
      if (method !== 'GET') written.push({ path: path.join('/'), body });
      if (head === 'products') return products(method, id, tail, body);
      if (method === 'PATCH' && head !== 'users') return ok({ id, ...(body as object) });
      if (head === 'on-call') return ok(ON_CALL);
      if (head === 'channels' && id === '') return list([CHANNEL]);
      if (head === 'channels') return ok({ ok: true, detail: 'taken' });
      if (head === 'influx') return ok(INFLUX);
      if (head === 'dead-letters') return id === '' ? list([LETTER]) : problem(409, 'dead-letter-refused');
      if (head === 'quarantine') return quarantine(id, now());
      if (tail === 'retire' && head === 'facilities') return problem(409, 'has-children');
      if (method === 'POST' && REGISTERED.has(head)) return { status: tail === '' ? 201 : 200, body };
      if (head === 'devices' && id !== '') return problem(404, 'not-found');
      if (head === 'users') return people(method, id, tail, body);
      if (head === 'quality') return ok(qualityOf(url));
      if (head === 'import') return imported(gateways, url, body);
      if (head !== 'gateways') return null;
      if (id === '' && method === 'GET') return list(gateways);
      if (id === '') return created(gateways, body);
      if (tail === 'secret') return ok({ id, secret: `secret-of-${id}` });
      if (tail === 'retire') return problem(409, 'has-children');
      if (tail === 'gaps') return ok({ open: 0, sequence: [], items: [], next: null });
      if (tail === 'diagnostics') return ok(diagnosis(id, now(), ++looks));
      const found = gateways.find((row) => row.id === id);
      return found === undefined ? problem(404, 'not-found') : ok(found);
    },
  };
}

const REGISTERED = new Set(['facilities', 'devices', 'points']);

const ON_CALL = {
  revision: 3,
  persons: [{ id: 'wang', name: '王五', phone: '13800000000', channels: [{ channel: 'sms-1' }] }],
  entries: [{ id: 'all', steps: [{ persons: ['wang'], waitMs: 180_000 }], leaders: [] }],
  reminders: { afterMs: {}, everyMs: 600_000, max: 1 },
};
const CHANNEL = {
  ...{ id: 'sms-1', kind: 'sms', lastSuccessAt: null, lastFailureAt: null, failuresInARow: 2, detail: null },
};
const INFLUX = {
  ...{ configured: true, profile: 'v1', url: 'http://influx.invalid', state: 'waiting', reason: 'HTTP 503' },
  ...{ cursorPosition: 7, backlogRows: 1_203, refillHours: 0, deadLetters: 1, expiredLines: 0, short: 0 },
  ...{ comparedAt: null, lastWriteAt: null },
};
const LETTER = {
  ...{ id: 'L-1', line: 'gas,point=G-1/ch4 value=1i 7', status: 400 },
  ...{ serverText: 'field type conflict', firstSeenAt: 1_700_000_000_000 },
};

function quarantine(what: string, now: number): MockAnswer {
  const sample = '{"device":"X-1","values":{"ch4":1.2}}';
  if (what === 'samples') return list([{ at: now - 9_000, sample, detail: 'no device is called X-1' }]);
  if (what === 'onboard') return ok({ device: 'X-1', points: ['X-1/ch4'], created: 2, records: 12 });
  if (what === 'proposal') {
    const channel = { channel: 'ch4', samples: 12, min: 0.9, max: 1.4, quantity: 'ch4', unit: '%' };
    return ok({ records: 12, reportIntervalMs: 10_000, channels: [channel] });
  }
  const group = { id: 1, gateway: 'GW-3', device: 'X-1', reason: 'unknown-device', count: 12, kept: 12 };
  return list([{ ...group, firstAt: now - 120_000, lastAt: now - 9_000, sample }]);
}

/** A file with a Chinese id is refused; any other brings GW-7. */
function imported(rows: Row[], url: URL, body: unknown): MockAnswer {
  if (String(body).includes('坏'))
    return ok({ created: 0, secrets: [], errors: [{ row: 2, code: 'bad-id', detail: 'id: 坏' }] });
  if (url.searchParams.has('dryRun')) return ok({ created: 1, secrets: [], errors: [] });
  rows.push({ ...gateway('GW-7', '七号'), status: null });
  return ok({ created: 1, secrets: [{ id: 'GW-7', secret: 'secret-of-GW-7' }], errors: [] });
}

function created(rows: Row[], body: unknown): MockAnswer {
  const { id } = body as Row;
  rows.push({ ...(body as Row), hasToken: false, status: null });
  return { status: 201, body: { id, secret: `secret-of-${id}` } };
}

const gateway = (id: string, name: string) => ({
  id,
  name,
  facility: 'F-0',
  session: 'always-on',
  hasToken: false,
});
const status = (now: number, change: object) => ({
  connected: true,
  connections: 1,
  lastPublishAt: now - 4_000,
  clockOffsetMs: 300,
  records: 1_200,
  duplicates: 0,
  gaps: 0,
  rejected: 0,
  ...change,
});

/** The rate counts the looks, so that a test sees the page follow. */
function diagnosis(id: string, now: number, looks: number): unknown {
  const payload = '{"records":[{"device":"X-1","values":{"ch4":1.2}}]}';
  return {
    gateway: id,
    registered: true,
    connection: {
      connected: true,
      connections: 1,
      lastPublishAt: now - 4_000,
      newest: { client: id, address: '10.0.0.7:51234', at: now - 3_600_000 },
      refusedLogin: null,
      history: [{ at: now - 3_600_000, connected: true, connections: 1 }],
    },
    rates: { since: now - 7_200_000, lastMinute: looks, last5Minutes: 30, lastHour: 360 },
    clock: { offsetMs: 3_200, watched: { lagMs: 8_000, publishes: 4 }, devices: [] },
    records: 1_200,
    gaps: 2,
    duplicates: 1,
    rejected: 7,
    extraFields: 0,
    refusals: [
      {
        ...{ reason: 'unknown-device', count: 7, lastAt: now - 9_000, device: 'X-1' },
        ...{ detail: 'no device is called X-1', sample: payload },
      },
    ],
    packets: [
      {
        ...{ at: now - 9_000, topic: `lifeline/v1/${id}/telemetry`, qos: 1, bytes: payload.length, payload },
        truncated: false,
        steps: [
          { step: 'topic', ok: true, detail: 'telemetry of this gateway' },
          { step: 'json', ok: true, detail: 'one record' },
          { step: 'device', ok: false, detail: 'no device called X-1' },
        ],
      },
    ],
  };
}
