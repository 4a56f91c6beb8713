import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Check } from 'typebox/value';
import { AlarmEventShape, AlarmShape } from '#server/schemas/alarm.ts';
import { page } from '#server/schemas/basics.ts';
import * as registry from '#server/schemas/registry.ts';
import { UserShape } from '#server/schemas/user.ts';
import { ROLES } from '#domain/user.ts';
import { can, type Action } from '#server/rights.ts';
import { openHouse, type House } from './house.ts';

type Operation = {
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, { description: string; content?: Record<string, { schema?: object }> }>;
};
type Document = {
  openapi: string;
  info: { title: string; version: string; description: string };
  paths: Record<string, Record<string, Operation>>;
  components: { securitySchemes: Record<string, unknown> };
};

let house: House;
let document: Document;
beforeAll(async () => {
  house = await openHouse();
  document = (await house.ask(null, 'GET', '/api/v1/openapi.json')).json();
});
afterAll(() => house.close());

/** Every address of design §5 that this product serves so far. */
const PROMISED: Record<string, string> = {
  '/session': 'post get delete',
  '/session/password': 'post',
  '/session/wall': 'post',
  '/walls': 'get',
  '/walls/{username}/token': 'post',
  '/people': 'get',
  '/people/on-duty': 'get',
  '/health': 'get',
  '/catalogue': 'get',
  '/audit': 'get',
  '/import': 'post',
  '/ingest': 'post',
  '/alarms': 'get post',
  '/quality': 'get',
  '/alarms/{id}': 'get',
  '/alarms/{id}/events': 'get',
  '/incidents': 'get',
  '/incidents/{id}': 'get',
  '/incidents/{id}/alarms': 'get',
  '/incidents/{id}/silent-points': 'get',
  '/flood': 'get',
  '/floods': 'get',
  '/backfills': 'get',
  '/rules': 'get',
  '/rules/{id}': 'get',
  '/rules/validate': 'post',
  '/rules/versions': 'get',
  '/rules/versions/{number}': 'get',
  '/rules/versions/{number}/draft': 'post',
  '/rules/drafts': 'get post',
  '/rules/drafts/merge': 'post',
  '/rules/drafts/{id}': 'get patch',
  '/rules/drafts/{id}/discard': 'post',
  '/rules/drafts/{id}/publish': 'post',
  '/rules/backtest': 'get post',
  '/rules/backtest/{id}': 'get',
  '/rules/backtest/{id}/cancel': 'post',
  '/rules/unbound': 'get',
  '/rules/settings': 'get',
  '/rules/shadows': 'get post',
  '/rules/shadows/{id}': 'get',
  '/rules/shadows/{id}/stop': 'post',
  '/flows': 'get',
  '/flow-versions': 'get',
  '/flow-versions/{number}': 'get',
  '/flow-versions/{number}/restore': 'post',
  '/quarantine': 'get',
  '/quarantine/samples': 'get',
  '/replay/alarms': 'get',
  '/replay/events': 'get',
  '/replay/values': 'get',
  '/quarantine/approve': 'post',
  '/quarantine/proposal': 'get',
  '/quarantine/onboard': 'post',
  '/influx': 'get',
  '/dead-letters': 'get',
  '/dead-letters/{id}/retry': 'post',
  '/dead-letters/{id}/discard': 'post',
  '/gateways/{id}/secret': 'post',
  '/gateways/{id}/diagnostics': 'get',
  '/gateways/{id}/gaps': 'get',
  '/gateways/{id}/token': 'post',
  '/gateways/{id}/token/revoke': 'post',
  '/products/try': 'post',
  '/products/{id}/try': 'post',
  '/devices/{id}/replace': 'post',
  '/points/{id}/measurements': 'get',
  '/points/{id}/latest': 'get',
  ...Object.fromEntries(
    ['points', 'gateways', 'facilities'].map((kind) => [`/${kind}/{id}/maintenance`, 'post']),
  ),
  ...Object.fromEntries(
    ['acknowledge', 'shelve', 'unshelve', 'out-of-service', 'in-service', 'reset', 'note', 'verdict'].map(
      (action) => [`/alarms/{id}/${action}`, 'post'],
    ),
  ),
  ...Object.fromEntries(
    ['organisations', 'areas', 'facilities', 'products', 'gateways', 'devices', 'points', 'edges'].flatMap(
      (kind) => [
        [`/${kind}`, 'get post'],
        [`/${kind}/{id}`, 'get patch'],
        [`/${kind}/{id}/retire`, 'post'],
      ],
    ),
  ),
  '/facilities/codes': 'post',
  '/map/bases': 'get',
  '/map/bases/{id}': 'get',
  '/users': 'get post',
  '/users/{username}': 'get patch',
  '/users/{username}/retire': 'post',
  '/users/{username}/unlock': 'post',
};

