/**
 * A whole city in one file, as rows of one atomic registry change. Both forms become the same rows: JSON lists, or a
 * CSV whose first line names the fields.
 *
 * CSV: the column `table` says what a row is (organisations, areas, …, points, edges), unless
 * `?table=` says it for the whole file. Nested fields are written with dots (`location.lat`, `limits.HH`,
 * `attributes.coverLevelM`, `limits.colours.H`), camera addresses are separated by semicolons, a path is written
 * `lon lat;lon lat;…`, an empty cell is an absent field. `row` of an error is the line of the file.
 */
import type { RegistryKind } from '#domain/registry.ts';
import { fieldNamed, sessionNamed, tableNamed } from './csv-headers.ts';
import { parseCsv, type CsvRow } from './csv.ts';
import { Problem } from './problems.ts';
import { REGISTRY_KINDS } from './registry-view.ts';

export type ImportRow = {
  readonly row: number;
  readonly kind: RegistryKind;
  readonly value: Readonly<Record<string, unknown>>;
};

/** All fields of all tables are about 60, and attributes have names of their own. */
const COLUMNS_MAX = 500;
/** A city of 100,000 points with its devices; beyond it, in several files. */
export const IMPORT_ROWS_MAX = 250_000;

/** Throws `invalid-request` for anything but the lists of the registry. Rows count from 1 through the lists in their order. */
export function rowsOfJson(body: unknown): ImportRow[] {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Problem('invalid-request', 'the body must be an object of lists');
  }
  const lists = new Map<string, unknown>(Object.entries(body));
  for (const name of lists.keys()) if (kindOf(name) === null) throw unknownTable(name);
  const rows: ImportRow[] = [];
  for (const kind of REGISTRY_KINDS) {
    const list = lists.get(kind) ?? [];
    if (!Array.isArray(list)) throw new Problem('invalid-request', `${kind} must be a list`);
    for (const value of list)
      rows.push({ row: rows.length + 1, kind, value: asObject(value, rows.length + 1) });
  }
  return bounded(rows);
}

/** Throws `invalid-csv` for a file without a header, a table or with more cells than columns. */
export function rowsOfCsv(text: string, table: string | undefined): ImportRow[] {
  const [header, ...body] = parseCsv(text);
  if (header === undefined) throw new Problem('invalid-csv', 'the file is empty');
  const fields = header.cells.map(fieldNamed);
  if (fields.length > COLUMNS_MAX) throw new Problem('invalid-csv', `more than ${COLUMNS_MAX} columns`);
  const twice = fields.find((field, place) => field !== '' && fields.indexOf(field) !== place);
  if (twice !== undefined) throw new Problem('invalid-csv', `the column ${twice} stands twice`);
  if (table === undefined && !fields.includes('table')) {
    throw new Problem('invalid-csv', 'a column "table" must say what each row is (or ?table= for all)');
  }
  const rows = body.map((line) => rowOfLine(line, fields, table));
  // A file may name things in any order; facilities come before their devices all the same.
  return bounded(rows.sort((a, b) => REGISTRY_KINDS.indexOf(a.kind) - REGISTRY_KINDS.indexOf(b.kind)));
}

function rowOfLine(line: CsvRow, fields: readonly string[], table: string | undefined): ImportRow {
  if (line.cells.slice(fields.length).some((cell) => cell !== '')) {
    throw new Problem('invalid-csv', `line ${line.line}: more cells than columns`);
  }
  const value: Record<string, unknown> = {};
  let name = table;
  fields.forEach((field, place) => {
    const cell = line.cells[place] ?? '';
    if (field === 'table') name = cell === '' ? name : tableNamed(cell);
    else if (cell !== '' && field !== '') setField(value, field.split('.'), cell);
  });
  const kind = kindOf(name ?? '');
  if (kind === null)
    throw new Problem('invalid-csv', `line ${line.line}: no table is called "${name ?? ''}"`);
  return { row: line.line, kind, value };
}

/** Fields that are numbers wherever they stand; attributes are what they look like. */
const NUMBERS = new Set([
  'location.lat',
  'location.lon',
  'installedAt',
  'calibrationDueAt',
  'reportIntervalMs',
  'range.min',
  'range.max',
  ...['LL', 'L', 'H', 'HH', 'deadband', 'onDelayMs', 'offDelayMs'].map((name) => `limits.${name}`),
]);
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function setField(value: Record<string, unknown>, path: readonly string[], cell: string): void {
  let target = value;
  for (const part of path.slice(0, -1)) {
    const inner = target[part];
    const next: Record<string, unknown> = typeof inner === 'object' && inner !== null ? { ...inner } : {};
    define(target, part, next);
    target = next;
  }
  define(target, path.at(-1) ?? '', typed(path, cell));
}

/** Plain assignment would let a column called `__proto__` reach the prototype. */
const define = (target: Record<string, unknown>, name: string, value: unknown): void => {
  Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
};

function typed(path: readonly string[], cell: string): unknown {
  const field = path.join('.');
  if (field === 'session') return sessionNamed(cell);
  if (field === 'cameras') return itemsOf(cell);
  if (field === 'path') return itemsOf(cell).map(placeOf);
  // Text that is no number stays text: the registry refuses it by name.
  if (NUMBERS.has(field)) return NUMBER.test(cell) ? Number(cell) : instantOr(field, cell);
  if (path[0] !== 'attributes') return cell;
  if (/^(true|false)$/i.test(cell)) return cell.toLowerCase() === 'true';
  return NUMBER.test(cell) ? Number(cell) : cell;
}

const itemsOf = (cell: string): string[] =>
  cell
    .split(';')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** Words that are no numbers stay words: the registry refuses them by name. */
const placeOf = (place: string): unknown[] =>
  place.split(/[\s,]+/).map((word) => (NUMBER.test(word) ? Number(word) : word));

/** Dates of installation and calibration may be written as dates. */
function instantOr(field: string, cell: string): unknown {
  if (field !== 'installedAt' && field !== 'calibrationDueAt') return cell;
  const at = /^\d{4}-\d{2}-\d{2}(T.*(Z|[+-]\d{2}:?\d{2}))?$/.test(cell) ? Date.parse(cell) : Number.NaN;
  return Number.isFinite(at) ? at : cell;
}

const kindOf = (name: string): RegistryKind | null => REGISTRY_KINDS.find((kind) => kind === name) ?? null;

const unknownTable = (name: string): Problem =>
  new Problem('invalid-request', `no list is called "${name}"; there are ${REGISTRY_KINDS.join(', ')}`);

function asObject(value: unknown, row: number): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new Problem('invalid-request', `row ${row} is no object`);
}

function bounded(rows: ImportRow[]): ImportRow[] {
  if (rows.length === 0) throw new Problem('invalid-request', 'there is nothing to import');
  if (rows.length > IMPORT_ROWS_MAX)
    throw new Problem('body-too-large', `at most ${IMPORT_ROWS_MAX} rows at once`);
  return rows;
}
