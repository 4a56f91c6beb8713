/** Organisations, areas, facilities, gateways, devices, points and edges: list, one, create, change, retire. */
import { Type } from 'typebox';
import { isFacilityCode } from '#domain/facility-code.ts';
import { placingFault } from '#domain/placing.ts';
import { checkRegistryChange } from '#domain/registry-change.ts';
import type { RegistryItem, RegistryKind } from '#domain/registry.ts';
import { refused, viewerIn } from '../authentication.ts';
import type { Context } from '../context.ts';
import { pageSize, readCursor, writeCursor, type Page } from '../paging.ts';
import { Problem } from '../problems.ts';
import { pointSearch, withFacility } from '../point-search.ts';
import { entriesOf, firstOutside, REGISTRY_KINDS, sees, viewOf, type Stored } from '../registry-view.ts';
import type { Action, Holder } from '../rights.ts';
import { answers, oneOf, page, PageQuery } from '../schemas/basics.ts';
import * as shapes from '../schemas/registry.ts';
import { change, type Api } from './api.ts';
import type { FastifyRequest } from 'fastify';

type Kind = {
  readonly shape: ReturnType<typeof Type.Object>;
  readonly input: ReturnType<typeof Type.Object>;
  readonly read: Action;
  readonly write: Action;
  /** Fields that `GET` filters by. */
  readonly filters: readonly string[];
};

const own = (shape: Kind['shape'], filters: readonly string[]): Kind => ({
  shape,
  input: shape,
  read: 'read-city',
  write: 'change-registry',
  filters,
});

const KINDS: Readonly<Record<RegistryKind, Kind>> = {
  organisations: { ...own(shapes.OrganisationShape, ['kind']), read: 'read-reference' },
  areas: { ...own(shapes.AreaShape, ['parent']), read: 'read-reference' },
  facilities: own(shapes.FacilityShape, ['area', 'lifeline', 'kind', 'organisation']),
  products: { ...own(shapes.ProductShape, []), read: 'read-reference' },
  gateways: {
    ...own(shapes.GatewayShape, ['facility', 'session', 'product']),
    input: shapes.GatewayInput,
    write: 'change-gateways',
  },
  devices: own(shapes.DeviceShape, ['gateway', 'facility', 'serial']),
  points: own(shapes.PointShape, ['device', 'quantity']),
  edges: own(shapes.EdgeShape, ['kind', 'lifeline', 'from', 'to']),
};

/** Bodies are checked by the registry, which answers with a code for each field; here they only must be objects. */
const byRegistry = { validatorCompiler: () => () => true };

const DryRun = Type.Object({
  dryRun: Type.Optional(oneOf(['true', 'false'], 'Check only: nothing is changed')),
});
const isDryRun = (request: FastifyRequest): boolean =>
  (request.query as { readonly dryRun?: string }).dryRun === 'true';

export function registryRoutes(app: Api, context: Context): void {
  codesRoute(app, context);
  for (const kind of REGISTRY_KINDS) {
    listRoute(app, context, kind);
    createRoute(app, context, kind);
    for (const [path, hide] of onePaths(kind)) entryRoutes(app, context, kind, path, hide);
  }
}

/** Paths of one entry; a point's id holds a slash, which may stand in the path as it is. */
export function onePaths(kind: RegistryKind): readonly (readonly [path: string, hide: boolean])[] {
  const encoded = [`/${kind}/:id`, false] as const;
  return kind === 'points' ? [encoded, ['/points/:device/:channel', true]] : [encoded];
}

/** The id in the path of one entry, in either form. */
export function idIn(params: unknown): string {
  if (typeof params !== 'object' || params === null) return '';
  if ('device' in params && 'channel' in params) return `${String(params.device)}/${String(params.channel)}`;
  return 'id' in params ? String(params.id) : '';
}

/** The visible entry of this id, or 404: outside one's scope is the same as not there. */
export function findEntry(context: Context, holder: Holder, kind: RegistryKind, id: string): Stored {
  const registry = context.city.registry();
  const entry = entriesOf(registry, kind).get(id);
  if (entry === undefined || !sees(holder, registry, kind, entry)) throw new Problem('not-found');
  return entry;
}

/** Refuses with 403 what reaches outside the person's scope. */
export function demandScope(context: Context, request: FastifyRequest, items: readonly RegistryItem[]): void {
  const viewer = viewerIn(request);
  const outside = firstOutside(viewer, context.city.registry(), items);
  if (outside === null) return;
  refused(context, request, viewer, 'out-of-scope');
  throw new Problem('out-of-scope', undefined, outside.row === undefined ? {} : { row: outside.row });
}

