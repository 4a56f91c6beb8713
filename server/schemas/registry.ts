/** Registry things in the OpenAPI document. The registry itself checks what is written, row by row, with codes. */
import { Type } from 'typebox';
import { PATH_END_MAX_M, PATH_PLACES_MAX } from '#domain/edge-path.ts';
import { Id, Instant, oneOf, orNull, PointId } from './basics.ts';

const Attributes = Type.Record(Type.String(), Type.Union([Type.Number(), Type.String(), Type.Boolean()]), {
  description:
    'What limits need: coverLevelM, invertLevelM, diameterM, safeFill, lelVolPercent, molarMass, …',
});
const Text = Type.String({ minLength: 1, maxLength: 200 });
const retired = Type.Optional(Type.Literal(true, { description: 'Out of use; ids are never used again' }));

export const OrganisationShape = Type.Object({ id: Id, name: Text, kind: Text, dutyPhone: Text, retired });
export const AreaShape = Type.Object({
  id: Id,
  name: Text,
  parent: Type.Optional(Id),
  retired,
});
export const FacilityShape = Type.Object({
  id: Id,
  name: Text,
  kind: Type.String({ description: 'Of the catalogue, e.g. gas-valve-well' }),
  lifeline: Type.String({ description: 'Of the catalogue, e.g. gas' }),
  area: Id,
  location: Type.Object({ lat: Type.Number(), lon: Type.Number() }, { description: 'WGS 84 degrees' }),
  organisation: Type.Optional(Id),
  code: Type.Optional(Text),
  attributes: Type.Optional(Attributes),
  cameras: Type.Optional(Type.Array(Type.String())),
  retired,
});
const Pointer = Type.String({
  description: 'RFC 6901 from the whole message; `*` = each element of one list',
});
export const ProductShape = Type.Object(
  {
    id: Id,
    name: Text,
    pointers: Type.Object({
      device: Type.Optional(Pointer),
      time: Type.Optional(Pointer),
      seq: Type.Optional(Pointer),
      values: Type.Optional(Type.Record(Type.String(), Pointer, { description: 'By channel' })),
      valuesObject: Type.Optional(Pointer),
      valuesList: Type.Optional(
        Type.Object({
          list: Pointer,
          name: Type.String({ description: 'Pointer from one element of the list' }),
          value: Type.String({ description: 'Pointer from one element of the list' }),
        }),
      ),
    }),
    timeUnit: oneOf(['ms', 's', 'iso']),
    zone: Type.Optional(Type.String({ description: 'Offset of ISO times that carry none, e.g. +08:00' })),
    scale: Type.Optional(Type.Record(Type.String(), Type.Number(), { description: 'By channel' })),
    channels: Type.Optional(
      Type.Record(Type.String(), Type.String(), { description: 'The sender’s word -> our channel' }),
    ),
    ignore: Type.Optional(Type.Array(Type.String())),
    topic: Type.Optional(
      Type.String({ description: 'Besides our own topic; may hold {gateway}, {device} and +' }),
    ),
    retired,
  },
  { description: 'How the gateways of one product write their JSON' },
);
const GATEWAY = {
  id: Id,
  name: Text,
  facility: Type.Optional(Id),
  session: oneOf(['always-on', 'sleepy'], 'A sleepy gateway connects only to report'),
  product: Type.Optional(Type.String({ description: 'It speaks the JSON of this product instead of ours' })),
  retired,
};
export const GatewayStatusShape = Type.Object({
  connected: Type.Boolean(),
  connections: Type.Integer(),
  lastPublishAt: orNull(Instant),
  clockOffsetMs: orNull(Type.Number({ description: 'Accepted steady offset of its clock' })),
  records: Type.Integer(),
  duplicates: Type.Integer(),
  gaps: Type.Integer(),
  rejected: Type.Integer(),
});
export const GatewayInput = Type.Object(GATEWAY);
export const GatewayShape = Type.Object({
  ...GATEWAY,
  hasToken: Type.Boolean({ description: 'A ThingsBoard token is registered for it' }),
  status: orNull(GatewayStatusShape),
});
export const DeviceShape = Type.Object({
  id: Id,
  gateway: Id,
  facility: Id,
  serial: Type.Optional(Type.String({ description: 'The replaceable box at this permanent place' })),
  model: Type.Optional(Text),
  installedAt: Type.Optional(Instant),
  calibrationDueAt: Type.Optional(Instant),
  attributes: Type.Optional(Attributes),
  retired,
});
const Limits = Type.Object({
  LL: Type.Optional(Type.Number()),
  L: Type.Optional(Type.Number()),
  H: Type.Optional(Type.Number()),
  HH: Type.Optional(Type.Number()),
  deadband: Type.Optional(Type.Number()),
  onDelayMs: Type.Optional(Type.Integer()),
  offDelayMs: Type.Optional(Type.Integer()),
  colours: Type.Optional(Type.Record(Type.String(), oneOf(['blue', 'yellow', 'orange', 'red']))),
});
export const PointShape = Type.Object({
  id: PointId,
  device: Id,
  channel: Id,
  quantity: Type.String({ description: 'Of the catalogue, e.g. ch4' }),
  unit: Type.String({ description: 'UCUM, as the values are sent' }),
  reportIntervalMs: Type.Integer({ minimum: 1 }),
  range: Type.Optional(Type.Object({ min: Type.Number(), max: Type.Number() })),
  limits: Type.Optional(Limits),
  attributes: Type.Optional(Attributes),
  retired,
  facility: Type.Optional(Type.String({ description: 'Of its device; only in answers to a search' })),
  index: Type.Optional(
    Type.Integer({
      description: 'Permanent number in the binary batches of the socket; given, never written',
    }),
  ),
});

