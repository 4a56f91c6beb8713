/** Somebody calls, or sees something on patrol: an alarm like any other, over the API. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHouse, type House } from './house.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const CALL = {
  heard: 'call',
  subject: '牡丹路与中华路口',
  text: '群众来电：井盖旁有浓烈燃气味',
  colour: 'red',
  facility: 'W-1',
};
const raise = (who: string, more: object = {}, headers: Record<string, string> = {}) =>
  house.ask(who, 'POST', '/api/v1/alarms', { ...CALL, ...more }, headers);

describe('raising an alarm', () => {
  it('answers with the alarm, which says who raised it and why, and stands in the list', async () => {
    const reply = await raise('duty-officer');
    expect(reply.statusCode).toBe(201);
    expect(reply.json()).toMatchObject({
      rule: 'raised-by-person',
      facility: 'W-1',
      area: '371702',
      lifeline: 'gas',
      colour: 'red',
      state: 'unacknowledged',
      active: true,
      latched: true,
      explanation: { code: 'raised-after-call', params: { text: CALL.text, by: 'duty-officer' } },
    });
    const list = await house.ask('viewer', 'GET', '/api/v1/alarms?facility=W-1');
    expect(list.json().items.map(({ id }: { id: string }) => id)).toEqual([reply.json().id]);
  });

  it('of a patrol, or of something else, says so', async () => {
    const patrol = await raise('crew', { heard: 'patrol', colour: 'yellow' });
    expect(patrol.json().explanation.code).toBe('raised-on-patrol');
    const { heard: _, ...plain } = CALL;
    const other = await house.ask('duty-leader', 'POST', '/api/v1/alarms', plain);
    expect(other.json().explanation.code).toBe('raised-by-person');
  });

  it('where no facility stands names area and lifeline', async () => {
    const { facility: _, ...nowhere } = CALL;
    const there = await house.ask('duty-officer', 'POST', '/api/v1/alarms', {
      ...nowhere,
      area: '371721',
      lifeline: 'drainage',
    });
    expect(there.json()).toMatchObject({ facility: null, area: '371721', lifeline: 'drainage' });
    const none = await house.ask('duty-officer', 'POST', '/api/v1/alarms', nowhere);
    expect([none.statusCode, none.json().code]).toEqual([422, 'no-place']);
  });

  it('a second time is the same alarm, and a worse colour lifts it', async () => {
    const first = (await raise('duty-officer', { colour: 'yellow' })).json();
    const second = await raise('duty-officer', { colour: 'yellow' });
    const again = second.json();
    expect([second.statusCode, again.id, again.revision]).toEqual([200, first.id, first.revision]);
    const lifted = await raise('duty-officer');
    expect([lifted.statusCode, lifted.json().id, lifted.json().colour]).toEqual([200, first.id, 'red']);
  });

  it('a second time in other words leaves the alarm as it is and keeps the words in its history', async () => {
    const { id } = (await raise('duty-officer')).json();
    const text = '又有两人来电：气味更浓';
    expect((await raise('duty-officer', { text })).json()).toMatchObject({
      ...{ id, explanation: { params: { text: CALL.text } } },
    });
    await raise('duty-officer');
    const events = (await house.ask('viewer', 'GET', `/api/v1/alarms/${id}/events`)).json().items;
    expect(events.map(({ change, by, note }: Record<string, unknown>) => [change, by, note])).toEqual([
      ['raised', 'duty-officer', null],
      ['note', 'duty-officer', text],
    ]);
  });

  it('and every other answer with an alarm carries its letter of ISA-18.2', async () => {
    const raised = (await raise('duty-officer')).json();
    expect(raised.isaState).toBe('B');
    const order = { revision: raised.revision };
    house.city.raise({ id: 'level', revision: 1 });
    const taken = await house.ask('duty-officer', 'POST', '/api/v1/alarms/level/acknowledge', order);
    expect(taken.json()).toMatchObject({ id: 'level', isaState: 'C' });
  });

  it('a retry with the same key is answered from memory', async () => {
    const key = { 'idempotency-key': 'call-17' };
    const first = await raise('duty-officer', {}, key);
    const again = await raise('duty-officer', {}, key);
    expect(again.headers['idempotent-replay']).toBe('true');
    expect(again.json()).toEqual(first.json());
  });
});

describe('is refused', () => {
  const refused: readonly [string, string, object, number, string][] = [
    ['from the administrator, who sees alarms but takes none', 'system-admin', {}, 403, 'forbidden'],
    ['from a viewer', 'viewer', {}, 403, 'forbidden'],
    ['outside the district of the person', 'drain-east-officer', {}, 403, 'out-of-scope'],
    ['from a crew outside its own unit', 'crew', { facility: 'U-1' }, 403, 'out-of-scope'],
    ['at a facility that nobody registered', 'duty-officer', { facility: 'X-9' }, 422, 'unknown-facility'],
    ['with a text of blanks', 'duty-officer', { text: '  ' }, 422, 'text-needed'],
    ['without a text', 'duty-officer', { text: '' }, 400, 'invalid-request'],
    ['in a colour that is none', 'duty-officer', { colour: 'purple' }, 400, 'invalid-request'],
    ['with a member that nobody knows', 'duty-officer', { silent: true }, 400, 'invalid-request'],
  ];
  it.each(refused)('%s', async (_, who, more, status, code) => {
    if (who === 'drain-east-officer') {
      const scope = { areas: ['371721'] };
      const body = { username: who, password: 'Lifeline-2025', roles: ['duty-officer'], scope };
      expect((await house.ask('security-admin', 'POST', '/api/v1/users', body)).statusCode).toBe(201);
    }
    const reply = await raise(who, more);
    expect([reply.statusCode, reply.json().code]).toEqual([status, code]);
    expect(house.city.openAlarms()).toEqual([]);
  });

  it('beyond fifty of one person, until some are ended', async () => {
    for (let call = 0; call < 50; call += 1)
      expect((await raise('duty-officer', { subject: `call ${call}` })).statusCode).toBe(201);
    const more = await raise('duty-officer', { subject: 'one more' });
    expect([more.statusCode, more.json().code]).toEqual([429, 'too-many-raised']);
    expect((await raise('duty-leader')).statusCode).toBe(201);
  });
});
