/**
 * What lies upstream or downstream of a facility along the networks: where trouble came from, and what it reaches.
 * A neighbourhood (a sewer beside a gas main) has no direction: it is entered, and passed only where the way begins
 * there, else one leak would reach everything that lies near anything.
 */
import { edgeKindOf } from './catalogue.ts';
import type { Edge } from './registry.ts';

export type Direction = 'up' | 'down';

/** Facilities by how many edges away, nearest first, without the one asked for; and the edges walked. */
export type Reach = {
  readonly facilities: ReadonlyMap<string, number>;
  readonly edges: ReadonlySet<string>;
};

/** A city's whole network is about so many; beyond it the picture says nothing any more. */
const EDGES_MAX = 5_000;

/** Walks breadth first; a ring is walked once. */
export function traceEdges(edges: Iterable<Edge>, from: string, direction: Direction): Reach {
  const next = new Map<string, { edge: string; to: string; passes: boolean }[]>();
  const join = (at: string, edge: string, to: string, passes: boolean): void => {
    const known = next.get(at);
    if (known === undefined) next.set(at, [{ edge, to, passes }]);
    else known.push({ edge, to, passes });
  };
  for (const { id, kind, from: a, to: b } of edges) {
    const directed = edgeKindOf(kind)?.directed ?? true;
    if (!directed || direction === 'down') join(a, id, b, directed);
    if (!directed || direction === 'up') join(b, id, a, directed);
  }
  const facilities = new Map<string, number>([[from, 0]]);
  const walked = new Set<string>();
  let front = [from];
  for (let hops = 1; front.length > 0 && walked.size < EDGES_MAX; hops += 1) {
    const reached: string[] = [];
    for (const at of front)
      for (const { edge, to, passes } of next.get(at) ?? []) {
        walked.add(edge);
        if (facilities.has(to)) continue;
        facilities.set(to, hops);
        if (passes || at === from) reached.push(to);
      }
    front = reached;
  }
  facilities.delete(from);
  return { facilities, edges: walked };
}
