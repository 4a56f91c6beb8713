/** A folded symptom sends no message of its own; once its cause is over and it is not, it does. */
import { describe, expect, it } from 'vitest';
import { MINUTE, PhoneRoom, listOf } from './phone-room.ts';

/** Gas mains M-1 -> M-2, band 300 kPa, each measured every minute. */
function mains(): PhoneRoom {
  const room = new PhoneRoom();
  const main = (id: string, lon: number) => [
    {
      kind: 'facilities',
      value: {
        ...{ id: `F-${id}`, name: id, kind: 'gas-main-point', lifeline: 'gas', area: '371702' },
        location: { lat: 35.3, lon },
      },
    },
    { kind: 'devices', value: { id, gateway: 'GW-1', facility: `F-${id}` } },
    {
      kind: 'points',
      value: {
        ...{ device: id, channel: 'pressure', quantity: 'pressure', unit: 'kPa', reportIntervalMs: 60_000 },
        attributes: { bandKpa: 300 },
      },
    },
  ];
  const edge = { id: 'E-1', kind: 'gas-main', lifeline: 'gas', from: 'F-M-1', to: 'F-M-2' };
  room.register(0, ...main('M-1', 115.4), ...main('M-2', 115.42), { kind: 'edges', value: edge });
  return room;
}

function pressure(room: PhoneRoom, second: number, device: string, value: number): void {
  const { receivedAt: time } = room.moment(second);
  const record = { device, time, seq: second + 1, values: { pressure: value } };
  room.give(second, {
    ...{ kind: 'publish', gateway: 'GW-1', client: 'box', topic: 'lifeline/v1/GW-1/telemetry' },
    ...{ payload: new TextEncoder().encode(JSON.stringify(record)), qos: 1, dup: false },
    packetId: 1 + (second % 60_000),
  });
}

/** Alarms that somebody was told of, in order, by point. */
const toldOf = (room: PhoneRoom): (string | null | undefined)[] => {
  const points = new Map(room.alarmEvents().map(({ alarm }) => [alarm.id, alarm.point]));
  const alarms = room.items().filter(({ kind, step }) => kind === 'alert' && step === 1);
  return alarms.map(({ alarm }) => points.get(alarm ?? ''));
};

/** M-1 loses its pressure at 60 s and has it back from 600 s on; M-2 loses it at 120 s and never has it back. */
function lostPressure(room: PhoneRoom, until: number, each: (second: number) => void = () => {}): void {
  for (let second = 60; second <= until; second += 60) {
    pressure(room, second, 'M-1', second < 600 ? 230 : 300);
    if (second >= 120) pressure(room, second, 'M-2', 230);
    each(second);
  }
}

describe('messages about an incident', () => {
  it('tell of the cause; of the symptom only when the cause is over and it is not', () => {
    const room = mains();
    lostPressure(room, 900);
    expect(toldOf(room)).toEqual(['M-1/pressure']);
    lostPressure(room, 1_200);
    expect(toldOf(room)).toEqual(['M-1/pressure', 'M-2/pressure']);
    const resurfaced = room.alarmEvents().find(({ change }) => change === 'resurfaced');
    expect(resurfaced).toMatchObject({ announce: { ring: true }, alarm: { point: 'M-2/pressure' } });
  });

  it('a new on-call list tells nobody of what is folded', () => {
    const room = mains();
    lostPressure(room, 300);
    room.onCall(301, listOf({ reminders: { afterMs: { red: MINUTE }, everyMs: MINUTE, max: 1 } }));
    expect(toldOf(room)).toEqual(['M-1/pressure']);
  });

  it('are the same after a restart at any moment', () => {
    const plain = mains();
    lostPressure(plain, 1_200);
    const restarted = mains();
    lostPressure(restarted, 1_200, (second) => restarted.restart(second + 1));
    expect(toldOf(restarted)).toEqual(toldOf(plain));
  });
});
