/** Labels for gateways' boxes, and the same as a table. */

/** `place` may be empty. The secret is in memory only as long as the page shows it. */
export type Label = {
  readonly id: string;
  readonly name: string;
  readonly place: string;
  readonly secret: string;
};

/** For a spreadsheet: marked as UTF-8; a cell that it would take for a formula is text. */
export function labelsCsv(labels: readonly Label[]): string {
  const rows = labels.map(({ id, name, place, secret }) => [id, name, place, secret].map(cell).join(','));
  return `\uFEFF${['id,name,facility,secret', ...rows].join('\r\n')}\r\n`;
}

function cell(text: string): string {
  const safe = /^[=+@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Hands the person a file. */
export function download(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has its own hold on it by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
