/** Shapes that many routes share, as they stand in the OpenAPI document. */
import { Type, type TSchema } from 'typebox';

/** One of these texts, as a plain JSON-schema enum. */
export const oneOf = <const T extends readonly string[]>(values: T, description?: string) =>
  Type.Unsafe<T[number]>({
    type: 'string',
    enum: [...values],
    ...(description === undefined ? {} : { description }),
  });

export const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const Instant = Type.Integer({ description: 'Epoch milliseconds, UTC' });
/** As a caller may write it. */
export const InstantInput = Type.Union([Type.Integer(), Type.String({ maxLength: 40 })], {
  description: 'Epoch milliseconds, or ISO 8601 with an offset',
});

export const ID_TEXT = '^[A-Za-z0-9._-]{1,64}$';
export const Id = Type.String({ pattern: ID_TEXT });
export const PointId = Type.String({
  maxLength: 129,
  description: 'device/channel; in a path either as it is or with the slash as %2F',
});

export const page = <T extends TSchema>(item: T) =>
  Type.Object({
    items: Type.Array(item),
    next: orNull(Type.String({ description: 'Opaque; `?cursor=` goes on. Null at the end.' })),
  });

export const PageQuery = {
  cursor: Type.Optional(Type.String({ maxLength: 512, description: '`next` of the page before' })),
  limit: Type.Optional(Type.String({ pattern: '^[0-9]{1,6}$', description: '1 to 1000, 100 when absent' })),
};

export const ProblemShape = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'English, for a maintainer; screens go by the code' }),
    code: Type.String({ description: 'Stable' }),
    errors: Type.Optional(Type.Array(Type.Object({ detail: Type.String() }))),
    alarm: Type.Optional(Type.Object({}, { description: 'The alarm as it is now (stale-revision)' })),
  },
  { description: 'RFC 9457 problem document' },
);

/**
 * The answer on success, and a problem document for everything else. They describe and do not shape: answers go out
 * as the routes give them, and the tests hold them against these.
 */
export const answers = (
  status: number,
  schema: TSchema,
  description: string,
): Readonly<Record<string | number, unknown>> => ({
  [status]:
    status === 204
      ? { description, type: 'null' }
      : { description, content: { 'application/json': { schema } } },
  default: {
    description: 'Refused or failed; see `code`',
    content: { 'application/problem+json': { schema: ProblemShape } },
  },
});
