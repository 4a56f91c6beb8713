/**
 * What the engine remembers. Everything here is plain data: a snapshot takes it page by page, and the same inputs
 * give the same state anywhere. The index and the heap are derived and rebuilt after a restart.
 */
import type { Alarm, AlarmEvent, Suppression } from '#domain/alarm.ts';
import { PagedArray } from '#domain/paged-array.ts';
import type { RaisedPlace } from '#domain/raise.ts';
import type { Registry } from '#domain/registry.ts';
import type { EngineTime, Timestamp } from '#domain/time.ts';
import { type Catalogue, emptyCatalogue, type Signal } from './catalogue.ts';
import { type Bindings, createBindings, NO_BINDING, type OwnBinding } from './bindings.ts';
import { createDeadlines, type Deadlines } from './deadlines.ts';
import type { History } from './history.ts';
import { createIncidents, type IncidentSink, type IncidentsState } from './incidents/state.ts';
import type { Join, Membership } from './join.ts';
import type { LateWatch, Level } from './level.ts';
import { dropUnasked, type Suppressors } from './suppressors.ts';
import type { Trace } from './traces/trace.ts';
import type { TraceRule } from './traces/trace-rules.ts';

export type { LateWatch, Level, Side } from './level.ts';
export type { History } from './history.ts';

/** Another rule of the same point that lifts this one's colour while it is active. */
export type Lift = { readonly rule: string; readonly colours: number };

/** A rule at a point before it has any history; those of `OwnBinding` are shared by every point that binds alike. */
export type BoundRule = {
  readonly rule: string;
  readonly version: number;
  readonly signal: Signal | TraceRule['kind'] | 'join' | 'due-date';
  /** Unit of the signal and its limits; null for a plain count. */
  readonly unit: string | null;
  readonly lifts: readonly Lift[];
  /** What a rule across several points looks at; null for every other. */
  readonly join: Join | null;
  /** What a rule on recent samples remembers; null for every other. */
  readonly trace: Trace | null;
  /** Mildest first. */
  readonly levels: readonly Level[];
};

/** A rule at a point with what has begun there. A plain limit at rest has none (at-rest.ts). */
export type RuleInstance = BoundRule & {
  /** In the order of the point's rules; one that nothing judges any more comes last. */
  readonly place: number;
  readonly slot: AlarmSlot;
  late: LateWatch | null;
};

/** Shelf or out-of-service of one alarm; outlives the episode, never its own end. */
export type OwnSuppression = {
  readonly kind: Extract<Suppression, 'shelved' | 'out-of-service'>;
  readonly by: string;
  readonly reason: string;
  readonly since: Timestamp;
  readonly until: Timestamp;
  readonly due: EngineTime;
  /** Rank when it was ordered: a rise above it ends a shelf. */
  readonly rank: number;
};

/** The one place of one alarm: (subject, rule). `alarm` is null when nothing is open or suppressed here. */
export type AlarmSlot = {
  readonly kind: 'point' | 'gateway' | 'system' | 'raised' | 'past' | 'closed';
  /** Point or gateway index, or position in the ring of closed alarms; -1 for the system and what was raised. */
  readonly index: number;
  /** Subject of a system alarm, key of a raised one; '' otherwise. */
  readonly subject: string;
  readonly rule: string;
  /** Of a raised one: nothing in the registry says where it is. */
  readonly place?: RaisedPlace;
  alarm: Alarm | null;
  /** Of a past one: it is a late ring, which stays the same alarm for as long as an episode overlaps it. */
  rang?: true;
  suppressions: readonly OwnSuppression[];
  /** When the acknowledgement of its alarm ends unless it is renewed; null when it does not. */
  lapse: { readonly due: EngineTime; readonly at: Timestamp } | null;
  /** Worst colour of this episode that somebody was told of: it rang, or was taken. A rank; -1 = none. */
  toldRank: number;
  /** For how long its cause had been over in all when the alarm was folded, ms. */
  foldedAfterMs: number;
};

export type PastEpisode = {
  readonly rule: string;
  readonly onsetAt: Timestamp;
  readonly returnedAt: Timestamp;
};

export type PointRules = {
  readonly index: number;
  bound: boolean;
  gatewayIndex: number;
  intervalMs: number;
  unit: string;
  binding: OwnBinding;
  /** By place, without those at rest: first of `binding`, then joins and due dates. */
  rules: RuleInstance[];
  /** Rules across points that this point's samples enter; null when there are none. */
  memberOf: readonly Membership[] | null;
  /** When a due date is looked at next; Infinity when there is none. */
  datesDue: EngineTime;
  /** Levels of the catalogue that could not be bound here, each with the reason. */
  unbound: readonly string[];
  history: History | null;
  readonly noData: AlarmSlot;
  readonly sensorLost: AlarmSlot;
  /** Newest effective time of any stored sample but future ones; -Infinity before the first. */
  newestTime: Timestamp;
  /** Engine time of the last live report, good or bad, and of the last live one with a value. */
  reportAt: EngineTime;
  dataAt: EngineTime;
  /** The absence clock runs from here. */
  absenceFrom: EngineTime;
  /** Scheduled wake-ups; Infinity = none. */
  absenceWake: EngineTime;
  delayWake: EngineTime;
  /** Live episodes that ended, and late or historical alarms, newest last; at most PAST_KEPT settled ones of each. */
  lived: PastEpisode[];
  past: AlarmSlot[];
};

