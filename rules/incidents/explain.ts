/** Which active alarm explains another, and which open alarms one explains; and which merely stand beside each other. */
import { type Alarm, type Explanation, isOpen } from '#domain/alarm.ts';
import { type Colour, colourRank } from '#domain/colour.ts';
import type { RulesState, Turn } from '../state.ts';
import { type FacilityGraph, graphOf, neighbours, opposite, reach } from './graph.ts';
import { incidentOf, type IncidentRecord, lawfulKey } from './state.ts';
import { fitsInTime, isSilence, type Law, LAWS, PRIOR_MS, SILENT } from './laws.ts';

export type Explained = {
  readonly cause: Alarm;
  readonly why: Explanation;
  /** Worst rank that may be folded. */
  readonly foldsToRank: number;
};

/** Sensors that fell silent within this of each other, their intervals aside, did so together. */
const TOGETHER_MS = 60_000;
/** Alarms at one place, or of one rule at neighbouring places, whose onsets lie within this belong together. */
const SAME_TIME_MS = 900_000;
const NEAR_M = 300;

/** The active alarm that explains `alarm`; null when none does. The nearest, then the oldest. */
export const explain = (turn: Turn, alarm: Alarm): Explained | null =>
  byGateway(turn, alarm) ?? bySilence(turn, alarm) ?? byGraph(turn, alarm);

/** What is over explains nothing; what is put aside tells nobody, so nothing may rest on it. */
export const canExplain = ({ active, suppression }: Alarm): boolean => active && suppression === 'none';

/** Its gateway is absent: it cannot be heard. A value's own alarm is never explained by that. */
function byGateway({ state, registry }: Turn, alarm: Alarm): Explained | null {
  const gateway = alarm.point === null ? undefined : registry.gateways.get(alarm.gateway ?? '');
  if (gateway === undefined || !SILENT.includes(alarm.rule)) return null;
  const cause = state.gateways.get(gateway.index)?.slot.alarm;
  if (cause === null || cause === undefined || !canExplain(cause)) return null;
  return explained(state, alarm, cause, 'incident-gateway', 'orange', { gateway: gateway.id });
}

/** Another sensor of its gateway fell silent at the same time: what joins them is cut. */
function bySilence({ state }: Turn, alarm: Alarm): Explained | null {
  if (!SILENT.includes(alarm.rule) || alarm.gateway === null) return null;
  const since = silentSince(alarm);
  let first: Alarm | null = null;
  for (const other of openAt(state, state.incidents.index.leading, alarm.gateway)) {
    if (!canExplain(other) || other.id === alarm.id) continue;
    const apartMs = Math.abs(silentSince(other) - since);
    if (apartMs > TOGETHER_MS + Math.max(intervalOf(other), intervalOf(alarm))) continue;
    if (first === null || byOnset(other, first) < 0) first = other;
  }
  if (first === null) return null;
  return explained(state, alarm, first, 'incident-silent-together', 'orange', { gateway: alarm.gateway });
}

const silentSince = ({ onsetAt, explanation }: Alarm): number =>
  onsetAt - numberOf(explanation.params['silentMs']);
const intervalOf = ({ explanation }: Alarm): number => numberOf(explanation.params['reportIntervalMs']);
const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);

function byGraph(turn: Turn, alarm: Alarm): Explained | null {
  if (alarm.facility === null) return null;
  for (const law of LAWS) {
    if (!law.symptoms.includes(alarm.rule)) continue;
    const walk = { ...law, direction: opposite(law.direction) };
    for (const [facility, hops] of reach(freshGraph(turn), alarm.facility, walk)) {
      const cause = causeAt(turn.state, law, facility, hops, alarm);
      if (cause !== null)
        return explained(turn.state, alarm, cause, law.why, law.foldsTo, { facility, hops });
    }
  }
  return null;
}

function causeAt(state: RulesState, law: Law, facility: string, hops: number, symptom: Alarm): Alarm | null {
  let first: Alarm | null = null;
  for (const rule of law.causes)
    for (const cause of openAt(state, state.incidents.index.lawful, lawfulKey(facility, rule))) {
      if (!isCauseOf(law, cause, symptom, hops)) continue;
      if (first === null || byOnset(cause, first) < 0) first = cause;
    }
  return first;
}

/** At one place, one of two alarms of like rules explains nothing of the other. */
const isCauseOf = (law: Law, cause: Alarm, symptom: Alarm, hops: number): boolean =>
  canExplain(cause) &&
  cause.id !== symptom.id &&
  (hops > 0 || !law.symptoms.includes(cause.rule)) &&
  fitsInTime(law, cause, symptom);

/** By the cause itself, or by what explains the cause: a symptom of a symptom is one of the root. */
function explained(
  state: RulesState,
  alarm: Alarm,
  cause: Alarm,
  code: string,
  foldsTo: Colour,
  params: Explanation['params'],
): Explained | null {
  const above = cause.incident?.role === 'symptom' ? cause.incident.by : null;
  const root = above === null ? cause : state.byId.get(above)?.alarm;
  if (root === null || root === undefined || !canExplain(root) || root.id === alarm.id) return null;
  const { rule, point, onsetAt } = cause;
  return {
    cause: root,
    why: { code, params: { ...params, rule, point, onsetAt } },
    foldsToRank: colourRank(foldsTo),
  };
}

