/** What must hold after a simulated city, whatever its seed; each breach is one line that says what and where. */
import { isDeepStrictEqual } from 'node:util';
import type { Alarm, AlarmEvent } from '#domain/alarm.ts';
import { shippedCatalogue } from '#rules/engine.ts';
import {
  type NaiveInput,
  type NaivePoint,
  type NaiveRise,
  type NaiveSpan,
  naiveSpans,
  type NaiveWells,
} from '../oracle/naive-city.ts';
import { promoted } from '../oracle/promoted.ts';
import { judgeIncidents } from './incident-oracles.ts';
import { judgePhones } from './phones-oracles.ts';
import type { SimOutcome } from './sim-city.ts';
import { outOfBounds } from './sim-bounds.ts';
import type { SimRecord } from './sim-field.ts';
import { judgeReplays, plain } from './sim-replays.ts';

export type Verdict = {
  readonly breaches: readonly string[];
  readonly acknowledged: number;
  readonly rows: number;
  readonly spans: number;
  readonly alarmEvents: number;
  /** Messages to people, and how many of them a vendor was handed a second time. */
  readonly told: number;
  readonly repeated: number;
  readonly incidents: number;
  /** Alarms that did not ring because their cause had. */
  readonly folds: number;
};

/** `rules` = what the second model believes to be in force. */
export async function judgeCity(
  outcome: SimOutcome,
  rules: unknown = shippedCatalogue().catalogue,
): Promise<Verdict> {
  const events = await recordedAlarmEvents(outcome);
  const naive = secondModel(outcome, rules);
  const phones = await judgePhones(outcome);
  const incidents = await judgeIncidents(outcome);
  return {
    breaches: [
      ...everyAcknowledgedRecordCountsOnce(outcome),
      ...sequencesHaveNoHoles(events),
      ...nothingWasAnnouncedDifferently(outcome, events),
      ...ledgerHasThemAll(outcome, events),
      ...answersHold(outcome, events),
      ...modelsAgree(naive, spansOf(events, KNOWN_RULES), spansOf(events, ['ponding-eta'])),
      ...phones.breaches,
      ...nothingLeavesUntaken(events),
      ...outOfBounds(outcome.peaks),
      ...(await judgeReplays(outcome)),
      ...incidents.breaches,
    ],
    acknowledged: outcome.field.acknowledged.length,
    rows: outcome.outputs.recordedRows().length,
    spans: naive.length,
    alarmEvents: events.length,
    told: phones.told,
    repeated: phones.repeated,
    incidents: incidents.incidents,
    folds: incidents.folds,
  };
}

async function recordedAlarmEvents({ outputs }: SimOutcome): Promise<AlarmEvent[]> {
  const events: AlarmEvent[] = [];
  await outputs.readEvents(0, async (keyed) => {
    for (const { event } of keyed) if (event.kind === 'alarm') events.push(event);
  });
  return events;
}

function everyAcknowledgedRecordCountsOnce({ field, outputs, pipeline, journal }: SimOutcome): string[] {
  const { points } = pipeline.city.registry;
  const counts = new Map<string, number>();
  for (const row of outputs.recordedRows()) {
    const key = `${row.pointIndex}@${row.deviceTime}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const keysOf = ({ device, time, values }: SimRecord): string[] =>
    Object.keys(values).map((channel) => `${points.get(`${device}/${channel}`)?.index}@${time}`);
  const lost = field.acknowledged.flatMap(keysOf).filter((key) => !counts.has(key));
  const doubled = [...counts].filter(([, count]) => count !== 1);
  const journaled = new Set(
    journal.flatMap((entry) => (entry.kind === 'publish' ? recordKeys(entry.payload) : [])),
  );
  return [
    ...lost.map((key) => `lost after its acknowledgement: ${key}`),
    ...doubled.map(([key, count]) => `counted ${count} times: ${key}`),
    ...(journaled.size === counts.size
      ? []
      : [`${journaled.size} values journaled, ${counts.size} recorded`]),
  ];
}

function recordKeys(payload: Uint8Array): string[] {
  const body = JSON.parse(new TextDecoder().decode(payload)) as SimRecord | SimRecord[];
  return (Array.isArray(body) ? body : [body]).flatMap(({ device, seq, values }) =>
    Object.keys(values).map((channel) => `${device}/${channel}#${seq}`),
  );
}

function sequencesHaveNoHoles(events: readonly AlarmEvent[]): string[] {
  const wrong = events.findIndex((event, index) => event.sequence !== index + 1);
  return wrong < 0 ? [] : [`alarm event ${wrong + 1} has sequence ${events[wrong]?.sequence}`];
}

