import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PUSHES_AT_ONCE } from '#server/push-rate.ts';
import { PUSH_BYTES_MAX } from '#server/routes/ingest-routes.ts';
import { openHouse, type House } from './house.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const RECORD = { device: 'G-1', values: { ch4: 0.4 } };
const basic = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

const push = (body: unknown, headers: Record<string, string> = { authorization: basic('GW-1', 'w') }) =>
  house.server.app.inject({
    method: 'POST',
    url: '/api/v1/ingest',
    headers: { 'content-type': 'application/json', ...headers },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  });

describe('a gateway that pushes', () => {
  it('logs in with its id and secret, and is told what became of its records', async () => {
    const reply = await push([RECORD, RECORD]);
    expect([reply.statusCode, reply.json()]).toEqual([200, house.intake.outcome]);
    const [input] = house.intake.pushed;
    expect(input).toMatchObject({ gateway: 'GW-1', topic: 'lifeline/v1/GW-1/telemetry', qos: 1, dup: false });
    expect(JSON.parse(Buffer.from(input?.payload ?? []).toString())).toEqual([RECORD, RECORD]);
  });

  it('may send its credential as one token', async () => {
    expect((await push(RECORD, { authorization: 'Bearer GW-1.w' })).statusCode).toBe(200);
  });

  for (const [what, authorization] of [
    ['a wrong secret', basic('GW-1', 'x')],
    ['another gateway’s secret', basic('GW-2', 'w')],
    ['a name nobody registered', basic('GW-9', 'w')],
    ['no secret', basic('GW-1', '')],
  ] as const) {
    it(`is refused with ${what}, and that is counted`, async () => {
      const reply = await push(RECORD, { authorization });
      expect([reply.statusCode, reply.json().code]).toEqual([401, 'bad-credentials']);
      expect(house.intake.refusals).toHaveLength(1);
      expect(house.intake.pushed).toEqual([]);
    });
  }

  it('is not a person: a person’s log-in pushes nothing', async () => {
    const authorization = `Bearer ${await house.token('system-admin')}`;
    expect((await push(RECORD, { authorization })).statusCode).toBe(401);
    expect((await push(RECORD, {})).json().code).toBe('unauthenticated');
  });

  it('once retired is refused', async () => {
    const items = [
      { op: 'retire' as const, kind: 'points' as const, id: 'G-1/ch4' },
      { op: 'retire' as const, kind: 'devices' as const, id: 'G-1' },
      { op: 'retire' as const, kind: 'gateways' as const, id: 'GW-1' },
    ];
    house.city.register(items);
    expect((await push(RECORD)).statusCode).toBe(401);
    expect(house.intake.refusals).toEqual(['GW-1 retired']);
  });
});

describe('what is refused outright', () => {
  for (const [what, body, status, code, reason] of [
    ['no JSON', '{', 400, 'invalid-json', 'not-json'],
    ['an empty list', '[]', 400, 'invalid-request', 'shape'],
    ['too many records', `[${'1,'.repeat(9_000)}1]`, 400, 'invalid-request', 'too-many-records'],
    [
      'more than a packet may carry',
      `"${'x'.repeat(PUSH_BYTES_MAX)}"`,
      413,
      'body-too-large',
      'packet-too-large',
    ],
  ] as const) {
    it(`${what}: ${code}, with the reason, counted and not journaled`, async () => {
      const reply = await push(body);
      expect([reply.statusCode, reply.json().code, reply.json().reason]).toEqual([status, code, reason]);
      expect(house.intake.refusals).toEqual([`GW-1 ${reason}`]);
      expect(house.intake.pushed).toEqual([]);
    });
  }

  it('another media type', async () => {
    const reply = await push('a,b', { authorization: basic('GW-1', 'w'), 'content-type': 'text/csv' });
    expect(reply.statusCode).toBe(415);
  });
});

