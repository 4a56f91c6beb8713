import { describe, expect, test } from 'vitest';
import { ROLES } from '#domain/user.ts';
import { mayConfigure } from '../../dashboard/src/store/config-rights.ts';
import { troubleOf, worstFirst } from '../../dashboard/src/gateways/gateway-trouble.ts';
import { can } from '../../server/rights.ts';

test.each([
  'change-gateways',
  'change-registry',
  'quarantine',
  'manage-influx',
  'change-on-call',
  'draft-rules',
  'publish-rules',
  'manage-users',
  'maintenance',
] as const)('the console offers %s to exactly those whom the server lets', (action) => {
  for (const role of ROLES)
    expect([role, mayConfigure([role], action)]).toEqual([role, can({ roles: [role], scope: {} }, action)]);
});

describe('what a gateway’s trouble is', () => {
  const well = {
    ...{ connected: true, connections: 1, lastPublishAt: 1, clockOffsetMs: 0 },
    ...{ records: 1, duplicates: 0, gaps: 0, rejected: 0 },
  };
  const gateway = (id: string, status: object | null, session: 'always-on' | 'sleepy' = 'always-on') => ({
    ...{ id, name: id, session, hasToken: false },
    status: status === null ? null : { ...well, ...status },
  });

  test('away is the worst; a sleepy one may be away', () => {
    expect(troubleOf(gateway('a', { connected: false }))).toBe('lost');
    expect(troubleOf(gateway('a', { connected: false }, 'sleepy'))).toBe(null);
    expect(troubleOf(gateway('a', null, 'sleepy'))).toBe('never');
    expect(troubleOf(gateway('a', { clockOffsetMs: -2_000 }))).toBe('clock');
    expect(troubleOf(gateway('a', { clockOffsetMs: 1_999 }))).toBe(null);
  });

  test('the worst stands first, and GW-2 before GW-10', () => {
    const rows = [
      gateway('GW-10', {}),
      gateway('GW-2', {}),
      gateway('GW-4', { gaps: 1 }),
      gateway('GW-3', { rejected: 1, gaps: 5 }),
      gateway('GW-5', { connected: false }),
    ];
    expect(worstFirst(rows).map(({ id }) => id)).toEqual(['GW-5', 'GW-3', 'GW-4', 'GW-2', 'GW-10']);
  });
});
