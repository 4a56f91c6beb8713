/** The channels to people's phones: opened from their file, fed by the outbox, seen by the server. */
import type { Config } from '#config';
import { ConfigError } from '#config';
import type { Alarm } from '#domain/alarm.ts';
import type { Clock } from '#domain/clock.ts';
import { colourRank } from '#domain/colour.ts';
import type { ChannelName, NotificationItem } from '#domain/notification.ts';
import { alertText, factsOf } from '#emergency/alert-text.ts';
import type { Channel, Message } from '#emergency/channels/driver.ts';
import { openChannels } from '#emergency/channels/open-channels.ts';
import { type ChannelsFile, parseChannels } from '#emergency/channels/settings.ts';
import { findItem, itemsOfAlarm, personNow, queuedItems } from '#emergency/outbox.ts';
import { pageToken, readToken } from '#emergency/page-token.ts';
import { type Sender, SEND_TIMEOUT_MS, startSender } from '#emergency/sender.ts';
import { ruleName } from '#rules/book/rule-name.ts';
import { alarmById } from '#rules/engine.ts';
import type { AlertsPort } from '#server/alerts-port.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Announcements } from './city-port.ts';
import { createReceipts } from './receipts.ts';

export type Alerts = { readonly port: AlertsPort; stop(): void };

type Parts = {
  readonly channelsFile: Config['channelsFile'];
  readonly pipeline: Pick<Pipeline, 'city' | 'submit' | 'report'>;
  readonly announcements: Announcements;
  readonly clock: Clock;
  /** Hex HMAC-SHA256 under the server key. */
  readonly mac: (text: string) => string;
};

/** Opens the channels and begins to send what is queued. Throws a ConfigError when their file cannot be used. */
export function startAlerts(parts: Parts): Alerts {
  const { pipeline, announcements, clock, mac } = parts;
  const { city } = pipeline;
  const file = readFile(parts.channelsFile);
  const channels = openChannels(file.channels, () => clock.wallMs());
  tellTheFold(pipeline, channels);
  const itemOf = (id: string): NotificationItem | undefined => findItem(city.emergency, id)?.delivery.item;
  const alarmOf = ({ alarm }: NotificationItem): Alarm | null =>
    alarm === null ? null : (alarmById(city.rules, alarm) ?? null);
  const named = (rule: string): string | null => ruleName(city.ruleBook, rule);
  const linkOf = ({ id, alarm, createdAt }: NotificationItem): string | null =>
    alarm === null ? null : `${file.publicUrl.replace(/\/$/, '')}/n/${pageToken(id, createdAt, mac)}`;

  function messageOf(item: NotificationItem): Message {
    const link = linkOf(item);
    const person = personNow(city.emergency, item.id);
    const phone = person?.phone ?? '';
    const way = person?.channels.find(({ channel }) => channel === item.channel);
    const words = alertText(item, alarmOf(item), city.registry, link, named);
    return { id: item.id, link, name: item.name, phone, address: way?.address ?? phone, ...words };
  }

  const sender: Sender = startSender({
    clock,
    channels,
    queued: () => queuedItems(city.emergency),
    item: itemOf,
    message: messageOf,
    urgency: (item) => 3 - colourRank(alarmOf(item)?.colour ?? item.notice?.colour ?? 'red'),
    report: pipeline.report,
  });
  announcements.notification.add(sender.notification);

  const port: AlertsPort = {
    onCall: () => {
      const { revision, lists } = city.emergency;
      return { revision, list: lists.get(revision) ?? null };
    },
    channels: () => [...city.emergency.channels.values()],
    async testChannel(id, to) {
      const channel = channels.get(id);
      if (channel === undefined) return null;
      const sent = await channel.send(testMessage(to, clock.wallMs()), AbortSignal.timeout(SEND_TIMEOUT_MS));
      const detail = sent.kind === 'accepted' ? (sent.reference ?? '') : sent.detail;
      const ok = sent.kind === 'accepted';
      // A number that does not exist says nothing of the channel.
      if (sent.kind === 'accepted' || !sent.permanent)
        pipeline.submit({ kind: 'channel-tested', channel: id, ok, detail });
      return { ok, detail };
    },
    notifications: (alarm) => itemsOfAlarm(city.emergency, alarm),
    item: itemOf,
    onNotification: (listener) => void announcements.notification.add(listener),
    readKey(token) {
      const verdict = readToken(token, clock.wallMs(), mac);
      return verdict.ok ? verdict : { ok: false, reason: verdict.reason };
    },
    facts: (alarm) => factsOf(alarm, city.registry, named),
    report: (id, report) => pipeline.report({ kind: 'notification', id, ...report }),
    receipts: createReceipts(pipeline, file.channels),
  };
  return { port, stop: sender.stop };
}

const NO_FILE: ChannelsFile = { publicUrl: 'http://127.0.0.1:8080', channels: [] };

function readFile(given: Config['channelsFile']): ChannelsFile {
  if (given === null) return NO_FILE;
  try {
    return parseChannels(given.text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError('LIFELINE_CHANNELS_FILE', `${given.path}: ${why}`);
  }
}

/** The fold decides over which channel a person is tried: it learns of a change before anything is sent. */
function tellTheFold(pipeline: Parts['pipeline'], channels: ReadonlyMap<string, Channel>): void {
  const names: ChannelName[] = [...channels.values()].map(({ id, kind }) => ({ id, kind }));
  const known = [...pipeline.city.emergency.channels.values()].map(({ id, kind }) => ({ id, kind }));
  if (JSON.stringify(names) !== JSON.stringify(known)) pipeline.submit({ kind: 'channels', channels: names });
}

const testMessage = (
  to: { readonly name: string; readonly phone: string; readonly address: string },
  now: number,
): Message => ({
  id: `test.${Math.floor(now)}`,
  title: '【城市生命线】测试',
  text: `这是一条测试消息，收到即表示该渠道可用。收件：${to.name}`,
  link: null,
  colour: 'blue',
  ...to,
});
