import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Check } from 'typebox/value';
import { GapsShape, GatewayDiagnosticsShape } from '#server/schemas/diagnostics.ts';
import { openHouse, type House } from './house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

const diagnostics = (id: string, username = 'engineer') =>
  house.ask(username, 'GET', `/api/v1/gateways/${id}/diagnostics`);
const gaps = (id: string, query = '') => house.ask('engineer', 'GET', `/api/v1/gateways/${id}/gaps${query}`);

describe('the diagnostics of a gateway', () => {
  it('are an engineer’s, in the documented shape, with its comings and goings', async () => {
    house.ledger.presence.set('GW-1', [{ at: 5, connected: true, connections: 1 }]);
    const answer = (await diagnostics('GW-1')).json();
    expect(Check(GatewayDiagnosticsShape, answer)).toBe(true);
    expect(answer.connection.history).toEqual([{ at: 5, connected: true, connections: 1 }]);
    for (const username of ['duty-officer', 'viewer', 'security-admin']) {
      expect((await diagnostics('GW-1', username)).statusCode).toBe(403);
    }
  });

  it('of one that never connected say so', async () => {
    expect((await diagnostics('GW-2')).json()).toMatchObject({
      registered: true,
      connection: { history: [] },
    });
  });

  it('of a name that nobody registered are shown as long as somebody knocks under it', async () => {
    expect((await diagnostics('GW-01')).statusCode).toBe(404);
    house.diagnostics.strangers.add('GW-01');
    expect((await diagnostics('GW-01')).json()).toMatchObject({ gateway: 'GW-01', registered: false });
  });
});

describe('the gaps of a gateway', () => {
  const INTERVAL = 60_000;
  const from = (): number => house.clock.wallMs() - 24 * 3_600_000;
  const rows = (minutes: readonly number[]) =>
    minutes.map((minute) => ({
      ...{ time: from() + minute * INTERVAL, deviceTime: null, receivedAt: 0, value: 1 },
      quality: 'good' as const,
    }));

  it('are stretches of more than three report intervals without data, to the row', async () => {
    const index = house.city.registry().points.get('G-1/ch4')?.index ?? -1;
    const every = Array.from({ length: 1_440 }, (_, minute) => minute);
    const missing = (minute: number): boolean =>
      (minute > 100 && minute < 104) || (minute > 200 && minute < 203) || minute > 1_430;
    house.history.add(index, rows(every.filter((minute) => !missing(minute))));
    const answer = (await gaps('GW-1')).json();
    expect(Check(GapsShape, answer)).toBe(true);
    const minutes = answer.items.map((gap: { point: string; from: number; to: number }) => [
      gap.point,
      (gap.from - from()) / INTERVAL,
      (gap.to - from()) / INTERVAL,
    ]);
    expect(minutes).toEqual([
      ['G-1/ch4', 100, 104],
      ['G-1/ch4', 1_430, 1_440],
    ]);
  });

  it('name the numbers that devices left out', async () => {
    house.diagnostics.gaps = [{ device: 'G-1', from: 3, to: 5, at: 1, missing: 2, filledAt: null }];
    expect((await gaps('GW-1')).json().sequence).toEqual(house.diagnostics.gaps);
    const figures = (await house.ask('engineer', 'GET', '/metrics')).body;
    expect(figures).toContain('lifeline_sequence_gaps 1');
  });

  it('are looked for in a month at most, of a gateway that is there', async () => {
    expect((await gaps('GW-9')).statusCode).toBe(404);
    expect((await gaps('GW-1', '?from=2025-01-01T00:00:00Z')).json().code).toBe('invalid-request');
    expect((await gaps('GW-1', '?cursor=x')).json().code).toBe('invalid-cursor');
  });
});
