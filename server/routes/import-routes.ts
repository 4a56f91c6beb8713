/** A whole city, or part of one, in one atomic change (design §5). */
import { Type } from 'typebox';
import type { FastifyRequest } from 'fastify';
import { DATUMS, type Datum, type LonLat, toWgs84 } from '#domain/datum.ts';
import { checkRegistryChange } from '#domain/registry-change.ts';
import type { RegistryError, RegistryItem } from '#domain/registry.ts';
import { demand } from '../authentication.ts';
import type { Context } from '../context.ts';
import { decodeText } from '../csv.ts';
import { rowsOfCsv, rowsOfJson, type ImportRow } from '../import-rows.ts';
import { Problem } from '../problems.ts';
import { REGISTRY_KINDS } from '../registry-view.ts';
import { answers, oneOf } from '../schemas/basics.ts';
import { ImportAnswer, ImportInput } from '../schemas/registry.ts';
import { change, type Api } from './api.ts';
import { demandScope, fieldsOf, newSecret } from './registry-routes.ts';

/** 100,000 points are about 15 MB. */
export const IMPORT_BYTES_MAX = 32 * 1024 * 1024;

/** By gateway id, in the order of the rows. */
type Secrets = Map<string, string>;

const schema = {
  tags: ['import'],
  summary: 'Create and change many things at once: all rows or none',
  description:
    'JSON lists, or text/csv whose first line names the fields: the column `table` says what a row is ' +
    '(organisations, areas, facilities, gateways, devices, points, edges), or `?table=` for the whole file; nested ' +
    'fields are written with dots (location.lat, limits.HH, attributes.coverLevelM), cameras separated by semicolons, ' +
    'a path as `lon lat;lon lat;…`; an empty cell is an absent field; Chinese names of tables and columns too; UTF-8 or GB 18030. A row whose id is known changes the fields given. Refused ' +
    'rows: 422 `import-refused` with `errors` and nothing imported; a dry run answers 200 with the same `errors`.',
  consumes: ['application/json', 'text/csv'],
  querystring: Type.Object({
    dryRun: Type.Optional(oneOf(['true', 'false'], 'Check only')),
    format: Type.Optional(oneOf(['json', 'csv'], 'csv: the new secrets as a table for printing labels')),
    table: Type.Optional(oneOf(REGISTRY_KINDS, 'What every row of the CSV is')),
    coordinates: Type.Optional(
      oneOf(DATUMS, 'What its places are given in, wgs84 when absent; kept in WGS 84'),
    ),
  }),
  body: ImportInput,
  response: answers(200, ImportAnswer, 'Imported, or with dryRun what would be'),
};

