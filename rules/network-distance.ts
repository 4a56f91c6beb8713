/** How far facilities lie apart along the network: the shortest way over edges of given kinds, in either direction. */
import type { Edge, Registry } from '#domain/registry.ts';
import { metresBetween } from './metres.ts';

type Step = { readonly to: string; readonly lengthM: number };
export type Network = ReadonlyMap<string, readonly Step[]>;

/** The edges of `kinds` in service, both ways. */
export function networkOf(registry: Registry, kinds: readonly string[]): Network {
  const network = new Map<string, Step[]>();
  const add = (from: string, step: Step): void => {
    const steps = network.get(from);
    if (steps === undefined) network.set(from, [step]);
    else steps.push(step);
  };
  for (const edge of registry.edges.values()) {
    if (edge.retired === true || !kinds.includes(edge.kind)) continue;
    const lengthM = lengthOf(registry, edge);
    add(edge.from, { to: edge.to, lengthM });
    add(edge.to, { to: edge.from, lengthM });
  }
  return network;
}

/** Facilities within `withinM` of `from` along the network, itself included, by id. */
export function along(network: Network, from: string, withinM: number): string[] {
  const best = new Map([[from, 0]]);
  const open: Open[] = [{ id: from, far: 0 }];
  for (let at = takeNearest(open); at !== undefined; at = takeNearest(open)) {
    // Reached again by a shorter way since.
    if (at.far > (best.get(at.id) ?? 0)) continue;
    for (const { to, lengthM } of network.get(at.id) ?? []) {
      const far = at.far + lengthM;
      if (far > withinM || far >= (best.get(to) ?? Infinity)) continue;
      best.set(to, far);
      add(open, { id: to, far });
    }
  }
  return [...best.keys()].sort();
}

/** A heap: the nearest first, so that a hub of thousands of edges costs no search through all of them for each. */
type Open = { readonly id: string; readonly far: number };

function add(open: Open[], one: Open): void {
  let at = open.length;
  open.push(one);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = open[parent];
    if (above === undefined || above.far <= one.far) break;
    open[at] = above;
    at = parent;
  }
  open[at] = one;
}

function takeNearest(open: Open[]): Open | undefined {
  const first = open[0];
  const last = open.pop();
  if (last === undefined || open.length === 0) return first;
  let at = 0;
  for (;;) {
    const [left, right] = [open[2 * at + 1], open[2 * at + 2]];
    const child = left !== undefined && right !== undefined && right.far < left.far ? 2 * at + 2 : 2 * at + 1;
    const nearer = open[child];
    if (nearer === undefined || nearer.far >= last.far) break;
    open[at] = nearer;
    at = child;
  }
  open[at] = last;
  return first;
}

/** As told (`distanceM`), else along its path, and never shorter than the straight way between its ends. */
function lengthOf(registry: Registry, { from, to, path = [], attributes }: Edge): number {
  const [a, b] = [registry.facilities.get(from)?.location, registry.facilities.get(to)?.location];
  const straight = a === undefined || b === undefined ? 0 : metresBetween(a, b);
  const told = attributes?.['distanceM'];
  if (typeof told === 'number') return Math.max(straight, told);
  let lengthM = 0;
  for (const [at, [lon, lat]] of path.entries()) {
    const before = path[at - 1];
    if (before !== undefined) lengthM += metresBetween({ lat: before[1], lon: before[0] }, { lat, lon });
  }
  return Math.max(straight, lengthM);
}
