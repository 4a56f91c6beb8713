/** What becomes of one message: channels, retries, receipts, taps, and the faults that a person hears of. */
import { describe, expect, it } from 'vitest';
import { entry, listOf, MINUTE, person, PhoneRoom } from './phone-room.ts';

const RED = 4.5;
const twoChannels = listOf({ persons: [person('first', 'ding', 'sms'), person('second'), person('leader')] });

function ringing(list = listOf()): { room: PhoneRoom; id: string } {
  const room = new PhoneRoom(list);
  room.gas(10, RED);
  const [item] = room.queued();
  if (item === undefined) throw new Error('nobody was told');
  return { room, id: item.id };
}

function refuse(room: PhoneRoom, second: number, id: string, permanent: boolean): void {
  const channel = room.item(id).channel ?? '';
  room.report(second, id, { report: 'attempt', channel });
  room.report(second, id, { report: 'refused', channel, permanent, detail: 'why' });
}

describe('a message', () => {
  it('goes from queued to accepted, delivered, opened, acknowledged, and says when', () => {
    const { room, id } = ringing();
    room.deliver(11, 'first');
    room.report(12, id, { report: 'receipt', delivered: true, detail: 'DELIVERED' });
    room.report(13, id, { report: 'opened' });
    room.report(14, id, { report: 'answer', answer: 'received', address: '10.0.0.9' });
    const { times, state, attempts } = room.item(id);
    expect([state, attempts]).toEqual(['acknowledged', 1]);
    expect(Object.keys(times)).toEqual(['queued', 'accepted', 'delivered', 'opened', 'acknowledged']);
  });

  it('never goes back: a receipt after the tap, the same receipt again, the page opened again', () => {
    const { room, id } = ringing();
    room.deliver(11, 'first');
    room.report(12, id, { report: 'answer', answer: 'received', address: '10.0.0.9' });
    const before = room.events.length;
    room.report(13, id, { report: 'receipt', delivered: true, detail: 'DELIVERED' });
    room.report(14, id, { report: 'receipt', delivered: true, detail: 'DELIVERED' });
    room.report(15, id, { report: 'opened' });
    expect(room.events).toHaveLength(before);
  });

  it('is tried again over the same channel, then over the next, then over the first again', () => {
    const { room, id } = ringing(twoChannels);
    const channels: (string | null)[] = [];
    for (let attempt = 0; attempt < 7; attempt++) {
      channels.push(room.item(id).channel);
      refuse(room, 11 + attempt, id, false);
    }
    expect(channels).toEqual(['ding', 'ding', 'ding', 'sms', 'sms', 'sms', 'ding']);
    expect(room.item(id)).toMatchObject({ state: 'queued', attempts: 7 });
  });

  it('a number that does not exist sends it over the next channel at once', () => {
    const { room, id } = ringing(twoChannels);
    refuse(room, 11, id, true);
    expect(room.item(id)).toMatchObject({ state: 'queued', channel: 'sms' });
  });

  it('a receipt that says undeliverable does so too', () => {
    const { room, id } = ringing(twoChannels);
    room.deliver(11, 'first');
    room.report(12, id, { report: 'receipt', delivered: false, detail: 'UNDELIV' });
    expect(room.item(id)).toMatchObject({ state: 'queued', channel: 'sms' });
  });

  it('when nobody of a step can be reached the next person is told at once', () => {
    const { room, id } = ringing();
    refuse(room, 11, id, true);
    expect(room.item(id).state).toBe('failed');
    expect(room.told().map(([second, who]) => [second, who])).toEqual([
      [10, 'first'],
      [11, 'second'],
    ]);
    room.tick(311);
    expect(room.told()).toHaveLength(3);
  });

  it('a person without a configured channel is passed over', () => {
    const { room } = ringing(
      listOf({ persons: [person('first', 'none'), person('second'), person('leader')] }),
    );
    expect(room.items().map(({ person: who, state, detail }) => [who, state, detail])).toEqual([
      ['first', 'failed', 'no-channel'],
      ['second', 'queued', null],
    ]);
  });

  it('an attempt without a result after a crash is still to be sent, under the same id', () => {
    const { room, id } = ringing();
    room.report(11, id, { report: 'attempt', channel: 'ding' });
    room.restart(20);
    expect(room.queued().map((item) => [item.id, item.attempts])).toEqual([[id, 1]]);
  });

  it('one that was tapped before its result came need not be sent again', () => {
    const { room, id } = ringing();
    room.report(11, id, { report: 'attempt', channel: 'ding' });
    room.report(12, id, { report: 'answer', answer: 'received', address: '10.0.0.9' });
    expect(room.report(20, id, { report: 'attempt', channel: 'ding' })).toMatchObject({ code: 'not-queued' });
  });

  it('nothing is sent of an alarm that was taken meanwhile, nor of one that is unknown', () => {
    const { room, id } = ringing();
    room.order(11, { action: 'acknowledge' });
    expect(room.report(12, id, { report: 'attempt', channel: 'ding' })).toMatchObject({ code: 'not-queued' });
    expect(room.report(13, 'x.1.1.y', { report: 'opened' })).toMatchObject({ code: 'not-found' });
  });
});

