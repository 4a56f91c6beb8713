import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EAST, openHouse, type House } from './house.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const ids = async (username: string, query = ''): Promise<string[]> => {
  const reply = await house.ask(username, 'GET', `/api/v1/alarms${query}`);
  return reply.json().items.map((alarm: { id: string }) => alarm.id);
};
const act = (username: string, action: string, body: unknown, id = 'a') =>
  house.ask(username, 'POST', `/api/v1/alarms/${id}/${action}`, body);

describe('the list of alarms', () => {
  beforeEach(() => {
    house.city.raise({ id: 'gas', onsetAt: 1_000 });
    house.city.raise({ id: 'flood', onsetAt: 2_000, colour: 'red', ...EAST });
    house.city.raise({
      id: 'platform',
      onsetAt: 3_000,
      point: null,
      device: null,
      facility: null,
      area: null,
      lifeline: null,
      gateway: null,
    });
    house.city.raise({ id: 'over', onsetAt: 500 });
    house.city.change('over', 'normal', { state: 'normal', active: false });
    house.city.raise({ id: 'past', onsetAt: 400, historical: true, state: 'normal' });
  });

  const rows: [string, string, string, string[]][] = [
    ['holds the open ones, newest first', 'viewer', '', ['platform', 'flood', 'gas']],
    [
      'holds all with the closed and the historical',
      'viewer',
      '?state=all',
      ['platform', 'flood', 'gas', 'over', 'past'],
    ],
    ['of one colour', 'viewer', '?colour=red', ['flood']],
    ['of one facility', 'viewer', '?state=all&facility=U-1', ['flood']],
    ['of one lifeline', 'viewer', '?lifeline=gas', ['gas']],
    ['of an area has those of its districts', 'viewer', '?area=371700', ['flood', 'gas']],
    ['of an area, of all', 'viewer', '?state=all&area=371702', ['gas', 'over', 'past']],
    ['for one district and lifeline has only those', 'gas-west', '?state=all', ['gas', 'over', 'past']],
    ['for one district never has those of another', 'gas-west', '?area=371721', []],
    ['for another district', 'drain-east', '', ['flood']],
    ['for a crew has those of its own unit', 'crew', '?state=all', ['gas', 'over', 'past']],
    ['is the administrator’s to see', 'system-admin', '', ['platform', 'flood', 'gas']],
  ];
  for (const [what, username, query, expected] of rows) {
    it(what, async () => {
      expect(await ids(username, query)).toEqual(expected);
    });
  }

  it('is not for administrators of rights and of audit', async () => {
    for (const username of ['security-admin', 'audit-admin']) {
      expect((await house.ask(username, 'GET', '/api/v1/alarms')).statusCode).toBe(403);
    }
  });

  it('goes on page by page while new alarms come', async () => {
    for (const state of ['open', 'all']) {
      const seen: string[] = [];
      let cursor = '';
      for (let round = 0; round < 9; round++) {
        const page = (
          await house.ask('viewer', 'GET', `/api/v1/alarms?state=${state}&limit=2${cursor}`)
        ).json();
        seen.push(...page.items.map((alarm: { id: string }) => alarm.id));
        house.city.raise({ id: `new-${state}-${round}`, onsetAt: 10_000 + round });
        if (page.next === null) break;
        cursor = `&cursor=${page.next}`;
      }
      const old = seen.filter((id) => !id.startsWith('new'));
      const closed = state === 'all' ? ['over', 'past'] : [];
      expect(old).toEqual(['platform', 'flood', 'gas', ...closed]);
    }
  });
});