function listRoute(app: Api, context: Context, kind: RegistryKind): void {
  const { shape, read, filters } = KINDS[kind];
  const filterFields = Object.fromEntries(
    filters.map((field) => [field, Type.Optional(Type.String({ maxLength: 200 }))]),
  );
  if (kind === 'points') {
    const description = 'Words of the id, the facility or the serial number';
    filterFields['q'] = Type.Optional(Type.String({ maxLength: 200, description }));
  }
  const schema = {
    tags: [kind],
    summary: `List ${kind}, oldest first; retired ones only with retired=true`,
    querystring: Type.Object({
      ...PageQuery,
      retired: Type.Optional(Type.Unsafe<string>({ type: 'string', enum: ['true', 'false'] })),
      ...filterFields,
    }),
    response: answers(200, page(shape), `A page of ${kind}`),
  };
  app.get(`/${kind}`, { config: { right: read }, schema }, async (request): Promise<Page<unknown>> => {
    const query: Readonly<Record<string, string | undefined>> = { ...request.query };
    const viewer = viewerIn(request);
    const registry = context.city.registry();
    const searched = kind === 'points' && query['q'] !== undefined ? pointSearch(registry, query['q']) : null;
    const matches = (entry: Stored): boolean =>
      (query['retired'] === 'true' || entry['retired'] !== true) &&
      filters.every((field) => query[field] === undefined || entry[field] === query[field]) &&
      (searched === null || searched(entry)) &&
      sees(viewer, registry, kind, entry);
    const found = pageOf(kind, entriesOf(registry, kind), matches, query);
    const items = found.items.map((entry) => viewOf(context.city, kind, entry));
    return { ...found, items: searched === null ? items : items.map((item) => withFacility(registry, item)) };
  });
}

/** Entries never leave the registry and keep their order, so a cursor is a place in it. */
function pageOf(
  kind: string,
  entries: ReadonlyMap<string, Stored>,
  matches: (entry: Stored) => boolean,
  query: Readonly<Record<string, string | undefined>>,
): Page<Stored> {
  const { cursor, limit } = query;
  const start = cursor === undefined ? 0 : Number(readCursor(kind, cursor, ['number'])[0]);
  const size = pageSize(limit);
  const items: Stored[] = [];
  let place = 0;
  for (const entry of entries.values()) {
    if (place >= start && matches(entry)) {
      if (items.length === size) return { items, next: writeCursor(kind, [place]) };
      items.push(entry);
    }
    place += 1;
  }
  return { items, next: null };
}

function createRoute(app: Api, context: Context, kind: RegistryKind): void {
  const { shape, input, write } = KINDS[kind];
  const given = kind === 'points' ? Type.Partial(input) : input;
  const answer = kind === 'gateways' ? shapes.SecretShape : shape;
  const schema = {
    tags: [kind],
    summary:
      kind === 'gateways' ? 'Register a gateway; its secret is shown this once' : `Create one of ${kind}`,
    description: 'A facility without a code gets its 16 digits here.',
    querystring: DryRun,
    body: given,
    response: answers(201, answer, 'Created'),
  };
  const options = { config: { right: write }, schema, ...byRegistry };
  app.post(`/${kind}`, options, async (request, reply) => {
    const value = fieldsOf(request.body);
    const secret = kind === 'gateways' ? newSecret(context) : null;
    const stored = secret === null ? value : { ...value, secretHmac: context.secretHmac(secret) };
    const items: RegistryItem[] = [{ op: 'create', kind, value: stored, row: 1 }];
    demandScope(context, request, items);
    if (kind === 'facilities') demandPlace(context, value);
    if (isDryRun(request)) return reply.code(200).send(tried(context, items, value));
    const coded = context.facilityCodes.forNew(context.city.registry(), items);
    const id =
      kind === 'points' ? `${String(value['device'])}/${String(value['channel'])}` : String(value['id']);
    const made = await change(context, request, coded, () =>
      secret === null ? shown(context, kind, id) : { id, secret },
    );
    return reply.code(201).send(made);
  });
}

