/** People and their sessions in the API. */
import { Type } from 'typebox';
import { ROLES } from '#domain/user.ts';
import { Id, Instant, oneOf, orNull } from './basics.ts';

const strict = { additionalProperties: false };
const Ids = Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 1_000 });

export const ScopeShape = Type.Object(
  { areas: Type.Optional(Ids), lifelines: Type.Optional(Ids), organisations: Type.Optional(Ids) },
  { ...strict, description: 'An absent list restricts nothing; an area stands for its townships too' },
);
const Roles = Type.Array(oneOf(ROLES), { minItems: 1, maxItems: ROLES.length, uniqueItems: true });
const Name = Type.String({ minLength: 1, maxLength: 100 });
const Password = Type.String({
  maxLength: 1_024,
  description: 'At least 8 characters from 3 of: lower case, upper case, digits, others',
});

export const UserShape = Type.Object({
  username: Id,
  name: Type.Optional(Name),
  roles: Roles,
  scope: ScopeShape,
  retired: Type.Optional(Type.Literal(true)),
  createdAt: Instant,
  lockedForMs: Type.Integer({ description: 'Log-in is locked so long for too many failures; 0 = it is not' }),
});
export const UserInput = Type.Object(
  {
    username: Id,
    password: Password,
    name: Type.Optional(Name),
    roles: Roles,
    scope: Type.Optional(ScopeShape),
  },
  strict,
);
export const UserPatch = Type.Object(
  {
    name: Type.Optional(Name),
    password: Type.Optional(Password),
    roles: Type.Optional(Roles),
    scope: Type.Optional(ScopeShape),
  },
  strict,
);

export const LoginInput = Type.Object(
  {
    username: Type.String({ maxLength: 200 }),
    password: Type.String({ maxLength: 1_024 }),
    totp: Type.Optional(Type.String({ maxLength: 16, description: 'For people with a second factor' })),
  },
  strict,
);
export const SessionUserShape = Type.Object({
  username: Type.String(),
  name: orNull(Type.String()),
  roles: Type.Array(oneOf(ROLES)),
  scope: ScopeShape,
});
export const LoginAnswer = Type.Object({
  token: Type.String({
    description: 'For `Authorization: Bearer` and the socket; the cookie carries it too',
  }),
  user: SessionUserShape,
});
