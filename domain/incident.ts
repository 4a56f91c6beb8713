/**
 * Alarms that belong together: one cause and its symptoms, or what happens at one place at one time. And the flood: more
 * alarms than a person can take in. Both only say how alarms are presented; an alarm's own state is never changed by them.
 */
import type { Explanation } from './alarm.ts';
import type { Colour } from './colour.ts';
import type { Timestamp } from './time.ts';

/** `cause` explains others, `symptom` is explained by one, `related` stands at the same place at the same time. */
export type IncidentRole = 'cause' | 'symptom' | 'related';

/** The place of one alarm in its incident, as the alarm carries it. */
export type AlarmIncident = {
  readonly id: string;
  readonly role: IncidentRole;
  /** Of a symptom: id of the alarm that explains it. */
  readonly by: string | null;
  /** Why it is in this incident; null for the alarm that the incident began with. */
  readonly why: Explanation | null;
  /** It would have rung and did not, because its cause has rung. It rings when the cause is over and it is not. */
  readonly folded: boolean;
};

/** An incident as it stands. Counts are of open alarms, but for `members`. */
export type Incident = {
  readonly id: string;
  /** For people; counts from 1 in this city. */
  readonly number: number;
  readonly revision: number;
  readonly state: 'open' | 'closed';
  readonly openedAt: Timestamp;
  readonly closedAt: Timestamp | null;
  /** Id of the alarm that explains the others; null when none is known. */
  readonly cause: string | null;
  /** 首发: id of the alarm whose onset was first by device time, and that onset. */
  readonly firstOut: string;
  readonly firstOutAt: Timestamp;
  /** Worst among the open ones (when closed: of the last), and ever. */
  readonly colour: Colour;
  readonly highestColour: Colour;
  /** Alarms that ever joined. */
  readonly members: number;
  readonly open: number;
  readonly active: number;
  readonly unacknowledged: number;
  /** What a person has to look at: open alarms that no other explains. */
  readonly causes: number;
  readonly symptoms: number;
  readonly folded: number;
  /** Points that fell silent with an absent gateway. */
  readonly silentPoints: number;
  readonly colours: Readonly<Record<Colour, number>>;
  readonly areas: Readonly<Record<string, number>>;
  readonly lifelines: Readonly<Record<string, number>>;
  /** Where its alarms ever were, in order of joining; at most INCIDENT_PLACES_MAX of each. */
  readonly facilities: readonly string[];
  readonly gateways: readonly string[];
};

/** As one person sees it: totals of the whole, places and named alarms only those that are theirs to know of. */
export type IncidentShown = Omit<Incident, 'firstOut'> & { readonly firstOut: string | null };

export const INCIDENT_PLACES_MAX = 100;

/** An incident opened, changed or closed; `incident` is it afterwards. */
export type IncidentEvent = {
  readonly kind: 'incident';
  readonly at: Timestamp;
  readonly incident: Incident;
  /** Alarms whose place in it changed without an event of their own; they carry it from here on. */
  readonly placed: readonly { readonly alarm: string; readonly incident: AlarmIncident }[];
};

/** More than this many rings in FLOOD_WINDOW_MS are a flood (ISA-18.2), which lasts until fewer than FLOOD_ENDS_BELOW. */
export const FLOOD_BEGINS_ABOVE = 10;
export const FLOOD_ENDS_BELOW = 5;
export const FLOOD_WINDOW_MS = 600_000;

export type Flood = {
  readonly active: boolean;
  /** Of the present flood, else of the last; both null before the first. */
  readonly since: Timestamp | null;
  readonly endedAt: Timestamp | null;
  /** Rings since the flood began, those that made it one included. */
  readonly rings: number;
  /** Most rings in any ten minutes of it. */
  readonly peak: number;
};

/** A flood began or ended. */
export type FloodEvent = { readonly kind: 'flood'; readonly at: Timestamp; readonly flood: Flood };
