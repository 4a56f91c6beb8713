/** The OpenAPI document, made from the routes themselves. */
import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { COOKIE } from './authentication.ts';
import { PROBLEMS } from './problems.ts';

/** Before the routes: it listens to their registration. */
export async function describeApi(app: FastifyInstance): Promise<void> {
  const codes = Object.entries(PROBLEMS).map(
    ([code, [status, title]]) => `- \`${code}\` (${status}): ${title}`,
  );
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'City Lifeline',
        version: '1',
        description:
          'Lists answer `{items, next}`; `?cursor=<next>` goes on. Times are epoch milliseconds. Writes accept ' +
          '`Idempotency-Key`: the same key and request within an hour gets the first answer again. Errors are RFC ' +
          `9457 problem documents with a stable \`code\`:\n${codes.join('\n')}\n` +
          'and, for registry rows, the codes of the field at fault (`unknown-area`, `unit-mismatch`, …) with 422.',
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          cookie: { type: 'apiKey', in: 'cookie', name: COOKIE },
          gateway: { type: 'http', scheme: 'basic', description: 'Gateway id and secret' },
          gatewayToken: { type: 'http', scheme: 'bearer', description: 'id.secret of a gateway' },
        },
      },
      security: [{ bearer: [] }, { cookie: [] }],
    },
  });
}