export function importRoutes(app: Api, context: Context): void {
  app.register(async (scoped) => {
    scoped.addContentTypeParser('text/csv', { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    );
    const options = {
      config: { right: 'change-registry' as const },
      schema,
      bodyLimit: IMPORT_BYTES_MAX,
      validatorCompiler: () => () => true,
    };
    scoped.post('/import', options, async (request, reply) => {
      const query: Readonly<Record<string, unknown>> = { ...(request.query as object) };
      const dryRun = query['dryRun'] === 'true';
      const rows = rowsIn(request, query['table']);
      if (rows.some((row) => row.kind === 'gateways')) demand(context, request, 'change-gateways');
      const secrets: Secrets = new Map();
      const datum = datumIn(query['coordinates']);
      const items = rows.map((row) => itemOf(context, inWgs84(row, datum), secrets));
      demandScope(context, request, items);
      if (dryRun) return tryOut(context, items);
      const done = await carryOut(context, request, items, secrets);
      if (query['format'] !== 'csv') return done;
      return reply.type('text/csv; charset=utf-8').serializer(String).send(labelsOf(context, secrets));
    });
  });
}

function rowsIn(request: FastifyRequest, table: unknown): ImportRow[] {
  const { body } = request;
  if (!Buffer.isBuffer(body)) return rowsOfJson(body);
  if (table !== undefined && !REGISTRY_KINDS.some((kind) => kind === table)) {
    throw new Problem('invalid-request', `table is one of ${REGISTRY_KINDS.join(', ')}`);
  }
  return rowsOfCsv(decodeText(body), typeof table === 'string' ? table : undefined);
}

function datumIn(given: unknown): Datum {
  const datum = given === undefined ? 'wgs84' : DATUMS.find((one) => one === given);
  if (datum === undefined) throw new Problem('invalid-request', `coordinates is one of ${DATUMS.join(', ')}`);
  return datum;
}

/** Shifted here, once; what is no pair of numbers stays as it is and is refused by name. */
function inWgs84(row: ImportRow, datum: Datum): ImportRow {
  const { location, path } = row.value;
  const { lon, lat, ...rest } = Object(location) as Record<string, unknown>;
  const [east, north] = shifted([lon, lat], datum);
  return {
    ...row,
    value: {
      ...row.value,
      ...(location === undefined ? {} : { location: { ...rest, lon: east, lat: north } }),
      ...(Array.isArray(path) ? { path: path.map((place: unknown) => shifted(place, datum)) } : {}),
    },
  };
}

/** To a ten-millionth of a degree, which is a centimetre. */
function shifted(place: unknown, datum: Datum): readonly unknown[] {
  if (!Array.isArray(place)) return [place];
  if (!isPlace(place) || datum === 'wgs84' || datum === 'cgcs2000') return place;
  return toWgs84(datum, place).map((degrees) => Math.round(degrees * 1e7) / 1e7);
}
const isPlace = (place: readonly unknown[]): place is LonLat =>
  place.length === 2 && place.every((degrees) => typeof degrees === 'number');

/** A gateway that is new gets its secret; whoever creates the same one meanwhile makes this import fail, not lie. */
function itemOf(context: Context, row: ImportRow, secrets: Secrets): RegistryItem {
  const { kind } = row;
  const value = fieldsOf(row.value);
  const id = String(value['id']);
  if (kind !== 'gateways' || context.city.registry().gateways.has(id) || secrets.has(id)) {
    return { op: 'upsert', kind, value, row: row.row };
  }
  const secret = newSecret(context);
  secrets.set(id, secret);
  return { op: 'create', kind, value: { ...value, secretHmac: context.secretHmac(secret) }, row: row.row };
}

function tryOut(context: Context, items: readonly RegistryItem[]): unknown {
  const outcome = checkRegistryChange(context.city.registry(), { items });
  if (outcome.ok) return { created: outcome.created.length, secrets: [], errors: [] };
  return { created: 0, secrets: [], errors: outcome.errors };
}

async function carryOut(
  context: Context,
  request: FastifyRequest,
  items: readonly RegistryItem[],
  given: Secrets,
): Promise<unknown> {
  // Checked before it is journaled too: a refused file of many megabytes need not be kept for ever.
  const outcome = checkRegistryChange(context.city.registry(), { items });
  if (!outcome.ok) throw importRefused(outcome.errors);
  const created = outcome.created.length;
  const coded = context.facilityCodes.forNew(context.city.registry(), items);
  const secrets = [...given].map(([id, secret]) => ({ id, secret }));
  return change(context, request, coded, () => ({ created, secrets, errors: [] }));
}

/** A spreadsheet takes it for UTF-8 by the mark at its beginning. */
function labelsOf(context: Context, secrets: Secrets): string {
  const { gateways } = context.city.registry();
  const lines = [...secrets].map(([id, secret]) => {
    const { name = '', facility = '' } = gateways.get(id) ?? {};
    return [id, name, facility, secret].map(csvCell).join(',');
  });
  return `\uFEFF${['id,name,facility,secret', ...lines].join('\r\n')}\r\n`;
}

/** Quoted where it must be; a cell that a spreadsheet would take for a formula is text. */
function csvCell(text: string): string {
  const safe = /^[=+@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const importRefused = (errors: readonly RegistryError[]): Problem =>
  new Problem('import-refused', `${errors.length} faults in the rows`, { created: 0, secrets: [], errors });
