/**
 * The main fold, steps 3 to 5: one journaled input in, frozen rows and events out. Pure: everything it knows is in
 * the city and the input. Time first (invariant 10): what fell due before the input is decided before it.
 */
import type { Alarm } from '#domain/alarm.ts';
import type { Answer, CityEvent } from '#domain/event.ts';
import type { CommandInput, Input, Journaled, PresenceInput } from '#domain/input.ts';
import type { Measurement } from '#domain/measurement.ts';
import type { PointChange } from '#domain/contract/points-batch.ts';
import type { RegistryErrorCode } from '#domain/registry-fields.ts';
import type { RegistryChange, RegistryError } from '#domain/registry.ts';
import type { Rejection } from '#domain/rejection.ts';
import type { EngineTime, Moment } from '#domain/time.ts';
import { applyRegistryChange } from '#domain/registry-change.ts';
import { nextDeadline as alertDeadline } from '#emergency/outbox.ts';
import * as ingest from '#ingest/ingest.ts';
import { noteRegistry } from '#rules/book/book.ts';
import * as rules from '#rules/engine.ts';
import { applyAlertInput, changeOnCall, followEvents, passTime } from './alerts.ts';
import { describe } from './audit-words.ts';
import { noteRejudged } from './backfill.ts';
import type { City } from './city.ts';
import { noteLate, settleLate } from './late-windows.ts';
import { applyNotice, applyRaise } from './raised.ts';
import { applyShipped, changeRules } from './rule-changes.ts';

export type FoldOutput = {
  readonly rows: Measurement[];
  readonly events: CityEvent[];
  /** Newest values for the consoles; not part of the record. */
  readonly changes: PointChange[];
  /** For whoever sent the command or asked for an alarm or a notice; null for every other input. */
  answer: Answer | null;
};

export const emptyOutput = (): FoldOutput => ({ rows: [], events: [], changes: [], answer: null });

/** Folds one input into the city, appending what it decided to `out`. Throws only on our own broken invariant. */
export function fold(city: City, input: Journaled<Input>, out: FoldOutput): void {
  if (input.position !== city.position + 1) {
    throw new Error(`input ${input.position} follows ${city.position}: the journal has a hole`);
  }
  const tell = (event: CityEvent): void => void out.events.push(event);
  const sink = { alarm: tell, incident: tell };
  const mark = out.events.length;
  if (input.kind === 'resumed') {
    rules.onResumed(city.rules, city.registry, input.from, input.to, input, sink);
    city.connections.clear();
    city.anchor = { boot: input.boot, monotonicMs: input.monotonicMs, engineTime: input.to };
    passTime(city, input, input.to, out, mark, sink);
  } else {
    rules.advance(city.rules, city.registry, input.engineTime, input, sink);
    passTime(city, input, input.engineTime, out, mark, sink);
  }
  const decided = out.events.length;
  apply(city, input, out, sink);
  followEvents(city, input, out, decided, sink);
  city.position = input.position;
  city.engineTime = input.engineTime;
  city.receivedAt = input.receivedAt;
}

function apply(city: City, input: Journaled<Input>, out: FoldOutput, sink: rules.RulesSink): void {
  switch (input.kind) {
    case 'publish':
      ingest.receive(city.ingest, city.registry, input, ingestSink(city, input, out, sink));
      return;
    case 'presence':
      applyPresence(city, input, out, sink);
      return;
    case 'command':
      out.answer = applyCommand(city, input, out, sink);
      return;
    case 'condition':
      rules.onCondition(city.rules, city.registry, input, input, sink);
      return;
    case 'raise':
      out.answer = applyRaise(city, input, out, sink);
      return;
    case 'notice':
      out.answer = applyNotice(city, input, out);
      return;
    case 'wall-step':
      // A step is over as it happens: the alarm returns at once and waits for an officer.
      for (const active of [true, false]) {
        const detail = { deltaMs: input.deltaMs };
        rules.onCondition(
          city.rules,
          city.registry,
          { name: 'clock-step', subject: '', active, detail },
          input,
          sink,
        );
      }
      return;
    case 'catalogue':
      applyShipped(city, input, out, sink);
      return;
    case 'rejudged':
      settleLate(city.lateWindows, input.pointIndex, input.to, input.engineTime);
      applyRejudged(city, input, out, sink);
      return;
    case 'notification':
    case 'channels':
    case 'channel-tested':
      out.answer = applyAlertInput(city, input, out, sink);
      return;
    case 'resumed':
    case 'tick':
      return;
  }
}

