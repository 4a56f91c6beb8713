/** DingTalk group robot (钉钉自定义机器人, 加签): signed by time and secret, mentions the person by mobile. */
import { createHmac } from 'node:crypto';
import { type Channel, JSON_HEADERS, judgeRobot, post } from './driver.ts';
import type { DingtalkSettings } from './settings.ts';

/** 130101: more than 20 messages in a minute. */
const LIMITED = [130101];

export const dingtalk = (settings: DingtalkSettings, wallMs: () => number): Channel => ({
  id: settings.id,
  kind: 'dingtalk',
  perMinute: settings.perMinute ?? 20,
  send({ title, text, address }, signal) {
    const timestamp = Math.floor(wallMs());
    const sign = createHmac('sha256', settings.secret)
      .update(`${timestamp}\n${settings.secret}`)
      .digest('base64');
    const query = new URLSearchParams({
      access_token: settings.accessToken,
      timestamp: `${timestamp}`,
      sign,
    });
    const body = JSON.stringify({
      msgtype: 'text',
      text: { content: `${title}\n${text}\n@${address}` },
      at: { atMobiles: [address], isAtAll: false },
    });
    const url = `${settings.baseUrl ?? 'https://oapi.dingtalk.com'}/robot/send?${query}`;
    return post({ url, body, headers: JSON_HEADERS, signal }, (answer) =>
      judgeRobot(answer.body, 'errcode', LIMITED),
    );
  },
});
