/** On-call list, messages and channels as the API describes them. */
import { Type } from 'typebox';
import { CHANNEL_KINDS, NOTIFICATION_STATES } from '#domain/notification.ts';

const strict = { additionalProperties: false } as const;
const Id = Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' });
const Name = Type.String({ minLength: 1, maxLength: 100 });
const Phone = Type.String({ pattern: '^[+0-9][0-9 -]{2,30}$' });
const Ms = Type.Integer({ minimum: 1_000 });
const Instant = Type.Integer({ description: 'epoch ms' });
const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(shape: T) =>
  Type.Union([shape, Type.Null()]);

const Person = Type.Object(
  {
    id: Id,
    name: Name,
    phone: Phone,
    channels: Type.Array(
      Type.Object(
        {
          channel: Id,
          address: Type.Optional(
            Type.String({
              minLength: 1,
              maxLength: 2_000,
              description:
                'Mobile or user on this channel, by default the phone; for Web Push the subscription as JSON',
            }),
          ),
        },
        strict,
      ),
      { maxItems: 8, description: 'Tried in this order until one accepts' },
    ),
  },
  strict,
);

const Step = Type.Object(
  {
    persons: Type.Array(Id, { minItems: 1, maxItems: 10 }),
    waitMs: Type.Integer({ minimum: 1_000, description: 'Until the next step is told' }),
  },
  strict,
);

const Entry = Type.Object(
  {
    id: Id,
    areas: Type.Optional(Type.Array(Id, { description: 'With all below them; absent = all' })),
    lifelines: Type.Optional(Type.Array(Id)),
    steps: Type.Array(Step, { minItems: 1, maxItems: 10 }),
    leaders: Type.Array(Id, { description: 'Reminded of alarms that nobody takes' }),
  },
  strict,
);

const list = {
  persons: Type.Array(Person, { maxItems: 500 }),
  entries: Type.Array(Entry, { maxItems: 200, description: 'The first that covers an alarm is told of it' }),
  reminders: Type.Object(
    {
      afterMs: Type.Object(
        { red: Type.Optional(Ms), orange: Type.Optional(Ms), yellow: Type.Optional(Ms) },
        strict,
      ),
      everyMs: Type.Integer({ minimum: 60_000 }),
      max: Type.Integer({ minimum: 1, maximum: 20 }),
    },
    strict,
  ),
};
const revision = Type.Integer({ minimum: 0 });

export const OnCallBody = Type.Object({ revision, ...list }, strict);
export const OnCallShape = Type.Object({ revision, ...list });

export const NotificationShape = Type.Object({
  id: Type.String(),
  kind: Type.Union([Type.Literal('alert'), Type.Literal('reminder'), Type.Literal('notice')]),
  alarm: nullable(Type.String()),
  round: Type.Integer(),
  step: Type.Integer(),
  person: Type.String(),
  name: Type.String(),
  channel: nullable(Type.String()),
  state: Type.Union(NOTIFICATION_STATES.map((state) => Type.Literal(state))),
  attempts: Type.Integer(),
  createdAt: Instant,
  at: Instant,
  detail: nullable(Type.String()),
  times: Type.Record(Type.String(), Instant),
  answers: Type.Record(Type.String(), Instant),
  notice: Type.Unknown(),
});

export const ChannelShape = Type.Object({
  id: Type.String(),
  kind: Type.Union(CHANNEL_KINDS.map((kind) => Type.Literal(kind))),
  lastSuccessAt: nullable(Instant),
  lastFailureAt: nullable(Instant),
  failuresInARow: Type.Integer(),
  detail: nullable(Type.String()),
});

export const TestBody = Type.Object(
  {
    phone: Phone,
    name: Type.Optional(Name),
    address: Type.Optional(Type.String({ minLength: 1, maxLength: 2_000 })),
  },
  strict,
);
