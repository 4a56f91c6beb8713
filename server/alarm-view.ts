/** An alarm as the API answers with it, on every route alike. */
import type { Alarm } from '#domain/alarm.ts';
import { isaState, type IsaState } from '#domain/isa-state.ts';

/** With its letter of ISA-18.2. */
export const alarmView = (alarm: Alarm): Alarm & { readonly isaState: IsaState } => ({
  ...alarm,
  isaState: isaState(alarm),
});

/** What the engine answered an order with: an alarm is shown like any other. */
export const viewOfAnswer = (body: unknown): unknown => (isAlarm(body) ? alarmView(body) : body);

/** The engine's word is taken for the rest. */
export const isAlarm = (body: unknown): body is Alarm =>
  typeof body === 'object' && body !== null && 'id' in body && 'suppressions' in body && 'latched' in body;
