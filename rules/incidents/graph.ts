/** The facility graph as alarms spread along it: derived from the registry, made again when that changes. */
import { type Carried, edgeKindOf } from '#domain/catalogue.ts';
import type { Registry } from '#domain/registry.ts';
import { createPlaces, type Places } from '../places.ts';

export type Direction = 'downstream' | 'upstream' | 'both';

type Hop = { readonly to: string; readonly carries: Carried };

export type FacilityGraph = {
  readonly revision: number;
  readonly downstream: ReadonlyMap<string, readonly Hop[]>;
  readonly upstream: ReadonlyMap<string, readonly Hop[]>;
  readonly places: Places;
};

/** Facilities looked at in one walk: beyond it nobody could say what explains what. */
const WALK_MAX = 2_000;

export function graphOf(known: FacilityGraph | null, registry: Registry): FacilityGraph {
  if (known !== null && known.revision === registry.revision) return known;
  const downstream = new Map<string, Hop[]>();
  const upstream = new Map<string, Hop[]>();
  for (const edge of registry.edges.values()) {
    const kind = edgeKindOf(edge.kind);
    if (edge.retired === true || kind === undefined) continue;
    const { carries, directed } = kind;
    add(downstream, edge.from, { to: edge.to, carries });
    add(upstream, edge.to, { to: edge.from, carries });
    if (directed) continue;
    add(downstream, edge.to, { to: edge.from, carries });
    add(upstream, edge.from, { to: edge.to, carries });
  }
  return { revision: registry.revision, downstream, upstream, places: createPlaces(registry) };
}

function add(map: Map<string, Hop[]>, from: string, hop: Hop): void {
  const hops = map.get(from);
  if (hops === undefined) map.set(from, [hop]);
  else hops.push(hop);
}

export type Walk = {
  readonly carries: readonly Carried[];
  readonly direction: Direction;
  readonly hopsMax: number;
};

/** Facilities that a walk reaches with the fewest edges to each, itself first; nearer ones before farther ones. */
export function reach(graph: FacilityGraph, from: string, walk: Walk): ReadonlyMap<string, number> {
  const found = new Map([[from, 0]]);
  for (const [facility, hops] of found) {
    if (hops === walk.hopsMax) break;
    for (const { to, carries } of hopsFrom(graph, facility, walk.direction)) {
      if (found.size >= WALK_MAX) return found;
      if (walk.carries.includes(carries) && !found.has(to)) found.set(to, hops + 1);
    }
  }
  return found;
}

/** Facilities that any edge joins to this one. */
export const neighbours = (graph: FacilityGraph, facility: string): string[] =>
  hopsFrom(graph, facility, 'both').map(({ to }) => to);

function hopsFrom(
  { downstream, upstream }: FacilityGraph,
  from: string,
  direction: Direction,
): readonly Hop[] {
  const down = direction === 'upstream' ? [] : (downstream.get(from) ?? []);
  const up = direction === 'downstream' ? [] : (upstream.get(from) ?? []);
  return [...down, ...up];
}

export const opposite = (direction: Direction): Direction =>
  direction === 'both' ? 'both' : direction === 'upstream' ? 'downstream' : 'upstream';
