/** Trying out a mapping form on a message, before any gateway depends on it. */
import { Type } from 'typebox';
import type { Trial } from '#domain/contract/diagnostics.ts';
import { checkRegistryChange } from '#domain/registry-change.ts';
import type { Product, Registry } from '#domain/registry.ts';
import { viewerIn, type Viewer } from '../authentication.ts';
import type { Context } from '../context.ts';
import { Problem } from '../problems.ts';
import { answers, Id, orNull } from '../schemas/basics.ts';
import { StepShape } from '../schemas/diagnostics.ts';
import type { Api } from './api.ts';
import { fieldsOf, findEntry } from './registry-routes.ts';

/** As much as one MQTT packet may carry, and the JSON around it. */
const TRIAL_BYTES_MAX = 512 * 1024;

const MESSAGE = {
  payload: Type.Unknown({ description: 'The message: JSON as it is, or text' }),
  gateway: Type.Optional(Id),
  topic: Type.Optional(Type.String({ maxLength: 256 })),
};
const response = answers(
  200,
  Type.Object({
    records: Type.Array(
      Type.Object({
        device: Type.String(),
        time: orNull(Type.Integer()),
        values: Type.Record(Type.String(), Type.Unknown()),
        seq: orNull(Type.Integer()),
      }),
      { description: 'Records as they would be taken' },
    ),
    steps: Type.Array(StepShape),
  }),
  'What would become of it',
);
const shared = { tags: ['products'], response };
const knownSchema = {
  ...shared,
  summary: 'Go through a message step by step as this product; nothing is stored',
  params: Type.Object({ id: Id }),
  body: Type.Object(MESSAGE, { additionalProperties: false }),
};
const draftSchema = {
  ...shared,
  summary: 'The same under a form that is not saved; a faulty form is refused field by field',
  body: Type.Object(
    { form: Type.Unknown({ description: 'A product, as it would be created' }), ...MESSAGE },
    { additionalProperties: false },
  ),
};
type Message = { readonly payload: unknown; readonly gateway?: string; readonly topic?: string };

export function productRoutes(app: Api, context: Context): void {
  const options = { config: { right: 'change-registry' as const }, bodyLimit: TRIAL_BYTES_MAX };
  app.post('/products/:id/try', { ...options, schema: knownSchema }, async (request) => {
    const viewer = viewerIn(request);
    const { id } = findEntry(context, viewer, 'products', request.params.id);
    const product = context.city.registry().products.get(id);
    if (product === undefined) throw new Problem('not-found');
    return tried(context, viewer, product, request.body);
  });
  app.post('/products/try', { ...options, schema: draftSchema }, async (request) => {
    const product = formOf(context.city.registry(), request.body.form);
    return tried(context, viewerIn(request), product, request.body);
  });
}

function tried(context: Context, viewer: Viewer, product: Product, message: Message): Trial {
  const { payload, gateway, topic } = message;
  if (payload === undefined) throw new Problem('invalid-request', 'payload is missing');
  if (gateway !== undefined) findEntry(context, viewer, 'gateways', gateway);
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return context.diagnostics.tryProduct(product, {
    payload: Buffer.from(text),
    gateway: gateway ?? null,
    topic: topic ?? null,
  });
}

/** The form as the registry would take it, under a free id: that the id is taken does not matter for a trial. */
function formOf(registry: Registry, form: unknown): Product {
  const given = fieldsOf(form);
  const { id } = given;
  const taken = typeof id === 'string' && registry.products.has(id);
  const value = taken ? { ...given, id: freeId(registry) } : given;
  const outcome = checkRegistryChange(registry, {
    items: [{ op: 'create', kind: 'products', value, row: 1 }],
  });
  if (!outcome.ok) {
    const [first] = outcome.errors;
    throw Problem.ofAnswer(first?.code ?? 'invalid', first?.detail ?? '', { errors: outcome.errors });
  }
  return Object.fromEntries(Object.entries(given).filter(([, field]) => field !== null)) as Product;
}

function freeId(registry: Registry): string {
  let n = 0;
  while (registry.products.has(`trial-${n}`)) n += 1;
  return `trial-${n}`;
}
