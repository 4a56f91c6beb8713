/** What people order. Every refusal has a stable code and, where it helps, the alarm as it stands. */
import type { Alarm } from '#domain/alarm.ts';
import { colourRank } from '#domain/colour.ts';
import type { Answer } from '#domain/event.ts';
import type { AlarmAction, CommandInput } from '#domain/input.ts';
import type { Timestamp } from '#domain/time.ts';
import type { Person } from '#domain/user.ts';
import { acknowledge, reset } from './alarm-machine.ts';
import { worstLevel } from './level-machine.ts';
import { standingOf } from './process-alarm.ts';
import { publish } from './publish.ts';
import { setMaintenance, suppress, unsuppress } from './shelving.ts';
import { type AlarmSlot, type OwnSuppression, touch, type Turn } from './state.ts';

const HOUR = 3_600_000;
/** A shelf always expires. */
export const SHELVE_MAX_MS = 8 * HOUR;
/** Out of service and maintenance are looked at again within this time. */
export const REVIEW_MAX_MS = 30 * 24 * HOUR;

export type AlarmCommand = Extract<CommandInput, { command: 'alarm' }>;
export type MaintenanceCommand = Extract<CommandInput, { command: 'maintenance' }>;

type Refusal = Extract<Answer, { ok: false }>;
type Order = { readonly turn: Turn; readonly slot: AlarmSlot; readonly alarm: Alarm; readonly by: Person };

/** Orders `command.action` on one alarm; the body of the answer is the alarm afterwards, or as it is. */
export function commandAlarm(turn: Turn, command: AlarmCommand): Answer {
  const slot = turn.state.byId.get(command.alarm);
  const alarm = slot?.alarm;
  if (slot === undefined || !alarm) return refuse('not-found', 'no such alarm is open or recent');
  if (command.revision !== alarm.revision)
    return refuse('stale-revision', `the alarm is at revision ${alarm.revision}`, alarm);
  const refusal = act({ turn, slot, alarm, by: command.by }, command.action);
  if (refusal !== null) return { ...refusal, body: alarm };
  return { ok: true, body: turn.state.byId.get(command.alarm)?.alarm ?? alarm };
}

/** Opens, moves or ends a maintenance window over points, gateways or facilities. */
export function commandMaintenance(turn: Turn, command: MaintenanceCommand): Answer {
  const { target, id, until, reason, by } = command;
  if (!turn.registry[target].has(id)) return refuse('not-found', `no ${id} among the ${target}`);
  const ends = until <= turn.wall;
  if (!ends && reason.trim() === '') return refuse('reason-needed', 'maintenance needs a reason');
  if (!(until - turn.wall <= REVIEW_MAX_MS)) return refuse('maintenance-too-long', 'at most 30 days');
  const window = { target, id, until, reason, by: by.username, since: turn.wall, due: dueAt(turn, until) };
  setMaintenance(turn, window);
  return { ok: true, body: ends ? null : { target, id, until, reason, by: by.username, since: turn.wall } };
}

function act(order: Order, action: AlarmAction): Refusal | null {
  switch (action.action) {
    case 'acknowledge':
      return take(order, action.note ?? null);
    case 'shelve':
      return shelve(order, action);
    case 'unshelve':
      return bringBack(order, 'shelved', action.note ?? null);
    case 'out-of-service':
      return putOut(order, action.reviewAt, action.reason);
    case 'in-service':
      return bringBack(order, 'out-of-service', action.note ?? null);
    case 'reset':
      return release(order, action.note ?? null);
    case 'note':
      return write(order, 'note', order.alarm, action.text);
    case 'verdict':
      return write(order, 'verdict', { ...order.alarm, verdict: action.verdict }, action.note ?? null);
  }
}

function take({ turn, slot, alarm, by }: Order, note: string | null): Refusal | null {
  if (alarm.state === 'normal') return refuse('not-open', 'the alarm is over');
  if (alarm.state === 'acknowledged' && alarm.acknowledgementExpiresAt === undefined)
    return refuse('already-acknowledged', `taken by ${alarm.acknowledgedBy ?? 'somebody'}`);
  acknowledge(turn, slot, by.username, note);
  return null;
}