export const EdgeShape = Type.Object(
  {
    id: Id,
    kind: Type.String({ description: 'Of the catalogue, e.g. gas-main, heat-main, drain, adjacent' }),
    lifeline: Type.String({ description: 'Of the catalogue, e.g. gas' }),
    from: Type.String({ description: 'Facility upstream' }),
    to: Type.String({ description: 'Facility downstream' }),
    path: Type.Optional(
      Type.Array(Type.Array(Type.Number(), { minItems: 2, maxItems: 2 }), {
        minItems: 2,
        maxItems: PATH_PLACES_MAX,
        description: `[lon, lat] in WGS 84 degrees, both ends within ${PATH_END_MAX_M} m of their facilities`,
      }),
    ),
    attributes: Type.Optional(Attributes),
    retired,
  },
  { description: 'One pipe, drain or neighbourhood of the facility graph' },
);

export const SecretShape = Type.Object({
  id: Id,
  secret: Type.String({ description: 'MQTT password, shown this once' }),
});
export const TokenInput = Type.Object(
  {
    token: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9_-]{20,64}$',
        description: 'The token that the device has already; left out, a new one is made',
      }),
    ),
  },
  { additionalProperties: false },
);
export const TokenShape = Type.Object({
  id: Id,
  token: Type.String({ description: 'MQTT user name, with an empty password; shown this once' }),
});
export const RowErrorShape = Type.Object({
  row: Type.Integer({
    description: 'CSV: line of the file. JSON: counted from 1 through the lists in order',
  }),
  code: Type.String(),
  detail: Type.String(),
});
export const ImportAnswer = Type.Object({
  created: Type.Integer({ description: 'Things that are new; a row of a known id changes it instead' }),
  secrets: Type.Array(SecretShape),
  errors: Type.Array(RowErrorShape),
});
export const ImportInput = Type.Object(
  {
    organisations: Type.Optional(Type.Array(Type.Partial(OrganisationShape))),
    areas: Type.Optional(Type.Array(Type.Partial(AreaShape))),
    facilities: Type.Optional(Type.Array(Type.Partial(FacilityShape))),
    products: Type.Optional(Type.Array(Type.Partial(ProductShape))),
    gateways: Type.Optional(Type.Array(Type.Partial(GatewayInput))),
    devices: Type.Optional(Type.Array(Type.Partial(DeviceShape))),
    points: Type.Optional(Type.Array(Type.Partial(PointShape))),
    edges: Type.Optional(Type.Array(Type.Partial(EdgeShape))),
  },
  { description: 'Lists in the order in which they are checked; a later row may refer to an earlier one' },
);
