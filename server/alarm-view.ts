/** An alarm as the API and the socket answer with it, on every way alike. */
import type { Alarm } from '#domain/alarm.ts';
import type { AlarmIncident } from '#domain/incident.ts';
import { isaState, type IsaState } from '#domain/isa-state.ts';
import type { CityPort } from './ports.ts';
import { inScope, isUnrestricted, placeOfFacility, seesAlarm, type Holder } from './rights.ts';

export type AlarmView = Alarm & { readonly isaState: IsaState };
export type AlarmViewer = (alarm: Alarm) => AlarmView;

/** Alarms as one person may see them, with their letter of ISA-18.2. `holder.scope` must be effective. */
export const alarmViewer =
  (holder: Holder, city: CityPort): AlarmViewer =>
  (alarm) => ({
    ...alarm,
    isaState: isaState(alarm),
    ...(alarm.incident === undefined ? {} : { incident: placeShown(holder, city, alarm.incident) }),
  });

/**
 * The place of an alarm in its incident. What explains it may stand in an area that is not the person's: then neither the
 * alarm nor the reason, which names its place, is told. One that is over and forgotten is nobody's any more.
 */
export function placeShown(holder: Holder, city: CityPort, place: AlarmIncident): AlarmIncident {
  const { by, why } = place;
  if (isUnrestricted(holder.scope) || (by === null && why === null)) return place;
  const registry = city.registry();
  const cause = by === null ? undefined : city.alarm(by);
  const facility = why?.params['facility'];
  const isTheirs =
    (by === null || (cause !== undefined && seesAlarm(holder, registry, cause))) &&
    (typeof facility !== 'string' || inScope(holder, placeOfFacility(registry, facility)));
  return isTheirs ? place : { ...place, by: null, why: null };
}

/** What the engine answered an order with: an alarm is shown like any other. */
export const viewOfAnswer = (body: unknown, view: AlarmViewer): unknown =>
  isAlarm(body) ? view(body) : body;

/** The engine's word is taken for the rest. */
export const isAlarm = (body: unknown): body is Alarm =>
  typeof body === 'object' && body !== null && 'id' in body && 'suppressions' in body && 'latched' in body;