describe('a ledger that lags', () => {
  it('does not hide an alarm, nor show an old state of it', async () => {
    house.city.raise({ id: 'one', onsetAt: 1_000 });
    house.ledger.follow = () => {};
    house.city.raise({ id: 'two', onsetAt: 2_000 });
    house.city.change('one', 'acknowledged', { state: 'acknowledged' });
    const reply = await house.ask('viewer', 'GET', '/api/v1/alarms?state=all');
    const states = reply.json().items.map((alarm: { id: string; state: string }) => [alarm.id, alarm.state]);
    expect(states).toEqual([
      ['two', 'unacknowledged'],
      ['one', 'acknowledged'],
    ]);
    const events = (await house.ask('viewer', 'GET', '/api/v1/alarms/one/events')).json().items;
    expect(events.map((event: { change: string }) => event.change)).toEqual(['raised', 'acknowledged']);
  });

  it('does not show an alarm as open that is over', async () => {
    house.city.raise({ id: 'one', onsetAt: 1_000 });
    house.ledger.follow = () => {};
    house.city.change('one', 'normal', { state: 'normal', active: false });
    const reply = await house.ask('viewer', 'GET', '/api/v1/alarms?state=all');
    expect(reply.json().items).toMatchObject([{ id: 'one', state: 'normal' }]);
  });

  it('does not disturb the pages: nothing twice, nothing left out', async () => {
    for (const [id, onsetAt] of [
      ['a', 5],
      ['b', 4],
      ['c', 3],
      ['d', 2],
      ['e', 1],
    ] as const) {
      house.city.raise({ id, onsetAt });
    }
    for (const id of ['c', 'd']) house.city.change(id, 'normal', { state: 'normal', active: false });
    house.ledger.follow = () => {};
    for (const id of ['a', 'b']) house.city.change(id, 'colour', { colour: 'red' });
    const pages: string[][] = [];
    for (let cursor = ''; pages.length < 5; ) {
      const query = `state=all&colour=orange&limit=2${cursor}`;
      const page = (await house.ask('viewer', 'GET', `/api/v1/alarms?${query}`)).json();
      pages.push(page.items.map((alarm: { id: string }) => alarm.id));
      if (page.next === null) break;
      cursor = `&cursor=${page.next}`;
    }
    expect(pages).toEqual([['c'], ['d', 'e']]);
  });
});

describe('one alarm', () => {
  it('is shown with its history, to those whose city it is in', async () => {
    house.city.raise({ id: 'a' });
    await act('duty-officer', 'note', { revision: 1, text: 'crew called' });
    const events = (await house.ask('gas-west', 'GET', '/api/v1/alarms/a/events')).json();
    expect(events.next).toBeNull();
    expect(events.items).toMatchObject([
      { sequence: 1, change: 'raised', ring: true, reason: 'new', by: null, note: null },
      { sequence: 2, change: 'note', ring: false, by: 'duty-officer', note: 'crew called' },
    ]);
    for (const path of ['alarms/a', 'alarms/a/events', 'alarms/zzz']) {
      expect((await house.ask('drain-east', 'GET', `/api/v1/${path}`)).statusCode).toBe(404);
    }
  });
});

