/** The state in pages for a snapshot, and back. */
import type { PagedArray } from '#domain/paged-array.ts';
import { NO_BINDING } from './bindings.ts';
import type { Catalogue } from './catalogue.ts';
import { type IncidentSlot, incidentsRest, restoreIncidents } from './incidents/state.ts';
import { createPointPacking, type PagePacking } from './point-pages.ts';
import {
  type AlarmSlot,
  createState,
  type GatewayRules,
  type MaintenanceWindow,
  type PointRules,
  type RulesState,
  setCatalogue,
} from './state.ts';
import type { Suppressors } from './suppressors.ts';
import { rebuildDeadlines } from './wake.ts';

export type { PagePacking } from './point-pages.ts';

/** The large part, copied page by page while the fold goes on. */
export const pagesOf = (state: RulesState): Record<string, PagedArray<unknown>> => ({
  points: state.points,
  gateways: state.gateways,
  closed: state.closed,
  incidents: state.incidents.slots,
});

/** How pages of some names are kept in one snapshot; every other as it is. */
export const createPacking = (): Readonly<Record<string, PagePacking>> => ({ points: createPointPacking() });

type Rest = {
  readonly sequence: number;
  readonly closedCount: number;
  readonly catalogue: Catalogue;
  readonly system: Map<string, AlarmSlot>;
  readonly raised: Map<string, AlarmSlot>;
  readonly maintenance: Map<string, MaintenanceWindow>;
  readonly suppressors: Suppressors;
  readonly incidents: ReturnType<typeof incidentsRest>;
};

/** The small part. Shares objects with the state: serialise it before the next input. */
export function restOf(state: RulesState): unknown {
  const { sequence, closedCount, catalogue, system, raised, maintenance, suppressors } = state;
  const incidents = incidentsRest(state.incidents);
  const small = { sequence, closedCount, catalogue, system, raised, maintenance, suppressors };
  return { ...small, incidents } satisfies Rest;
}

/** Rebuilds the state from what `pagesOf` and `restOf` gave; both were written by this engine revision. */
export function restoreRules(site: string, pages: Record<string, unknown[][]>, rest: unknown): RulesState {
  const state = createState(site);
  state.points.restore((pages['points'] ?? []) as PointRules[][]);
  state.gateways.restore((pages['gateways'] ?? []) as GatewayRules[][]);
  state.closed.restore((pages['closed'] ?? []) as AlarmSlot[][]);
  const small = rest as Rest;
  state.sequence = small.sequence;
  state.closedCount = small.closedCount;
  setCatalogue(state, small.catalogue);
  shareBindings(state);
  for (const [key, slot] of small.system) state.system.set(key, slot);
  for (const [key, slot] of small.raised) state.raised.set(key, slot);
  for (const [key, window] of small.maintenance) state.maintenance.set(key, window);
  for (const [key, here] of small.suppressors) state.suppressors.set(key, here);
  for (const slot of everySlot(state)) {
    if (slot.alarm !== null) state.byId.set(slot.alarm.id, slot);
    if (slot.lapse !== null) state.lapses.add(slot);
    if (slot.suppressions.length > 0 && slot.kind !== 'closed') state.putAside.add(slot);
  }
  const incidents = (pages['incidents'] ?? []) as IncidentSlot[][];
  const alarms = [...state.byId.values()].flatMap(({ alarm }) => alarm ?? []);
  restoreIncidents(state.incidents, incidents, small.incidents, alarms);
  rebuildDeadlines(state);
  return state;
}

/** A page has copies of its own of what its points shared. */
function shareBindings({ points, bindings: { known } }: RulesState): void {
  for (const page of points.pages)
    for (const point of page) {
      const { binding } = point;
      const shared = point.bound ? known.get(binding.key) : NO_BINDING;
      if (shared === undefined) known.set(binding.key, binding);
      else point.binding = shared;
    }
}

/** Every place that may hold an alarm; closed ones first, so that an open one of the same id wins. */
export function* everySlot(state: RulesState): Generator<AlarmSlot> {
  for (const page of state.closed.pages) yield* page;
  for (const page of state.points.pages)
    for (const point of page) {
      for (const { slot } of point.rules) yield slot;
      yield point.noData;
      yield point.sensorLost;
      yield* point.past;
    }
  for (const page of state.gateways.pages) for (const gateway of page) yield gateway.slot;
  yield* state.system.values();
  yield* state.raised.values();
}
