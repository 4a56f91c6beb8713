/**
 * JSON with one spelling only: keys in code-unit order, no white space, `undefined` members left out as
 * JSON.stringify does. Equal values give equal text, so hashes of it can be compared. Throws a TypeError on
 * what JSON cannot hold.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map((item: unknown) => (isJson(item) ? canonicalJson(item) : 'null')).join(',')}]`;
  }
  if (typeof value !== 'object' || value === null) {
    const text = JSON.stringify(value);
    if (text === undefined) throw new TypeError(`no JSON for a ${typeof value}`);
    return text;
  }
  const members = Object.entries(value)
    .filter(([, member]) => isJson(member))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

const isJson = (value: unknown): boolean => value !== undefined && typeof value !== 'function';
