/** The edge between vendors and the outbox: reports come in under a channel's token, tests go out over it. */
import { describe, expect, it } from 'vitest';
import type { Answer } from '#domain/event.ts';
import type { Input } from '#domain/input.ts';
import { startAlerts } from '../../platform/alerts.ts';
import { createAnnouncements } from '../../platform/city-port.ts';
import { listOf, person, PhoneRoom } from '../emergency/phone-room.ts';
import { createClock } from '../server/fakes.ts';

const SMS_TOKEN = 'sms-token-0123456789';
const VOICE_TOKEN = 'voice-token-0123456789';
const gateway = (id: 'sms' | 'voice', receiptToken: string) => ({
  id,
  kind: id,
  url: 'http://127.0.0.1:9/',
  body: {},
  receiptToken,
});
const FILE = {
  publicUrl: 'https://lifeline.example.cn',
  channels: [
    gateway('sms', SMS_TOKEN),
    gateway('voice', VOICE_TOKEN),
    { id: 'push', kind: 'web-push', subject: 'mailto:ops@example.cn', publicKey: 'k', privateKey: 'k' },
  ],
};

/** One red alarm, its message to `first` accepted by the SMS vendor under `ref-1`. */
function open() {
  const room = new PhoneRoom(
    listOf({ persons: [person('first', 'sms', 'voice'), person('second'), person('leader')] }),
  );
  room.gas(100, 4.5);
  const id = room.items()[0]?.id ?? '';
  room.report(100, id, { report: 'attempt', channel: 'sms' });
  room.report(100, id, { report: 'accepted', channel: 'sms', reference: 'ref-1' });
  const journaled: Input[] = [];
  const give = (input: Input): Answer => {
    journaled.push(input);
    return room.give(101, input) ?? { ok: true, body: null };
  };
  const { port } = startAlerts({
    channelsFile: { path: 'channels.json', text: JSON.stringify(FILE) },
    pipeline: { city: room.city, submit: (input) => void give(input), report: async (input) => give(input) },
    announcements: createAnnouncements(),
    clock: createClock(),
    mac: () => '0'.repeat(64),
  });
  journaled.length = 0;
  return { room, id, port, journaled };
}

const tencent = (sid: string, status = 'SUCCESS') => ({ report_status: status, sid });
const aliyun = (id: string, success = true) => ({ success, out_id: id, biz_id: 'b' });

describe('delivery reports', () => {
  it('a report under the vendor’s own reference is journaled once, however often it comes', async () => {
    const { room, id, port, journaled } = open();
    const body = [tencent('ref-1'), tencent('ref-1'), tencent('unknown')];
    expect(await port.receipts(SMS_TOKEN, body)).toMatchObject({ reply: { result: 0 } });
    expect(await port.receipts(SMS_TOKEN, [aliyun(id)])).toMatchObject({ known: 1 });
    expect(room.item(id).state).toBe('delivered');
    expect(journaled).toHaveLength(1);
  });

  it('"not delivered" sends the message over the next channel, once', async () => {
    const { room, id, port, journaled } = open();
    const body = [aliyun(id, false), aliyun(id, false)];
    await port.receipts(SMS_TOKEN, body);
    expect(room.item(id)).toMatchObject({ state: 'queued', channel: 'voice' });
    expect(journaled.filter(({ kind }) => kind === 'notification')).toHaveLength(1);
  });

  it('a vendor may not report on another channel’s messages', async () => {
    const { room, id, port, journaled } = open();
    expect(await port.receipts(VOICE_TOKEN, [aliyun(id, false)])).toMatchObject({ known: 0 });
    expect(await port.receipts(VOICE_TOKEN, [tencent('ref-1', 'FAIL')])).toMatchObject({ known: 0 });
    expect(room.item(id).state).toBe('accepted');
    expect(journaled).toEqual([]);
  });

  it('only the whole token opens', async () => {
    const { port } = open();
    for (const token of ['', SMS_TOKEN.slice(0, -1), `${SMS_TOKEN}0`])
      expect(await port.receipts(token, [])).toBeNull();
  });
});

describe('a test of a channel', () => {
  it('to a subscription that is broken says nothing of the channel', async () => {
    const { room, port, journaled } = open();
    const to = { name: '张', phone: '13900000000', address: '{"endpoint":"https://10.0.0.1/"}' };
    expect(await port.testChannel('push', to)).toEqual({ ok: false, detail: 'no push subscription' });
    expect(journaled).toEqual([]);
    expect(room.city.emergency.channels.get('push')?.failuresInARow).toBe(0);
  });
});
