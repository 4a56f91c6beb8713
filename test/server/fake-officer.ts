/** What the fake engine makes of an order about an alarm: the rules of design §5 that the server relies on. */
import type { Alarm, AlarmEvent } from '#domain/alarm.ts';
import type { Answer } from '#domain/event.ts';
import type { AlarmAction, CommandInput } from '#domain/input.ts';

type Announce = (
  alarm: Alarm,
  change: AlarmEvent['change'],
  by: string | null,
  note: string | null,
) => AlarmEvent;

export function obey(
  alarm: Alarm | undefined,
  command: Extract<CommandInput, { command: 'alarm' }>,
  now: number,
  announce: Announce,
): Answer {
  if (alarm === undefined) return { ok: false, code: 'not-found', detail: 'no such alarm' };
  if (alarm.revision !== command.revision) {
    return { ok: false, code: 'stale-revision', detail: `it is at ${alarm.revision}`, body: alarm };
  }
  const { action, by } = command;
  if (action.action === 'shelve' && action.until - now > 8 * 3_600_000) {
    return { ok: false, code: 'shelve-too-long', detail: 'at most 8 h', body: alarm };
  }
  const { change, fields } = effect(alarm, action, by.username, now);
  const note = 'note' in action ? (action.note ?? null) : action.action === 'note' ? action.text : null;
  const counted = action.action === 'note' ? {} : { revision: alarm.revision + 1 };
  return { ok: true, body: announce({ ...alarm, ...counted, ...fields }, change, by.username, note).alarm };
}

function effect(
  alarm: Alarm,
  action: AlarmAction,
  by: string,
  now: number,
): { change: AlarmEvent['change']; fields: Partial<Alarm> } {
  switch (action.action) {
    case 'acknowledge':
      return {
        change: 'acknowledged',
        fields: {
          state: alarm.state === 'returned-unacknowledged' ? 'normal' : 'acknowledged',
          acknowledgedAt: now,
          acknowledgedBy: by,
        },
      };
    case 'shelve': {
      const detail = { kind: 'shelved', by, reason: action.reason, since: now, until: action.until } as const;
      return { change: 'shelved', fields: { suppression: 'shelved', suppressions: [detail] } };
    }
    case 'unshelve':
      return { change: 'unshelved', fields: { suppression: 'none', suppressions: [] } };
    case 'out-of-service':
      return { change: 'out-of-service', fields: { suppression: 'out-of-service' } };
    case 'in-service':
      return { change: 'in-service', fields: { suppression: 'none' } };
    case 'reset':
      return { change: 'reset', fields: { latched: false } };
    case 'note':
      return { change: 'note', fields: {} };
    case 'verdict':
      return { change: 'verdict', fields: { verdict: action.verdict } };
  }
}
