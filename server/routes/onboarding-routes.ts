/** From an unknown device in the quarantine to a registered one whose kept records count, in one call. */
import { Type } from 'typebox';
import type { FastifyRequest } from 'fastify';
import type { RegistryItem } from '#domain/registry.ts';
import { viewerIn } from '../authentication.ts';
import type { Context } from '../context.ts';
import { proposeOnboarding } from '../onboarding-proposal.ts';
import { Problem } from '../problems.ts';
import { isUnrestricted, seesGateway } from '../rights.ts';
import { answers, Id, orNull } from '../schemas/basics.ts';
import { FacilityShape, PointShape } from '../schemas/registry.ts';
import { change, place, type Api } from './api.ts';
import { demandScope, fieldsOf } from './registry-routes.ts';

/** As many as the quarantine keeps of one device. */
export const KEPT_MAX = 1_000;
const Name = Type.String({ minLength: 1, maxLength: 64 });
const POINTS_MAX = 64;

const OnboardInput = Type.Object({
  gateway: Id,
  device: Type.String({ description: 'As it was sent' }),
  id: Type.Optional(
    Type.String({ description: 'Permanent id of the place; `device` is then the serial of the box' }),
  ),
  facility: Type.Optional(
    Type.Union([Id, Type.Partial(FacilityShape)], {
      description: 'Id of one that is there, or one to create; not needed for new channels of a known device',
    }),
  ),
  model: Type.Optional(Type.String()),
  points: Type.Array(Type.Partial(PointShape), { description: 'Without `device`; at least one' }),
});

export function onboardingRoutes(app: Api, context: Context): void {
  const config = { right: 'quarantine' as const };
  const proposalSchema = {
    tags: ['quarantine'],
    summary: 'What an unknown device seems to be, from its kept records: channels, quantities, interval',
    querystring: Type.Object({ gateway: Name, device: Name }),
    response: answers(
      200,
      Type.Object({
        records: Type.Integer(),
        reportIntervalMs: orNull(Type.Number()),
        channels: Type.Array(
          Type.Object({
            channel: Type.String(),
            samples: Type.Integer(),
            min: orNull(Type.Number()),
            max: orNull(Type.Number()),
            quantity: orNull(Type.String({ description: 'By the name of the channel' })),
            unit: orNull(Type.String()),
          }),
        ),
      }),
      'A proposal; 404 `nothing-kept` when no record was kept',
    ),
  };
  app.get('/quarantine/proposal', { config, schema: proposalSchema }, async (request) => {
    const { gateway, device } = request.query;
    demandGateway(context, request, gateway);
    const kept = await context.ledger.quarantineRecords(gateway, device, KEPT_MAX);
    if (kept.length === 0) throw new Problem('nothing-kept');
    return proposeOnboarding(kept);
  });

  const onboardSchema = {
    tags: ['quarantine'],
    summary: 'Register an unknown device (or its new channels) and take its kept records',
    description:
      'Facility (if new), device and points are one atomic change; refused rows: 422 with the code of the field, and ' +
      'nothing is registered. Then the kept records are taken as late data (历史补传). Should the platform end between ' +
      'the two, the device is registered and `approve` takes the records.',
    body: OnboardInput,
    response: answers(
      200,
      Type.Object({
        device: Type.String(),
        points: Type.Array(Type.String()),
        created: Type.Integer(),
        records: Type.Integer({ description: 'Kept records taken' }),
      }),
      'Registered, and its records taken',
    ),
  };
  const options = { config, schema: onboardSchema, validatorCompiler: () => () => true };
  app.post('/quarantine/onboard', options, async (request) => {
    const order = readOrder(context, fieldsOf(request.body));
    demandGateway(context, request, order.gateway);
    demandScope(context, request, order.items);
    await change(context, request, order.items, () => null);
    const records = await context.ledger.quarantineRecords(order.gateway, order.sent, KEPT_MAX);
    const { device, points, gateway, sent } = order;
    const taken = { device, points, created: order.items.length };
    if (records.length === 0) return { ...taken, records: 0 };
    return place(context, request, (by) => ({
      command: { kind: 'command', command: 'approve-quarantine', by, gateway, device: sent, records },
      present: (body) => ({ ...taken, ...(body as { records: number }) }),
    }));
  });
}

type Order = {
  readonly gateway: string;
  /** The device as the records name it, and as the registry does. */
  readonly sent: string;
  readonly device: string;
  readonly points: readonly string[];
  readonly items: readonly RegistryItem[];
};

/** Rows of an error count: facility, device, then the points, from 1. */
function readOrder(context: Context, body: Readonly<Record<string, unknown>>): Order {
  const { gateway, device: sent, id, facility, model, points } = body;
  if (typeof gateway !== 'string' || typeof sent !== 'string' || sent === '' || sent.length > 64)
    throw new Problem('invalid-request', 'gateway and device must be named');
  if (!Array.isArray(points) || points.length === 0 || points.length > POINTS_MAX)
    throw new Problem('invalid-request', `points must list 1 to ${POINTS_MAX}`);
  const registry = context.city.registry();
  const known = registry.devices.get(sent) ?? registry.devices.get(registry.devicesBySerial.get(sent) ?? '');
  if (known !== undefined && known.gateway !== gateway)
    throw Problem.ofAnswer('exists', `${known.id} belongs to another gateway`);
  const device = known?.id ?? (typeof id === 'string' ? id : sent);
  const values: RegistryItem[] = [];
  const create = (kind: 'facilities' | 'devices' | 'points', value: unknown): void =>
    void values.push({ op: 'create', kind, value, row: values.length + 1 });
  const isNew = typeof facility === 'object' && facility !== null;
  if (isNew) create('facilities', fieldsOf(facility));
  if (known === undefined) {
    const at = isNew && 'id' in facility ? facility.id : facility;
    create('devices', {
      ...{ id: device, gateway, facility: at },
      ...(device === sent ? {} : { serial: sent }),
      ...(model === undefined ? {} : { model }),
    });
  }
  for (const point of points) create('points', { ...fieldsOf(point), device });
  const channels = points.map((point: { channel?: unknown }) => `${device}/${String(point.channel)}`);
  return { gateway, sent, device, points: channels, items: values };
}

function demandGateway(context: Context, request: FastifyRequest, gateway: string): void {
  const viewer = viewerIn(request);
  if (isUnrestricted(viewer.scope) || seesGateway(viewer, context.city.registry(), gateway)) return;
  throw new Problem('not-found');
}
