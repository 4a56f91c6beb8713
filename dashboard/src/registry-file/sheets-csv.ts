/** Sheets of a spreadsheet as the one CSV that the platform imports, and where each of its lines came from. */
import { plainCsv } from '../forms/csv.ts';
import type { Sheet } from './xlsx.ts';

export type SheetsCsv = {
  readonly csv: string;
  /** Sheet and row of each line of the CSV; the first line is its heading. */
  readonly lines: readonly { readonly sheet: string; readonly row: number }[];
};
/** Column that says what a row is. */
const TABLE = ['table', '表', '类别'];

/** The first row of each sheet names its columns. A sheet without a column that says so is of the table its name says, unless `table` is given. */
export function csvOfSheets(sheets: readonly Sheet[], table: string): SheetsCsv {
  const columns: string[] = [];
  const lines: { sheet: string; row: number }[] = [{ sheet: '', row: 0 }];
  const rows: Map<string, string>[] = [];
  for (const { name, rows: given } of sheets) {
    const first = given.findIndex((row) => row.some((cell) => cell.trim() !== ''));
    const head = (given[first] ?? []).map((cell) => cell.trim());
    const named = head.some((cell) => TABLE.includes(cell)) || table !== '';
    if (!named && !columns.includes('table')) columns.unshift('table');
    for (const column of head) if (column !== '' && !columns.includes(column)) columns.push(column);
    given.forEach((row, at) => {
      if (at <= first || row.every((cell) => cell.trim() === '')) return;
      const cells = new Map<string, string>(named ? [] : [['table', name.trim()]]);
      head.forEach((column, place) => {
        // A line of the file is a row of the sheet: no cell may hold a line's end.
        if (column !== '') cells.set(column, (row[place] ?? '').replaceAll(/\s*[\r\n]+\s*/g, ' ').trim());
      });
      rows.push(cells);
      lines.push({ sheet: name, row: at + 1 });
    });
  }
  return {
    csv: plainCsv([columns, ...rows.map((cells) => columns.map((column) => cells.get(column) ?? ''))]),
    lines,
  };
}
