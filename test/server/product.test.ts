import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHouse, type House } from './house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

const FORM = {
  id: 'acme',
  name: '某厂 X1',
  pointers: {
    device: '/sn',
    time: '/ts',
    valuesList: { list: '/data', name: '/k', value: '/v' },
  },
  timeUnit: 's',
};

describe('a mapping form', () => {
  it('is made, changed and given to a gateway by those who may', async () => {
    expect((await house.ask('viewer', 'POST', '/api/v1/products', FORM)).statusCode).toBe(403);
    const made = await house.ask('engineer', 'POST', '/api/v1/products', FORM);
    expect([made.statusCode, made.json()]).toEqual([201, FORM]);
    const bad = await house.ask('engineer', 'PATCH', '/api/v1/products/acme', { timeUnit: 'days' });
    expect([bad.statusCode, bad.json().code]).toEqual([422, 'type']);
    const given = await house.ask('system-admin', 'PATCH', '/api/v1/gateways/GW-1', { product: 'acme' });
    expect(given.json().product).toBe('acme');
    const unknown = await house.ask('system-admin', 'PATCH', '/api/v1/gateways/GW-1', { product: 'none' });
    expect(unknown.json().code).toBe('unknown-product');
    const spoken = await house.ask('engineer', 'POST', '/api/v1/products/acme/retire');
    expect(spoken.json().code).toBe('has-children');
    const listed = await house.ask('engineer', 'GET', '/api/v1/gateways?product=acme');
    expect(listed.json().items.map(({ id }: { id: string }) => id)).toEqual(['GW-1']);
  });

  it('is tried on a message, step by step, and nothing is stored', async () => {
    const payload = { sn: 'SN-1', ts: house.clock.wallMs() / 1_000, data: [{ k: 'ch4', v: '0.4' }] };
    const url = '/api/v1/products/acme/try';
    const reply = await house.ask('engineer', 'POST', url, { payload, gateway: 'GW-1' });
    const { records, steps } = reply.json();
    expect(records).toMatchObject([{ device: 'SN-1', time: house.clock.wallMs(), values: { ch4: 0.4 } }]);
    expect(steps.every(({ ok }: { ok: boolean }) => ok)).toBe(true);
    expect(steps.at(-1)).toEqual({ step: 'rules', ok: true, detail: 'ch4: a-rule' });
    const text = await house.ask('engineer', 'POST', url, { payload: '{"sn":"x"' });
    expect(text.json().steps.at(-1)).toEqual({ step: 'json', ok: false, detail: 'not-json: not JSON' });
    expect(house.intake.pushed).toEqual([]);
    expect((await house.ask('engineer', 'POST', url, {})).statusCode).toBe(400);
  });

  it('is tried before it is saved; what is wrong with it is told field by field', async () => {
    const url = '/api/v1/products/try';
    const payload = { sn: 'SN-1', ts: house.clock.wallMs() / 1_000, data: [{ k: 'ch4', v: 4 }] };
    for (const id of ['not-there-yet', 'acme']) {
      const form = { ...FORM, id, scale: { ch4: 0.1 }, topic: null };
      const { records } = (await house.ask('engineer', 'POST', url, { form, payload })).json();
      expect(records).toMatchObject([{ device: 'SN-1', values: { ch4: 0.4 } }]);
    }
    expect((await house.ask('engineer', 'GET', '/api/v1/products/acme')).json().scale).toBe(undefined);
    const form = { ...FORM, timeUnit: 'days', pointers: { ...FORM.pointers, device: 'sn' } };
    const faulty = await house.ask('engineer', 'POST', url, { form, payload });
    expect(faulty.statusCode).toBe(422);
    expect(faulty.json().errors).toMatchObject([
      { code: 'bad-pointer', detail: expect.stringContaining('pointers.device') },
      { code: 'type', detail: expect.stringContaining('timeUnit') },
    ]);
    expect((await house.ask('engineer', 'POST', url, { form: [], payload })).statusCode).toBe(400);
    expect((await house.ask('viewer', 'POST', url, { form: FORM, payload })).statusCode).toBe(403);
  });
});
