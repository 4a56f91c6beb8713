/** Which points must be bound anew when some were touched: rules across points reach as far as their facilities. */
import { isOpenHere } from './alarm-machine.ts';
import { isJoin } from './catalogue.ts';
import { reachOf } from './join-binding.ts';
import type { JoinScope } from './join-scope.ts';
import { joinAt } from './join.ts';
import { createPlaces } from './places.ts';
import type { Turn } from './state.ts';

/** The registry as bindings see it, for one change. */
export function bindingScope({ state, registry }: Turn): JoinScope {
  return {
    catalogue: state.catalogue,
    registry,
    places: createPlaces(registry),
    isOpenAt(pointIndex, rule) {
      const point = state.points.get(pointIndex);
      const instance = point === undefined ? undefined : joinAt(point, rule);
      return instance !== undefined && isOpenHere(instance.slot);
    },
    anchors: new Map(),
    players: new Map(),
    known: new Map(),
    counts: new Map(),
    costs: new Map(),
  };
}

/**
 * The touched points, every point of their facilities and of facilities within reach, and those whose rules looked at
 * them before; in order of index.
 */
export function affectedPoints(turn: Turn, touched: readonly number[], scope: JoinScope): readonly number[] {
  const { catalogue, registry, places } = scope;
  if (!catalogue.rules.some(isJoin)) return touched;
  const reachM = reachOf(catalogue);
  const affected = new Set(touched);
  const facilities = new Set<string>();
  const addFacilityOf = (index: number): void => {
    const device = registry.devices.get(registry.pointsByIndex[index]?.device ?? '');
    if (device !== undefined) facilities.add(device.facility);
  };
  for (const index of touched) {
    addFacilityOf(index);
    const known = turn.state.points.get(index);
    for (const { anchor } of known?.memberOf ?? []) addFacilityOf(anchor);
    for (const { join } of known?.rules ?? [])
      for (const { facility } of join?.members ?? []) facilities.add(facility);
  }
  for (const id of facilities) {
    const near = reachM === 0 ? [id] : places.around(id, reachM);
    // A retired facility is around nothing, but its points may still be touched.
    for (const facility of new Set([id, ...near]))
      for (const { index } of places.pointsAt(facility)) affected.add(index);
  }
  return [...affected].sort((a, b) => a - b);
}
