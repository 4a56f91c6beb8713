/** Mapping forms behind the mock server, judged and tried by the platform's own reading of them. */
import { checkRegistryChange, createRegistry, applyRegistryChange } from '#domain/registry-change.ts';
import type { Entry, Product, Registry } from '#domain/registry.ts';
import { mapMessage } from '#ingest/product-mapping.ts';
import { list, ok, refusal, type MockAnswer } from './mock-answers.ts';

const FACTORY: Product = {
  ...{ id: 'P-1', name: '甲厂网关', timeUnit: 's', topic: 'up/{gateway}/report' },
  pointers: { device: '/sn', time: '/ts', valuesList: { list: '/data', name: '/k', value: '/v' } },
  channels: { CH4浓度: 'ch4' },
  ignore: ['rssi'],
};

export function createProducts() {
  const registry = createRegistry();
  write(registry, 'create', { ...FACTORY });
  return (method: string, id: string, tail: string, body: unknown): MockAnswer => {
    const given = Object(body) as Record<string, unknown>;
    if (id === 'try') return tried(registry, given);
    if (method === 'GET' && id === '')
      return list([...registry.products.values()].filter(({ retired }) => !retired).map(shown));
    if (id === '') return answer(registry, 'create', given, 201);
    const known = registry.products.get(id);
    if (known === undefined) return refusal(404, 'not-found');
    if (tail === 'retire') return refusal(409, 'has-children');
    return method === 'GET' ? ok(shown(known)) : answer(registry, 'update', { ...given, id }, 200);
  };
}

/** Without what is the registry's own. */
const shown = (entry: Entry<Product>) =>
  Object.fromEntries(Object.entries(entry).filter(([name]) => name !== 'retired'));

function write(registry: Registry, op: 'create' | 'update', value: Record<string, unknown>) {
  return applyRegistryChange(registry, { items: [{ op, kind: 'products', value, row: 1 }] });
}

function answer(registry: Registry, op: 'create' | 'update', value: Record<string, unknown>, status: number) {
  const outcome = write(registry, op, value);
  if (!outcome.ok) return refusal(422, outcome.errors[0]?.code ?? 'invalid', { errors: outcome.errors });
  const stored = registry.products.get(String(value['id']));
  return { status, body: stored === undefined ? null : shown(stored) };
}

function tried(registry: Registry, { form, payload }: Record<string, unknown>): MockAnswer {
  const value = { ...Object(form), id: 'trial' } as Record<string, unknown>;
  const outcome = checkRegistryChange(registry, {
    items: [{ op: 'create', kind: 'products', value, row: 1 }],
  });
  if (!outcome.ok) return refusal(422, outcome.errors[0]?.code ?? 'invalid', { errors: outcome.errors });
  let message: unknown;
  try {
    message = JSON.parse(String(payload));
  } catch {
    return ok({ records: [], steps: [{ step: 'json', ok: false, detail: 'not-json: not JSON' }] });
  }
  const found = mapMessage(value as unknown as Product, message, { gateway: 'GW-1', device: null });
  return ok({
    records: found.flatMap((one) =>
      'reason' in one
        ? []
        : [{ ...one, values: Object.fromEntries(one.channels.map((name, at) => [name, one.values[at]])) }],
    ),
    steps: found.map((one, i) =>
      'reason' in one
        ? { step: 'record', ok: false, detail: `record ${i}: ${one.reason}, ${one.detail}` }
        : { step: 'record', ok: true, detail: `record ${i}: ${one.channels.length} values` },
    ),
  });
}
