/**
 * What somebody outside the catalogue's rules may ask for: an alarm, or a notice to people. Both only ever add. Whoever
 * raised an alarm cannot silence, lower, delay or end it: a person takes it and resets it.
 */
import type { Colour } from './colour.ts';
import type { Person } from './user.ts';

/** Characters (UTF-16 units) of a text that people read, and of a subject. */
export const RAISED_TEXT_MAX = 500;
export const RAISED_SUBJECT_MAX = 100;

/** The flow and the node in it, as they were named when it happened; ids are the flow editor's and stay when renamed. */
export type FlowOrigin = {
  readonly id: string;
  readonly name: string;
  readonly node: string;
  readonly nodeName: string;
};

/** Where it is. A facility brings its own area and lifeline; those given beside it are not looked at. */
export type RaisedPlace = {
  readonly facility: string | null;
  readonly area: string | null;
  readonly lifeline: string | null;
};

/** How a person came to know: somebody called (来电), or it was seen on patrol (巡查). */
export const HEARD = ['call', 'patrol'] as const;
export type Heard = (typeof HEARD)[number];

/**
 * Asks for an alarm. The same subject of the same origin at the same place is one alarm while it is open: asking again
 * changes nothing of it (a person's other words become a note), a worse colour raises it. A place is needed (a facility, or area and lifeline): it decides who sees
 * the alarm.
 */
export type RaiseInput = RaisedPlace & {
  readonly kind: 'raise';
  /** What it is about, in the origin's own words; with origin and place the identity of the alarm. */
  readonly subject: string;
  readonly colour: Colour;
  readonly text: string;
} & (
    | { readonly source: 'flow'; readonly flow: FlowOrigin }
    | { readonly source: 'person'; readonly by: Person; readonly heard?: Heard }
  );

/** Asks that people be told something that needs no answer. No place = the whole city. */
export type NoticeInput = RaisedPlace & {
  readonly kind: 'notice';
  readonly source: 'flow';
  readonly flow: FlowOrigin;
  readonly colour: Colour;
  readonly text: string;
};

/** `rule` of an alarm that no rule of the catalogue raised. */
export const RAISED_RULES = { flow: 'raised-by-flow', person: 'raised-by-person' } as const;

/** True for an alarm that was asked for, not found by a rule or by the platform about itself. */
export const isRaised = (alarm: { readonly rule: string }): boolean =>
  alarm.rule === RAISED_RULES.flow || alarm.rule === RAISED_RULES.person;