function release({ turn, slot, alarm, by }: Order, note: string | null): Refusal | null {
  if (!alarm.latched) return refuse('not-latched', 'nothing is held that a reset would release');
  if (alarm.state !== 'acknowledged') return refuse('not-acknowledged', 'take the alarm before resetting it');
  const point = slot.kind === 'point' ? turn.state.points.forWrite(slot.index) : undefined;
  const instance = point?.rules.find((one) => one.slot === slot);
  if (point === undefined || instance === undefined) {
    // Nothing measures whether a raised alarm still holds: the person who resets it says that it is over.
    if (alarm.active && slot.kind !== 'raised') return refuse('still-active', 'the condition still holds');
    reset(turn, slot, null, by.username, note);
    return null;
  }
  if (instance.levels.some((level) => level.held && level.active))
    return refuse('still-active', 'the condition that latched still holds');
  for (const level of instance.levels) level.held = false;
  const rest = worstLevel(instance.levels);
  reset(
    turn,
    slot,
    rest === undefined ? null : standingOf(point, instance, rest, alarm.onsetAt),
    by.username,
    note,
  );
  return null;
}

function shelve(order: Order, action: Extract<AlarmAction, { action: 'shelve' }>): Refusal | null {
  const { turn, slot, alarm, by } = order;
  if (alarm.historical || (alarm.state === 'normal' && slot.suppressions.length === 0))
    return refuse('not-open', 'only an open alarm can be shelved');
  if (action.reason.trim() === '') return refuse('reason-needed', 'shelving needs a reason');
  if (!(action.until > turn.wall)) return refuse('shelve-in-past', 'the shelf would already be over');
  if (action.until - turn.wall > SHELVE_MAX_MS) return refuse('shelve-too-long', 'at most 8 hours');
  const refusal = mayShelve(alarm, by, action.secondPerson);
  if (refusal !== null) return refusal;
  const second = action.secondPerson === undefined ? null : `second person: ${action.secondPerson}`;
  suppress(turn, slot, own(order, 'shelved', action.until, action.reason), second);
  return null;
}

/** Officers put blue and yellow aside, leaders all; orange and red need a second person. An untaken worse colour counts. */
function mayShelve(alarm: Alarm, by: Person, second: string | undefined): Refusal | null {
  const severe = worstRank(alarm) >= 2;
  const leader = by.roles.includes('duty-leader');
  if (!leader && (severe || !by.roles.includes('duty-officer')))
    return refuse('forbidden-colour', `${by.username} may not shelve ${alarm.highestColour}`);
  if (severe && (second === undefined || second.trim() === '' || second === by.username))
    return refuse('second-person-needed', 'orange and red are shelved by two people');
  return null;
}

function putOut(order: Order, reviewAt: Timestamp, reason: string): Refusal | null {
  const { turn, slot, alarm, by } = order;
  if (alarm.historical || (alarm.state === 'normal' && slot.suppressions.length === 0))
    return refuse('not-open', 'only an open alarm can be taken out of service');
  if (!by.roles.includes('engineer') && !by.roles.includes('duty-leader'))
    return refuse('forbidden-role', 'out of service is for engineers and duty leaders');
  if (reason.trim() === '') return refuse('reason-needed', 'out of service needs a reason');
  if (!(reviewAt > turn.wall)) return refuse('review-in-past', 'the review date is over');
  if (reviewAt - turn.wall > REVIEW_MAX_MS) return refuse('review-too-late', 'review within 30 days');
  suppress(turn, slot, own(order, 'out-of-service', reviewAt, reason), null);
  return null;
}

function bringBack(order: Order, kind: OwnSuppression['kind'], note: string | null): Refusal | null {
  const { turn, slot, by } = order;
  if (!slot.suppressions.some((one) => one.kind === kind) || slot.kind === 'closed')
    return refuse(kind === 'shelved' ? 'not-shelved' : 'not-out-of-service', 'nothing to end');
  unsuppress(turn, slot, kind, by.username, note);
  return null;
}

function write(order: Order, change: 'note' | 'verdict', alarm: Alarm, note: string | null): Refusal | null {
  if (change === 'note' && (note === null || note.trim() === ''))
    return refuse('text-needed', 'the note is empty');
  touch(order.turn.state, order.slot);
  const { username } = order.by;
  publish(order.turn, order.slot, { change, alarm, reason: change, by: username, note, sameRevision: true });
  return null;
}

const own = (
  { turn, alarm, by }: Order,
  kind: OwnSuppression['kind'],
  until: Timestamp,
  reason: string,
): OwnSuppression => ({
  kind,
  reason,
  until,
  by: by.username,
  since: turn.wall,
  due: dueAt(turn, until),
  rank: worstRank(alarm),
});

const worstRank = (alarm: Alarm): number =>
  Math.max(colourRank(alarm.colour), colourRank(alarm.highestColour));

/** Ends are measured on engine time: a stepping wall clock neither shortens nor lengthens a shelf. */
const dueAt = (turn: Turn, until: Timestamp): number => turn.now + (until - turn.wall);

const refuse = (code: string, detail: string, body?: Alarm): Refusal =>
  body === undefined ? { ok: false, code, detail } : { ok: false, code, detail, body };