/** Open alarms that `cause`, just raised, explains; by onset. */
export function explainedBy(turn: Turn, cause: Alarm): { readonly alarm: Alarm; readonly by: Explained }[] {
  const { state } = turn;
  const near = new Set<Alarm>();
  if (cause.rule === 'gateway-absent' && cause.gateway !== null)
    for (const alarm of openAt(state, state.incidents.index.silent, cause.gateway))
      if (cause.onsetAt - alarm.onsetAt <= PRIOR_MS) near.add(alarm);
  if (cause.facility !== null)
    for (const law of LAWS) {
      if (!law.causes.includes(cause.rule)) continue;
      for (const facility of reach(freshGraph(turn), cause.facility, law).keys())
        for (const rule of law.symptoms)
          for (const alarm of openAt(state, state.incidents.index.lawful, lawfulKey(facility, rule)))
            near.add(alarm);
    }
  const found: { alarm: Alarm; by: Explained }[] = [];
  for (const alarm of [...near].sort(byOnset)) {
    const by = alarm.id === cause.id || !alarm.active ? null : explain(turn, alarm);
    if (by !== null && by.cause.id === cause.id) found.push({ alarm, by });
  }
  return found;
}

/** What an alarm stands beside: an open incident, or an alarm of none. */
export type Beside = { readonly why: Explanation } & (
  | { readonly incident: IncidentRecord }
  | { readonly alarm: Alarm }
);

/** What happens at its place at the same time, or by the same rule at places next to it; null when nothing does. */
export function beside(turn: Turn, alarm: Alarm): Beside | null {
  const { facility, rule } = alarm;
  if (facility === null || isOfGateway(alarm)) return null;
  const sameRule = (other: string): boolean => other === rule;
  const here = besideAt(turn.state, facility, alarm, isSilence(rule) ? sameRule : isOfValue);
  if (here !== null) return { ...here, why: { code: 'incident-same-place', params: { facility } } };
  const graph = freshGraph(turn);
  const around = new Set([...neighbours(graph, facility), ...graph.places.around(facility, NEAR_M)]);
  for (const next of [...around].sort()) {
    const found = next === facility ? null : besideAt(turn.state, next, alarm, sameRule);
    if (found !== null)
      return { ...found, why: { code: 'incident-neighbours', params: { facility: next, rule } } };
  }
  return null;
}

/** A fault of a gateway's clock or connection says nothing of the place where its box hangs. */
const isOfGateway = ({ point, gateway, rule }: Alarm): boolean =>
  point === null && gateway !== null && !isSilence(rule);

const isOfValue = (rule: string): boolean => !isSilence(rule);

/** The oldest incident there with a wanted rule, else the oldest alarm of none and of a wanted rule. */
function besideAt(
  state: RulesState,
  facility: string,
  alarm: Alarm,
  wanted: (rule: string) => boolean,
): { readonly incident: IncidentRecord } | { readonly alarm: Alarm } | null {
  const { incidents } = state;
  let incident: IncidentRecord | null = null;
  for (const id of incidents.index.at.get(facility) ?? []) {
    const record = incidentOf(incidents, id);
    if (record === undefined || !record.rules.some(wanted)) continue;
    if (!isSameTime(alarm.onsetAt, record.firstOutAt, record.lastOnsetAt)) continue;
    if (incident === null || record.number < incident.number) incident = record;
  }
  if (incident !== null) return { incident };
  let first: Alarm | null = null;
  for (const other of openAt(state, incidents.index.alone, facility)) {
    if (other.id === alarm.id || isOfGateway(other) || !wanted(other.rule)) continue;
    if (!isSameTime(alarm.onsetAt, other.onsetAt, other.onsetAt)) continue;
    if (first === null || byOnset(other, first) < 0) first = other;
  }
  return first === null ? null : { alarm: first };
}

const isSameTime = (onsetAt: number, from: number, to: number): boolean =>
  onsetAt >= from - SAME_TIME_MS && onsetAt <= to + SAME_TIME_MS;

function* openAt(
  state: RulesState,
  index: ReadonlyMap<string, ReadonlySet<string>>,
  key: string,
): Generator<Alarm> {
  for (const id of index.get(key) ?? []) {
    const alarm = state.byId.get(id)?.alarm;
    if (alarm !== null && alarm !== undefined && isOpen(alarm)) yield alarm;
  }
}

function freshGraph({ state, registry }: Turn): FacilityGraph {
  state.incidents.graph = graphOf(state.incidents.graph, registry);
  return state.incidents.graph;
}

/** The order of every choice here: by onset, then by id. */
export const byOnset = (a: Alarm, b: Alarm): number => a.onsetAt - b.onsetAt || (a.id < b.id ? -1 : 1);
