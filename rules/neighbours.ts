/**
 * Which points count with which when a rule counts neighbours. Every anchor holds its members and every member the anchors
 * it counts for, so a place where very many points stand together (a plant entered under one address) would cost the square
 * of them; an anchor therefore looks at no more than the nearest `NEIGHBOURS_MAX`, and says how many it does not look at.
 */
import type { PointEntry, Registry } from '#domain/registry.ts';
import { metresBetween } from './metres.ts';

/** Points that one anchor looks at, itself included: more than stand within 50 m of each other in any street. */
export const NEIGHBOURS_MAX = 64;

/** Anchors that look at the same points. */
export type Neighbourhood = {
  readonly anchors: readonly PointEntry[];
  /** By facility, then id. */
  readonly members: readonly PointEntry[];
  /** Points within the distance that are not among them. */
  readonly leftOut: number;
};

/** A facility and its points that count, by id. */
export type Site = { readonly facility: string; readonly points: readonly PointEntry[] };

/**
 * The neighbourhoods of the points at `own`, which is one of `sites`; these by id of the facility. A rule that asks for many
 * (`atLeast`) looks at twice as many.
 */
export function neighbourhoodsOf(
  registry: Registry,
  own: Site,
  sites: readonly Site[],
  counts: 'points' | 'facilities',
  atLeast: number,
): Neighbourhood[] {
  const total = sites.reduce((sum, { points }) => sum + points.length, 0);
  const most = Math.max(NEIGHBOURS_MAX, 2 * atLeast);
  if (total <= most)
    return [{ anchors: own.points, members: sites.flatMap(({ points }) => points), leftOut: 0 }];
  const others = nearestFirst(registry, own, sites);
  const inTurn = counts === 'points' ? others.flatMap(({ points }) => points) : byTurns(others);
  const found: Neighbourhood[] = [];
  // Half the places are for points of other facilities, however many stand at this one.
  const ownMost = Math.floor(most / 2);
  for (let from = 0; from < own.points.length; from += ownMost) {
    const anchors = own.points.slice(from, from + ownMost);
    const chosen = new Set([...anchors, ...inTurn.slice(0, most - anchors.length)]);
    const members = sites.flatMap(({ points }) => points.filter((one) => chosen.has(one)));
    found.push({ anchors, members, leftOut: total - members.length });
  }
  return found;
}

/** Of those as near as each other the ones beside `own` by id come first: most look at each other, not all at the same few. */
function nearestFirst(registry: Registry, own: Site, sites: readonly Site[]): readonly Site[] {
  const centre = registry.facilities.get(own.facility)?.location;
  const at = sites.findIndex(({ facility }) => facility === own.facility);
  const round: Site[] = [];
  for (let away = 1; away < sites.length; away += 1)
    for (const place of [at - away, at + away]) {
      const site = sites[place];
      if (site !== undefined) round.push(site);
    }
  const distances = new Map(
    round.map((site) => {
      const location = registry.facilities.get(site.facility)?.location;
      return [site, centre && location ? metresBetween(centre, location) : Infinity];
    }),
  );
  const distanceOf = (site: Site): number => distances.get(site) ?? Infinity;
  return round.sort((a, b) => (distanceOf(a) === distanceOf(b) ? 0 : distanceOf(a) - distanceOf(b)));
}

/** The first point of every site, then the second of each: where facilities count, no one of them takes all places. */
function byTurns(sites: readonly Site[]): PointEntry[] {
  const longest = Math.max(0, ...sites.map(({ points }) => points.length));
  return Array.from({ length: longest }, (_, turn) =>
    sites.flatMap(({ points }) => points.slice(turn, turn + 1)),
  ).flat();
}
