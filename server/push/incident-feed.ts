/**
 * Incidents and the flood for consoles: the whole picture when a console comes, then at most once a second what changed,
 * each as it stands. During a flood its rate comes every ten seconds.
 */
import type { IncidentMessage, IncidentsMessage } from '#domain/contract/socket.ts';
import type { Incident } from '#domain/incident.ts';
import type { CityPort } from '../ports.ts';
import { seesAlarm, seesIncident } from '../rights.ts';
import type { Audience } from './audience.ts';
import type { ConsoleServer, ConsoleSocket } from './console-push.ts';

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
  io: ConsoleServer,
  city: CityPort,
  audiences: ReadonlyMap<string, Audience>,
): IncidentFeed {
  const { incidents } = city;
  const changed = new Map<string, Incident>();
  const placed = new Map<string, Set<string>>();
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
  const picture = ({ holder }: Audience): IncidentsMessage => ({
    incidents: incidents.open().filter((one) => seesIncident(holder, city.registry(), one)),
    ...flood(),
  });
  const messageOf = ({ holder }: Audience, incident: Incident): IncidentMessage => ({
    incident,
    // As the alarms carry it now: whatever changed it meanwhile is in it.
    placed: [...(placed.get(incident.id) ?? [])].flatMap((id) => {
      const alarm = city.alarm(id);
      if (alarm?.incident === undefined || !seesAlarm(holder, city.registry(), alarm)) return [];
      return [{ alarm: id, incident: alarm.incident }];
    }),
  });

  function tell(audience: Audience): void {
    const room = io.to(audience.room);
    if (changed.size > CHANGED_MAX) {
      room.emit('incidents', picture(audience));
      return;
    }
    for (const incident of changed.values())
      if (seesIncident(audience.holder, city.registry(), incident))
        room.emit('incident', messageOf(audience, incident));
  }

  return {
    flush() {
      flushes += 1;
      const floodDue = floodChanged || (incidents.flood().active && flushes % FLOOD_EVERY_FLUSHES === 0);
      for (const audience of audiences.values()) {
        if (changed.size > 0) tell(audience);
        if (floodDue) io.to(audience.room).emit('flood', flood());
      }
      changed.clear();
      placed.clear();
      floodChanged = false;
    },
    welcome: (socket, audience) => void socket.emit('incidents', picture(audience)),
  };
}
