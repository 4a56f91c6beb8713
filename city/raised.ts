/** The fold's part in what flows and people ask for. Pure. */
import type { Answer, CityEvent } from '#domain/event.ts';
import type { Journaled } from '#domain/input.ts';
import type { NoticeInput, RaiseInput } from '#domain/raise.ts';
import { hash64 } from '#rules/alarm-id.ts';
import * as rules from '#rules/engine.ts';
import type { City } from './city.ts';
import type { FoldOutput } from './fold.ts';

/** An alarm asked for by a flow or a person; a person's asking is audited whatever comes of it. */
export function applyRaise(
  city: City,
  input: Journaled<RaiseInput>,
  out: FoldOutput,
  sink: rules.RulesSink,
): Answer {
  const answer = rules.onRaise(city.rules, city.registry, input, input, sink);
  if (input.source === 'person') {
    const { by, subject, colour, text, facility, area, lifeline, receivedAt: at } = input;
    const outcome = answer.ok ? 'done' : answer.code;
    const detail = { colour, text, heard: input.heard ?? null, facility, area, lifeline };
    out.events.push({ kind: 'audit', at, by, action: 'alarm.raise', subject, outcome, detail });
  }
  return answer;
}

/** A flow's notice becomes an event; nothing in the city changes. */
export function applyNotice(city: City, input: Journaled<NoticeInput>, out: FoldOutput): Answer {
  const { flow, colour, text, receivedAt: at } = input;
  const refusal = rules.refusedText(text);
  if (refusal !== null) return refusal;
  const place = rules.placeRaised(city.registry, input);
  if ('ok' in place) return place;
  const id = hash64(`${city.site}\u0000notice\u0000${input.position}`);
  const names = { flow: flow.id, flowName: flow.name, nodeName: flow.nodeName };
  const event: CityEvent = { kind: 'flow-notice', at, id, ...names, ...place, colour, text };
  out.events.push(event);
  return { ok: true, body: { id } };
}
