/** Each channel against its vendor: the signature holds, and every way of saying no is understood. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Channel, Message, Sent } from '#emergency/channels/driver.ts';
import { openChannels } from '#emergency/channels/open-channels.ts';
import { readReceipts } from '#emergency/channels/receipts.ts';
import { type ChannelsFile, parseChannels } from '#emergency/channels/settings.ts';
import type { Vendor } from './doubles/vendor.ts';
import { openDingtalk, openFeishu, openSms, openWebhook, openWecom } from './doubles/vendors.ts';

const MESSAGE: Message = {
  id: 'a1.1.1.first',
  title: '【城市生命线】一级（红）报警',
  text: '地点：牡丹区 “阀井” & 7 号',
  link: 'http://127.0.0.1/n/x',
  colour: 'red',
  name: '张三',
  phone: '13900000001',
  address: '13900000001',
};

type Settings = ChannelsFile['channels'][number];
const open: Vendor[] = [];
afterEach(async () => {
  for (const vendor of open.splice(0)) await vendor.close();
});

async function pair(
  vendor: Promise<Vendor>,
  settings: (url: string) => Settings,
): Promise<{ vendor: Vendor; channel: Channel }> {
  const opened = await vendor;
  open.push(opened);
  const channel = [...openChannels([settings(opened.url)], () => Date.now()).values()][0];
  if (channel === undefined) throw new Error('no channel');
  return { vendor: opened, channel };
}

const send = (channel: Channel, ms = 5_000): Promise<Sent> => channel.send(MESSAGE, AbortSignal.timeout(ms));

const smsSettings = (url: string): Settings => ({
  id: 'sms',
  kind: 'sms',
  url,
  encoding: 'form',
  headers: { authorization: 'APPCODE secret' },
  body: { PhoneNumbers: '{phone}', TemplateParam: { text: '{text}' }, OutId: '{id}' },
  success: { pointer: '/Code', equals: 'OK' },
  reference: '/BizId',
  permanent: ['isv.MOBILE_NUMBER_ILLEGAL'],
});

const KINDS = [
  [
    'dingtalk',
    () =>
      pair(openDingtalk('tok', 'SECabc'), (baseUrl) => ({
        id: 'd',
        kind: 'dingtalk',
        baseUrl,
        accessToken: 'tok',
        secret: 'SECabc',
      })),
  ],
  ['wecom', () => pair(openWecom('k-1'), (baseUrl) => ({ id: 'w', kind: 'wecom', baseUrl, key: 'k-1' }))],
  [
    'feishu',
    () =>
      pair(openFeishu('h-1', 's-1'), (baseUrl) => ({
        id: 'f',
        kind: 'feishu',
        baseUrl,
        hook: 'h-1',
        secret: 's-1',
      })),
  ],
  ['sms', () => pair(openSms('APPCODE secret'), smsSettings)],
  ['webhook', () => pair(openWebhook('s-2'), (url) => ({ id: 'h', kind: 'webhook', url, secret: 's-2' }))],
] as const;

describe.each(KINDS)('%s', (kind, connect) => {
  it('is signed as the vendor asks, and carries the text unharmed', async () => {
    const { vendor, channel } = await connect();
    expect(await send(channel)).toMatchObject({ kind: 'accepted' });
    expect(vendor.rejected).toEqual([]);
    expect(vendor.taken[0]?.text).toContain(MESSAGE.text);
    expect(vendor.taken[0]?.to).toBe(kind === 'feishu' ? '张三' : MESSAGE.phone);
  });

  it('understands a limit, and leaves the vendor alone for a while', async () => {
    const { vendor, channel } = await connect();
    vendor.mood = 'limited';
    const sent = await send(channel);
    expect(sent).toMatchObject({ kind: 'refused', permanent: false });
    expect(sent.kind === 'refused' ? sent.pauseMs : 0).toBeGreaterThanOrEqual(2_000);
  });

  it.each(['broken', 'torn'] as const)('a vendor that is %s is tried again later', async (mood) => {
    const { vendor, channel } = await connect();
    vendor.mood = mood;
    expect(await send(channel)).toMatchObject({ kind: 'refused', permanent: false });
  });

  it('a vendor that hangs is given up by the signal', async () => {
    const { vendor, channel } = await connect();
    vendor.mood = 'hanging';
    expect(await send(channel, 100)).toMatchObject({ kind: 'refused', detail: 'no answer in time' });
  });
});

describe('what a vendor says', () => {
  it('a wrong secret is refused by the double, so the check is a check', async () => {
    const settings = (baseUrl: string): Settings => ({
      id: 'd',
      kind: 'dingtalk',
      baseUrl,
      accessToken: 'tok',
      secret: 'wrong',
    });
    const { vendor, channel } = await pair(openDingtalk('tok', 'SECabc'), settings);
    expect(await send(channel)).toMatchObject({ kind: 'refused', detail: 'errcode 310000 sign not match' });
    expect(vendor.taken).toEqual([]);
  });

  it('a number that does not exist is refused for good, and the vendor’s id of a message is kept', async () => {
    const { vendor, channel } = await pair(openSms('APPCODE secret'), smsSettings);
    expect(await send(channel)).toEqual({ kind: 'accepted', reference: 'biz-1' });
    vendor.mood = 'refusing';
    expect(await send(channel)).toMatchObject({ kind: 'refused', permanent: true });
  });

  it('reports of Aliyun and Tencent are read, and answered as each expects', () => {
    const aliyun = [
      { phone_number: '139', success: true, err_code: 'DELIVERED', biz_id: 'b', out_id: 'a1.1.1.first' },
    ];
    expect(readReceipts(aliyun)).toEqual({
      receipts: [{ id: 'a1.1.1.first', reference: 'b', delivered: true, detail: 'DELIVERED' }],
      unread: 0,
      reply: { code: 0, msg: '成功' },
    });
    const tencent = [{ report_status: 'FAIL', sid: 's-9', mobile: '139', errmsg: 'UNDELIV' }];
    expect(readReceipts(tencent)).toEqual({
      receipts: [{ id: null, reference: 's-9', delivered: false, detail: 'UNDELIV' }],
      unread: 0,
      reply: { result: 0, errmsg: 'OK' },
    });
    expect(readReceipts('nonsense').receipts).toEqual([]);
    const flood = readReceipts(
      Array.from({ length: 1_003 }, () => ({ sid: 's-1', report_status: 'SUCCESS' })),
    );
    expect([flood.receipts.length, flood.unread]).toEqual([1_000, 3]);
  });
});

describe('the channels file', () => {
  it.each([
    ['not JSON', '{', /is not JSON/],
    ['a channel of no kind', '{"publicUrl":"http://x","channels":[{"id":"a","kind":"fax"}]}', /channels/],
    [
      'a setting misspelt',
      '{"publicUrl":"http://x","channels":[{"id":"a","kind":"wecom","kye":"k"}]}',
      /channels/,
    ],
    [
      'two of one name',
      '{"publicUrl":"http://x","channels":[{"id":"a","kind":"wecom","key":"k"},{"id":"a","kind":"wecom","key":"k"}]}',
      /two channels/,
    ],
  ])('%s is refused, and no value of it is repeated', (_, json, why) => {
    expect(() => parseChannels(json)).toThrow(why);
    expect(() => parseChannels(json)).not.toThrow(/"k"/);
  });
});
