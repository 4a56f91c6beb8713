/** Web Push: the browser can open what its service took, and nothing is posted to where no push service is. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import webpush from 'web-push';
import type { Channel, Message, Sent } from '#emergency/channels/driver.ts';
import { parseChannels } from '#emergency/channels/settings.ts';
import { webPush } from '#emergency/channels/web-push.ts';
import { hasOpenssl } from '../broker/certificate-office.ts';
import { openPushService, type PushService } from './doubles/push-service.ts';

const KEYS = webpush.generateVAPIDKeys();
const SETTINGS = { id: 'push', kind: 'web-push', subject: 'mailto:ops@example.cn', ...KEYS } as const;

const send = (channel: Channel, address: string): Promise<Sent> =>
  channel.send({ ...MESSAGE, address }, AbortSignal.timeout(5_000));

const MESSAGE: Message = {
  id: 'a1.1.1.first',
  title: '【城市生命线】一级（红）报警',
  text: '地点：牡丹区 “阀井” & 7 号',
  link: 'https://lifeline.example.cn/n/x',
  colour: 'red',
  name: '张三',
  phone: '13900000001',
  address: '',
};

describe.skipIf(!hasOpenssl)('web push', () => {
  let service: PushService;
  let channel: Channel;
  beforeAll(async () => {
    service = await openPushService(KEYS.publicKey);
    channel = webPush({ ...SETTINGS, pushHosts: [service.host] }, service.ca);
  });
  afterAll(() => service.close());
  beforeEach(() => {
    service.status = 201;
    service.asked = 0;
    service.taken.length = 0;
  });

  /** The subscription with another address or other keys. */
  const forged = (fields: { endpoint?: unknown; keys?: unknown }): string =>
    JSON.stringify({ ...JSON.parse(service.subscription), ...fields });

  it('is signed as the service asks, and the browser reads the text unharmed', async () => {
    expect(await send(channel, service.subscription)).toEqual({ kind: 'accepted', reference: null });
    expect(service.rejected).toEqual([]);
    const { id, title, text, link, colour } = MESSAGE;
    expect(service.taken).toMatchObject([
      { message: { id, title, text, link, colour }, claims: { sub: SETTINGS.subject } },
    ]);
  });

  it.each([
    [410, true],
    [404, true],
    [429, false],
    [502, false],
  ])('a service that answers %i refuses for good: %s', async (status, permanent) => {
    service.status = status;
    expect(await send(channel, service.subscription)).toMatchObject({ kind: 'refused', permanent });
  });

  it.each([
    ['plain http', 'http://fcm.googleapis.com/x'],
    ['an address of the city’s network', 'https://10.1.2.3/x'],
    ['loopback, however it is written', 'https://0x7f.1/x'],
    ['loopback in IPv6', 'https://[::1]/x'],
    ['a name that is no push service', 'https://intranet.city/x'],
    ['a name that only ends like one', 'https://evilfcm.googleapis.com/x'],
    ['another port of a push service', 'https://fcm.googleapis.com:6379/x'],
    ['a push service with a password', 'https://me:secret@fcm.googleapis.com/x'],
    ['no address at all', 'fcm'],
  ])('%s is refused for good', async (_what, endpoint) => {
    expect(await send(webPush(SETTINGS), forged({ endpoint }))).toEqual({
      kind: 'refused',
      permanent: true,
      detail: 'its address is of no push service that is allowed',
    });
  });

  it('a local service is posted to only when the channels file names it, with its port', async () => {
    expect(await send(webPush(SETTINGS, service.ca), service.subscription)).toMatchObject({
      permanent: true,
    });
    const [bare = ''] = service.host.split(':');
    const elsewhere = webPush({ ...SETTINGS, pushHosts: [bare] }, service.ca);
    expect(await send(elsewhere, service.subscription)).toMatchObject({ permanent: true });
    expect(service.asked).toBe(0);
  });

  it.each([
    ['text that is no JSON', () => 'phone'],
    ['no keys', () => forged({ keys: null })],
    ['keys that are numbers', () => forged({ keys: { p256dh: 1, auth: 2 } })],
    ['a short key', () => forged({ keys: { p256dh: 'BAAA', auth: 'A'.repeat(22) } })],
    ['a point off the curve', () => forged({ keys: { p256dh: `B${'A'.repeat(86)}`, auth: 'A'.repeat(22) } })],
  ])(
    'a subscription that is broken (%s) says nothing of the channel: refused for good',
    async (_what, text) => {
      expect(await send(channel, text())).toMatchObject({ kind: 'refused', permanent: true });
      expect(service.asked).toBe(0);
    },
  );

  it('the channels file may name push services, but nothing else', () => {
    const file = (pushHosts: string[]) =>
      JSON.stringify({ publicUrl: 'https://x.cn', channels: [{ ...SETTINGS, pushHosts }] });
    const hosts = ['push.example.cn', '*.example.cn', 'localhost:8443'];
    expect(parseChannels(file(hosts)).channels).toMatchObject([{ pushHosts: hosts }]);
    expect(() => parseChannels(file(['*']))).toThrow('/channels');
  });
});
