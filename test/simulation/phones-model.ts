/**
 * A second model of who is told when, written from the duty manual and not from the outbox: per alarm it lists when it
 * was armed, confirmed and stopped, and reads the steps and reminders off the list. Times are engine time.
 */
import type { AlarmEvent } from '#domain/alarm.ts';
import type { OnCallList } from '#domain/notification.ts';

/** `byInput`: a person or a sample did it at that instant; else a delay ended then. */
export type ModelEvent = { readonly t: number; readonly byInput: boolean; readonly event: AlarmEvent };
export type ModelAnswer = {
  readonly t: number;
  readonly alarm: string;
  readonly answer: string;
  readonly order: number;
};
export type Told = { readonly id: string; readonly t: number };

const RANK = ['blue', 'yellow', 'orange', 'red'];

type Signal =
  | { readonly kind: 'arm'; readonly t: number; readonly rank: number }
  | { readonly kind: 'end' | 'confirm'; readonly t: number; readonly byInput: boolean };

/** Everything that must have been told by `until`. */
export function modelTold(
  list: OnCallList,
  events: readonly (ModelEvent & { readonly order: number })[],
  answers: readonly ModelAnswer[],
  until: number,
): Told[] {
  const alarms = [...new Set(events.map(({ event }) => event.alarm.id))];
  return alarms.flatMap((alarm) => {
    const happened = events.filter(({ event }) => event.alarm.id === alarm);
    const signals = signalsOf(
      happened,
      answers.filter((one) => one.alarm === alarm),
    );
    return toldOf(list, alarm, happened[0]?.event.alarm.lifeline ?? null, signals, until);
  });
}

function signalsOf(
  events: readonly (ModelEvent & { readonly order: number })[],
  answers: readonly ModelAnswer[],
): Signal[] {
  const all = [
    ...events.map((one) => ({ ...one, kind: 'event' as const })),
    ...answers.map((one) => ({ ...one, kind: 'answer' as const })),
  ].sort((a, b) => a.order - b.order);
  const signals: Signal[] = [];
  let armed = -1;
  let ended = false;
  for (const one of all) {
    if (one.kind === 'answer') {
      if (armed >= 0 && !ended && one.answer !== 'false-alarm')
        signals.push({ kind: 'confirm', t: one.t, byInput: true });
      continue;
    }
    const { t, byInput } = one;
    const { alarm, announce } = one.event;
    const rank = RANK.indexOf(alarm.colour);
    const over = alarm.state === 'normal' || (alarm.historical && !alarm.active);
    if (over || alarm.state === 'acknowledged' || alarm.suppression !== 'none') {
      if (armed >= 0 && !ended) signals.push({ kind: 'end', t, byInput });
      if (armed >= 0) ended = true;
    } else if (announce.ring && rank >= 1 && (armed < 0 || ended || rank > armed)) {
      if (armed >= 0 && !ended) signals.push({ kind: 'end', t, byInput });
      signals.push({ kind: 'arm', t, rank });
      armed = rank;
      ended = false;
    }
  }
  return signals;
}

function toldOf(
  list: OnCallList,
  alarm: string,
  lifeline: string | null,
  signals: readonly Signal[],
  until: number,
): Told[] {
  const entry = list.entries.find(
    ({ lifelines }) => lifelines === undefined || lifelines.includes(lifeline ?? ''),
  );
  if (entry === undefined) return [];
  const told: Told[] = [];
  let round = 0;
  signals.forEach((signal, place) => {
    if (signal.kind !== 'arm') return;
    round += 1;
    const rest = signals.slice(place + 1);
    const end = rest.find(({ kind }) => kind === 'end');
    const mine = end === undefined ? rest : rest.slice(0, rest.indexOf(end));
    const confirm = mine.find(({ kind }) => kind === 'confirm');
    const happens = (due: number, ...stops: (Signal | undefined)[]): boolean =>
      due <= until &&
      stops.every(
        (stop) =>
          stop === undefined || stop.kind === 'arm' || due < stop.t || (due === stop.t && stop.byInput),
      );
    let due = signal.t;
    entry.steps.forEach(({ persons, waitMs }, step) => {
      // The first is told in the breath of its arming, whatever comes at that instant.
      const first = step === 0;
      if (signal.rank >= 2 && (first || happens(due, end, confirm)))
        told.push(...persons.map((who) => ({ id: `${alarm}.${round}.${step + 1}.${who}`, t: due })));
      due += waitMs;
    });
    const { afterMs, everyMs, max } = list.reminders;
    const after = [undefined, afterMs.yellow, afterMs.orange, afterMs.red][signal.rank];
    const leaders = entry.leaders.length > 0 ? entry.leaders : (entry.steps.at(-1)?.persons ?? []);
    for (let number = 1; after !== undefined && number <= max; number += 1) {
      const at = signal.t + after + (number - 1) * everyMs;
      if (happens(at, end))
        told.push(...leaders.map((who) => ({ id: `${alarm}.${round}.r${number}.${who}`, t: at })));
    }
  });
  return told;
}
