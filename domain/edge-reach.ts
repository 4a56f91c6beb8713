/** Facilities near the edges that a change touches: rules that look along the network look at their points again. */
import type { Edge, Registry } from './registry.ts';

/** Edges walked from each end: as far as any rule looks along the network is within so many of them. */
const HOPS_MAX = 16;

/** The ends of `changed` edges, as they were and as they will be, and what is joined to them within 16 edges. */
export function facilitiesNearEdges(
  registry: Registry,
  changed: ReadonlyMap<string, Pick<Edge, 'from' | 'to'>>,
): ReadonlySet<string> {
  const found = new Set<string>();
  if (changed.size === 0) return found;
  const joined = new Map<string, string[]>();
  const join = (a: string, b: string): void => {
    const known = joined.get(a);
    if (known === undefined) joined.set(a, [b]);
    else known.push(b);
  };
  for (const { from, to } of [...registry.edges.values(), ...changed.values()]) {
    join(from, to);
    join(to, from);
  }
  for (const [id, edge] of changed)
    for (const one of [edge, registry.edges.get(id)]) if (one !== undefined) found.add(one.from).add(one.to);
  let front = [...found];
  for (let hop = 0; hop < HOPS_MAX && front.length > 0; hop += 1) {
    const next: string[] = [];
    for (const id of front)
      for (const other of joined.get(id) ?? [])
        if (!found.has(other)) {
          found.add(other);
          next.push(other);
        }
    front = next;
  }
  return found;
}
