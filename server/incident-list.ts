/** Lists of incidents as one person may see them: the open ones from the engine, past ones from the ledger. */
import type { Incident } from '#domain/incident.ts';
import type { Context } from './context.ts';
import { pageSize, readCursor, writeCursor, type Page } from './paging.ts';
import { seesIncident, withDescendants, type Holder } from './rights.ts';

export type IncidentQuery = {
  readonly state?: 'open' | 'all';
  readonly area?: string;
  readonly lifeline?: string;
  readonly facility?: string;
  readonly cursor?: string;
  readonly limit?: string;
};

/** Incidents read from the ledger at once; of those a person may see few. */
const READ_AT_ONCE = 500;

/** The incident as the engine has it, else as the ledger kept it; null when it is not this person's to see. */
export async function findIncident(context: Context, holder: Holder, id: string): Promise<Incident | null> {
  const { city, ledger } = context;
  const open = city.incidents.open().find((one) => one.id === id);
  const incident = open ?? (await ledger.incident(id));
  return incident !== null && seesIncident(holder, city.registry(), incident) ? incident : null;
}

/** Newest first. */
export async function listIncidents(
  context: Context,
  holder: Holder,
  query: IncidentQuery,
): Promise<Page<Incident>> {
  const size = pageSize(query.limit);
  const wanted = matcher(context, holder, query);
  const open = new Map(context.city.incidents.open().map((one) => [one.id, one]));
  let before = query.cursor === undefined ? Infinity : Number(readCursor('incidents', query.cursor, 1)[0]);
  const found: Incident[] = [];
  const take = (one: Incident): void => {
    if (one.number < before && wanted(one)) found.push(one);
  };
  if (query.state !== 'all') {
    for (const one of [...open.values()].sort((a, b) => b.number - a.number)) take(one);
  } else {
    // The ledger follows the engine by a moment: the newest may be in the engine alone.
    const newest = await context.ledger.incidents({ limit: 1 });
    const known = newest[0]?.number ?? 0;
    for (const one of [...open.values()].sort((a, b) => b.number - a.number))
      if (one.number > known) take(one);
    before = Math.min(before, known + 1);
    while (found.length <= size) {
      const kept = await context.ledger.incidents({ before, limit: READ_AT_ONCE });
      for (const one of kept) take(open.get(one.id) ?? one);
      const last = kept.at(-1);
      if (last === undefined || kept.length < READ_AT_ONCE) break;
      before = last.number;
    }
  }
  const items = found.slice(0, size);
  const last = items.at(-1);
  const more = found.length > size && last !== undefined;
  return { items, next: more ? writeCursor('incidents', [last.number]) : null };
}

function matcher(context: Context, holder: Holder, query: IncidentQuery): (incident: Incident) => boolean {
  const registry = context.city.registry();
  const areas = query.area === undefined ? null : withDescendants([query.area], registry);
  const placed = (facilities: readonly string[], fits: (id: string) => boolean): boolean =>
    facilities.some(fits);
  return ({ facilities, ...incident }) =>
    (query.facility === undefined || facilities.includes(query.facility)) &&
    (areas === null || placed(facilities, (id) => areas.includes(registry.facilities.get(id)?.area ?? ''))) &&
    (query.lifeline === undefined ||
      placed(facilities, (id) => registry.facilities.get(id)?.lifeline === query.lifeline)) &&
    seesIncident(holder, registry, { facilities, ...incident });
}
