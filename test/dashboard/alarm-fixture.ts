/** Alarms and messages for the console's tests. */
import type { Alarm } from '#domain/alarm.ts';
import type { AlarmMessage } from '#domain/contract/socket.ts';

/** A fixed instant: 2026-11-22 16:50:00 in the city. */
export const NOON = Date.UTC(2026, 10, 22, 8, 50);

/** An untaken orange of a gas valve well, changed as told. */
export function alarmOf(id: string, change: Partial<Alarm> = {}): Alarm {
  const colour = change.colour ?? change.highestColour ?? 'orange';
  return {
    id,
    revision: 1,
    sequence: 1,
    point: `${id}/ch4`,
    device: id,
    facility: `well-${id}`,
    area: '371702',
    lifeline: 'gas',
    gateway: 'gw-1',
    rule: 'gas-well-ch4',
    ruleVersion: 1,
    limit: 'orange',
    colour,
    highestColour: colour,
    active: true,
    state: 'unacknowledged',
    latched: false,
    suppression: 'none',
    suppressions: [],
    value: 2.6,
    unit: '%',
    limitValue: 2.5,
    onsetAt: NOON,
    returnedAt: null,
    acknowledgedAt: null,
    acknowledgedBy: null,
    historical: false,
    verdict: null,
    explanation: {
      code: 'limit-high',
      params: { rule: 'gas-well-ch4', value: 2.6, limit: 2.5, unit: '%', colour },
    },
    ...change,
  };
}

/** A message of the chain: `previous` is the sequence before it unless told otherwise. */
export function messageOf(
  alarm: Alarm,
  sequence: number,
  previous = sequence - 1,
  event: Partial<AlarmMessage['event']> = {},
): AlarmMessage {
  return {
    sequence,
    previous,
    cursor: `c${sequence}`,
    event: {
      change: 'raised',
      at: alarm.onsetAt,
      by: null,
      note: null,
      ring: true,
      reason: 'raised',
      ...event,
    },
    alarm: { ...alarm, sequence },
  };
}
