/**
 * Plain data in columns: what many alike objects have in common (names of fields, words, whole fields) is kept once, and
 * numbers lie side by side. A page of a snapshot becomes smaller so, and is read several times as fast. Numbers come back
 * bit for bit and fields in their order; what two rows shared, each has for itself.
 */

export type Column =
  /** One value in every row. */
  | { readonly is: 'same'; readonly rows: number; readonly value: unknown }
  | { readonly is: 'numbers'; readonly values: Int32Array | Float64Array }
  | { readonly is: 'words'; readonly words: readonly string[]; readonly at: Uint16Array }
  | { readonly is: 'lists'; readonly lengths: Column; readonly items: Column }
  /** Objects with the same names in the same order; `fields` by name. */
  | {
      readonly is: 'records';
      readonly rows: number;
      readonly names: readonly string[];
      readonly fields: readonly Column[];
    }
  /** Rows of several kinds, each kind a column of its own; `kindOf` by row. */
  | { readonly is: 'mixed'; readonly kindOf: Uint8Array; readonly kinds: readonly Column[] }
  /** Anything else, as it is. */
  | { readonly is: 'whole'; readonly values: readonly unknown[] };

/** Kinds told apart in one column; rows of further ones are kept whole. */
const KINDS_MAX = 64;
const WORDS_MAX = 0xffff;

/** `rowsOf` gives the rows back. What is kept whole is shared with them: serialise it before they change. */
export function columnOf(rows: readonly unknown[]): Column {
  const first = rows[0];
  if (isConstant(first) && rows.every((row) => Object.is(row, first)))
    return { is: 'same', rows: rows.length, value: first };
  const places = new Map<string, number>();
  const kinds: { readonly kind: string; readonly rows: unknown[] }[] = [];
  const kindOf = new Uint8Array(rows.length);
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at];
    let kind = kindOfRow(row);
    if (kinds.length >= KINDS_MAX && !places.has(kind)) kind = WHOLE;
    let place = places.get(kind);
    if (place === undefined) {
      place = kinds.push({ kind, rows: [] }) - 1;
      places.set(kind, place);
    }
    kinds[place]?.rows.push(row);
    kindOf[at] = place;
  }
  const columns = kinds.map(columnOfKind);
  const [only] = columns;
  return columns.length === 1 && only !== undefined ? only : { is: 'mixed', kindOf, kinds: columns };
}

/** The rows of which `columnOf` made the column. */
export function rowsOf(column: Column): unknown[] {
  switch (column.is) {
    case 'same':
      return Array.from({ length: column.rows }, () => column.value);
    case 'numbers':
      return listOf(column.values);
    case 'words':
      return listOf(column.at).map((at) => column.words[at]);
    case 'lists':
      return cut(rowsOf(column.items), rowsOf(column.lengths) as number[]);
    case 'records':
      return recordsOf(column.names, column.fields.map(rowsOf), column.rows);
    case 'mixed':
      return merged(column.kindOf, column.kinds.map(rowsOf));
    case 'whole':
      return [...column.values];
  }
}

const NUMBER = 'number';
const WORD = 'string';
const LIST = 'list';
const WHOLE = 'whole';
/** Before the names of an object. */
const RECORD = 'record';
const BETWEEN = '\u0000';

function kindOfRow(row: unknown): string {
  if (typeof row === 'number') return NUMBER;
  if (typeof row === 'string') return WORD;
  if (isConstant(row)) return String(row);
  // A hole is kept as one only in what is kept whole.
  if (Array.isArray(row)) return row.includes(undefined) ? WHOLE : LIST;
  if (typeof row !== 'object' || row === null || Object.getPrototypeOf(row) !== Object.prototype)
    return WHOLE;
  const names = Object.keys(row);
  // Assigned, that name would set what the object inherits from.
  return names.includes('__proto__') ? WHOLE : [RECORD, ...names].join(BETWEEN);
}

const isConstant = (value: unknown): boolean =>
  value === null || (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol');

function columnOfKind({ kind, rows }: { readonly kind: string; readonly rows: unknown[] }): Column {
  const first = rows[0];
  switch (kind) {
    case NUMBER:
      return numbersOf(rows as number[]);
    case WORD:
      return wordsOf(rows as string[]);
    case LIST: {
      const lists = rows as unknown[][];
      return {
        is: 'lists',
        lengths: columnOf(lists.map(({ length }) => length)),
        items: columnOf(lists.flat()),
      };
    }
    case WHOLE:
      return { is: 'whole', values: rows };
  }
  if (isConstant(first)) return { is: 'same', rows: rows.length, value: first };
  const names = Object.keys(first as object);
  const records = rows as Record<string, unknown>[];
  const fields = names.map((name) => columnOf(records.map((record) => record[name])));
  return { is: 'records', rows: rows.length, names, fields };
}

function numbersOf(rows: readonly number[]): Column {
  const small = rows.every((row) => (row | 0) === row && !Object.is(row, -0));
  return { is: 'numbers', values: small ? Int32Array.from(rows) : Float64Array.from(rows) };
}

/** Each word once, unless they hardly repeat. */
function wordsOf(rows: readonly string[]): Column {
  const places = new Map<string, number>();
  const at = new Uint16Array(rows.length);
  for (const [row, word] of rows.entries()) {
    let place = places.get(word);
    if (place === undefined) {
      place = places.size;
      places.set(word, place);
    }
    at[row] = place;
  }
  return places.size > Math.min(rows.length / 2, WORDS_MAX)
    ? { is: 'whole', values: rows }
    : { is: 'words', words: [...places.keys()], at };
}

/** A list that grew by its items: whole numbers stay whole, and nothing has holes. */
function listOf(values: ArrayLike<number>): number[] {
  const rows: number[] = [];
  for (let at = 0; at < values.length; at += 1) rows.push(values[at] ?? NaN);
  return rows;
}

function cut(items: readonly unknown[], lengths: readonly number[]): unknown[][] {
  let from = 0;
  return lengths.map((length) => items.slice(from, (from += length)));
}

/** Copies of the first, written over: objects that grow name by name take twice the memory and time. */
function recordsOf(names: readonly string[], fields: readonly unknown[][], rows: number): unknown[] {
  const records: unknown[] = [];
  const model: Record<string, unknown> = {};
  for (const [at, name] of names.entries()) model[name] = fields[at]?.[0];
  for (let row = 0; row < rows; row += 1) {
    const record = row === 0 ? model : { ...model };
    if (row > 0) for (let at = 0; at < names.length; at += 1) record[names[at] ?? ''] = fields[at]?.[row];
    records.push(record);
  }
  return records;
}

function merged(kindOf: Uint8Array, kinds: readonly unknown[][]): unknown[] {
  const next = kinds.map(() => 0);
  const rows: unknown[] = [];
  for (const kind of kindOf) {
    const at = next[kind] ?? 0;
    rows.push(kinds[kind]?.[at]);
    next[kind] = at + 1;
  }
  return rows;
}
