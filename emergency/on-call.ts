/** What an on-call list must be before it comes into force. */
import { ID_PATTERN } from '#domain/registry.ts';
import type { OnCallEntry, OnCallList } from '#domain/notification.ts';

/** Bounds of one list, each well beyond a city's need; they keep the fold's state and one step's messages small. */
export const ON_CALL_BOUNDS = {
  personsMax: 500,
  channelsPerPersonMax: 8,
  entriesMax: 200,
  stepsMax: 10,
  personsPerStepMax: 10,
  waitMinMs: 1_000,
  waitMaxMs: 24 * 3_600_000,
  remindersMax: 20,
  remindEveryMinMs: 60_000,
} as const;

/** Why the list cannot be used, in English with the place; null when it can. The shape was checked before. */
export function checkOnCall(list: OnCallList): string | null {
  const { persons, entries, reminders } = list;
  const ids = new Set(persons.map(({ id }) => id));
  if (persons.length > ON_CALL_BOUNDS.personsMax) return `more than ${ON_CALL_BOUNDS.personsMax} persons`;
  if (entries.length > ON_CALL_BOUNDS.entriesMax) return `more than ${ON_CALL_BOUNDS.entriesMax} entries`;
  if (ids.size < persons.length) return 'two persons have the same id';
  if (new Set(entries.map(({ id }) => id)).size < entries.length) return 'two entries have the same id';
  for (const { id, channels } of persons) {
    if (!ID_PATTERN.test(id)) return `person "${id}": not an id`;
    if (channels.length > ON_CALL_BOUNDS.channelsPerPersonMax) return `person ${id}: too many channels`;
    if (new Set(channels.map(({ channel }) => channel)).size < channels.length)
      return `person ${id}: a channel twice`;
  }
  for (const entry of entries) {
    const wrong = checkEntry(entry, ids);
    if (wrong !== null) return `entry ${entry.id}: ${wrong}`;
  }
  return checkReminders(reminders);
}

function checkEntry({ steps, leaders }: OnCallEntry, ids: ReadonlySet<string>): string | null {
  const { stepsMax, personsPerStepMax, waitMinMs, waitMaxMs } = ON_CALL_BOUNDS;
  if (steps.length === 0 || steps.length > stepsMax) return `1 to ${stepsMax} steps are needed`;
  for (const { persons, waitMs } of steps) {
    if (persons.length === 0 || persons.length > personsPerStepMax)
      return `a step has 1 to ${personsPerStepMax} persons`;
    if (!(waitMs >= waitMinMs && waitMs <= waitMaxMs)) return `waitMs is ${waitMinMs} to ${waitMaxMs}`;
  }
  if (leaders.length > personsPerStepMax) return `at most ${personsPerStepMax} leaders`;
  const unknown = [...steps.flatMap(({ persons }) => persons), ...leaders].find((id) => !ids.has(id));
  return unknown === undefined ? null : `no person ${unknown}`;
}

function checkReminders({ afterMs, everyMs, max }: OnCallList['reminders']): string | null {
  const { remindersMax, remindEveryMinMs, waitMinMs, waitMaxMs } = ON_CALL_BOUNDS;
  for (const ms of [afterMs.red, afterMs.orange, afterMs.yellow]) {
    if (ms !== undefined && !(ms >= waitMinMs && ms <= waitMaxMs))
      return `reminders.afterMs is ${waitMinMs} to ${waitMaxMs}`;
  }
  if (!(everyMs >= remindEveryMinMs && everyMs <= waitMaxMs))
    return `reminders.everyMs is ${remindEveryMinMs} to ${waitMaxMs}`;
  if (!(Number.isInteger(max) && max >= 1 && max <= remindersMax))
    return `reminders.max is 1 to ${remindersMax}`;
  return null;
}
