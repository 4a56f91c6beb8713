/** Bodies made from the OpenAPI document itself, now right and now wrong in one place: refused by a code, never a crash. */
import type { House } from '#test/server/house.ts';
import type { Random } from '#test/simulation/random.ts';

type Schema = {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
};
type Operation = {
  readonly requestBody?: { readonly content: Readonly<Record<string, { schema?: Schema }>> };
};
type Document = { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> };

const WRONG = 0.06;
const TEXTS = [
  '',
  'W-1',
  'G-1',
  'GW-1',
  'G-1/ch4',
  '371702',
  'gas',
  '__proto__',
  '\ud800',
  '\u0000',
  '点',
  'x'.repeat(300),
];
const NUMBERS = [0, -0, 1, -1, 0.5, 1e21, 2 ** 53, -1e308, 1_763_827_200_000];
const WRONGS: readonly unknown[] = [null, true, 7, 'x', [], {}, [[]], { toString: 1 }, ''];
const ASKERS = ['engineer', 'duty-officer', 'duty-leader', 'security-admin'];
/** Names of things in an address. */
const IDS = ['G-1', 'W-1', 'GW-1', 'G-1%2Fch4', 'viewer', '1', 'a', '%00', 'x'.repeat(200)];

function made(random: Random, schema: Schema, depth = 0): unknown {
  if (random.chance(WRONG) || depth > 8) return random.pick(WRONGS);
  if (schema.anyOf !== undefined) return made(random, random.pick(schema.anyOf), depth + 1);
  if ('const' in schema) return schema.const;
  if (schema.enum !== undefined) return random.pick(schema.enum);
  const type = typeof schema.type === 'object' ? random.pick(schema.type) : schema.type;
  switch (type) {
    case 'object': {
      const needed = new Set(schema.required);
      const fields = Object.entries(schema.properties ?? {}).filter(
        ([name]) => needed.has(name) || random.chance(0.5),
      );
      const more = random.chance(0.2) ? [['$extra', random.pick(WRONGS)]] : [];
      return Object.fromEntries([
        ...fields.map(([name, field]) => [name, made(random, field, depth + 1)]),
        ...more,
      ]);
    }
    case 'array':
      return Array.from({ length: random.int(4) }, () => made(random, schema.items ?? {}, depth + 1));
    case 'number':
    case 'integer':
      return random.chance(0.6)
        ? (schema.minimum ?? 0) + random.int((schema.maximum ?? 1_000) - (schema.minimum ?? 0) + 1)
        : random.pick(NUMBERS);
    case 'boolean':
      return random.chance(0.5);
    case 'null':
      return null;
    case 'string':
      return random.pick(TEXTS);
    default:
      return random.pick(WRONGS);
  }
}

/**
 * Asks every address that takes JSON `rounds` times. Returns how often each status came. Throws with the request after
 * a 5xx, or a refusal without code.
 */
export async function tryRequests(
  house: House,
  random: Random,
  rounds: number,
): Promise<Map<number, number>> {
  const document: Document = (await house.ask(null, 'GET', '/api/v1/openapi.json')).json();
  const statuses = new Map<number, number>();
  for (let round = 0; round < rounds; round += 1) {
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const [method, { requestBody }] of Object.entries(operations)) {
        const schema = requestBody?.content['application/json']?.schema;
        // A log-in costs a password's hash, and a changed password shuts out the one who asks.
        if (schema === undefined || path.includes('/session')) continue;
        const status = await tryRequest(
          house,
          random,
          method.toUpperCase() as 'POST' | 'PATCH',
          path,
          schema,
        );
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    }
  }
  return statuses;
}

async function tryRequest(
  house: House,
  random: Random,
  method: 'POST' | 'PATCH',
  path: string,
  schema: Schema,
): Promise<number> {
  const url = path.replace(/\{\w+\}/g, () => random.pick(IDS));
  const body = JSON.stringify(made(random, schema));
  const who = random.pick(ASKERS);
  const reply = await house.ask(who, method, url, body, { 'content-type': 'application/json' });
  const { statusCode } = reply;
  const coded = statusCode < 400 || /^[a-z-]+$/.test(String(reply.json().code));
  if (statusCode >= 500 || !coded)
    throw new Error(`${who} ${method} ${url} ${body.slice(0, 4_000)}: ${reply.body.slice(0, 300)}`);
  return statusCode;
}
