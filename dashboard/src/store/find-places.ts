/** What the search field finds beside alarms: facilities, owner units, incidents by number. */
import type { IncidentShown } from '#domain/incident.ts';
import type { Facility, Organisation } from '#domain/registry.ts';

export type Found = {
  readonly kind: 'facility' | 'organisation' | 'incident';
  readonly id: string;
  readonly name: string;
  /** Code, or phone number. */
  readonly detail: string;
};

export type FindSources = {
  readonly facilities: ReadonlyMap<string, Facility>;
  readonly organisations: ReadonlyMap<string, Organisation>;
  readonly incidents: ReadonlyMap<string, IncidentShown>;
  initials(name: string): readonly string[];
};

const FOUND_MAX = { facility: 5, organisation: 3, incident: 2 } as const;

/** At most ten; a facility by name, id, code or initials, a unit also by digits of its phone, an incident by its number. */
export function findPlaces(text: string, sources: FindSources): Found[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  const within = (...parts: (string | undefined)[]): boolean =>
    parts.some((part) => part?.toLowerCase().includes(wanted) === true);
  const number = /^#?(\d+)$/.exec(wanted)?.[1];
  const digits = /^[\d\s-]{3,}$/.test(wanted) ? wanted.replace(/\D/g, '') : null;
  const found: Found[] = [];
  const room = (kind: Found['kind']): boolean =>
    found.filter((one) => one.kind === kind).length < FOUND_MAX[kind];

  for (const { id, number: own } of sources.incidents.values()) {
    if (String(own) === number && room('incident'))
      found.push({ kind: 'incident', id, name: String(own), detail: '' });
  }
  for (const { id, name, dutyPhone } of sources.organisations.values()) {
    if (!room('organisation')) break;
    const called = digits !== null && dutyPhone.replace(/\D/g, '').includes(digits);
    if (called || within(name, id, ...sources.initials(name)))
      found.push({ kind: 'organisation', id, name, detail: dutyPhone });
  }
  for (const { id, name, code } of sources.facilities.values()) {
    if (!room('facility')) break;
    if (within(name, id, code, ...sources.initials(name)))
      found.push({ kind: 'facility', id, name, detail: code ?? id });
  }
  return found;
}
