/** Rows of a CSV file (RFC 4180): quoted cells may hold commas, doubled quotes and line ends; gzip is unpacked. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const GZIP_MAGIC = [0x1f, 0x8b];

/** Rows of a file, the header first. Throws what the disk or gzip throws. */
export function readTable(path: string): string[][] {
  const bytes = readFileSync(path);
  const packed = bytes[0] === GZIP_MAGIC[0] && bytes[1] === GZIP_MAGIC[1];
  return parseTable((packed ? gunzipSync(bytes) : bytes).toString('utf8'));
}

/** Rows of a text; blank lines are no rows. Throws when a quote is never closed. */
export function parseTable(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  const endCell = (): void => {
    row.push(cell);
    cell = '';
  };
  const endRow = (): void => {
    endCell();
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  };
  const from = text.startsWith('\uFEFF') ? 1 : 0;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (character === '"' && cell === '') quoted = true;
    else if (character === ',') endCell();
    else if (character === '\n') endRow();
    else if (character !== '\r' || text[at + 1] !== '\n') cell += character;
  }
  if (quoted) throw new Error('a quoted cell is never closed');
  if (cell !== '' || row.length > 0) endRow();
  return rows;
}