describe('a sender that is told to come back', () => {
  it('while nothing can be acknowledged: 503 with Retry-After, and nothing is taken', async () => {
    house.intake.isHolding = true;
    const reply = await push(RECORD);
    expect([reply.statusCode, reply.json().code, reply.headers['retry-after']]).toEqual([
      503,
      'holding',
      '5',
    ]);
    expect(house.intake.pushed).toEqual([]);
  });

  it('after ten seconds without a sync: 503, never 200', async () => {
    house.intake.stuck = true;
    const pending = push(RECORD);
    await new Promise((resolve) => setImmediate(resolve));
    while (house.intake.pushed.length === 0) await new Promise((resolve) => setImmediate(resolve));
    house.clock.advance(10_000);
    const reply = await pending;
    expect([reply.statusCode, reply.json().code, reply.headers['retry-after']]).toEqual([
      503,
      'pending',
      '5',
    ]);
  });

  it('when it pushes faster than a gateway may; another gateway is not held up', async () => {
    const statuses: number[] = [];
    for (let i = 0; i <= PUSHES_AT_ONCE; i++) statuses.push((await push(RECORD)).statusCode);
    expect(statuses.at(-2)).toBe(200);
    expect(statuses.at(-1)).toBe(429);
    expect((await push(RECORD)).headers['retry-after']).toBe('1');
    expect((await push(RECORD, { authorization: basic('GW-2', 'e') })).statusCode).toBe(200);
    house.clock.advance(1_000);
    expect((await push(RECORD)).statusCode).toBe(200);
  });

  it('when it pushes more bytes than a gateway may, as over MQTT; that is counted, and nobody else is held up', async () => {
    const large = JSON.stringify({ ...RECORD, note: 'x'.repeat(PUSH_BYTES_MAX - 100) });
    for (let sent = 0; sent < 16; sent++) expect((await push(large)).statusCode).toBe(200);
    const reply = await push(large);
    expect([reply.statusCode, reply.json().code, reply.headers['retry-after']]).toEqual([
      429,
      'rate-limited',
      '1',
    ]);
    expect([house.intake.refusals, house.intake.pushed.length]).toEqual([['GW-1 rate'], 16]);
    expect((await push(large, { authorization: basic('GW-2', 'e') })).statusCode).toBe(200);
    house.clock.advance(1_000);
    expect((await push(large)).statusCode).toBe(200);
  });

  it('however few bytes it may push, the largest body passes after a quiet time', async () => {
    await house.close();
    house = await openHouse({}, { pushBytesPerS: 1_024 });
    const large = JSON.stringify({ ...RECORD, note: 'x'.repeat(PUSH_BYTES_MAX - 100) });
    expect((await push(large)).statusCode).toBe(200);
    expect((await push(large)).headers['retry-after']).toBe('256');
    house.clock.advance(256_000);
    expect((await push(large)).statusCode).toBe(200);
  });
});

describe('Idempotency-Key', () => {
  const keyed = { authorization: basic('GW-1', 'w'), 'idempotency-key': 'batch-7' };

  it('gives the first answer again, and the journal knows the resend after a restart', async () => {
    const first = await push(RECORD, keyed);
    const again = await push(RECORD, keyed);
    expect([again.statusCode, again.json()]).toEqual([first.statusCode, first.json()]);
    expect(again.headers['idempotent-replay']).toBe('true');
    expect(house.intake.pushed).toHaveLength(1);
    expect(house.intake.pushed[0]).toMatchObject({ client: 'http batch-7', dup: true });
  });

  it('refuses another body under the same key', async () => {
    await push(RECORD, keyed);
    const reply = await push({ ...RECORD, values: { ch4: 1 } }, keyed);
    expect([reply.statusCode, reply.json().code]).toEqual([422, 'idempotency-mismatch']);
  });

  it('is remembered here for a gateway’s last few pushes; an older one is sent on, and the journal knows it', async () => {
    await push(RECORD, keyed);
    for (let number = 0; number < 10; number += 1)
      await push(RECORD, { ...keyed, 'idempotency-key': `batch-8-${number}` });
    const again = await push(RECORD, keyed);
    expect([again.statusCode, again.headers['idempotent-replay']]).toEqual([200, undefined]);
    expect(house.intake.pushed.at(-1)).toMatchObject({ client: 'http batch-7', dup: true });
  });

  it('is each gateway’s own', async () => {
    await push(RECORD, keyed);
    await push(RECORD, { ...keyed, authorization: basic('GW-2', 'e') });
    expect(house.intake.pushed.map(({ gateway }) => gateway)).toEqual(['GW-1', 'GW-2']);
  });

  it('does not keep a refusal for haste', async () => {
    for (let i = 0; i < PUSHES_AT_ONCE; i++) await push(RECORD);
    expect((await push(RECORD, keyed)).statusCode).toBe(429);
    house.clock.advance(1_000);
    expect((await push(RECORD, keyed)).statusCode).toBe(200);
  });
});