/** What officers were told in any life is what the record says. */
function nothingWasAnnouncedDifferently({ announced }: SimOutcome, events: readonly AlarmEvent[]): string[] {
  return announced
    .filter((event) => !isDeepStrictEqual(plain(event), plain(events[event.sequence - 1])))
    .map((event) => `announced ${event.sequence} ${event.change}, recorded otherwise`);
}

function ledgerHasThemAll({ ledger, pipeline }: SimOutcome, events: readonly AlarmEvent[]): string[] {
  const known = new Set(events.map((event) => event.alarm.id));
  const kept = [...known].flatMap((id) => ledger.alarmEvents(id)).toSorted((a, b) => a.sequence - b.sequence);
  const differ = kept.length !== events.length || !isDeepStrictEqual(plain(kept), plain(events));
  const lag = pipeline.status().ledgerLag;
  return [
    ...(differ ? [`the ledger has ${kept.length} alarm events, the record log ${events.length}`] : []),
    ...(ledger.reconciliations(10).length > 0 ? ['the ledger noted a replay that differs'] : []),
    ...(lag > 0 ? [`the ledger lags ${lag} inputs behind`] : []),
  ];
}

/** Whoever was told "done" finds it done. */
function answersHold({ answered }: SimOutcome, events: readonly AlarmEvent[]): string[] {
  return answered.flatMap(({ alarm, action, answer }) => {
    if (!answer.ok || action.action !== 'acknowledge') return [];
    const done = events.some(
      (event) => event.alarm.id === alarm && event.change === 'acknowledged' && event.by === 'duty',
    );
    const closed = events.some(
      (event) => event.alarm.id === alarm && event.change === 'normal' && event.by === 'duty',
    );
    return done || closed ? [] : [`acknowledgement of ${alarm} was confirmed and is gone`];
  });
}

/** Unacknowledged is left by what a person does, and by nothing else. */
function nothingLeavesUntaken(events: readonly AlarmEvent[]): string[] {
  const untaken = new Map<string, string>();
  const breaches: string[] = [];
  for (const { alarm, by, change, at } of events) {
    const isUntaken = alarm.state === 'unacknowledged' || alarm.state === 'returned-unacknowledged';
    if (!isUntaken && untaken.has(alarm.id) && by === null && !alarm.historical)
      breaches.push(
        `${alarm.rule} ${alarm.point} left ${untaken.get(alarm.id)} by ${change} at ${at}, by nobody`,
      );
    if (isUntaken) untaken.set(alarm.id, alarm.state);
    else untaken.delete(alarm.id);
  }
  return breaches;
}

/** Stands for the colour of a stretch that began under a latch; the second model knows no latches. */
const LATCHED = 'latched';
/** Rules that both models know. */
const LEVEL_RULES = ['gas-well-ch4', 'ponding-depth'];
const OTHER_RULES = ['ponding-rise', 'gas-wells-adjacent'];
const KNOWN_RULES = [...LEVEL_RULES, ...OTHER_RULES];

function spansOf(events: readonly AlarmEvent[], rules: readonly string[]): NaiveSpan[] {
  const rank = ['blue', 'yellow', 'orange', 'red'];
  const open = new Map<string, { from: number; colour: string; point: string; rule?: string }>();
  const spans: NaiveSpan[] = [];
  for (const { alarm, change } of events) {
    if (alarm.point === null || alarm.historical) continue;
    const other = OTHER_RULES.includes(alarm.rule);
    if (!rules.includes(alarm.rule)) continue;
    const key = `${alarm.point}|${alarm.rule}`;
    const span = open.get(key);
    if (alarm.active && span === undefined) {
      // A red still latched from before lends its colour to the next stretch: only an officer's reset ends it.
      const colour = change === 'reactivated' && alarm.latched ? LATCHED : alarm.colour;
      const { point, rule } = alarm;
      open.set(key, { from: beganAt(alarm), colour, point, ...(other ? { rule } : {}) });
    } else if (alarm.active && span !== undefined) {
      if (span.colour !== LATCHED && rank.indexOf(alarm.colour) > rank.indexOf(span.colour))
        span.colour = alarm.colour;
    } else if (span !== undefined) {
      spans.push({ ...span, to: alarm.returnedAt });
      open.delete(key);
    }
  }
  for (const span of open.values()) spans.push({ ...span, to: null });
  return spans.toSorted((a, b) => a.from - b.from || (a.point < b.point ? -1 : 1));
}

