/**
 * What the engine remembers of incidents and of the flood. Which alarms are members stands on the alarms themselves;
 * the index and the graph are derived and rebuilt after a restart, and every choice among their entries is by order of
 * onset and id, never by order of arrival in them.
 */
import { type Alarm, isOpen } from '#domain/alarm.ts';
import { COLOURS } from '#domain/colour.ts';
import type { Flood, FloodEvent, Incident, IncidentEvent } from '#domain/incident.ts';
import { PagedArray } from '#domain/paged-array.ts';
import type { EngineTime, Timestamp } from '#domain/time.ts';
import { type ParentPlace, PLACES } from '../suppression-rules.ts';
import type { FacilityGraph } from './graph.ts';
import { LAWS, SILENT } from './laws.ts';

type Writable<T> = {
  -readonly [K in keyof T]: T[K] extends readonly string[]
    ? string[]
    : T[K] extends Readonly<Record<string, number>>
      ? { -readonly [P in keyof T[K]]: T[K][P] }
      : T[K];
};

export type IncidentRecord = Writable<Omit<Incident, 'cause' | 'causes'>> & {
  /** Worst colour it has rung at, as a rank; -1 while nobody has been told of it. */
  rungRank: number;
  /**
   * Members that explain others, since when each is over or tells nobody (null while it holds), and for how long in all
   * it was so before, ms.
   */
  explaining: { readonly alarm: string; overSince: EngineTime | null; overMs: number }[];
  /** Rules of its alarms, and the latest onset among them: what may still join it. */
  rules: string[];
  lastOnsetAt: Timestamp;
  /** When folded symptoms of a cause that is over are looked at; Infinity = no need. */
  reviewAt: EngineTime;
};

export type IncidentSlot = { incident: IncidentRecord | null };

/** Rings of one second: when the first came on both clocks, and how many. */
export type Rings = { readonly at: EngineTime; readonly wall: Timestamp; count: number };

export type FloodRecord = Writable<Flood> & {
  /** Of the last ten minutes, oldest first. */
  recent: Rings[];
  wake: EngineTime;
};

export type Placed = IncidentEvent['placed'][number];

export type IncidentsState = {
  readonly slots: PagedArray<IncidentSlot>;
  /** Number of the last incident. */
  count: number;
  flood: FloodRecord;
  /** Derived. */
  readonly index: {
    readonly slotOf: Map<string, number>;
    readonly free: Set<number>;
    /** Ids of open incidents by facility. */
    readonly at: Map<string, Set<string>>;
    /** Ids of open alarms: by incident; of no incident by facility; by facility and rule where a law knows the rule. */
    readonly members: Map<string, Set<string>>;
    readonly alone: Map<string, Set<string>>;
    readonly lawful: Map<string, Set<string>>;
    /** Of sensors not heard of, by gateway; and those of them that nothing explains. */
    readonly silent: Map<string, Set<string>>;
    readonly leading: Map<string, Set<string>>;
    /** By point, device, facility and gateway: what suppresses by design there is asked for all of them. */
    readonly placed: Map<string, Set<string>>;
  };
  graph: FacilityGraph | null;
  /** Within one step: slots to be told of, with alarms whose place changed without an event of their own. */
  readonly changed: Map<number, Placed[]>;
  floodChanged: boolean;
};

/** Where changes of incidents and of the flood go. */
export type IncidentSink = (event: IncidentEvent | FloodEvent) => void;

export const createIncidents = (): IncidentsState => ({
  slots: new PagedArray(),
  count: 0,
  flood: {
    active: false,
    since: null,
    endedAt: null,
    rings: 0,
    peak: 0,
    recent: [],
    wake: Infinity,
  },
  index: {
    slotOf: new Map(),
    free: new Set(),
    at: new Map(),
    members: new Map(),
    alone: new Map(),
    lawful: new Map(),
    silent: new Map(),
    leading: new Map(),
    placed: new Map(),
  },
  graph: null,
  changed: new Map(),
  floodChanged: false,
});

/** The open incident of that id, for reading. */
export function incidentOf(state: IncidentsState, id: string | undefined): IncidentRecord | undefined {
  const slot = id === undefined ? undefined : state.index.slotOf.get(id);
  return slot === undefined ? undefined : (state.slots.get(slot)?.incident ?? undefined);
}

/** The open incident of that id, about to change: it will be told of at the end of the step. */
export function changing(state: IncidentsState, id: string): IncidentRecord | undefined {
  const slot = state.index.slotOf.get(id);
  if (slot === undefined) return undefined;
  if (!state.changed.has(slot)) state.changed.set(slot, []);
  return state.slots.forWrite(slot).incident ?? undefined;
}

/** Puts a new incident into the lowest free place. */
export function addIncident(state: IncidentsState, record: IncidentRecord): void {
  let slot = state.slots.length;
  for (const free of state.index.free) slot = Math.min(slot, free);
  if (slot === state.slots.length) state.slots.push({ incident: null });
  state.index.free.delete(slot);
  state.slots.forWrite(slot).incident = record;
  state.index.slotOf.set(record.id, slot);
}