describe('what a person answers on the phone', () => {
  it('收到 keeps the next person from being told, and stands in the alarm’s history with the name', () => {
    const { room, id } = ringing();
    room.deliver(11, 'first');
    room.report(12, id, { report: 'answer', answer: 'received', address: '10.0.0.9' });
    room.tick(1_000);
    expect(room.told()).toHaveLength(1);
    expect(room.alarmEvents().at(-1)).toMatchObject({
      change: 'note',
      by: 'on-call:first',
      note: 'first（手机）：收到',
    });
    expect(room.alarm().state).toBe('unacknowledged');
  });

  it('a second tap is harmless', () => {
    const { room, id } = ringing();
    const answer = { report: 'answer', answer: 'received', address: '10.0.0.9' } as const;
    room.report(12, id, answer);
    const before = room.events.length;
    expect(room.report(13, id, answer)).toMatchObject({ ok: true });
    expect(room.events).toHaveLength(before);
  });

  it('误报 is a proposal: the alarm stays as it is, and the next person is still told', () => {
    const { room, id } = ringing();
    const before = room.alarm();
    room.report(12, id, { report: 'answer', answer: 'false-alarm', address: '10.0.0.9' });
    expect(room.alarm()).toMatchObject({ verdict: null, state: before.state, revision: before.revision });
    expect(room.alarmEvents().at(-1)?.note).toContain('误报');
    room.tick(310);
    expect(room.told()).toHaveLength(2);
  });

  it('enters the audit log with the address it came from', () => {
    const { room, id } = ringing();
    room.report(12, id, { report: 'answer', answer: 'arrived', address: '10.0.0.9' });
    expect(room.events.filter(({ kind }) => kind === 'audit').at(-1)).toMatchObject({
      action: 'notification.answer',
      subject: id,
      by: { username: 'on-call:first', address: '10.0.0.9' },
    });
  });
});

describe('channels that fail', () => {
  it('all of them failing is a system alarm, ended by the first message that gets through', () => {
    const { room, id } = ringing();
    refuse(room, 11, id, false);
    refuse(room, 12, id, false);
    expect(room.faults()).toEqual([]);
    refuse(room, 13, id, false);
    expect(room.faults()).toEqual(['channel-failing ']);
    room.deliver(20, 'first');
    expect(room.faults()).toEqual([]);
  });

  it('a test that gets through ends it too', () => {
    const { room, id } = ringing();
    for (const second of [11, 12, 13]) refuse(room, second, id, false);
    room.give(30, { kind: 'channel-tested', channel: 'ding', ok: true, detail: '' });
    expect(room.faults()).toEqual([]);
    expect(room.city.emergency.channels.get('ding')?.lastSuccessAt).toBe(room.moment(30).receivedAt);
  });

  it('none configured at all is one, and what waited is sent once there is one', () => {
    const room = new PhoneRoom(listOf(), []);
    expect(room.faults()).toEqual(['channel-failing ']);
    room.gas(10, RED);
    expect(room.items().map(({ state }) => state)).toEqual(['failed', 'failed', 'failed']);
    room.give(20, { kind: 'channels', channels: [{ id: 'ding', kind: 'dingtalk' }] });
    expect(room.faults()).toEqual([]);
    expect(room.queued().map(({ person: who }) => who)).toEqual(['first', 'second', 'leader']);
  });

  it('numbers that do not exist say nothing of the channel', () => {
    const one = listOf({
      entries: [entry({ steps: [{ persons: ['first', 'second', 'leader'], waitMs: MINUTE }] })],
    });
    const { room } = ringing(one);
    for (const { id } of room.queued()) refuse(room, 11, id, true);
    expect(room.faults()).toEqual([]);
  });
});
