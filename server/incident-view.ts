/**
 * Incidents as one person may see them. An incident joins alarms across the borders of areas and owners: somebody who
 * sees one of its alarms sees the incident, with its totals, and of its places and named alarms only their own.
 */
import { type Alarm, isOpen } from '#domain/alarm.ts';
import { type Incident, INCIDENT_PLACES_MAX, type IncidentShown } from '#domain/incident.ts';
import type { CityPort } from './ports.ts';
import {
  can,
  inScope,
  isUnrestricted,
  placeOfFacility,
  seesAlarm,
  seesGateway,
  type Holder,
} from './rights.ts';

export type IncidentView = {
  /** By its open alarms, and by the places it lists. */
  readonly sees: (incident: Incident) => boolean;
  /** Of those places, the ones that are the person's to know of. */
  readonly facilities: (incident: Incident) => readonly string[];
  readonly shown: (incident: Incident) => IncidentShown;
};

/** Open alarms by incident, as they are now. */
export function membersNow(city: CityPort): ReadonlyMap<string, readonly Alarm[]> {
  const members = new Map<string, Alarm[]>();
  for (const alarm of city.openAlarms()) {
    if (alarm.incident === undefined || !isOpen(alarm)) continue;
    const known = members.get(alarm.incident.id);
    if (known === undefined) members.set(alarm.incident.id, [alarm]);
    else known.push(alarm);
  }
  return members;
}

/** `holder.scope` must be effective. */
export function incidentView(
  holder: Holder,
  city: CityPort,
  members: ReadonlyMap<string, readonly Alarm[]>,
): IncidentView {
  const registry = city.registry();
  const all = isUnrestricted(holder.scope);
  const own = ({ id }: Incident): readonly Alarm[] =>
    (members.get(id) ?? []).filter((alarm) => seesAlarm(holder, registry, alarm));
  const facilities = ({ facilities: listed }: Incident): readonly string[] =>
    all ? listed : listed.filter((id) => inScope(holder, placeOfFacility(registry, id)));
  const gateways = ({ gateways: listed }: Incident): readonly string[] =>
    all ? listed : listed.filter((id) => seesGateway(holder, registry, id));

  function shown(incident: Incident): IncidentShown {
    if (all) return incident;
    const places = { facilities: facilities(incident), gateways: gateways(incident) };
    const listed = incident.facilities.length + incident.gateways.length;
    const theirs = places.facilities.length + places.gateways.length;
    if (listed > 0 && theirs === listed && !listsInPart(incident)) return incident;
    // The engine forgets alarms that are over: whose they were is not known, so that they are not named.
    const named = (id: string): string | null => {
      const alarm = city.alarm(id);
      return alarm !== undefined && seesAlarm(holder, registry, alarm) ? id : null;
    };
    const alarms = own(incident);
    return {
      ...incident,
      ...places,
      cause: incident.cause === null ? null : named(incident.cause),
      firstOut: named(incident.firstOut),
      areas: countBy(alarms, ({ area }) => area),
      lifelines: countBy(alarms, ({ lifeline }) => lifeline),
    };
  }

  return {
    sees: (incident) =>
      can(holder, 'read-alarms') &&
      (all || facilities(incident).length > 0 || gateways(incident).length > 0 || own(incident).length > 0),
    facilities,
    shown,
  };
}

/** True when it may reach further than its lists of places, which end at INCIDENT_PLACES_MAX. */
export const listsInPart = ({ facilities, gateways }: Incident): boolean =>
  facilities.length >= INCIDENT_PLACES_MAX || gateways.length >= INCIDENT_PLACES_MAX;

function countBy(alarms: readonly Alarm[], keyOf: (alarm: Alarm) => string | null): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const alarm of alarms) {
    const key = keyOf(alarm);
    if (key !== null) counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}