function applyRejudged(
  city: City,
  input: Journaled<Input & { kind: 'rejudged' }>,
  out: FoldOutput,
  sink: rules.RulesSink,
): void {
  const mark = out.events.length;
  rules.onRejudged(city.rules, city.registry, input, input, sink);
  const line = noteRejudged(city, input, out.events.slice(mark), input.receivedAt);
  if (line !== null) out.events.push(line);
}

/** When a tick is due if nothing comes; null = never. */
export function nextDeadline(city: City): EngineTime | null {
  const [rule, alert] = [rules.nextDeadline(city.rules), alertDeadline(city.emergency)];
  if (rule === null || alert === null) return rule ?? alert;
  return Math.min(rule, alert);
}

const QUALITY_CODE = { good: 0, uncertain: 1, bad: 2 } as const;

const ingestSink = (city: City, at: Moment, out: FoldOutput, sink: rules.RulesSink): ingest.IngestSink =>
  new FoldSink(city, at, out, sink);

/** Hands what ingest decided on to the rules. A class, because the hot path makes one for each publish. */
class FoldSink implements ingest.IngestSink {
  readonly #city: City;
  readonly #at: Moment;
  readonly #out: FoldOutput;
  readonly #sink: rules.RulesSink;

  constructor(city: City, at: Moment, out: FoldOutput, sink: rules.RulesSink) {
    this.#city = city;
    this.#at = at;
    this.#out = out;
    this.#sink = sink;
  }

