/** Trying out a mapping form on a message, before any gateway depends on it. */
import { Type } from 'typebox';
import { viewerIn } from '../authentication.ts';
import type { Context } from '../context.ts';
import { Problem } from '../problems.ts';
import { answers, Id, orNull } from '../schemas/basics.ts';
import { StepShape } from '../schemas/diagnostics.ts';
import type { Api } from './api.ts';
import { findEntry } from './registry-routes.ts';

/** As much as one MQTT packet may carry, and the JSON around it. */
const TRIAL_BYTES_MAX = 512 * 1024;

const schema = {
  tags: ['products'],
  summary: 'Go through a message step by step as this product; nothing is stored',
  params: Type.Object({ id: Id }),
  body: Type.Object(
    {
      payload: Type.Unknown({ description: 'The message: JSON as it is, or text' }),
      gateway: Type.Optional(Id),
      topic: Type.Optional(Type.String({ maxLength: 256 })),
    },
    { additionalProperties: false },
  ),
  response: answers(
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
  ),
};

export function productRoutes(app: Api, context: Context): void {
  const options = { config: { right: 'change-registry' as const }, schema, bodyLimit: TRIAL_BYTES_MAX };
  app.post('/products/:id/try', options, async (request) => {
    const viewer = viewerIn(request);
    const { id } = findEntry(context, viewer, 'products', request.params.id);
    const product = context.city.registry().products.get(id);
    if (product === undefined) throw new Problem('not-found');
    const { payload, gateway, topic } = request.body;
    if (payload === undefined) throw new Problem('invalid-request', 'payload is missing');
    if (gateway !== undefined) findEntry(context, viewer, 'gateways', gateway);
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
    return context.diagnostics.tryProduct(product, {
      payload: Buffer.from(text),
      gateway: gateway ?? null,
      topic: topic ?? null,
    });
  });
}
