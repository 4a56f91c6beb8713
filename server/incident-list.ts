/** Lists of incidents as one person may see them: the open ones from the engine, past ones from the ledger. */
import type { Incident, IncidentShown } from '#domain/incident.ts';
import { listAlarms } from './alarm-list.ts';
import type { Context } from './context.ts';
import { incidentView, listsInPart, membersNow, type IncidentView } from './incident-view.ts';
import { pageSize, readCursor, writeCursor, type Page } from './paging.ts';
import { withDescendants, type Holder } from './rights.ts';

export type IncidentQuery = {
  readonly state?: 'open' | 'all';
  readonly area?: string;
  readonly lifeline?: string;
  readonly facility?: string;
  readonly cursor?: string;
  readonly limit?: string;
};

/** Incidents read from the ledger at once, and in one page; of those a person may see few. */
const READ_AT_ONCE = 500;
const READ_MAX = 2_000;

/** The incident as the engine has it, else as the ledger kept it; null when it is not this person's to see. */
export async function findIncident(
  context: Context,
  holder: Holder,
  id: string,
): Promise<IncidentShown | null> {
  const { city, ledger } = context;
  const open = city.incidents.open().find((one) => one.id === id);
  const incident = open ?? (await ledger.incident(id));
  const view = incidentView(holder, city, membersNow(city));
  const seen = incident !== null && (view.sees(incident) || (await reaches(context, holder, incident, {})));
  return seen ? view.shown(incident) : null;
}

/** Newest first. A page ends, full or not, where READ_MAX incidents were looked through; the next goes on there. */
export async function listIncidents(
  context: Context,
  holder: Holder,
  query: IncidentQuery,
): Promise<Page<IncidentShown>> {
  const size = pageSize(query.limit);
  const view = incidentView(holder, context.city, membersNow(context.city));
  const wanted = matcher(context, holder, query, view);
  const open = new Map(context.city.incidents.open().map((one) => [one.id, one]));
  let before =
    query.cursor === undefined ? Infinity : Number(readCursor('incidents', query.cursor, ['number'])[0]);
  const found: Incident[] = [];
  let readTo: number | null = null;
  const take = async (one: Incident): Promise<void> => {
    if (one.number < before && (await wanted(one))) found.push(one);
  };
  if (query.state !== 'all') {
    for (const one of [...open.values()].sort((a, b) => b.number - a.number)) await take(one);
  } else {
    // The ledger follows the engine by a moment: the newest may be in the engine alone.
    const newest = await context.ledger.incidents({ limit: 1 });
    const known = newest[0]?.number ?? 0;
    for (const one of [...open.values()].sort((a, b) => b.number - a.number))
      if (one.number > known) await take(one);
    before = Math.min(before, known + 1);
    for (let read = 0; found.length <= size; read += READ_AT_ONCE) {
      if (read >= READ_MAX) {
        readTo = before;
        break;
      }
      const kept = await context.ledger.incidents({ before, limit: READ_AT_ONCE });
      for (const one of kept) await take(open.get(one.id) ?? one);
      const last = kept.at(-1);
      if (last === undefined || kept.length < READ_AT_ONCE) break;
      before = last.number;
    }
  }
  const items = found.slice(0, size);
  const end = found.length > size ? (items.at(-1)?.number ?? null) : readTo;
  return { items: items.map(view.shown), next: end === null ? null : writeCursor('incidents', [end]) };
}

type Wanted = Pick<IncidentQuery, 'area' | 'lifeline' | 'facility'>;

/** By the places that are this person's to know of; where an incident lists but part of them, by its alarms. */
function matcher(
  context: Context,
  holder: Holder,
  wanted: Wanted,
  view: IncidentView,
): (incident: Incident) => boolean | Promise<boolean> {
  const registry = context.city.registry();
  const { area, lifeline, facility } = wanted;
  const areas = area === undefined ? null : withDescendants([area], registry);
  const named = area !== undefined || lifeline !== undefined || facility !== undefined;
  const listed = (incident: Incident): boolean => {
    if (!named) return view.sees(incident);
    const own = view.facilities(incident);
    const places = own.map((id) => registry.facilities.get(id));
    return (
      (facility === undefined || own.includes(facility)) &&
      (areas === null || places.some((place) => areas.includes(place?.area ?? ''))) &&
      (lifeline === undefined || places.some((place) => place?.lifeline === lifeline)) &&
      view.sees(incident)
    );
  };
  return (incident) => listed(incident) || reaches(context, holder, incident, wanted);
}

/** Whether an incident that lists but part of its places has an alarm that this person sees, there. */
async function reaches(
  context: Context,
  holder: Holder,
  incident: Incident,
  { area, lifeline, facility }: Wanted,
): Promise<boolean> {
  if (!listsInPart(incident)) return false;
  const { items } = await listAlarms(context, holder, {
    ...(area === undefined ? {} : { area }),
    ...(lifeline === undefined ? {} : { lifeline }),
    ...(facility === undefined ? {} : { facility }),
    ...{ state: 'all', incident: incident.id, limit: '1' },
  });
  return items.length > 0;
}