  measurement(m: Measurement, newest: boolean): void {
    this.#out.rows.push(m);
    noteLate(this.#city.lateWindows, m, this.#at.engineTime);
    if (newest) {
      this.#out.changes.push({ index: m.pointIndex, value: m.value, quality: QUALITY_CODE[m.quality] });
    }
    this.judgeAgain(m);
  }

  judgeAgain(m: Measurement): void {
    rules.onMeasurement(this.#city.rules, this.#city.registry, m, this.#at, this.#sink);
  }

  rejected(rejection: Rejection): void {
    this.#out.events.push({ kind: 'rejected', at: this.#at.receivedAt, rejection });
  }

  condition(name: string, subject: string, active: boolean, detail: Detail): void {
    const condition = { name, subject, active, detail };
    rules.onCondition(this.#city.rules, this.#city.registry, condition, this.#at, this.#sink);
  }

  gateway(id: string): void {
    const { registry, rules: state } = this.#city;
    const gateway = registry.gateways.get(id);
    if (gateway !== undefined) rules.onGatewayReport(state, registry, gateway.index, this.#at, this.#sink);
  }
}

type Detail = Parameters<ingest.IngestSink['condition']>[3];

function applyPresence(
  city: City,
  input: Journaled<PresenceInput>,
  out: FoldOutput,
  sink: rules.RulesSink,
): void {
  const before = city.connections.get(input.gateway) ?? 0;
  if (input.connections > 0) city.connections.set(input.gateway, input.connections);
  else city.connections.delete(input.gateway);
  const gateway = city.registry.gateways.get(input.gateway);
  if (gateway !== undefined && before > 0 !== input.connections > 0) {
    rules.onPresence(city.rules, city.registry, gateway.index, input.connections > 0, input, sink);
  }
  const { gateway: id, connected, connections } = input;
  out.events.push({ kind: 'gateway', at: input.receivedAt, gateway: id, connected, connections });
}

function applyCommand(
  city: City,
  input: Journaled<CommandInput>,
  out: FoldOutput,
  sink: rules.RulesSink,
): Answer {
  const answer = decide(city, input, out, sink);
  const { action, subject, detail } = describe(input);
  const outcome = answer.ok ? 'done' : answer.code;
  out.events.push({ kind: 'audit', at: input.receivedAt, by: input.by, action, subject, outcome, detail });
  return answer;
}

function decide(city: City, input: Journaled<CommandInput>, out: FoldOutput, sink: rules.RulesSink): Answer {
  switch (input.command) {
    case 'alarm':
    case 'maintenance':
      return rules.onCommand(city.rules, city.registry, input, input, sink);
    case 'registry':
      return changeRegistry(city, input, out, sink);
    case 'on-call':
      return changeOnCall(city, input, out, sink);
    case 'rules':
      return changeRules(city, input, out, sink);
    case 'approve-quarantine': {
      const place = out.events.length;
      const records = ingest.approve(city.ingest, city.registry, input, ingestSink(city, input, out, sink));
      // Before the new refusals: what is refused again is kept anew, and stays.
      out.events.splice(place, 0, approval(input, records));
      return { ok: true, body: { records } };
    }
  }
}

function approval(
  input: Journaled<CommandInput & { command: 'approve-quarantine' }>,
  records: number,
): CityEvent {
  const { gateway, device, receivedAt: at } = input;
  let [through, until] = [0, 0];
  for (const { number = 0, receivedAt } of input.records) {
    through = Math.max(through, number);
    until = Math.max(until, receivedAt);
  }
  return { kind: 'quarantine-approved', at, gateway, device, records, through, until };
}

function changeRegistry(
  city: City,
  input: Journaled<CommandInput & { command: 'registry' }>,
  out: FoldOutput,
  sink: rules.RulesSink,
): Answer {
  const silenced = silencedBy(city, input.change);
  if (silenced.length > 0) return refusal(silenced);
  const result = applyRegistryChange(city.registry, input.change);
  if (!result.ok) return refusal(result.errors);
  ingest.onRegistry(city.ingest, city.registry, result.touched);
  rules.onRegistry(city.rules, city.registry, result.touched, input, sink);
  const { revision, pointsByIndex } = city.registry;
  noteRegistry(city.ruleBook, {
    ...{ revision, points: pointsByIndex.length, touched: result.touched.points.length },
  });
  out.events.push({ kind: 'registry', at: input.receivedAt, revision, change: input.change });
  return { ok: true, body: { revision, created: result.created } };
}

function refusal(errors: readonly RegistryError[]): Answer {
  const first = errors[0];
  return { ok: false, code: first?.code ?? 'invalid', detail: first?.detail ?? 'refused', body: { errors } };
}

/**
 * Rows that would end an alarm nobody has taken by retiring what it is about: an alarm is taken by its officer, not
 * ended by the registrar. One that was taken ends with its point, or a dead sensor could never be retired. Facilities
 * and devices need no look: they cannot be retired before their points.
 */
function silencedBy(city: City, change: RegistryChange): RegistryError[] {
  if (!change.items.some(({ op }) => op === 'retire')) return [];
  const open = rules.openAlarms(city.rules).filter(({ state }) => state !== 'acknowledged');
  const code: RegistryErrorCode = 'alarm-open';
  const errors: RegistryError[] = [];
  change.items.forEach((item, place) => {
    if (item.op !== 'retire') return;
    const alarm = open.find((one) =>
      item.kind === 'points' ? one.point === item.id : item.kind === 'gateways' && isAbsence(one, item.id),
    );
    if (alarm === undefined) return;
    const detail = `${item.id} has an alarm that nobody has taken: ${alarm.rule} (${alarm.state})`;
    errors.push({ row: item.row ?? place, code, detail });
  });
  return errors;
}

/** The one alarm that ends with its gateway; those of the system about a gateway outlive it. */
const isAbsence = ({ point, gateway, rule }: Alarm, id: string): boolean =>
  point === null && gateway === id && rule === 'gateway-absent';
