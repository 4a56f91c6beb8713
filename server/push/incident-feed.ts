/**
 * Incidents and the flood for consoles: the whole picture when a console comes, then at most once a second what changed,
 * each as it stands. During a flood its rate comes every ten seconds.
 */
import type { IncidentMessage, IncidentsMessage } from '#domain/contract/socket.ts';
import type { Incident } from '#domain/incident.ts';
import type { CityPort } from '../ports.ts';
import { placeShown } from '../alarm-view.ts';
import { incidentView, membersNow, type IncidentView } from '../incident-view.ts';
import { seesAlarm } from '../rights.ts';
import type { Audience } from './audience.ts';
import type { ConsoleSocket } from './console-push.ts';
import type { Delivery } from './delivery.ts';

/** Beyond this many changed at once, the whole picture is shorter. */
const CHANGED_MAX = 100;
const FLOOD_EVERY_FLUSHES = 10;
const MINUTES_SHOWN = 10;

export type IncidentFeed = {
  /** Sends what has changed since the last time. */
  flush(): void;
  /** This console has come, or what it may see is another now. */
  welcome(socket: ConsoleSocket, audience: Audience): void;
};

export function createIncidentFeed(
  delivery: Delivery,
  city: CityPort,
  audiences: ReadonlyMap<string, Audience>,
): IncidentFeed {
  const { incidents } = city;
  const changed = new Map<string, Incident>();
  const placed = new Map<string, Set<string>>();
  /** Open incidents that each room was told of. */
  const told = new Map<string, Set<string>>();
  let floodChanged = false;
  let flushes = 0;
  incidents.onChange((event) => {
    if (event.kind === 'flood') {
      floodChanged = true;
      return;
    }
    const { id } = event.incident;
    changed.set(id, event.incident);
    const alarms = placed.get(id) ?? new Set();
    for (const { alarm } of event.placed) alarms.add(alarm);
    placed.set(id, alarms);
  });

  const flood = () => ({
    flood: incidents.flood(),
    perMinute: incidents.ringsPerMinute(MINUTES_SHOWN),
  });
  const picture = ({ room }: Audience, view: IncidentView): IncidentsMessage => {
    const seen = incidents.open().filter(view.sees);
    const before = told.get(room);
    told.set(room, new Set([...(before ?? []), ...seen.map(({ id }) => id)]));
    return { incidents: seen.map(view.shown), ...flood() };
  };
  const messageOf = ({ holder }: Audience, view: IncidentView, incident: Incident): IncidentMessage => ({
    incident: view.shown(incident),
    // As the alarms carry it now: whatever changed it meanwhile is in it.
    placed: [...(placed.get(incident.id) ?? [])].flatMap((id) => {
      const alarm = city.alarm(id);
      if (alarm?.incident === undefined || !seesAlarm(holder, city.registry(), alarm)) return [];
      return [{ alarm: id, incident: placeShown(holder, city, alarm.incident) }];
    }),
  });

  function tell(audience: Audience, view: IncidentView): void {
    if (changed.size > CHANGED_MAX) {
      told.delete(audience.room);
      const all = picture(audience, view);
      delivery.to(audience.room, (to) => to.emit('incidents', all));
      return;
    }
    const before = told.get(audience.room) ?? new Set();
    told.set(audience.room, before);
    for (const incident of changed.values()) {
      const { id, state } = incident;
      // Once shown, its changes and its end are told, though the alarm by which they saw it is over.
      if (!before.has(id) && !view.sees(incident)) continue;
      const message = messageOf(audience, view, incident);
      delivery.to(audience.room, (to) => to.emit('incident', message));
      if (state === 'closed') before.delete(id);
      else before.add(id);
    }
  }

  return {
    flush() {
      flushes += 1;
      const floodDue = floodChanged || (incidents.flood().active && flushes % FLOOD_EVERY_FLUSHES === 0);
      const members = changed.size > 0 ? membersNow(city) : null;
      for (const audience of audiences.values()) {
        if (members !== null) tell(audience, incidentView(audience.holder, city, members));
        if (!floodDue) continue;
        const now = flood();
        delivery.to(audience.room, (to) => to.emit('flood', now));
      }
      const rooms = new Set([...audiences.values()].map(({ room }) => room));
      for (const room of told.keys()) if (!rooms.has(room)) told.delete(room);
      changed.clear();
      placed.clear();
      floodChanged = false;
    },
    welcome(socket, audience) {
      const view = incidentView(audience.holder, city, membersNow(city));
      socket.emit('incidents', picture(audience, view));
    },
  };
}
