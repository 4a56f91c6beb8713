/** The names of people: for whoever reads alarms, without numbers; who is on duty, in the asker's part of the city. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OnCallList } from '#domain/notification.ts';
import type { AlertsPort } from '#server/alerts-port.ts';
import { openHouse, PASSWORD, type House } from './house.ts';

const person = (id: string, name: string) => ({ id, name, phone: '13805300000', channels: [] });
const LIST: OnCallList = {
  persons: [person('z', '张三'), person('l', '李四'), person('w', '王五'), person('q', '钱六')],
  entries: [
    { ...{ id: 'west', areas: ['371702'] }, steps: [step('z'), step('q')], leaders: ['l', 'z'] },
    { ...{ id: 'east', areas: ['371721'] }, steps: [step('w')], leaders: [] },
  ],
  reminders: { afterMs: {}, everyMs: 600_000, max: 1 },
};

function step(...persons: string[]) {
  return { persons, waitMs: 60_000 };
}

let house: House;
let list: OnCallList | null = LIST;
beforeAll(async () => {
  const alerts: Pick<AlertsPort, 'onCall' | 'onNotification'> = {
    onCall: () => ({ revision: 1, list }),
    onNotification: () => {},
  };
  house = await openHouse({}, { alerts: alerts as AlertsPort });
});
afterAll(() => house.close());
const onDuty = async (who: string) => (await house.ask(who, 'GET', '/api/v1/people/on-duty')).json();

describe('people', () => {
  it('are called by their names, retired ones too; whoever reads no alarms learns none', async () => {
    const body = { username: 'zhang', name: '张三', password: PASSWORD, roles: ['duty-officer'] };
    await house.ask('security-admin', 'POST', '/api/v1/users', body);
    await house.ask('security-admin', 'POST', '/api/v1/users/zhang/retire', {});
    const reply = await house.ask('crew', 'GET', '/api/v1/people');
    expect(reply.json()).toEqual({ items: [{ username: 'zhang', name: '张三' }], next: null });
    expect((await house.ask('audit-admin', 'GET', '/api/v1/people')).json().code).toBe('forbidden');
  });

  it('on duty are the first to be told, then their leaders, each once and without a number', async () => {
    const reply = await onDuty('viewer');
    expect(reply.items).toEqual([
      { name: '张三', leads: false },
      { name: '王五', leads: false },
      { name: '李四', leads: true },
    ]);
    expect(JSON.stringify(reply)).not.toContain('1380530');
  });

  it('on duty elsewhere are not told to whoever sees another part', async () => {
    expect((await onDuty('drain-east')).items).toEqual([{ name: '王五', leads: false }]);
  });

  it('before the first list nobody is', async () => {
    list = null;
    expect(await onDuty('viewer')).toEqual({ items: [], next: null });
    list = LIST;
  });
});
