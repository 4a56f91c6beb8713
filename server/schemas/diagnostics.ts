/** What a field engineer is shown of one gateway, in the OpenAPI document. */
import { Type } from 'typebox';
import { STEP_NAMES } from '#domain/contract/diagnostics.ts';
import { Instant, oneOf, orNull } from './basics.ts';

export const StepShape = Type.Object({
  step: oneOf(STEP_NAMES),
  ok: Type.Boolean({ description: 'false: this step refused, or doubts, what it was given' }),
  detail: Type.String({ description: 'English, for an engineer' }),
});

const Count = Type.Integer();
export const GatewayDiagnosticsShape = Type.Object({
  gateway: Type.String(),
  registered: Type.Boolean({ description: 'false: somebody logs in under a name that nobody registered' }),
  connection: Type.Object({
    connected: Type.Boolean(),
    connections: Count,
    lastPublishAt: orNull(Instant),
    newest: orNull(Type.Object({ client: Type.String(), address: Type.String(), at: Instant })),
    refusedLogin: orNull(Type.Object({ count: Count, lastAt: Instant, detail: Type.String() })),
    history: Type.Array(Type.Object({ at: Instant, connected: Type.Boolean(), connections: Count }), {
      description: 'Newest first; empty: it never connected',
    }),
  }),
  rates: Type.Object(
    { since: orNull(Instant), lastMinute: Count, last5Minutes: Count, lastHour: Count },
    { description: 'Publishes, counted since `since`' },
  ),
  clock: Type.Object({
    offsetMs: orNull(Type.Number({ description: 'Steady offset in force' })),
    watched: orNull(
      Type.Object(
        { lagMs: Type.Number(), publishes: Count },
        { description: 'A lag that may turn out to be an offset' },
      ),
    ),
    devices: Type.Array(Type.Object({ device: Type.String(), offsetMs: Type.Number() })),
  }),
  records: Count,
  gaps: Type.Integer({ description: 'Numbers that never came; see /gaps' }),
  duplicates: Count,
  rejected: Count,
  extraFields: Count,
  refusals: Type.Array(
    Type.Object({
      reason: Type.String(),
      count: Count,
      lastAt: Instant,
      device: orNull(Type.String()),
      detail: Type.String(),
      sample: Type.String(),
    }),
    { description: 'By reason, since the start of the platform' },
  ),
  packets: Type.Array(
    Type.Object({
      at: Instant,
      topic: Type.String(),
      qos: Type.Integer(),
      bytes: Count,
      payload: Type.String(),
      truncated: Type.Boolean(),
      steps: Type.Array(StepShape),
    }),
    { description: 'The last twenty, newest first; of a flood, a sample' },
  ),
});

export const GapsShape = Type.Object({
  open: Type.Integer({ description: 'Numbers of its devices’ records that never came' }),
  sequence: Type.Array(
    Type.Object({
      device: Type.String(),
      from: Type.Integer(),
      to: Type.Integer(),
      at: Instant,
      missing: Type.Integer(),
      filledAt: orNull(Instant),
    }),
    { description: 'The newest sixteen of each device, newest first; filled ones too' },
  ),
  items: Type.Array(
    Type.Object({ point: Type.String(), from: Instant, to: Instant, reportIntervalMs: Type.Number() }),
    { description: 'Stretches without stored data longer than three report intervals' },
  ),
  next: orNull(Type.String({ description: 'Further points of the gateway' })),
});
