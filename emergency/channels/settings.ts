/**
 * The channels file (LIFELINE_CHANNELS_FILE): every channel with its address and secrets, read once at the start. It is
 * the only place of a channel's secret; the journal knows ids and kinds (docs/decisions/0015).
 */
import { type Static, Type } from 'typebox';
import { Check, Errors } from 'typebox/value';

const strict = { additionalProperties: false } as const;
const text = Type.String({ minLength: 1, maxLength: 2_000 });
const Url = Type.String({ pattern: '^https?://', maxLength: 2_000 });
const common = {
  id: Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' }),
  perMinute: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
};

const Dingtalk = Type.Object(
  { ...common, kind: Type.Literal('dingtalk'), baseUrl: Type.Optional(Url), accessToken: text, secret: text },
  strict,
);
const Wecom = Type.Object(
  { ...common, kind: Type.Literal('wecom'), baseUrl: Type.Optional(Url), key: text },
  strict,
);
const Feishu = Type.Object(
  { ...common, kind: Type.Literal('feishu'), baseUrl: Type.Optional(Url), hook: text, secret: text },
  strict,
);
const Webhook = Type.Object({ ...common, kind: Type.Literal('webhook'), url: Url, secret: text }, strict);
const WebPush = Type.Object(
  {
    ...common,
    kind: Type.Literal('web-push'),
    subject: text,
    publicKey: text,
    privateKey: text,
    /** Push services that may be posted to, instead of the browsers' own; `*.` for any name below. */
    pushHosts: Type.Optional(
      Type.Array(Type.String({ pattern: '^(\\*\\.)?[a-z0-9.-]+(:[0-9]{1,5})?$' }), {
        minItems: 1,
        maxItems: 50,
      }),
    ),
  },
  strict,
);
const Gateway = Type.Object(
  {
    ...common,
    kind: Type.Union([Type.Literal('sms'), Type.Literal('voice')]),
    url: Url,
    headers: Type.Optional(Type.Record(Type.String(), Type.String())),
    encoding: Type.Optional(Type.Union([Type.Literal('json'), Type.Literal('form')])),
    body: Type.Record(Type.String(), Type.Unknown()),
    /** Which field of the answer says yes, and how; without it any 2xx does. */
    success: Type.Optional(Type.Object({ pointer: text, equals: Type.String() }, strict)),
    /** Where the answer names the message, for receipts. */
    reference: Type.Optional(text),
    /** Values of that field that mean: this number will never be reached. */
    permanent: Type.Optional(Type.Array(Type.String())),
    /** Delivery reports come to `/api/v1/receipts/sms/<receiptToken>`. */
    receiptToken: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{16,128}$' })),
  },
  strict,
);

const ChannelsFile = Type.Object(
  {
    /** Address under which phones reach the platform. */
    publicUrl: Url,
    channels: Type.Array(Type.Union([Dingtalk, Wecom, Feishu, Webhook, WebPush, Gateway]), { maxItems: 50 }),
  },
  strict,
);

export type DingtalkSettings = Static<typeof Dingtalk>;
export type WecomSettings = Static<typeof Wecom>;
export type FeishuSettings = Static<typeof Feishu>;
export type WebhookSettings = Static<typeof Webhook>;
export type WebPushSettings = Static<typeof WebPush>;
export type GatewaySettings = Static<typeof Gateway>;
export type ChannelsFile = Static<typeof ChannelsFile>;

/** Throws an Error that names the first wrong place; it never repeats a value, which may be a secret. */
export function parseChannels(json: string): ChannelsFile {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new Error('is not JSON');
  }
  if (!Check(ChannelsFile, value)) {
    const [first] = Errors(ChannelsFile, value);
    throw new Error(
      `${first?.instancePath === '' ? '/' : (first?.instancePath ?? '/')} ${first?.message ?? 'is wrong'}`,
    );
  }
  const ids = value.channels.map(({ id }) => id);
  const twice = ids.find((id, place) => ids.indexOf(id) !== place);
  if (twice !== undefined) throw new Error(`two channels are called ${twice}`);
  return value;
}
