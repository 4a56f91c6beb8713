/** Labels for gateways' boxes, and the same as a table. */
import { csvText } from './csv.ts';

/** `place` may be empty. The secret is in memory only as long as the page shows it. */
export type Label = {
  readonly id: string;
  readonly name: string;
  readonly place: string;
  readonly secret: string;
};

/** For a spreadsheet. */
export const labelsCsv = (labels: readonly Label[]): string =>
  csvText([
    ['id', 'name', 'facility', 'secret'],
    ...labels.map(({ id, name, place, secret }) => [id, name, place, secret]),
  ]);

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
