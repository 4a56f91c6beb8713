/** CSV as RFC 4180 has it and as spreadsheets save it: quotes, line breaks in cells, a byte-order mark, GB 18030. */
import { Problem } from './problems.ts';

export type CsvRow = { readonly line: number; readonly cells: readonly string[] };

/** Chinese spreadsheets save CSV in GBK unless told otherwise; what is no UTF-8 is read as its superset. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('gb18030').decode(bytes);
  }
}

/**
 * Rows with the line of the file each begins on, empty lines left out. Throws `invalid-csv` for a quote that is never
 * closed or stands inside an unquoted cell.
 */
export function parseCsv(text: string): CsvRow[] {
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  let line = 1;
  let startLine = 1;
  let at = 0;
  const endRow = (): void => {
    if (cells.some((cell) => cell !== '')) rows.push({ line: startLine, cells });
    cells = [];
    startLine = line;
  };
  while (at < text.length) {
    const cell = text[at] === '"' ? quotedCell(text, at, line) : plainCell(text, at, line);
    cells.push(cell.value.trim());
    line += cell.lines;
    at = cell.end;
    if (text[at] === ',') {
      at += 1;
      if (at === text.length) cells.push('');
      continue;
    }
    at += text.startsWith('\r\n', at) ? 2 : 1;
    line += 1;
    endRow();
  }
  if (cells.length > 0) endRow();
  return rows;
}

type Cell = { readonly value: string; readonly end: number; readonly lines: number };

function plainCell(text: string, from: number, line: number): Cell {
  let end = from;
  while (end < text.length && text[end] !== ',' && text[end] !== '\n' && text[end] !== '\r') end += 1;
  const value = text.slice(from, end);
  if (value.includes('"')) throw new Problem('invalid-csv', `line ${line}: a quote inside an unquoted cell`);
  return { value, end, lines: 0 };
}

function quotedCell(text: string, from: number, line: number): Cell {
  let value = '';
  let at = from + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote === -1) throw new Problem('invalid-csv', `line ${line}: a quote is never closed`);
    value += text.slice(at, quote);
    at = quote + 1;
    if (text[at] !== '"') break;
    value += '"';
    at += 1;
  }
  if (at < text.length && text[at] !== ',' && text[at] !== '\n' && text[at] !== '\r') {
    throw new Problem('invalid-csv', `line ${line}: text after a closing quote`);
  }
  return { value, end: at, lines: value.split('\n').length - 1 };
}