function entryRoutes(app: Api, context: Context, kind: RegistryKind, path: string, hide: boolean): void {
  const { shape, input, read, write } = KINDS[kind];
  const described = (summary: string) => ({
    tags: [kind],
    summary,
    hide,
    response: answers(200, shape, 'As it is now'),
  });
  app.get(path, { config: { right: read }, schema: described(`One of ${kind}`) }, async (request) => {
    return viewOf(context.city, kind, findEntry(context, viewerIn(request), kind, idIn(request.params)));
  });
  const patch = { ...described('Change the fields given'), querystring: DryRun, body: Type.Partial(input) };
  app.patch(path, { config: { right: write }, schema: patch, ...byRegistry }, async (request) => {
    const id = idIn(request.params);
    const before = findEntry(context, viewerIn(request), kind, id);
    const value = fieldsOf(request.body);
    if (value['id'] !== undefined && value['id'] !== id)
      throw Problem.ofAnswer('immutable-field', 'id is permanent');
    const items: RegistryItem[] = [{ op: 'update', kind, value: { ...value, id }, row: 1 }];
    demandScope(context, request, items);
    const whole = { ...before, ...value };
    if (kind === 'facilities' && (value['location'] ?? value['area']) !== undefined)
      demandPlace(context, whole);
    if (isDryRun(request)) return tried(context, items, viewOf(context.city, kind, whole));
    return change(context, request, items, () => shown(context, kind, id));
  });
  const retire = { ...described('Take it out of use; its history and its id remain'), querystring: DryRun };
  app.post(`${path}/retire`, { config: { right: write }, schema: retire }, async (request) => {
    const id = idIn(request.params);
    const before = findEntry(context, viewerIn(request), kind, id);
    const items: RegistryItem[] = [{ op: 'retire', kind, id, row: 1 }];
    demandScope(context, request, items);
    if (isDryRun(request)) return tried(context, items, viewOf(context.city, kind, before));
    return change(context, request, items, () => shown(context, kind, id));
  });
}

/** Facilities registered before codes were given, or imported from another scheme's list without one. */
function codesRoute(app: Api, context: Context): void {
  const schema = {
    tags: ['facilities'],
    summary: 'Give every facility without a code its 16 digits',
    response: answers(200, Type.Object({ assigned: Type.Integer() }), 'How many got one'),
  };
  app.post('/facilities/codes', { config: { right: 'change-registry' }, schema }, async (request) => {
    const registry = context.city.registry();
    const viewer = viewerIn(request);
    const without = [...registry.facilities.values()].filter(
      (entry) => !entry.retired && entry.code === undefined && sees(viewer, registry, 'facilities', entry),
    );
    const items = context.facilityCodes.forKnown(registry, without);
    if (items.length === 0) return { assigned: 0 };
    return change(context, request, items, () => ({
      assigned: without.filter(({ id }) => isFacilityCode(registry.facilities.get(id)?.code)).length,
    })) as Promise<{ assigned: number }>;
  });
}

/** Refuses a facility that would stand where it cannot; what is no place at all is the registry's to refuse. */
function demandPlace(context: Context, value: Readonly<Record<string, unknown>>): void {
  const { location, area } = value as { location?: { lat?: unknown; lon?: unknown }; area?: unknown };
  const { lat, lon } = location ?? {};
  if (typeof lat !== 'number' || typeof lon !== 'number' || typeof area !== 'string') return;
  const fault = placingFault({ lat, lon }, area, context.city.registry().areas);
  if (fault !== null) throw new Problem(fault.code, fault.detail);
}

/** What the registry would answer, as the answer itself; with faults the refusal of the change. */
function tried<T>(context: Context, items: readonly RegistryItem[], answer: T): T {
  const outcome = checkRegistryChange(context.city.registry(), { items });
  if (outcome.ok) return answer;
  const [first] = outcome.errors;
  throw Problem.ofAnswer(first?.code ?? 'invalid', first?.detail ?? '', { errors: outcome.errors });
}

/** 256 bits in letters that every gateway's configuration page takes. */
export const newSecret = (context: Context): string =>
  Buffer.from(context.randomBytes(32)).toString('base64url');

/** The body as fields; what is the engine's alone may not be written by anybody. */
export function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Problem('invalid-request', 'the body must be a JSON object');
  }
  for (const field of ['secretHmac', 'tokenHmac', 'index', 'deviceIndex', 'retired']) {
    if (field in body) throw Problem.ofAnswer('unknown-field', `${field} cannot be written`);
  }
  if (isDeeperThan(body, DEPTH_MAX)) throw new Problem('invalid-request', 'the body is nested too deeply');
  return { ...body };
}

/** The registry needs three levels (limits.colours.HH); the journal could not write thousands. */
const DEPTH_MAX = 8;

const isDeeperThan = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isDeeperThan(inner, levels - 1)));

function shown(context: Context, kind: RegistryKind, id: string): unknown {
  const entry = entriesOf(context.city.registry(), kind).get(id);
  if (entry === undefined) throw new Error(`${kind}/${id} is not in the registry after its change`);
  return viewOf(context.city, kind, entry);
}
