/** Which entry of the on-call list an alarm goes to, and where nobody is on call. */
import type { OnCallEntry, OnCallList, OnCallPerson } from '#domain/notification.ts';
import type { Registry } from '#domain/registry.ts';
import type { Episode, EmergencyState } from './state.ts';

export type Subject = { readonly area: string | null; readonly lifeline: string | null };

/** Deeper than any city divides its areas; guards against areas that are each other's parent. */
const AREA_DEPTH_MAX = 16;
/** Areas named one by one when nobody is on call there. */
const MISSING_MAX = 100;

/** Place of the first entry that covers the subject; -1 when none does. */
export const entryFor = (list: OnCallList, registry: Registry, subject: Subject): number =>
  list.entries.findIndex((entry) => covers(entry, registry, subject));

/** An entry without areas (or lifelines) covers all of them, also what belongs to none. */
function covers(entry: OnCallEntry, registry: Registry, { area, lifeline }: Subject): boolean {
  if (entry.lifelines !== undefined && (lifeline === null || !entry.lifelines.includes(lifeline)))
    return false;
  if (entry.areas === undefined) return true;
  let current = area;
  for (let depth = 0; current !== null && depth < AREA_DEPTH_MAX; depth += 1) {
    if (entry.areas.includes(current)) return true;
    current = registry.areas.get(current)?.parent ?? null;
  }
  return false;
}

/** `area/lifeline` of every facility in service for which nobody is on call, sorted; and how many more there are. */
export function uncovered(list: OnCallList, registry: Registry): { named: string[]; more: number } {
  const judged = new Map<string, boolean>();
  for (const { area, lifeline, retired } of registry.facilities.values()) {
    const key = `${area}/${lifeline}`;
    if (retired === true || judged.has(key)) continue;
    judged.set(key, entryFor(list, registry, { area, lifeline }) >= 0);
  }
  const missing = [...judged].flatMap(([key, covered]) => (covered ? [] : [key])).sort();
  return { named: missing.slice(0, MISSING_MAX), more: Math.max(0, missing.length - MISSING_MAX) };
}

/** The list and entry an episode follows. */
export function chainOf(
  state: EmergencyState,
  episode: Episode,
): { readonly list: OnCallList; readonly entry: OnCallEntry } | null {
  const list = episode.chain === null ? undefined : state.lists.get(episode.chain.list);
  const entry = list?.entries[episode.chain?.entry ?? -1];
  return list === undefined || entry === undefined ? null : { list, entry };
}

/** The person as the list in force has them (a corrected number counts at once), else as the episode's list had. */
export function personOf(state: EmergencyState, episode: Episode, id: string): OnCallPerson | undefined {
  const byId = ({ id: other }: OnCallPerson): boolean => other === id;
  return (
    state.lists.get(state.revision)?.persons.find(byId) ?? chainOf(state, episode)?.list.persons.find(byId)
  );
}