/** In effective time: of the sample, or of the instant at which the delay was over. */
const beganAt = ({ explanation, onsetAt }: Alarm): number => Number(explanation.params['since'] ?? onsetAt);

function secondModel({ points, journal }: SimOutcome, rules: unknown): NaiveSpan[] {
  const registered = journal.findIndex((entry) => entry.kind === 'command' && entry.command === 'registry');
  const inputs = journal.slice(registered + 1).map((entry): NaiveInput => {
    const { receivedAt, engineTime } = entry;
    if (entry.kind === 'publish') {
      return {
        kind: 'publish',
        gateway: entry.gateway,
        text: new TextDecoder().decode(entry.payload),
        receivedAt,
        engineTime,
      };
    }
    if (entry.kind === 'presence') {
      const { gateway, connections } = entry;
      return { kind: 'presence', gateway, connected: connections > 0, receivedAt, engineTime };
    }
    if (entry.kind === 'resumed')
      return { kind: 'resumed', from: entry.from, to: entry.to, receivedAt, engineTime };
    return { kind: 'other', receivedAt, engineTime };
  });
  const known: NaivePoint[] = points.map(({ device, channel, gateway, reportIntervalMs }) => ({
    id: `${device}/${channel}`,
    gateway,
    intervalMs: reportIntervalMs,
    levels: levelsOf(rules, channel === 'ch4' ? 'gas-well-ch4' : 'ponding-depth'),
    ...(channel === 'ch4' ? {} : { rise: riseOf(rules) }),
  }));
  return naiveSpans(known, inputs, wellsOf(rules, known)).spans;
}

type ShippedLevel = {
  windowMs: number;
  atLeast: number;
  colour: string;
  limit: number;
  deadband: number;
  onDelayMs: number;
  offDelayMs: number;
};

type ShippedRule = { id: string; levels: ShippedLevel[]; when: { limit: number; deadband: number } };

function ruleOf(catalogue: unknown, id: string): ShippedRule {
  const { rules } = catalogue as { rules: ShippedRule[] };
  const rule = rules.find((one) => one.id === id);
  if (rule === undefined) throw new Error(`no rule ${id}`);
  return rule;
}

function riseOf(catalogue: unknown): NaiveRise {
  const rule = 'ponding-rise';
  const { levels } = ruleOf(catalogue, rule);
  const [level] = levelsOf(catalogue, rule);
  if (level === undefined) throw new Error(`${rule} has no level`);
  return { ...level, rule, windowMs: levels[0]?.windowMs ?? 0 };
}

/** Every simulated well stands at one place. */
function wellsOf(catalogue: unknown, points: readonly NaivePoint[]): NaiveWells {
  const rule = 'gas-wells-adjacent';
  const { levels, when } = ruleOf(catalogue, rule);
  const { colour = '', atLeast = 0, offDelayMs = 0 } = levels[0] ?? {};
  const wells = points.filter(({ id }) => id.endsWith('/ch4')).map(({ id }) => id);
  const clearBelow = when.limit - when.deadband;
  return { rule, colour, atLeast, offDelayMs, limit: when.limit, clearBelow, points: wells };
}

/** The numbers of the catalogue, read as plain data. */
function levelsOf(catalogue: unknown, rule: string): NaivePoint['levels'] {
  return ruleOf(catalogue, rule).levels.map(({ colour, limit, deadband, onDelayMs, offDelayMs }) => ({
    colour,
    limit,
    clearBelow: limit - deadband,
    onDelayMs,
    offDelayMs,
  }));
}

function modelsAgree(
  naive: readonly NaiveSpan[],
  ours: readonly NaiveSpan[],
  promoting: readonly NaiveSpan[],
): string[] {
  const latched = new Set(
    ours.filter((span) => span.colour === LATCHED).map(({ rule, point, from }) => `${rule} ${point} ${from}`),
  );
  const text = ({ rule, point, colour, from, to }: NaiveSpan): string =>
    `${rule ?? ''} ${point} ${latched.has(`${rule} ${point} ${from}`) ? LATCHED : colour} ${from}..${to}`;
  const a = new Set(promoted(naive, ours, promoting).map(text));
  const b = new Set(ours.map(text));
  return [
    ...[...a].filter((one) => !b.has(one)).map((one) => `only the second model has ${one}`),
    ...[...b].filter((one) => !a.has(one)).map((one) => `only the engine has ${one}`),
  ];
}
