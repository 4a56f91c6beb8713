/**
 * An InfluxDB in memory with the write semantics of one server family (storage table: what a bad line does to its batch,
 * which status it gives, what it says), and the two InfluxQL questions that our tests ask of it.
 */
import { createServer, type IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';

export type MockProfile = 'v1' | 'v2' | 'v3core';
export type Fault = { status: number; body?: string; headers?: Record<string, string> } | 'hang' | 'reset';
export type MockRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};

export type MockInflux = {
  readonly url: string;
  readonly requests: MockRequest[];
  /** series -> time -> fields. */
  readonly rows: Map<string, Map<number, Record<string, string>>>;
  /** Decides about a write before the server looks at it. */
  fault: (request: MockRequest) => Fault | null;
  /** Lines it refuses. */
  poison: (line: string) => boolean;
  /** Lines older than this are beyond retention. */
  keepsFrom: number;
  /** Answers 204 and stores nothing. */
  swallows: boolean;
  authorization: string | null;
  readings(): number;
  close(): Promise<void>;
};

const LINE = /^([^ ,]+)((?:,(?:\\.|[^ \\])+)?) ([^ ]+) (\d+)$/;

export async function mockInflux(profile: MockProfile): Promise<MockInflux> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks);
      const body =
        request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw).toString() : raw.toString();
      const url = new URL(request.url ?? '', 'http://mock');
      const { method = '' } = request;
      const seen = { method, path: url.pathname, query: url.searchParams, headers: request.headers, body };
      mock.requests.push(seen);
      const answer = answerTo(mock, profile, seen);
      if (answer === 'hang') return;
      if (answer === 'reset') return void request.socket.destroy();
      response.writeHead(answer.status, answer.headers ?? {});
      response.end(answer.body ?? '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const mock: MockInflux = {
    url: `http://127.0.0.1:${port}`,
    requests: [],
    rows: new Map(),
    fault: () => null,
    poison: () => false,
    keepsFrom: -Infinity,
    swallows: false,
    authorization: null,
    readings: () =>
      [...mock.rows]
        .filter(([key]) => key.startsWith('reading,'))
        .reduce((sum, [, rows]) => sum + rows.size, 0),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return mock;
}

function answerTo(mock: MockInflux, profile: MockProfile, request: MockRequest): Fault {
  const { path, headers } = request;
  const version = { v1: '1.8.10', v2: 'v2.7.11', v3core: '3.2.0' }[profile];
  if (path === '/ping') return { status: 204, headers: { 'X-Influxdb-Version': version } };
  if (mock.authorization !== null && headers.authorization !== mock.authorization) {
    return { status: 401, body: '{"code":"unauthorized","message":"unauthorized access"}' };
  }
  if (path === (profile === 'v1' ? '/write' : '/api/v2/write')) return write(mock, profile, request);
  if (path === '/query') return { status: 200, body: JSON.stringify({ results: query(mock, request) }) };
  if (path === '/api/v2/dbrps' && profile === 'v2') return { status: 200, body: '{"content":[{"id":"1"}]}' };
  return { status: 404, body: '404 page not found' };
}

function write(mock: MockInflux, profile: MockProfile, request: MockRequest): Fault {
  const fault = mock.fault(request);
  if (fault !== null) return fault;
  const lines = request.body.split('\n');
  const bad = lines.filter((line) => !LINE.test(line) || mock.poison(line));
  const expired = lines.filter((line) => Number(LINE.exec(line)?.[4]) < mock.keepsFrom);
  if (!mock.swallows && !(profile === 'v2' && bad.length > 0)) {
    for (const line of lines) if (!bad.includes(line) && !expired.includes(line)) store(mock, line);
  }
  if (bad.length > 0) return refusal(profile, bad[0] ?? '');
  if (expired.length > 0 && profile !== 'v3core') {
    const text = `partial write: points beyond retention policy dropped=${expired.length}`;
    return { status: profile === 'v1' ? 400 : 422, body: JSON.stringify({ error: text }) };
  }
  return { status: 204 };
}

const refusal = (profile: MockProfile, line: string): Fault => {
  if (profile === 'v1') return { status: 400, body: `{"error":"unable to parse '${line}': bad number"}` };
  if (profile === 'v2')
    return { status: 400, body: `{"code":"invalid","message":"unable to parse '${line}'"}` };
  return { status: 400, body: 'partial write of line protocol occurred' };
};

function store(mock: MockInflux, line: string): void {
  const [, measurement = '', tags = '', fields = '', time] = LINE.exec(line) ?? [];
  const key = `${measurement}${tags}`;
  const series = mock.rows.get(key) ?? new Map<number, Record<string, string>>();
  mock.rows.set(key, series);
  const given = Object.fromEntries(fields.split(',').map((field) => field.split('=')));
  series.set(Number(time), { ...series.get(Number(time)), ...given });
}

/** `SELECT count(q) … GROUP BY point` over a stretch, and nothing else; other statements succeed empty. */
function query(mock: MockInflux, request: MockRequest): unknown[] {
  const q = new URLSearchParams(request.body).get('q') ?? '';
  const [, from, to] =
    /count\(q\) FROM reading WHERE time>=(\d+)ms AND time<(\d+)ms GROUP BY point/.exec(q) ?? [];
  if (from === undefined) return [{}];
  const series = [...mock.rows].flatMap(([key, rows]) => {
    const point = /^reading,point=(.*)$/.exec(key)?.[1];
    const count = [...rows.keys()].filter((time) => time >= Number(from) && time < Number(to)).length;
    if (point === undefined || count === 0) return [];
    return [
      { name: 'reading', tags: { point }, columns: ['time', 'count'], values: [[Number(from), count]] },
    ];
  });
  return [{ series }];
}