describe('the OpenAPI document', () => {
  it('lists exactly what is promised', () => {
    const listed = Object.entries(document.paths).map(([path, operations]) => [
      path.replace('/api/v1', ''),
      Object.keys(operations).sort().join(' '),
    ]);
    const promised = Object.entries(PROMISED).map(([path, methods]) => [
      path,
      methods.split(' ').sort().join(' '),
    ]);
    expect(listed.sort()).toEqual(promised.sort());
  });

  it('is a whole OpenAPI 3.1 document', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.components.securitySchemes)).toEqual([
      'bearer',
      'cookie',
      'gateway',
      'gatewayToken',
    ]);
    for (const [path, operations] of Object.entries(document.paths)) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      for (const [method, operation] of Object.entries(operations)) {
        const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
        expect([path, method, declared.map((parameter) => parameter.name)]).toEqual([path, method, inPath]);
        const statuses = Object.keys(operation.responses);
        expect(statuses.some((status) => status.startsWith('2'))).toBe(true);
        for (const response of Object.values(operation.responses)) {
          expect(typeof response.description).toBe('string');
          for (const content of Object.values(response.content ?? {}))
            expect(content.schema).toBeTypeOf('object');
        }
      }
    }
  });

  it('promises a problem document for every refusal, and names every code', () => {
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const operation of Object.values(operations)) {
        const content = operation.responses['default']?.content ?? {};
        expect([path, Object.keys(content)]).toEqual([path, ['application/problem+json']]);
      }
    }
    expect(document.info.description).toContain('`stale-revision` (409)');
  });

  it('refers to nothing outside itself', () => {
    expect(JSON.stringify(document)).not.toContain('"$ref":"http');
  });

  it('takes an import as JSON and as CSV', () => {
    const body = document.paths['/api/v1/import']?.['post']?.requestBody;
    expect(Object.keys(body?.content ?? {})).toEqual(['application/json', 'text/csv']);
  });
});

describe('every address', () => {
  it('but health, log-in and this document is closed to strangers', async () => {
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const method of Object.keys(operations)) {
        const open =
          path.endsWith('/health') ||
          (path.endsWith('/session') && method === 'post') ||
          path.endsWith('/session/wall');
        if (open) continue;
        const url = path.replace(/\{\w+\}/g, 'x');
        const reply = await house.server.app.inject({ method: method.toUpperCase() as 'GET', url });
        expect([method, url, reply.statusCode]).toEqual([method, url, 401]);
      }
    }
  });

  it('lets in exactly the roles that have its right', async () => {
    let asked = 0;
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const method of Object.keys(operations)) {
        const right = rightOf(method, path.replace('/api/v1', ''));
        if (right === null) continue;
        const url = path.replace(/\{\w+\}/g, 'x');
        for (const role of ROLES) {
          const status = await statusFor(role, method, url);
          const allowed = can({ roles: [role], scope: {} }, right);
          expect([method, path, role, status !== 403]).toEqual([method, path, role, allowed]);
          asked += 1;
        }
      }
    }
    expect(asked).toBeGreaterThan(300);
  }, 30_000);
});

/** The right of design §5 behind each address; null for what is open or ends the asking log-in. */
function rightOf(method: string, path: string): Action | null {
  const [, kind = '', , last] = path.split('/');
  if (path === '/health' || path === '/ingest' || path.startsWith('/session')) return null;
  if (last === 'maintenance') return 'maintenance';
  if (path === '/quality') return 'read-quality';
  if (path === '/alarms' && method === 'post') return 'raise';
  if (kind === 'alarms') return method === 'get' ? 'read-alarms' : (last as Action);
  if (kind === 'users') return 'manage-users';
  if (kind === 'walls') return 'manage-walls';
  if (kind === 'flows' || kind === 'flow-versions') return method === 'get' ? 'read-flows' : 'edit-flows';
  if (kind === 'backfills') return 'read-alarms';
  if (kind === 'rules' && path.endsWith('/publish')) return 'publish-rules';
  if (kind === 'rules') return method === 'get' ? 'read-rules' : 'draft-rules';
  if (kind === 'audit') return 'read-audit';
  if (kind === 'quarantine') return 'quarantine';
  if (kind === 'influx' || kind === 'dead-letters')
    return method === 'get' ? 'read-metrics' : 'manage-influx';
  if (kind === 'catalogue') return 'read-reference';
  if (last === 'diagnostics' || last === 'gaps') return 'diagnose';
  if (method === 'get')
    return ['areas', 'organisations', 'products', 'map'].includes(kind) ? 'read-reference' : 'read-city';
  return kind === 'gateways' ? 'change-gateways' : 'change-registry';
}

async function statusFor(role: string, method: string, url: string): Promise<number> {
  const upper = method.toUpperCase() as 'GET' | 'POST' | 'PATCH';
  // An empty body is refused by shape or by the registry, but only once the right is there.
  return (await house.ask(role, upper, url, upper === 'GET' ? undefined : {})).statusCode;
}

describe('answers', () => {
  it('have the shapes that the document describes', async () => {
    house.city.raise({ id: 'a' });
    const ask = async (username: string, path: string): Promise<unknown> =>
      (await house.ask(username, 'GET', `/api/v1/${path}`)).json();
    const rows = [
      ['alarms', page(AlarmShape), await ask('viewer', 'alarms')],
      ['one alarm', AlarmShape, await ask('viewer', 'alarms/a')],
      ['events', page(AlarmEventShape), await ask('viewer', 'alarms/a/events')],
      ['facilities', page(registry.FacilityShape), await ask('viewer', 'facilities')],
      ['gateways', page(registry.GatewayShape), await ask('viewer', 'gateways')],
      ['devices', page(registry.DeviceShape), await ask('viewer', 'devices')],
      ['points', page(registry.PointShape), await ask('viewer', 'points')],
      ['areas', page(registry.AreaShape), await ask('viewer', 'areas')],
      ['edges', page(registry.EdgeShape), await ask('viewer', 'edges')],
      ['organisations', page(registry.OrganisationShape), await ask('viewer', 'organisations')],
      ['users', page(UserShape), await ask('security-admin', 'users')],
    ] as const;
    for (const [what, shape, answer] of rows) expect([what, Check(shape, answer)]).toEqual([what, true]);
  });
});
