/** Keeps incidents and flood as the socket tells them, and places alarms in them. */
import { shallowRef, type ShallowRef } from 'vue';
import type { AlarmBook } from '../store/alarm-book.ts';
import {
  applyFlood,
  applyIncident,
  applyIncidents,
  changedUnseen,
  NO_INCIDENTS,
  type IncidentBook,
} from '../store/incident-book.ts';
import type { LiveHandlers } from './socket.ts';

export type IncidentFeed = {
  readonly incidents: ShallowRef<IncidentBook>;
  readonly handlers: Pick<LiveHandlers, 'incidents' | 'incident' | 'flood'>;
};

/** `resync` asks for a fresh snapshot: after a break, alarms may stand in other incidents than they say. */
export function createIncidentFeed(book: AlarmBook, resync: () => void, changed: () => void): IncidentFeed {
  const incidents = shallowRef<IncidentBook>(NO_INCIDENTS);
  const become = (next: IncidentBook): void => {
    incidents.value = next;
    changed();
  };
  return {
    incidents,
    handlers: {
      incidents(message) {
        const before = incidents.value;
        become(applyIncidents(message));
        if (changedUnseen(before, incidents.value)) resync();
      },
      incident: (message) => become(applyIncident(incidents.value, book, message)),
      flood: (message) => become(applyFlood(incidents.value, message)),
    },
  };
}
