/** Comma-separated tables of the data sets, plain or gzipped. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export type Table = {
  readonly columns: readonly string[];
  /** Cells of one row, as written; a quoted cell may hold commas. */
  readonly rows: readonly (readonly string[])[];
};

/** Reads `path`; throws when it is not there. */
export function readTable(path: string): Table {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const [head = '', ...lines] = text.split(/\r?\n/).filter((line) => line !== '');
  return { columns: cells(head), rows: lines.map(cells) };
}

/** Numbers of one column; NaN where there is none. */
export function numbers({ columns, rows }: Table, column: string): number[] {
  const at = columns.indexOf(column);
  if (at < 0) throw new Error(`no column ${column}`);
  return rows.map((row) => (row[at] === undefined || row[at] === '' ? NaN : Number(row[at])));
}

/** Times of one column, epoch ms; the zone, which few data sets tell, does not matter here. */
export function times({ columns, rows }: Table, column: string): number[] {
  const at = columns.indexOf(column);
  if (at < 0) throw new Error(`no column ${column}`);
  return rows.map((row) => instant(row[at] ?? ''));
}

/** A date and time as the data sets write them. */
export const instant = (text: string): number => Date.parse(`${text.replace(' ', 'T').replace(/Z$/, '')}Z`);

function cells(line: string): string[] {
  if (!line.includes('"')) return line.split(',');
  return [...line.matchAll(/("([^"]*)"|[^,]*)(,|$)/g)]
    .slice(0, -1)
    .map((match) => match[2] ?? match[1] ?? '');
}
