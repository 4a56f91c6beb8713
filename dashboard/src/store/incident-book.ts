/** Open incidents and the flood, as the server last told them. */
import type { Flood, IncidentShown } from '#domain/incident.ts';
import type { FloodMessage, IncidentMessage, IncidentsMessage } from '#domain/contract/socket.ts';
import { keepAlarm, type AlarmBook } from './alarm-book.ts';

export type IncidentBook = {
  readonly open: ReadonlyMap<string, IncidentShown>;
  readonly flood: Flood;
  /** Rings of each of the last minutes, oldest first. */
  readonly perMinute: readonly number[];
  /** The server has told them at least once. */
  readonly known: boolean;
};

export const NO_INCIDENTS: IncidentBook = {
  open: new Map(),
  flood: { active: false, since: null, endedAt: null, rings: 0, peak: 0 },
  perMinute: [],
  known: false,
};

export const applyIncidents = (message: IncidentsMessage): IncidentBook => ({
  open: new Map(message.incidents.map((one) => [one.id, one])),
  flood: message.flood,
  perMinute: message.perMinute,
  known: true,
});

/** Whether incidents changed unseen: alarms may have been placed anew without an event of their own. */
export const changedUnseen = (before: IncidentBook, now: IncidentBook): boolean =>
  before.known &&
  [...now.open.values()].some(({ id, revision }) => before.open.get(id)?.revision !== revision);

/** The incident as it stands now; alarms placed with it carry it from here on. */
export function applyIncident(
  incidents: IncidentBook,
  book: AlarmBook,
  message: IncidentMessage,
): IncidentBook {
  const open = new Map(incidents.open);
  if (message.incident.state === 'closed') open.delete(message.incident.id);
  else open.set(message.incident.id, message.incident);
  for (const { alarm: id, incident } of message.placed) {
    const alarm = book.open.get(id);
    if (alarm !== undefined) keepAlarm(book, { ...alarm, incident });
  }
  return { ...incidents, open };
}

export const applyFlood = (incidents: IncidentBook, { flood, perMinute }: FloodMessage): IncidentBook => ({
  ...incidents,
  flood,
  perMinute,
});

/** Rings of the last ten minutes. */
export const ringsNow = ({ perMinute }: IncidentBook): number => perMinute.reduce((sum, n) => sum + n, 0);