export type GatewayRules = {
  readonly index: number;
  bound: boolean;
  sleepy: boolean;
  /** Ever connected or heard: before that it is not commissioned and not missed. */
  seen: boolean;
  connected: boolean;
  /** Engine time the last connection closed, and of the last accepted publish. */
  closedAt: EngineTime;
  heardAt: EngineTime;
  absent: boolean;
  maxIntervalMs: number;
  wake: EngineTime;
  readonly slot: AlarmSlot;
};

export type MaintenanceWindow = {
  readonly target: 'points' | 'gateways' | 'facilities';
  readonly id: string;
  readonly by: string;
  readonly reason: string;
  readonly since: Timestamp;
  readonly until: Timestamp;
  readonly due: EngineTime;
};

export type RulesState = {
  readonly site: string;
  /** Number of the last alarm event. */
  sequence: number;
  catalogue: Catalogue;
  readonly points: PagedArray<PointRules>;
  readonly gateways: PagedArray<GatewayRules>;
  /** Ring of the last CLOSED_KEPT alarms that became normal: a verdict or a note may still come. */
  readonly closed: PagedArray<AlarmSlot>;
  closedCount: number;
  readonly system: Map<string, AlarmSlot>;
  /** Alarms that flows and people asked for, by the key of what they are about; at most RAISED_OPEN_MAX. */
  readonly raised: Map<string, AlarmSlot>;
  readonly maintenance: Map<string, MaintenanceWindow>;
  /** Alarms and interlocks that suppress others by design while they hold. */
  readonly suppressors: Suppressors;
  /** Derived: what points are judged by under this catalogue. */
  bindings: Bindings;
  readonly incidents: IncidentsState;
  /** Derived: every alarm that can still be found by id. */
  readonly byId: Map<string, AlarmSlot>;
  /** Derived: the places whose acknowledgement ends by itself. */
  readonly lapses: Set<AlarmSlot>;
  /** Derived: the places where something was put aside; one may hold nothing any more. */
  readonly putAside: Set<AlarmSlot>;
  /** Derived: what falls due when. */
  readonly deadlines: Deadlines;
};

/** Where events go, in order; a copy that nobody watches needs no incidents. */
export type RulesSink = { alarm(event: AlarmEvent): void; readonly incident?: IncidentSink };

/** One step of the engine: `now` is engine time, `wall` the same instant on the wall clock. */
export type Turn = {
  readonly state: RulesState;
  readonly registry: Registry;
  readonly out: RulesSink;
  now: EngineTime;
  wall: Timestamp;
};

export const PAST_KEPT = 256;
export const CLOSED_KEPT = 1_024;

export function createState(site: string): RulesState {
  return {
    site,
    sequence: 0,
    catalogue: emptyCatalogue(),
    points: new PagedArray(),
    gateways: new PagedArray(),
    closed: new PagedArray(),
    closedCount: 0,
    system: new Map(),
    raised: new Map(),
    maintenance: new Map(),
    suppressors: new Map(),
    bindings: createBindings(emptyCatalogue()),
    incidents: createIncidents(),
    byId: new Map(),
    lapses: new Set(),
    putAside: new Set(),
    deadlines: createDeadlines(),
  };
}

export const createSlot = (
  kind: AlarmSlot['kind'],
  index: number,
  rule: string,
  subject = '',
): AlarmSlot => ({
  kind,
  index,
  subject,
  rule,
  alarm: null,
  suppressions: [],
  lapse: null,
  toldRank: -1,
  foldedAfterMs: 0,
});

export const createPoint = (index: number, now: EngineTime): PointRules => ({
  index,
  bound: false,
  gatewayIndex: -1,
  intervalMs: 0,
  unit: '',
  binding: NO_BINDING,
  rules: [],
  memberOf: null,
  datesDue: Infinity,
  unbound: NO_BINDING.unbound,
  history: null,
  noData: createSlot('point', index, 'no-data'),
  sensorLost: createSlot('point', index, 'sensor-lost'),
  newestTime: -Infinity,
  reportAt: -Infinity,
  dataAt: -Infinity,
  absenceFrom: now,
  absenceWake: Infinity,
  delayWake: Infinity,
  lived: [],
  past: [],
});

export const createGateway = (index: number): GatewayRules => ({
  index,
  bound: false,
  sleepy: false,
  seen: false,
  connected: false,
  closedAt: -Infinity,
  heardAt: -Infinity,
  absent: false,
  maxIntervalMs: 0,
  wake: Infinity,
  slot: createSlot('gateway', index, 'gateway-absent'),
});

/** `catalogue` is in force from here on; points are still to be bound to it. */
export function setCatalogue(state: RulesState, catalogue: Catalogue): void {
  state.catalogue = catalogue;
  state.bindings = createBindings(catalogue);
  dropUnasked(state.suppressors, catalogue.suppression);
}

/** Says to a running snapshot that this alarm's page is about to change. */
export function touch(state: RulesState, slot: AlarmSlot): void {
  if (slot.kind === 'point' || slot.kind === 'past') state.points.forWrite(slot.index);
  else if (slot.kind === 'gateway') state.gateways.forWrite(slot.index);
  else if (slot.kind === 'closed') state.closed.forWrite(slot.index);
}
