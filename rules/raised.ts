/**
 * Alarms that a flow or a person asked for. Nothing measures them, so nothing returns them: they are latched, active
 * until a person takes and resets them, and whoever asked can only ask for more.
 */
import type { Alarm } from '#domain/alarm.ts';
import { colourRank } from '#domain/colour.ts';
import { LIFELINES } from '#domain/catalogue.ts';
import type { Answer } from '#domain/event.ts';
import {
  RAISED_RULES,
  RAISED_SUBJECT_MAX,
  RAISED_TEXT_MAX,
  type RaisedPlace,
  type RaiseInput,
} from '#domain/raise.ts';
import type { Registry } from '#domain/registry.ts';
import { changeLevel, isOpenHere, raise, type Standing } from './alarm-machine.ts';
import { publish } from './publish.ts';
import { type AlarmSlot, createSlot, type RulesState, type Turn } from './state.ts';

/**
 * Open or put aside at once, of one origin and in all: more would bury the duty list, and its officer could not mean
 * them.
 */
export const RAISED_OPEN_PER_ORIGIN_MAX = 50;
export const RAISED_OPEN_MAX = 500;

type Refusal = Extract<Answer, { ok: false }>;

/** Raises `input`, or lifts what is open of the same subject; the body of the answer is the alarm as it then stands. */
export function raiseAlarm(turn: Turn, input: RaiseInput): Answer {
  const { state, registry } = turn;
  const refusal = refusedSubject(input.subject) ?? refusedText(input.text);
  if (refusal !== null) return refusal;
  const place = placeRaised(registry, input);
  if ('ok' in place) return place;
  if (place.area === null || place.lifeline === null)
    return refuse('no-place', 'name a facility, or an area and a lifeline');
  const key = keyOf(input, place);
  const slot = state.raised.get(key) ?? {
    ...createSlot('raised', -1, RAISED_RULES[input.source], key),
    place,
  };
  if (isOpenHere(slot)) {
    const rises = slot.alarm !== null && colourRank(input.colour) > colourRank(slot.alarm.colour);
    if (rises) changeLevel(turn, slot, standingOf(input), true);
    else if (input.source === 'person') noteWords(turn, slot, input);
    return { ok: true, body: slot.alarm };
  }
  const full = refusedByNumber(state, input, key);
  if (full !== null) return full;
  state.raised.set(key, slot);
  raise(turn, slot, standingOf(input), turn.wall, input.source === 'person' ? input.by.username : undefined);
  return { ok: true, body: slot.alarm };
}

/** A person's other words about an alarm that stands are kept in its history. */
function noteWords(turn: Turn, slot: AlarmSlot, { text, by }: RaiseInput & { source: 'person' }): void {
  const { alarm } = slot;
  if (alarm === null || alarm.explanation.params['text'] === text) return;
  const reason = 'note';
  publish(turn, slot, { change: 'note', alarm, reason, by: by.username, note: text, sameRevision: true });
}

/** The open alarm that `input` would neither lift nor add to; null when there is something to do, or to refuse. */
export function standingRaised(state: RulesState, registry: Registry, input: RaiseInput): Alarm | null {
  const place = placeRaised(registry, input);
  const alarm = 'ok' in place ? null : (state.raised.get(keyOf(input, place))?.alarm ?? null);
  if (alarm === null || alarm.state === 'normal') return null;
  return colourRank(input.colour) > colourRank(alarm.colour) ? null : alarm;
}

/** Where it lies by the registry, or why that place does not exist. All three null when none was named. */
export function placeRaised(
  registry: Registry,
  { facility, area, lifeline }: RaisedPlace,
): RaisedPlace | Refusal {
  if (facility !== null) {
    const entry = registry.facilities.get(facility);
    if (entry === undefined || entry.retired === true)
      return refuse('unknown-facility', `no facility ${facility} is in use`);
    return { facility, area: entry.area, lifeline: entry.lifeline };
  }
  if (area !== null && !registry.areas.has(area)) return refuse('unknown-area', `no area ${area}`);
  if (lifeline !== null && !LIFELINES.some(({ id }) => id === lifeline))
    return refuse('unknown-lifeline', `no lifeline ${lifeline}`);
  return { facility, area, lifeline };
}

/** Why people cannot be shown this text; null when they can. */
export function refusedText(text: string): Refusal | null {
  if (text.trim() === '') return refuse('text-needed', 'the text is empty');
  if (text.length > RAISED_TEXT_MAX) return refuse('text-too-long', `at most ${RAISED_TEXT_MAX} characters`);
  return null;
}

function refusedSubject(subject: string): Refusal | null {
  if (subject.trim() === '') return refuse('subject-needed', 'say what the alarm is about');
  return subject.length > RAISED_SUBJECT_MAX
    ? refuse('subject-too-long', `at most ${RAISED_SUBJECT_MAX} characters`)
    : null;
}

/** Whatever has a place counts: open, or over and still shelved or out of service. Its own place at `at` is no other. */
function refusedByNumber({ raised }: RulesState, input: RaiseInput, at: string): Refusal | null {
  const own = `${originOf(input)}|`;
  let open = 0;
  let mine = 0;
  for (const key of raised.keys()) {
    if (key === at) continue;
    open += 1;
    if (key.startsWith(own)) mine += 1;
  }
  if (mine >= RAISED_OPEN_PER_ORIGIN_MAX)
    return refuse('too-many-raised', `${mine} alarms of this origin are open or put aside`);
  return open >= RAISED_OPEN_MAX
    ? refuse('too-many-raised', `${open} raised alarms are open or put aside`)
    : null;
}

const originOf = (input: RaiseInput): string =>
  JSON.stringify([input.source, input.source === 'flow' ? input.flow.id : input.by.username]);

/** No two subjects share a key, whatever characters they hold. */
const keyOf = (input: RaiseInput, { facility, area, lifeline }: RaisedPlace): string =>
  `${originOf(input)}|${JSON.stringify(facility === null ? [input.subject, area, lifeline] : [input.subject, facility])}`;

const WHEN_HEARD = { call: 'raised-after-call', patrol: 'raised-on-patrol' } as const;

function standingOf(input: RaiseInput): Standing {
  const { subject, colour, text } = input;
  const rule = RAISED_RULES[input.source];
  const heard = input.source === 'person' ? input.heard : undefined;
  const origin =
    input.source === 'flow'
      ? { flow: input.flow.id, flowName: input.flow.name, nodeName: input.flow.nodeName }
      : { by: input.by.username };
  return {
    version: 1,
    limit: 'raised',
    colour,
    limitValue: null,
    value: null,
    unit: null,
    latched: true,
    explanation: {
      code: heard === undefined ? rule : WHEN_HEARD[heard],
      params: { rule, subject, colour, text, ...origin },
    },
  };
}

const refuse = (code: string, detail: string): Refusal => ({ ok: false, code, detail });
