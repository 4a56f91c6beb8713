/** Reading of the catalogue's files: a faulty one throws (our own fault). */

export function oneOf<T extends string>(allowed: readonly T[], word: string, where: string): T {
  const found = allowed.find((candidate) => candidate === word);
  if (found === undefined) throw new Error(`catalogue: ${where} has unknown word ${word}`);
  return found;
}

export function byId<T extends { readonly id: string }>(rows: readonly T[]): ReadonlyMap<string, T> {
  const map = new Map(rows.map((row) => [row.id, row]));
  if (map.size !== rows.length) throw new Error('catalogue: an id stands twice');
  return map;
}