/** Notes that the incident reaches this facility. */
export function standsAt({ index }: IncidentsState, record: IncidentRecord, facility: string): void {
  const here = index.at.get(facility);
  if (here === undefined) index.at.set(facility, new Set([record.id]));
  else here.add(record.id);
}

/** Forgets an incident that is over; the ledger keeps it. */
export function removeIncident(state: IncidentsState, slot: number, id: string): void {
  const place = state.slots.forWrite(slot);
  for (const facility of place.incident?.facilities ?? []) {
    const here = state.index.at.get(facility);
    here?.delete(id);
    if (here?.size === 0) state.index.at.delete(facility);
  }
  place.incident = null;
  state.index.slotOf.delete(id);
  state.index.members.delete(id);
  state.index.free.add(slot);
}

/** Brings the index from what an alarm was to what it is; null = it was, or is, nothing. */
export function reindex({ index }: IncidentsState, before: Alarm | null, after: Alarm | null): void {
  const was = before !== null && isOpen(before) ? before : null;
  const is = after !== null && isOpen(after) ? after : null;
  const keep = (map: Map<string, Set<string>>, keyOf: (alarm: Alarm) => string | null | undefined): void =>
    move(map, was?.id, was === null ? null : keyOf(was), is?.id, is === null ? null : keyOf(is));
  keep(index.members, ({ incident }) => incident?.id);
  keep(index.alone, ({ incident, facility }) => (incident === undefined ? facility : null));
  keep(index.lawful, ({ facility, rule }) => (LAWFUL.has(rule) ? lawfulKey(facility ?? '', rule) : null));
  keep(index.silent, ({ gateway, rule }) => (SILENT.includes(rule) ? gateway : null));
  keep(index.leading, ({ gateway, rule, incident }) =>
    SILENT.includes(rule) && incident?.role !== 'symptom' ? gateway : null,
  );
  if (was?.id === is?.id) return;
  for (const place of PLACES)
    keep(index.placed, ({ [place]: id }) => (id === null ? null : placedKey(place, id)));
}

/** Key of the open alarms at a place. */
export const placedKey = (place: ParentPlace, id: string): string => `${place}|${id}`;

const LAWFUL = new Set(LAWS.flatMap(({ causes, symptoms }) => [...causes, ...symptoms]));
export const lawfulKey = (facility: string, rule: string): string => `${facility} ${rule}`;

function move(
  map: Map<string, Set<string>>,
  was: string | undefined,
  from: string | null | undefined,
  is: string | undefined,
  to: string | null | undefined,
): void {
  if (was === is && from === to) return;
  if (was !== undefined && from !== undefined && from !== null) {
    const left = map.get(from);
    left?.delete(was);
    if (left?.size === 0) map.delete(from);
  }
  if (is === undefined || to === undefined || to === null) return;
  const joined = map.get(to);
  if (joined === undefined) map.set(to, new Set([is]));
  else joined.add(is);
}

/** What a snapshot keeps beside the pages. */
export const incidentsRest = ({ count, flood }: IncidentsState) => ({ count, flood });

/** Takes back what a snapshot kept and derives the index from the open alarms. */
export function restoreIncidents(
  state: IncidentsState,
  pages: readonly IncidentSlot[][],
  rest: ReturnType<typeof incidentsRest>,
  alarms: Iterable<Alarm>,
): void {
  state.slots.restore(pages);
  state.count = rest.count;
  state.flood = rest.flood;
  for (let slot = 0; slot < state.slots.length; slot += 1) {
    const record = state.slots.get(slot)?.incident ?? null;
    if (record === null) state.index.free.add(slot);
    else {
      state.index.slotOf.set(record.id, slot);
      for (const facility of record.facilities) standsAt(state, record, facility);
    }
  }
  for (const alarm of alarms) reindex(state, null, alarm);
}

/** We were down for `gapMs`, and nobody could report: what waits for a report waits on. */
export function delayReviews({ slots }: IncidentsState, gapMs: number): void {
  for (let slot = 0; slot < slots.length; slot += 1) {
    const record = slots.forWrite(slot).incident;
    if (record === null) continue;
    record.reviewAt += gapMs;
    for (const cause of record.explaining) if (cause.overSince !== null) cause.overSince += gapMs;
  }
}

/** The incident as others see it: a copy that later changes do not touch. */
export function viewOf(record: IncidentRecord): Incident {
  const { rungRank: _rung, explaining, reviewAt: _review, rules: _rules, ...rest } = record;
  const { lastOnsetAt: _last, ...incident } = rest;
  const { colours, areas, lifelines, facilities, gateways } = incident;
  const cause = explaining.find(({ overSince }) => overSince === null) ?? explaining[0];
  return {
    ...incident,
    cause: cause?.alarm ?? null,
    causes: incident.open - incident.symptoms,
    colours: { ...colours },
    areas: { ...areas },
    lifelines: { ...lifelines },
    facilities: [...facilities],
    gateways: [...gateways],
  };
}

export const noColours = (): IncidentRecord['colours'] => ({ blue: 0, yellow: 0, orange: 0, red: 0 });

/** Worst colour that is counted; undefined when none is. */
export const worstOf = (colours: Incident['colours']) => COLOURS.findLast((colour) => colours[colour] > 0);
