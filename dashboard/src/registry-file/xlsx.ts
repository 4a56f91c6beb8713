/**
 * Tables of a spreadsheet file (.xlsx, ECMA-376) as texts: what a CSV of the same sheets would say. Numbers lose the noise of
 * binary fractions, dates are written `2026-11-28`, results of formulas count, errors are empty.
 */
import { openZip, type Zip } from './zip.ts';

export type Sheet = {
  readonly name: string /** Rows from the first on; a row of the sheet is its place + 1. */;
  readonly rows: readonly (readonly string[])[];
};

/** Sheets with anything in them, in their order; null when it is no such file. */
export async function readXlsx(bytes: Uint8Array<ArrayBuffer>): Promise<Sheet[] | null> {
  const zip = openZip(bytes);
  const workbook = zip === null ? null : await zip.text('xl/workbook.xml');
  if (zip === null || workbook === null) return null;
  const targets = new Map(
    elements((await zip.text('xl/_rels/workbook.xml.rels')) ?? '', 'Relationship').map(({ head }) => [
      attribute(head, 'Id') ?? '',
      pathOf(attribute(head, 'Target') ?? ''),
    ]),
  );
  const shared = elements((await zip.text('xl/sharedStrings.xml')) ?? '', 'si').map(({ body }) =>
    textIn(body),
  );
  const book = { shared, dates: await dateStyles(zip), from1904: /date1904="(1|true)"/.test(workbook) };
  const sheets: Sheet[] = [];
  for (const { head } of elements(workbook, 'sheet')) {
    const xml = await zip.text(targets.get(attribute(head, 'id') ?? '') ?? '');
    const rows = xml === null ? [] : rowsOf(xml, book);
    if (rows.some((row) => row.some((cell) => cell !== '')))
      sheets.push({ name: attribute(head, 'name') ?? '', rows });
  }
  return sheets;
}

type Book = {
  readonly shared: readonly string[];
  readonly dates: ReadonlySet<number>;
  readonly from1904: boolean;
};

function rowsOf(xml: string, book: Book): string[][] {
  const rows: string[][] = [];
  for (const { head, body } of elements(xml, 'row')) {
    const number = Number(attribute(head, 'r') ?? rows.length + 1);
    const row: string[] = [];
    for (const cell of elements(body, 'c')) {
      const at = columnOf(attribute(cell.head, 'r')) ?? row.length;
      while (row.length < at) row.push('');
      row[at] = valueOf(cell.head, cell.body, book);
    }
    while (rows.length < number - 1 && rows.length < ROWS_MAX) rows.push([]);
    rows[number - 1] = row;
    if (rows.length > ROWS_MAX) throw new RangeError(`more than ${ROWS_MAX} rows`);
  }
  return rows;
}

/** As many as the platform takes at once, and its heading. */
const ROWS_MAX = 250_001;

function valueOf(head: string, body: string, { shared, dates, from1904 }: Book): string {
  const type = attribute(head, 't');
  if (type === 'inlineStr') return textIn(body);
  const raw = unescaped(elements(body, 'v')[0]?.body ?? '');
  if (raw === '' || type === 'e') return '';
  if (type === 's') return shared[Number(raw)] ?? '';
  if (type === 'b') return raw === '1' ? 'true' : 'false';
  if (type === 'str' || type === 'd') return raw;
  const number = Number(raw);
  if (!Number.isFinite(number)) return raw;
  if (dates.has(Number(attribute(head, 's') ?? -1))) return dateText(number + (from1904 ? 1_462 : 0));
  return String(Number(number.toPrecision(15)));
}

/** Styles by their number that show a date. */
async function dateStyles(zip: Zip): Promise<Set<number>> {
  const xml = (await zip.text('xl/styles.xml')) ?? '';
  const own = new Map(
    elements(xml, 'numFmt').map(({ head }) => [
      Number(attribute(head, 'numFmtId')),
      attribute(head, 'formatCode') ?? '',
    ]),
  );
  const isDate = (id: number): boolean =>
    (id >= 14 && id <= 22) ||
    (id >= 27 && id <= 36) ||
    (id >= 50 && id <= 58) ||
    /[yd]/i.test((own.get(id) ?? '').replaceAll(/"[^"]*"|\\.|\[[^\]]*\]/g, ''));
  const styles = elements(elements(xml, 'cellXfs')[0]?.body ?? '', 'xf');
  return new Set(
    styles.flatMap(({ head }, at) => (isDate(Number(attribute(head, 'numFmtId') ?? 0)) ? [at] : [])),
  );
}

/** Days since the end of 1899 as a date of the city, with the time where there is one. */
function dateText(days: number): string {
  const iso = new Date(Math.round(days * 86_400) * 1_000 + Date.UTC(1899, 11, 30)).toISOString();
  return Number.isInteger(days) ? iso.slice(0, 10) : `${iso.slice(0, 19)}+08:00`;
}

/** Elements of a name wherever they stand (none holds its like), with whatever prefix their writer uses. */
function elements(xml: string, name: string): { readonly head: string; readonly body: string }[] {
  const pattern = new RegExp(
    `<(?:\\w+:)?${name}(?=[\\s/>])((?:[^>"]|"[^"]*")*?)(?:/>|>([\\s\\S]*?)</(?:\\w+:)?${name}>)`,
    'g',
  );
  return [...xml.matchAll(pattern)].map(([, head = '', body = '']) => ({ head, body }));
}
/** A text of runs, without the reading that is written above it. */
const textIn = (xml: string): string =>
  elements(xml.replaceAll(/<(?:\w+:)?rPh\b[\s\S]*?<\/(?:\w+:)?rPh>/g, ''), 't')
    .map(({ body }) => unescaped(body))
    .join('');

function attribute(head: string, name: string): string | undefined {
  const value = new RegExp(`(?:^|[\\s:])${name}="([^"]*)"`).exec(head)?.[1];
  return value === undefined ? undefined : unescaped(value);
}
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const unescaped = (text: string): string =>
  text.replaceAll(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, dec?: string, name?: string) =>
    name !== undefined
      ? (NAMED[name] ?? whole)
      : String.fromCodePoint(hex === undefined ? Number(dec) : Number.parseInt(hex, 16)),
  );

/** `AB12` = column 27; undefined without a place. */
function columnOf(place: string | undefined): number | undefined {
  const letters = /^[A-Z]{1,3}/.exec(place ?? '')?.[0];
  if (letters === undefined) return undefined;
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}
/** `/xl/…` or relative to `xl/`. */
const pathOf = (target: string): string => (target.startsWith('/') ? target.slice(1) : `xl/${target}`);
