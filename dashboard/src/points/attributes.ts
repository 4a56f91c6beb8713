/** Attributes as lines of `name = value`, and numbers as fields of a form. */
import type { Attributes } from '#domain/registry.ts';

export const attributesText = (attributes: Attributes | undefined): string =>
  Object.entries(attributes ?? {})
    .map(([name, value]) => `${name} = ${String(value)}`)
    .join('\n');

/** Null when there are none. A line without `=` is a mark: true. */
export function attributesOf(text: string): Attributes | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) return null;
  return Object.fromEntries(
    lines.map((line) => {
      const [name = '', ...rest] = line.split('=');
      return [name.trim(), rest.length === 0 ? true : valueOf(rest.join('=').trim())] as const;
    }),
  );
}

function valueOf(text: string): number | string | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** What a number field holds: a number, or an empty text for none. */
export type Entered = number | '';

/** The fields that hold a number; null when none does. */
export function entered(fields: Readonly<Record<string, Entered>>): Record<string, number> | null {
  const given = Object.entries(fields).flatMap(([name, value]) =>
    value === '' ? [] : [[name, value] as const],
  );
  return given.length === 0 ? null : Object.fromEntries(given);
}
