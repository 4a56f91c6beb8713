/** What a console shows of a flood: open alarms by incident, lifeline and area instead of a list nobody can read. */
import type { Alarm } from '#domain/alarm.ts';
import { COLOURS, type Colour, colourRank } from '#domain/colour.ts';
import type { IncidentShown } from '#domain/incident.ts';

/** Groups shown of each kind, the worst first. */
const GROUPS_SHOWN = 20;

export type AlarmCounts = {
  readonly open: number;
  readonly unacknowledged: number;
  /** Folded under a cause: they did not ring. */
  readonly folded: number;
  readonly colour: Colour;
  readonly colours: Readonly<Record<Colour, number>>;
};
export type IncidentGroup = AlarmCounts &
  Pick<IncidentShown, 'id' | 'number' | 'cause' | 'firstOut' | 'firstOutAt' | 'openedAt'>;
export type PlaceGroup = AlarmCounts & { readonly id: string };

export type FloodPicture = {
  readonly open: number;
  readonly incidents: readonly IncidentGroup[];
  /** Incidents beyond those shown. */
  readonly moreIncidents: number;
  /** Open alarms of no incident. */
  readonly alone: number;
  readonly lifelines: readonly PlaceGroup[];
  readonly areas: readonly PlaceGroup[];
};

/** `alarms` and `incidents` are those that are open and that the viewer may see. */
export function floodPicture(alarms: readonly Alarm[], incidents: readonly IncidentShown[]): FloodPicture {
  const known = new Map(incidents.map((one) => [one.id, one]));
  const byIncident = groupedBy(alarms, ({ incident }) => incident?.id ?? null);
  const groups = [...byIncident].flatMap(([id, members]) => {
    const incident = known.get(id);
    if (incident === undefined) return [];
    const { number, cause, firstOut, firstOutAt, openedAt } = incident;
    return [{ id, number, cause, firstOut, firstOutAt, openedAt, ...countsOf(members) }];
  });
  groups.sort((a, b) => worstFirst(a, b) || b.number - a.number);
  return {
    open: alarms.length,
    incidents: groups.slice(0, GROUPS_SHOWN),
    moreIncidents: Math.max(0, groups.length - GROUPS_SHOWN),
    alone: alarms.filter(({ incident }) => incident === undefined).length,
    lifelines: placesOf(groupedBy(alarms, ({ lifeline }) => lifeline)),
    areas: placesOf(groupedBy(alarms, ({ area }) => area)),
  };
}

function groupedBy(
  alarms: readonly Alarm[],
  keyOf: (alarm: Alarm) => string | null,
): ReadonlyMap<string, readonly Alarm[]> {
  const groups = new Map<string, Alarm[]>();
  for (const alarm of alarms) {
    const key = keyOf(alarm);
    if (key === null) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [alarm]);
    else group.push(alarm);
  }
  return groups;
}

function placesOf(groups: ReadonlyMap<string, readonly Alarm[]>): PlaceGroup[] {
  const places = [...groups].map(([id, alarms]) => ({ id, ...countsOf(alarms) }));
  return places.sort((a, b) => worstFirst(a, b) || (a.id < b.id ? -1 : 1)).slice(0, GROUPS_SHOWN);
}

function countsOf(alarms: readonly Alarm[]): AlarmCounts {
  const colours = { blue: 0, yellow: 0, orange: 0, red: 0 };
  let [unacknowledged, folded] = [0, 0];
  for (const alarm of alarms) {
    colours[alarm.colour] += 1;
    if (alarm.state !== 'acknowledged') unacknowledged += 1;
    if (alarm.incident?.folded === true) folded += 1;
  }
  const colour = COLOURS.findLast((one) => colours[one] > 0) ?? 'blue';
  return { open: alarms.length, unacknowledged, folded, colour, colours };
}

const worstFirst = (a: AlarmCounts, b: AlarmCounts): number =>
  colourRank(b.colour) - colourRank(a.colour) || b.unacknowledged - a.unacknowledged || b.open - a.open;
