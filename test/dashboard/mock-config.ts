/** What the configuration pages read and write, in the platform's shapes. A new one for each mock city. */
import type { MockAnswer } from './mock-api.ts';

type Row = { id: string } & Record<string, unknown>;
export type MockConfig = {
  /** Null for what belongs to other parts of the mock. */
  answer(method: string, path: readonly string[], url: URL, body: unknown): MockAnswer | null;
};

export function createMockConfig(now: () => number): MockConfig {
  const gateways: Row[] = [
    { ...gateway('GW-1', '一号网关'), status: status(now(), {}) },
    { ...gateway('GW-2', '二号网关'), status: status(now(), { connected: false, connections: 0 }) },
    { ...gateway('GW-3', '三号网关'), status: status(now(), { rejected: 7, gaps: 2 }) },
  ];
  let looks = 0;
  return {
    answer(method, [, head = '', id = '', tail = ''], _url, body) {
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

const ok = (body: unknown): MockAnswer => ({ status: 200, body });
const list = (items: unknown): MockAnswer => ok({ items, next: null });
const problem = (status: number, code: string, members = {}): MockAnswer => ({
  status,
  body: { type: `urn:city-lifeline:problem:${code}`, title: code, status, detail: code, code, ...members },
});
