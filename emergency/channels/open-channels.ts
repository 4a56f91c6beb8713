/** From the settings of a channel to the channel. */
import type { Channel } from './driver.ts';
import { dingtalk } from './dingtalk.ts';
import { feishu } from './feishu.ts';
import { httpGateway } from './http-gateway.ts';
import type { ChannelsFile } from './settings.ts';
import { webPush } from './web-push.ts';
import { webhook } from './webhook.ts';
import { wecom } from './wecom.ts';

/** `wallMs` is the clock that signatures are made with. */
export const openChannels = (
  settings: ChannelsFile['channels'],
  wallMs: () => number,
): ReadonlyMap<string, Channel> => new Map(settings.map((one) => [one.id, openChannel(one, wallMs)]));

function openChannel(settings: ChannelsFile['channels'][number], wallMs: () => number): Channel {
  switch (settings.kind) {
    case 'dingtalk':
      return dingtalk(settings, wallMs);
    case 'wecom':
      return wecom(settings);
    case 'feishu':
      return feishu(settings, wallMs);
    case 'webhook':
      return webhook(settings, wallMs);
    case 'web-push':
      return webPush(settings);
    case 'sms':
    case 'voice':
      return httpGateway(settings);
  }
}
