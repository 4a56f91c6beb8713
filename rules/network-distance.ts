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
  const open = new Set([from]);
  while (open.size > 0) {
    const at = nearest(open, best);
    open.delete(at);
    for (const { to, lengthM } of network.get(at) ?? []) {
      const far = (best.get(at) ?? 0) + lengthM;
      if (far > withinM || far >= (best.get(to) ?? Infinity)) continue;
      best.set(to, far);
      open.add(to);
    }
  }
  return [...best.keys()].sort();
}

function nearest(open: ReadonlySet<string>, best: ReadonlyMap<string, number>): string {
  let found = '';
  for (const id of open) if (found === '' || (best.get(id) ?? 0) < (best.get(found) ?? 0)) found = id;
  return found;
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
