/** A flood for the console's tests: an absent gateway and what it explains. */
import type { AlarmIncident } from '#domain/incident.ts';
import type { IncidentsMessage } from '#domain/contract/socket.ts';
import type { MockCity } from './mock-city.ts';

/**
 * 100 alarms in one burst: incident 12 (a cause, and 39 symptoms of which 30 are folded), incident 13 (20 more), the rest
 * alone. Ids are `al-0` … `al-99`; the cause is `al-0`, red.
 */
export function raiseFlood(city: MockCity): void {
  for (let i = 0; i < 100; i++) {
    const colour = i === 0 ? 'red' : i < 10 || i % 7 === 0 ? 'orange' : i % 2 === 0 ? 'yellow' : 'blue';
    const incident = i < 60 ? placeOf(i) : undefined;
    city.raise(i, colour, incident === undefined ? {} : { incident });
  }
  city.tellIncidents(floodOf(city.now()));
}

function placeOf(number: number): AlarmIncident {
  const [id, cause] = number < 40 ? ['in-12', 'al-0'] : ['in-13', 'al-40'];
  const first = number === 0 || number === 40;
  return {
    id,
    role: first ? 'cause' : 'symptom',
    by: first ? null : cause,
    why: first ? null : { code: 'incident-gateway', params: { gateway: 'GW-1' } },
    folded: number >= 10 && number < 40,
  };
}

const floodOf = (now: number): IncidentsMessage => ({
  incidents: [incidentOf('in-12', 12, 'al-0', 40, now), incidentOf('in-13', 13, 'al-40', 20, now)],
  flood: { active: true, since: now - 60_000, endedAt: null, rings: 70, peak: 70 },
  perMinute: [0, 0, 0, 0, 0, 0, 0, 0, 0, 70],
});

const incidentOf = (id: string, number: number, cause: string, members: number, now: number) => ({
  id,
  number,
  revision: 1,
  state: 'open' as const,
  openedAt: now,
  closedAt: null,
  cause,
  firstOut: cause,
  firstOutAt: now,
  colour: 'red' as const,
  highestColour: 'red' as const,
  members,
  open: members,
  active: members,
  unacknowledged: members,
  causes: 1,
  symptoms: members - 1,
  folded: number === 12 ? 30 : 0,
  silentPoints: number === 12 ? 4 : 0,
  colours: { blue: 0, yellow: 0, orange: members - 1, red: 1 },
  areas: {},
  lifelines: {},
  facilities: [],
  gateways: ['GW-1'],
});
