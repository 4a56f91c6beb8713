/** RFC 6901 pointers into a message, with one addition: `*` stands for each element of a list. */

/** `prefix` leads to the list that `*` runs over, `rest` from each element on; without `*`, `prefix` is null. */
export type Pointer = { readonly prefix: readonly string[] | null; readonly rest: readonly string[] };

const POINTER_LENGTH_MAX = 200;

/** Null when it is no pointer, is longer than 200 characters, or has more than one `*`. */
export function parsePointer(text: string): Pointer | null {
  if (text.length > POINTER_LENGTH_MAX || (text !== '' && !text.startsWith('/'))) return null;
  if (/~(?![01])/.test(text)) return null;
  const parts = text.split('/').slice(1);
  const star = parts.indexOf('*');
  if (star !== parts.lastIndexOf('*')) return null;
  const names = parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (star < 0) return { prefix: null, rest: names };
  return { prefix: names.slice(0, star), rest: names.slice(star + 1) };
}

/** What stands there; undefined when there is nothing. */
export function follow(value: unknown, names: readonly string[]): unknown {
  let at = value;
  for (const name of names) {
    if (typeof at !== 'object' || at === null) return undefined;
    if (Array.isArray(at)) at = /^(0|[1-9]\d{0,8})$/.test(name) ? at[Number(name)] : undefined;
    else at = Object.hasOwn(at, name) ? Reflect.get(at, name) : undefined;
  }
  return at;
}
