/**
 * The on-call list under the pen. A form knows more shapes than a list has: an entry without areas (or lifelines) covers
 * all of them, minutes stand for milliseconds, and what is empty is left out when it is sent.
 */
import type { OnCallList } from '#domain/notification.ts';

const MINUTE_MS = 60_000;
/** What a new step and new reminders begin with. */
const WAIT_MINUTES = 3;
const REMINDED = ['red', 'orange', 'yellow'] as const;

export type DraftChannel = { channel: string; address: string };
export type DraftPerson = { id: string; name: string; phone: string; channels: DraftChannel[] };
export type DraftStep = { persons: string[]; waitMinutes: number };
export type DraftEntry = {
  id: string;
  areas: string[];
  lifelines: string[];
  steps: DraftStep[];
  leaders: string[];
};
export type OnCallDraft = {
  persons: DraftPerson[];
  entries: DraftEntry[];
  /** An empty text = never reminded of that colour. */
  afterMinutes: Record<(typeof REMINDED)[number], number | ''>;
  everyMinutes: number;
  max: number;
};

export const REMINDER_COLOURS = REMINDED;

export function draftOf({ persons, entries, reminders }: OnCallList): OnCallDraft {
  const minutes = (ms: number | undefined): number | '' => (ms === undefined ? '' : ms / MINUTE_MS);
  return {
    persons: persons.map(({ channels, ...person }) => ({
      ...person,
      channels: channels.map(({ channel, address = '' }) => ({ channel, address })),
    })),
    entries: entries.map(({ id, areas = [], lifelines = [], steps, leaders }) => ({
      id,
      areas: [...areas],
      lifelines: [...lifelines],
      steps: steps.map((step) => ({ persons: [...step.persons], waitMinutes: step.waitMs / MINUTE_MS })),
      leaders: [...leaders],
    })),
    afterMinutes: {
      red: minutes(reminders.afterMs.red),
      orange: minutes(reminders.afterMs.orange),
      yellow: minutes(reminders.afterMs.yellow),
    },
    everyMinutes: reminders.everyMs / MINUTE_MS,
    max: reminders.max,
  };
}

export function listOf(draft: OnCallDraft): OnCallList {
  const afterMs: Partial<Record<(typeof REMINDED)[number], number>> = {};
  for (const colour of REMINDED) {
    const minutes = draft.afterMinutes[colour];
    if (minutes !== '') afterMs[colour] = minutes * MINUTE_MS;
  }
  return {
    persons: draft.persons.map(({ id, name, phone, channels }) => ({
      id,
      name: name.trim(),
      phone: phone.trim(),
      channels: channels.map(({ channel, address }) =>
        address.trim() === '' ? { channel } : { channel, address: address.trim() },
      ),
    })),
    entries: draft.entries.map(({ id, areas, lifelines, steps, leaders }) => ({
      id,
      ...(areas.length === 0 ? {} : { areas: [...areas] }),
      ...(lifelines.length === 0 ? {} : { lifelines: [...lifelines] }),
      steps: steps.map(({ persons, waitMinutes }) => ({
        persons: [...persons],
        waitMs: Math.round(waitMinutes * MINUTE_MS),
      })),
      leaders: [...leaders],
    })),
    reminders: { afterMs, everyMs: draft.everyMinutes * MINUTE_MS, max: draft.max },
  };
}

/** `prefix-1`, or the first number that is free: ids never change once sent, names may. */
export function freeId(prefix: string, taken: readonly { readonly id: string }[]): string {
  const ids = new Set(taken.map(({ id }) => id));
  for (let number = taken.length + 1; ; number += 1)
    if (!ids.has(`${prefix}-${number}`)) return `${prefix}-${number}`;
}

export const newStep = (): DraftStep => ({ persons: [], waitMinutes: WAIT_MINUTES });

export function addPerson(draft: OnCallDraft, channel: string | undefined): void {
  const channels = channel === undefined ? [] : [{ channel, address: '' }];
  draft.persons.push({ id: freeId('person', draft.persons), name: '', phone: '', channels });
}

/** Takes the person out of every step too; a step that has nobody left goes with them. */
export function removePerson(draft: OnCallDraft, id: string): void {
  const without = (ids: readonly string[]): string[] => ids.filter((one) => one !== id);
  draft.persons = draft.persons.filter((person) => person.id !== id);
  for (const entry of draft.entries) {
    entry.leaders = without(entry.leaders);
    entry.steps = entry.steps
      .map((step) => ({ ...step, persons: without(step.persons) }))
      .filter(({ persons }) => persons.length > 0);
  }
}

export function addEntry(draft: OnCallDraft): void {
  const id = freeId('entry', draft.entries);
  draft.entries.push({ id, areas: [], lifelines: [], steps: [newStep()], leaders: [] });
}

/** Moves the nth by `by` places; at either end it stays. An alarm goes to the first entry that covers it. */
export function move<T>(items: T[], nth: number, by: -1 | 1): void {
  const [item] = items.slice(nth, nth + 1);
  const to = nth + by;
  if (item === undefined || to < 0 || to >= items.length) return;
  items.splice(nth, 1);
  items.splice(to, 0, item);
}

/** A mark of a form that is still in the way of saving; null when the list can be sent. */
export function missingIn(draft: OnCallDraft): 'person' | 'step' | 'channel' | null {
  if (draft.persons.some(({ name, phone }) => name.trim() === '' || phone.trim() === '')) return 'person';
  if (draft.persons.some(({ channels }) => channels.length === 0)) return 'channel';
  const stepless = ({ steps }: DraftEntry): boolean =>
    steps.length === 0 || steps.some(({ persons }) => persons.length === 0);
  return draft.entries.some(stepless) ? 'step' : null;
}
