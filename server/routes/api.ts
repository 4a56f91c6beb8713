/** What the route files share: the typed app, and one way to place a person's order. */
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { RegistryItem } from '#domain/registry.ts';
import type { CommandInput } from '#domain/input.ts';
import type { RaiseInput } from '#domain/raise.ts';
import type { Person } from '#domain/user.ts';
import { personIn } from '../authentication.ts';
import type { Context } from '../context.ts';

export type Api = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

type Ordered = {
  readonly command: CommandInput | RaiseInput;
  readonly present: (body: unknown) => unknown;
};

/** Journals the command in the caller's name and answers with what `present` makes of the engine's verdict. */
export function place(
  context: Context,
  request: FastifyRequest,
  build: (by: Person) => Ordered,
): Promise<unknown> {
  return context.commands.order(request.joinKey, () => build(personIn(request)));
}

/** One atomic change of the registry. */
export function change(
  context: Context,
  request: FastifyRequest,
  items: readonly RegistryItem[],
  present: () => unknown,
): Promise<unknown> {
  return place(context, request, (by) => ({
    command: { kind: 'command', command: 'registry', by, change: { items } },
    present,
  }));
}

/** Notes what is no input of the city in the audit: it changes nothing, yet a publication may rest on it. */
export function noteOrder(
  context: Context,
  request: FastifyRequest,
  action: string,
  subject: string,
  detail: Readonly<Record<string, unknown>> = {},
): void {
  const { username, address } = personIn(request);
  void context.audit.record({ username, address, action, subject, outcome: 'ok', detail });
}
