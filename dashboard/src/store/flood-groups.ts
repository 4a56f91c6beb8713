/** Many alarms as few groups: one an incident, and what stands alone by district. The worst that nobody has taken come first. */
import type { Alarm } from '#domain/alarm.ts';
import { COLOURS, colourRank, worseColour, type Colour } from '#domain/colour.ts';
import type { IncidentShown } from '#domain/incident.ts';
import { compareAlarms, isWaiting, tabOf } from './alarm-order.ts';
import { matches, NONE, type Compared, type Filter } from './filter.ts';

/** More groups than these nobody reads; the rest is counted. */
export const GROUPS_MAX = 20;

export type FloodGroup = {
  /** Incident id, or `area/` and the district's. */
  readonly key: string;
  readonly incident: IncidentShown | null;
  /** District of alarms that stand alone; NONE for those of none. */
  readonly area: string | null;
  /** First-out and cause first, then as the list orders them. */
  readonly alarms: readonly Alarm[];
  readonly waiting: number;
  readonly folded: number;
  /** Of those that wait, else of all. */
  readonly highest: Colour;
  readonly colours: Readonly<Record<Colour, number>>;
};
export type FloodGroups = { readonly groups: readonly FloodGroup[]; readonly more: number };

/** Mild colours are counted in a group and shown when asked for. */
export const isMuted = (alarm: Alarm): boolean => colourRank(alarm.highestColour) < colourRank('orange');

export function floodGroups(
  open: Iterable<Alarm>,
  incidents: ReadonlyMap<string, IncidentShown>,
  filter: Filter,
  by: Compared,
): FloodGroups {
  const members = new Map<string, Alarm[]>();
  for (const alarm of open) {
    const tab = tabOf(alarm);
    if (tab === null || tab === 'suppressed' || !matches(filter, alarm, by)) continue;
    const known = alarm.incident !== undefined && incidents.has(alarm.incident.id);
    const key = known ? (alarm.incident?.id ?? '') : `${ALONE}${by.districtOf(alarm.area) ?? NONE}`;
    const group = members.get(key);
    if (group === undefined) members.set(key, [alarm]);
    else group.push(alarm);
  }
  const groups = [...members].map(([key, alarms]) => groupOf(key, alarms, incidents.get(key) ?? null));
  groups.sort(worstFirst);
  return { groups: groups.slice(0, GROUPS_MAX), more: Math.max(0, groups.length - GROUPS_MAX) };
}

const ALONE = 'area/';

function groupOf(key: string, members: Alarm[], incident: IncidentShown | null): FloodGroup {
  const colours = { blue: 0, yellow: 0, orange: 0, red: 0 };
  let [waiting, folded] = [0, 0];
  for (const alarm of members) {
    colours[alarm.highestColour]++;
    if (isWaiting(alarm)) waiting++;
    if (alarm.incident?.folded === true) folded++;
  }
  const owed = members.filter(isWaiting);
  const highest = (owed.length > 0 ? owed : members).reduce<Colour>(
    (worst, alarm) => worseColour(worst, alarm.highestColour),
    COLOURS[0],
  );
  const lead = ({ id }: Alarm): number => (id === incident?.cause ? 0 : id === incident?.firstOut ? 1 : 2);
  const alarms = members.sort((a, b) => lead(a) - lead(b) || compareAlarms(a, b));
  const area = key.startsWith(ALONE) ? key.slice(ALONE.length) : null;
  return { key, incident, area, alarms, waiting, folded, highest, colours };
}

const worstFirst = (a: FloodGroup, b: FloodGroup): number =>
  Number(b.waiting > 0) - Number(a.waiting > 0) ||
  colourRank(b.highest) - colourRank(a.highest) ||
  b.waiting - a.waiting ||
  b.alarms.length - a.alarms.length ||
  (a.key < b.key ? -1 : 1);
