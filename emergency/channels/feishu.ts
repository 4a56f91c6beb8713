/** Feishu group robot (飞书自定义机器人, 签名校验): key and message of the signature the other way round than DingTalk's. */
import { createHmac } from 'node:crypto';
import { type Channel, JSON_HEADERS, judgeRobot, post } from './driver.ts';
import type { FeishuSettings } from './settings.ts';

/** 11232 and 9499: too many messages. */
const LIMITED = [11232, 9499];

export const feishu = (settings: FeishuSettings, wallMs: () => number): Channel => ({
  id: settings.id,
  kind: 'feishu',
  perMinute: settings.perMinute ?? 100,
  send({ title, text, name }, signal) {
    const timestamp = `${Math.floor(wallMs() / 1_000)}`;
    const sign = createHmac('sha256', `${timestamp}\n${settings.secret}`).digest('base64');
    const content = { text: `${title}\n${text}\n@${name}` };
    const body = JSON.stringify({ timestamp, sign, msg_type: 'text', content });
    const url = `${settings.baseUrl ?? 'https://open.feishu.cn'}/open-apis/bot/v2/hook/${encodeURIComponent(settings.hook)}`;
    return post({ url, body, headers: JSON_HEADERS, signal }, (answer) =>
      judgeRobot(answer.body, 'code', LIMITED),
    );
  },
});