describe('an officer’s action', () => {
  const soon = Date.UTC(2025, 10, 22, 10);
  const rows: [string, unknown, unknown][] = [
    ['acknowledge', { revision: 1 }, { action: 'acknowledge' }],
    ['acknowledge', { revision: 1, note: 'on it' }, { action: 'acknowledge', note: 'on it' }],
    [
      'shelve',
      { revision: 1, until: soon, reason: 'test' },
      { action: 'shelve', until: soon, reason: 'test' },
    ],
    [
      'shelve',
      { revision: 1, until: '2025-11-22T18:00:00+08:00', reason: 'test', secondPerson: 'duty-leader' },
      { action: 'shelve', until: soon, reason: 'test', secondPerson: 'duty-leader' },
    ],
    ['unshelve', { revision: 1 }, { action: 'unshelve' }],
    ['reset', { revision: 1 }, { action: 'reset' }],
    ['note', { revision: 1, text: 'x' }, { action: 'note', text: 'x' }],
    ['verdict', { revision: 1, verdict: 'biogas' }, { action: 'verdict', verdict: 'biogas' }],
    ['verdict', { revision: 1, verdict: null }, { action: 'verdict', verdict: null }],
  ];
  for (const [action, body, expected] of rows) {
    it(`"${action}" ${JSON.stringify(body)} reaches the engine as it was meant`, async () => {
      house.city.raise({ id: 'a' });
      const reply = await act('duty-officer', action, body);
      expect([reply.statusCode, reply.json().id]).toEqual([200, 'a']);
      expect(house.city.commands).toMatchObject([
        { command: 'alarm', alarm: 'a', revision: 1, action: expected, by: { username: 'duty-officer' } },
      ]);
    });
  }

  it('out of service and back is the leader’s', async () => {
    house.city.raise({ id: 'a' });
    const body = { revision: 1, reviewAt: soon, reason: 'dead sensor' };
    expect((await act('duty-officer', 'out-of-service', body)).statusCode).toBe(403);
    expect((await act('duty-leader', 'out-of-service', body)).json().suppression).toBe('out-of-service');
    expect((await act('duty-leader', 'in-service', { revision: 2 })).json().suppression).toBe('none');
  });

  it('on an old picture is refused with the alarm as it is now', async () => {
    house.city.raise({ id: 'a' });
    expect((await act('duty-officer', 'acknowledge', { revision: 1 })).json().acknowledgedBy).toBe(
      'duty-officer',
    );
    const late = await act('duty-leader', 'acknowledge', { revision: 1 });
    expect(late.statusCode).toBe(409);
    expect(late.json()).toMatchObject({
      code: 'stale-revision',
      status: 409,
      alarm: { id: 'a', revision: 2, acknowledgedBy: 'duty-officer' },
    });
  });

  it('that the engine refuses carries the engine’s own code', async () => {
    house.city.raise({ id: 'a' });
    const reply = await act('duty-officer', 'shelve', { revision: 1, until: soon + 86_400_000, reason: 'x' });
    expect([reply.statusCode, reply.json().code]).toEqual([422, 'shelve-too-long']);
  });

  const bad: [string, string, unknown][] = [
    ['without a revision', 'acknowledge', {}],
    ['with a revision in letters', 'acknowledge', { revision: '1' }],
    ['with a field nobody knows', 'acknowledge', { revision: 1, force: true }],
    ['shelved without a reason', 'shelve', { revision: 1, until: soon }],
    [
      'shelved until a time without an offset',
      'shelve',
      { revision: 1, until: '2025-11-22T18:00:00', reason: 'x' },
    ],
    ['with a verdict nobody knows', 'verdict', { revision: 1, verdict: 'maybe' }],
    ['with an empty note', 'note', { revision: 1, text: '' }],
  ];
  for (const [what, action, body] of bad) {
    it(`${what} is refused before it is journaled`, async () => {
      house.city.raise({ id: 'a' });
      const reply = await act('duty-officer', action, body);
      expect([reply.statusCode, reply.json().code]).toEqual([400, 'invalid-request']);
      expect(house.city.commands).toEqual([]);
    });
  }

  const seconds: [string, string][] = [
    ['nobody', 'nobody'],
    ['oneself', 'duty-leader'],
    ['a viewer', 'viewer'],
    ['an officer of another district', 'drain-east'],
  ];
  for (const [what, secondPerson] of seconds) {
    it(`cannot be witnessed by ${what}`, async () => {
      house.city.raise({ id: 'a' });
      const reply = await act('duty-leader', 'shelve', {
        revision: 1,
        until: soon,
        reason: 'x',
        secondPerson,
      });
      expect([reply.statusCode, reply.json().code]).toEqual([422, 'unknown-second-person']);
    });
  }

  it('on an alarm outside the scope finds none', async () => {
    house.city.raise({ id: 'a' });
    expect((await act('drain-east', 'acknowledge', { revision: 1 })).statusCode).toBe(404);
    expect((await act('duty-officer', 'acknowledge', { revision: 1 }, 'zzz')).statusCode).toBe(404);
    expect(house.city.commands).toEqual([]);
  });
});

describe('while the journal cannot sync', () => {
  it('an order is pending after two seconds and carried out when it can', async () => {
    house.city.raise({ id: 'a' });
    await house.token('duty-officer');
    house.city.held = true;
    const waiting = act('duty-officer', 'acknowledge', { revision: 1 });
    await untilHeld();
    house.clock.advance(2_000);
    const reply = await waiting;
    expect([reply.statusCode, reply.json().code]).toEqual([503, 'pending']);
    house.city.release();
    expect(house.city.alarm('a')?.acknowledgedBy).toBe('duty-officer');
  });

  it('the same order again joins the one that waits', async () => {
    house.city.raise({ id: 'a' });
    house.city.held = true;
    const again = () =>
      house.ask(
        'duty-officer',
        'POST',
        '/api/v1/alarms/a/acknowledge',
        { revision: 1 },
        { 'idempotency-key': 'k' },
      );
    const first = again();
    await untilHeld();
    house.clock.advance(2_000);
    expect((await first).json().code).toBe('pending');
    const second = again();
    await untilHeld();
    house.city.release();
    expect((await second).statusCode).toBe(200);
    expect(house.city.commands).toHaveLength(1);
    expect((await again()).headers['idempotent-replay']).toBe('true');
  });
});

/** Until the request has come as far as the engine (inject runs over a few turns). */
async function untilHeld(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
