/** Pointers that a sample message offers, so that nobody has to write them by hand. */

/** More would be no help in a list. */
const OFFERED_MAX = 100;
const DEPTH_MAX = 8;

/** Of every value of the message and every object and list on the way; `*` for the elements of its first list. */
export function pointersIn(sample: string): string[] {
  let message: unknown;
  try {
    message = JSON.parse(sample);
  } catch {
    return [];
  }
  const found = new Set<string>();
  walk(message, '', false, 0);
  return [...found];

  function walk(value: unknown, at: string, starred: boolean, depth: number): void {
    if (found.size >= OFFERED_MAX || depth > DEPTH_MAX) return;
    if (at !== '') found.add(at);
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      if (value.length === 0) return;
      if (!starred) walk(value[0], `${at}/*`, true, depth + 1);
      return walk(value[0], `${at}/0`, starred, depth + 1);
    }
    for (const [name, inner] of Object.entries(value))
      walk(inner, `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, starred, depth + 1);
  }
}
