/** The vendors, each with its own check of a request and its own way of saying no. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Manners, openVendor, type Vendor } from './vendor.ts';

const HOUR_MS = 3_600_000;

/** 钉钉: open.dingtalk.com, "自定义机器人安全设置": base64(HmacSHA256(secret, timestamp + "\n" + secret)), one hour. */
export const openDingtalk = (accessToken: string, secret: string): Promise<Vendor> =>
  openVendor({
    check({ url, body }) {
      const { searchParams: query } = url;
      const timestamp = query.get('timestamp') ?? '';
      const wanted = macOf(secret, [timestamp, '\n', secret]).toString('base64');
      if (url.pathname !== '/robot/send' || query.get('access_token') !== accessToken)
        return 'token is not exist';
      if (!/^\d{13}$/.test(timestamp) || Math.abs(Date.now() - Number(timestamp)) > HOUR_MS)
        return 'invalid timestamp';
      if (!equal(query.get('sign') ?? '', wanted)) return 'sign not match';
      const message = JSON.parse(body) as {
        msgtype: string;
        text: { content: string };
        at: { atMobiles: string[] };
      };
      if (message.msgtype !== 'text') return 'unknown msgtype';
      return { text: message.text.content, to: message.at.atMobiles[0] ?? '' };
    },
    yes: () => ({ errcode: 0, errmsg: 'ok' }),
    no: (why) => ({ errcode: 310000, errmsg: why }),
    limited: () => ({ status: 200, body: { errcode: 130101, errmsg: 'send too fast' } }),
    refuse: () => ({ errcode: 310000, errmsg: 'keywords not in content' }),
  });

/** 企业微信: developer.work.weixin.qq.com, "消息推送": the key alone. */
export const openWecom = (key: string): Promise<Vendor> =>
  openVendor({
    check({ url, body }) {
      if (url.pathname !== '/cgi-bin/webhook/send' || url.searchParams.get('key') !== key)
        return 'invalid webhook url';
      const message = JSON.parse(body) as { text: { content: string; mentioned_mobile_list?: string[] } };
      return { text: message.text.content, to: message.text.mentioned_mobile_list?.[0] ?? '' };
    },
    yes: () => ({ errcode: 0, errmsg: 'ok' }),
    no: (why) => ({ errcode: 93000, errmsg: why }),
    limited: () => ({ status: 200, body: { errcode: 45009, errmsg: 'api freq out of limit' } }),
    refuse: () => ({ errcode: 40058, errmsg: 'content exceed' }),
  });

/** 飞书: open.feishu.cn, "自定义机器人使用指南": HmacSHA256 with key timestamp + "\n" + secret over nothing, one hour. */
export const openFeishu = (hook: string, secret: string): Promise<Vendor> =>
  openVendor({
    check({ url, body }) {
      if (url.pathname !== `/open-apis/bot/v2/hook/${hook}`) return 'incoming webhook access token invalid';
      const message = JSON.parse(body) as {
        timestamp: string;
        sign: string;
        msg_type: string;
        content: { text: string };
      };
      if (Math.abs(Date.now() / 1_000 - Number(message.timestamp)) > 3_600)
        return 'timestamp is not within one hour';
      const wanted = macOf(`${message.timestamp}\n${secret}`, []).toString('base64');
      if (!equal(message.sign, wanted)) return 'sign match fail';
      return { text: message.content.text, to: /@(\S+)$/.exec(message.content.text)?.[1] ?? '' };
    },
    yes: () => ({ code: 0, msg: 'success', data: {} }),
    no: (why) => ({ code: 19021, msg: why }),
    limited: () => ({ status: 200, body: { code: 11232, msg: 'frequency limited psm' } }),
    refuse: () => ({ code: 19024, msg: 'Key Words Not Found' }),
  });

/** An SMS gateway in the manner of Aliyun: form fields, `Code` and `BizId`, one message per OutId. */
export function openSms(authorization: string): Promise<Vendor> {
  const seen = new Map<string, string>();
  const manners: Manners = {
    check({ headers, body }) {
      if (headers.authorization !== authorization) return 'SignatureDoesNotMatch';
      const form = new URLSearchParams(body);
      const id = form.get('OutId') ?? '';
      const parameters = JSON.parse(form.get('TemplateParam') ?? '{}') as { text: string };
      seen.set(id, `biz-${seen.size + 1}`);
      return { text: parameters.text, to: form.get('PhoneNumbers') ?? '' };
    },
    yes: () => ({ Code: 'OK', Message: 'OK', BizId: [...seen.values()].at(-1), RequestId: 'r' }),
    no: (why) => ({ Code: why, Message: why }),
    limited: () => ({ status: 429, body: { Code: 'Throttling.User' }, headers: { 'retry-after': '2' } }),
    refuse: () => ({ Code: 'isv.MOBILE_NUMBER_ILLEGAL', Message: 'illegal mobile' }),
  };
  return openVendor(manners);
}

/** A customer's endpoint that checks our signature as docs/alerts.md tells it to. */
export const openWebhook = (secret: string): Promise<Vendor> =>
  openVendor({
    check({ headers, body }) {
      const time = String(headers['x-lifeline-timestamp']);
      const given = String(headers['x-lifeline-signature']).replace(/^sha256=/, '');
      if (!equal(given, macOf(secret, [time, '.', body]).toString('hex'))) return 'bad signature';
      const message = JSON.parse(body) as { id: string; text: string; phone: string };
      if (headers['idempotency-key'] !== message.id) return 'no idempotency key';
      return { text: message.text, to: message.phone };
    },
    yes: () => ({}),
    no: () => ({}),
    limited: () => ({ status: 429, body: {} }),
    refuse: () => ({}),
  });

function macOf(key: string, parts: readonly string[]): Buffer {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
