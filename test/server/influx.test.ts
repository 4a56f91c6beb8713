/** InfluxDB as an administrator sees it through the API. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DeadLetterView, InfluxPort } from '#server/ports.ts';
import { type House, openHouse } from './house.ts';

const letter = (number: number): DeadLetterView => ({
  ...{ id: `letter-${number}`, line: `reading,point=D/ch4 value=${number},q=0i ${number}` },
  ...{ status: 400, serverText: 'field type conflict', firstSeenAt: 1_000 + (number >> 1) },
});
let letters: DeadLetterView[] = [];
let outcome: 'stored' | 'refused' | 'unavailable' = 'stored';
const influx: InfluxPort = {
  view: () => ({
    ...{ configured: true, profile: 'v1', url: 'http://db:8086', state: 'paused', reason: '401: expired' },
    ...{ cursorPosition: 7, backlogRows: 3, refillHours: 0, deadLetters: letters.length, expiredLines: 0 },
    ...{ short: 0, comparedAt: null, lastWriteAt: 5 },
  }),
  deadLetters: async () => letters,
  async retry(id) {
    if (!letters.some((one) => one.id === id)) return 'unknown';
    if (outcome === 'stored') letters = letters.filter((one) => one.id !== id);
    return outcome;
  },
  async discard(id) {
    const found = letters.find((one) => one.id === id) ?? null;
    letters = letters.filter((one) => one !== found);
    return found;
  },
};

let house: House;
beforeAll(async () => {
  house = await openHouse({}, { influx });
});
afterAll(() => house.close());
beforeEach(() => {
  letters = Array.from({ length: 5 }, (_, number) => letter(number));
  outcome = 'stored';
});
const post = (who: string, path: string) => house.ask(who, 'POST', `/api/v1/dead-letters/${path}`);

describe('GET /influx', () => {
  it('says where writing stands, to engineers and system administrators alone', async () => {
    const answer = await house.ask('system-admin', 'GET', '/api/v1/influx');
    expect(answer.json()).toMatchObject({
      configured: true,
      state: 'paused',
      backlogRows: 3,
      deadLetters: 5,
    });
    expect((await house.ask('engineer', 'GET', '/api/v1/influx')).statusCode).toBe(200);
    expect((await house.ask('duty-officer', 'GET', '/api/v1/influx')).statusCode).toBe(403);
  });

  it('says that there is none, when there is none', async () => {
    const without = await openHouse();
    const answer = await without.ask('system-admin', 'GET', '/api/v1/influx');
    expect(answer.json()).toMatchObject({ configured: false, state: 'off', url: null });
    const list = await without.ask('system-admin', 'GET', '/api/v1/dead-letters');
    expect(list.json()).toEqual({ items: [], next: null });
    await without.close();
  });
});

describe('dead letters', () => {
  it('are listed page by page, oldest first, each once', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const { items, next } = (
        await house.ask('system-admin', 'GET', `/api/v1/dead-letters?limit=2${cursor}`)
      ).json<{ items: DeadLetterView[]; next: string | null }>();
      seen.push(...items.map(({ id }) => id));
      cursor = next === null ? '' : `&cursor=${next}`;
    } while (cursor !== '');
    expect(seen).toEqual(letters.map(({ id }) => id));
  });

  it.each([
    ['stored', 200, undefined],
    ['refused', 409, 'dead-letter-refused'],
    ['unavailable', 503, 'influx-unavailable'],
  ] as const)('a retry that ends %s answers %i, and stands in the audit log', async (how, status, code) => {
    outcome = how;
    const answer = await post('system-admin', 'letter-1/retry');
    expect([answer.statusCode, answer.json<{ code?: string }>().code]).toEqual([status, code]);
    const last = (await house.ledger.auditEntries(0, 10_000)).at(-1);
    expect(last).toMatchObject({ action: 'dead-letter.retry', subject: 'letter-1', outcome: how });
  });

  it('a discarded line is gone from the list and kept in the audit log', async () => {
    expect((await post('system-admin', 'letter-3/discard')).statusCode).toBe(200);
    expect((await post('system-admin', 'letter-3/discard')).statusCode).toBe(404);
    const last = (await house.ledger.auditEntries(0, 10_000)).at(-1);
    expect(last).toMatchObject({ action: 'dead-letter.discard', detail: { line: letter(3).line } });
  });

  it('hold lines of every area: nobody restricted to a part of the city reads them', async () => {
    const list = await house.ask('west-engineer', 'GET', '/api/v1/dead-letters');
    expect([list.statusCode, list.json().code]).toEqual([403, 'out-of-scope']);
    expect((await house.ask('engineer', 'GET', '/api/v1/dead-letters')).statusCode).toBe(200);
  });

  it('are touched by system administrators alone', async () => {
    for (const who of ['engineer', 'duty-leader', 'audit-admin']) {
      expect((await post(who, 'letter-1/discard')).statusCode).toBe(403);
    }
    expect(letters).toHaveLength(5);
  });
});
