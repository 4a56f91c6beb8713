import { describe, expect, it } from 'vitest';
import { ROLES, type Role, type Scope } from '#domain/user.ts';
import { createRegistry } from '#domain/registry-change.ts';
import { can, effectiveScope, inScope, RIGHTS, type Action, type Place } from '#server/rights.ts';

/** Columns: duty officer, duty leader, crew, engineer, viewer, system, security, audit administrator. */
const MATRIX: Record<Action, string> = {
  'own-session': 'y y y y y y y y',
  'read-reference': 'y y y y y y y y',
  'read-city': 'y y y y y y - -',
  'read-alarms': 'y y y y y y - -',
  'read-quality': 'y y - y y y - -',
  raise: 'y y y y - - - -',
  acknowledge: 'y y - - - - - -',
  shelve: 'y y - - - - - -',
  unshelve: 'y y - - - - - -',
  reset: 'y y - - - - - -',
  note: 'y y - - - - - -',
  verdict: 'y y - - - - - -',
  'out-of-service': '- y - y - - - -',
  'in-service': '- y - y - - - -',
  maintenance: '- y - y - - - -',
  'change-registry': '- - - y - y - -',
  'change-gateways': '- - - - - y - -',
  'read-on-call': 'y y - - - y - -',
  'change-on-call': '- y - - - y - -',
  quarantine: '- - - y - y - -',
  diagnose: '- - - y - y - -',
  'manage-influx': '- - - - - y - -',
  'manage-users': '- - - - - - y -',
  'manage-walls': '- - - - - y - -',
  'read-flows': '- - - y - y - -',
  'edit-flows': '- - - - - y - -',
  'read-rules': 'y y y y y y - -',
  'draft-rules': '- - - y - - - -',
  'publish-rules': '- y - y - - - -',
  'read-audit': '- - - - - - - y',
  'read-metrics': '- - - y - y - -',
};

describe('each right', () => {
  for (const [action, row] of Object.entries(MATRIX)) {
    it(`"${action}" belongs to exactly the roles of the table`, () => {
      const marks = row.split(' ');
      ROLES.forEach((role, column) => {
        const allowed = Object.hasOwn(RIGHTS, action) && can({ roles: [role], scope: {} }, action as Action);
        expect([role, allowed]).toEqual([role, marks[column] === 'y']);
      });
    });
  }

  it('stands in the table', () => {
    expect(Object.keys(RIGHTS).sort()).toEqual(Object.keys(MATRIX).sort());
  });

  it('adds up over several roles, and nobody has one without a role', () => {
    expect(can({ roles: ['viewer', 'audit-admin'], scope: {} }, 'read-audit')).toBe(true);
    expect(can({ roles: [], scope: {} }, 'own-session')).toBe(false);
  });

  it('to act on alarms is never an administrator’s', () => {
    const admins: Role[] = ['system-admin', 'security-admin', 'audit-admin'];
    const taking: Action[] = ['acknowledge', 'shelve', 'reset', 'verdict', 'out-of-service', 'maintenance'];
    for (const action of taking) expect(can({ roles: admins, scope: {} }, action)).toBe(false);
  });
});

describe('the scope', () => {
  const well: Place = { area: '371702', lifeline: 'gas', organisation: 'gas-co' };
  const nowhere: Place = { area: null, lifeline: null, organisation: null };
  const rows: [string, Scope, Place, boolean][] = [
    ['without restriction sees everything', {}, well, true],
    ['without restriction sees the platform’s own alarms', {}, nowhere, true],
    ['of an area sees that area', { areas: ['371702'] }, well, true],
    ['of another area does not', { areas: ['371721'] }, well, false],
    ['of the whole city sees its districts', { areas: ['371700'] }, well, true],
    ['of a lifeline sees that lifeline', { lifelines: ['gas', 'heat'] }, well, true],
    ['must fit in every kind', { areas: ['371702'], lifelines: ['heat'] }, well, false],
    ['of an organisation sees its facilities', { organisations: ['gas-co'] }, well, true],
    ['of an organisation does not see the others’', { organisations: ['water-co'] }, well, false],
    ['with any restriction does not see the platform’s own alarms', { lifelines: ['gas'] }, nowhere, false],
    ['of an empty list sees nothing', { areas: [] }, well, false],
  ];
  for (const [what, scope, place, seen] of rows) {
    it(what, () => {
      const holder = { roles: ['duty-officer'], scope } as const;
      expect(inScope({ ...holder, scope: effectiveScope(holder, createRegistry()) }, place)).toBe(seen);
    });
  }

  it('of a crew without an organisation is empty, with another role it is not', () => {
    const registry = createRegistry();
    expect(effectiveScope({ roles: ['crew'], scope: {} }, registry)).toEqual({ organisations: [] });
    expect(effectiveScope({ roles: ['crew', 'viewer'], scope: {} }, registry)).toEqual({});
  });
});
