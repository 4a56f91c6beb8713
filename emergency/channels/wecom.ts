/** WeCom group robot (企业微信群机器人): the key in the address is all there is; mentions the person by mobile. */
import { type Channel, JSON_HEADERS, judgeRobot, post } from './driver.ts';
import type { WecomSettings } from './settings.ts';

/** 45009: more than 20 messages in a minute. */
const LIMITED = [45009];

export const wecom = (settings: WecomSettings): Channel => ({
  id: settings.id,
  kind: 'wecom',
  perMinute: settings.perMinute ?? 20,
  send({ title, text, address }, signal) {
    const mention = /^\d{5,15}$/.test(address)
      ? { mentioned_mobile_list: [address] }
      : { mentioned_list: [address] };
    const body = JSON.stringify({ msgtype: 'text', text: { content: `${title}\n${text}`, ...mention } });
    const query = new URLSearchParams({ key: settings.key });
    const url = `${settings.baseUrl ?? 'https://qyapi.weixin.qq.com'}/cgi-bin/webhook/send?${query}`;
    return post({ url, body, headers: JSON_HEADERS, signal }, (answer) =>
      judgeRobot(answer.body, 'errcode', LIMITED),
    );
  },
});
