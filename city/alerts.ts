/**
 * Step 8 in the fold: the outbox follows the alarm events that the rules decided, each at the instant it happened, and
 * its own deadlines fall in between in order of their due time. At one instant the rules come first: an alarm that is
 * over then tells nobody any more. An input without events and without a due deadline costs two comparisons.
 */
import type { Answer } from '#domain/event.ts';
import type { CommandInput, Input, Journaled, NotificationInput } from '#domain/input.ts';
import type { NotificationItem, PhoneAnswer } from '#domain/notification.ts';
import type { EngineTime, Moment } from '#domain/time.ts';
import * as emergency from '#emergency/outbox.ts';
import * as rules from '#rules/engine.ts';
import type { City } from './city.ts';
import type { FoldOutput } from './fold.ts';

/** Follows the events from `mark` on, then lets everything fall due by `to`. */
export function passTime(
  city: City,
  at: Moment,
  to: EngineTime,
  out: FoldOutput,
  mark: number,
  sink: rules.RulesSink,
): void {
  followEvents(city, at, out, mark, sink);
  const due = emergency.nextDeadline(city.emergency);
  if (due !== null && due <= to) emergency.advance(turnOf(city, at, out, sink), at, to, true);
}

/** Follows the events of this input from `mark` on; those they lead to are followed too. */
export function followEvents(
  city: City,
  at: Moment,
  out: FoldOutput,
  mark: number,
  sink: rules.RulesSink,
): void {
  const { events } = out;
  for (let place = mark; place < events.length; place += 1) {
    const event = events[place];
    if (event?.kind === 'alarm') {
      const turn = turnOf(city, at, out, sink);
      const happened = at.engineTime - (at.receivedAt - event.at);
      emergency.advance(turn, at, happened, false);
      turn.now = happened;
      turn.wall = event.at;
      emergency.onAlarm(turn, event);
    } else if (event?.kind === 'flow-notice') emergency.onNotice(turnOf(city, at, out, sink), event);
    else if (event?.kind === 'registry') emergency.onRegistry(turnOf(city, at, out, sink));
  }
}

type AlertInput = NotificationInput | Extract<Input, { kind: 'channels' | 'channel-tested' }>;

/** What the outside reported of messages and channels. */
export function applyAlertInput(
  city: City,
  input: Journaled<AlertInput>,
  out: FoldOutput,
  sink: rules.RulesSink,
): Answer {
  const turn = turnOf(city, input, out, sink);
  switch (input.kind) {
    case 'channels':
      emergency.onChannels(turn, input.channels);
      return { ok: true, body: null };
    case 'channel-tested':
      emergency.onChannelTested(turn, input);
      return { ok: true, body: null };
    case 'notification': {
      const { answer, news } = emergency.applyReport(turn, input);
      if (news && input.report === 'answer') noteAnswer(city, input, out, sink);
      return answer;
    }
  }
}

/** A new on-call list; open alarms that nobody was on call for are told at once. */
export function changeOnCall(
  city: City,
  input: Journaled<CommandInput & { command: 'on-call' }>,
  out: FoldOutput,
  sink: rules.RulesSink,
): Answer {
  return emergency.onOnCall(turnOf(city, input, out, sink), input, rules.openAlarms(city.rules));
}

const ANSWER_WORDS: Readonly<Record<PhoneAnswer, string>> = {
  received: '收到',
  arrived: '到场',
  'false-alarm': '建议判为误报，请值守员核实',
};

/** A line in the alarm's history and in the audit log: who answered what on their phone. */
function noteAnswer(
  city: City,
  input: Journaled<NotificationInput & { report: 'answer' }>,
  out: FoldOutput,
  sink: rules.RulesSink,
): void {
  const item = emergency.findItem(city.emergency, input.id)?.delivery.item;
  if (item === undefined) return;
  const by = { username: `on-call:${item.person}`, roles: ['crew'] as const, address: input.address };
  const { answer, receivedAt: at } = input;
  const detail = { answer, person: item.person, step: item.step };
  const action = 'notification.answer';
  out.events.push({ kind: 'audit', at, by, action, subject: item.id, outcome: 'done', detail });
  const alarm = item.alarm === null ? undefined : rules.alarmById(city.rules, item.alarm);
  if (alarm === undefined) return;
  const order: CommandInput = {
    kind: 'command',
    command: 'alarm',
    by,
    alarm: alarm.id,
    revision: alarm.revision,
    action: { action: 'note', text: noteText(item, answer) },
  };
  rules.onCommand(city.rules, city.registry, order, input, sink);
}

const noteText = (item: NotificationItem, answer: PhoneAnswer): string =>
  `${item.name}（手机）：${ANSWER_WORDS[answer]}`;

const turnOf = (city: City, at: Moment, out: FoldOutput, sink: rules.RulesSink): emergency.Turn => ({
  state: city.emergency,
  registry: city.registry,
  now: at.engineTime,
  wall: at.receivedAt,
  out: {
    notification: (event) => void out.events.push(event),
    condition(name, subject, active, detail) {
      rules.onCondition(city.rules, city.registry, { name, subject, active, detail }, at, sink);
    },
  },
});
