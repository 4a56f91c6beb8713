/** Rows as CSV (RFC 4180), marked as UTF-8. */
type Rows = readonly (readonly (string | number)[])[];

/** For people's spreadsheets: a cell that they would take for a formula is text. */
export const csvText = (rows: Rows): string =>
  csvOf(rows, (text) => (FORMULA.test(text) ? `'${text}` : text));
/** For the platform: every cell as it is. */
export const plainCsv = (rows: Rows): string => csvOf(rows, (text) => text);

const FORMULA = /^[=+@\t\r]|^-(?![\d.])/;
const csvOf = (rows: Rows, safe: (text: string) => string): string =>
  `\uFEFF${rows.map((row) => row.map((value) => quoted(safe(String(value)))).join(',')).join('\r\n')}\r\n`;
const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
