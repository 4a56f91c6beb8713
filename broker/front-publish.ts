/**
 * Takes from the front what ends in the journal anyway: PUBLISH of QoS 0 and 1 on a topic that is relayed to nobody,
 * telemetry above all. It passes the same checks as in aedes' hook (publish-hook.ts), and whatever is out of the
 * ordinary is left to that hook: QoS 2, RETAIN, packet id 0, topics that are none.
 */
import type { Connection } from './connection.ts';
import { bodyStart } from './frames.ts';
import type { Meters } from './meters.ts';
import { isSystemTopic, type Policy } from './policy.ts';
import type { BrokerHost } from './ports.ts';
import { HELD_OVERHEAD_BYTES } from './publish-hook.ts';
import { isValidTopic } from './topic-filter.ts';

export type FrontPublishParts = {
  readonly host: BrokerHost;
  readonly policy: Policy;
  readonly meters: Meters;
  closing(): boolean;
};

/** Flags of a PUBLISH [MQTT-3.3.1]. */
const RETAIN = 1;
const QOS_1 = 2;
const QOS_2 = 4;
const DUP = 8;
/** aedes refuses topics of more levels, and says so. */
const TOPIC_LEVELS_MAX = 100;

/** Whether the PUBLISH that lies whole between `from` and `end` was taken. */
export function createFrontPublish({ host, policy, meters, closing }: FrontPublishParts) {
  return (connection: Connection, bytes: Buffer, from: number, end: number): boolean => {
    const flags = bytes[from] ?? 0;
    const dup = (flags & DUP) !== 0;
    const qos = (flags & QOS_1) === 0 ? 0 : 1;
    if ((flags & (QOS_2 | RETAIN)) !== 0 || (dup && qos === 0) || closing()) return false;
    const body = bodyStart(bytes, from);
    const topicFrom = body + 2;
    const topicEnd = topicFrom + u16(bytes, body);
    const payloadFrom = topicEnd + 2 * qos;
    if (topicFrom > end || payloadFrom > end) return false;
    const packetId = qos === 0 ? 0 : u16(bytes, topicEnd);
    if (qos > 0 && packetId === 0) return false;
    const topic = topicOf(connection, bytes, topicFrom, topicEnd, policy);
    if (topic === null) return false;
    const { gateway, client, flow } = connection;
    const payload = bytes.subarray(payloadFrom, end);
    if (!meters.admit(gateway, qos, payload.length + topic.length)) {
      host.refused('rate', gateway, `QoS 0 over the rate: ${topic}`);
      return true;
    }
    const settle = flow.holdPacket(topic.length + payload.length + HELD_OVERHEAD_BYTES, packetId);
    host.publish({ kind: 'publish', gateway, client, topic, payload, qos, dup, packetId }, settle);
    return true;
  };
}

/**
 * The topic's text when the front may take it, else null. A gateway publishes to one topic over and over: it is read
 * and judged once, and known again by its bytes.
 */
function topicOf(
  connection: Connection,
  bytes: Buffer,
  from: number,
  end: number,
  policy: Policy,
): string | null {
  const known = connection.takenTopic;
  if (known !== null && isAt(known.bytes, bytes, from, end)) return known.text;
  const text = bytes.toString('utf8', from, end);
  if (!isValidTopic(text) || isSystemTopic(text) || policy.relays(connection.gateway, text)) return null;
  if (text.split('/', TOPIC_LEVELS_MAX + 1).length > TOPIC_LEVELS_MAX) return null;
  connection.takenTopic = { bytes: Buffer.from(bytes.subarray(from, end)), text };
  return text;
}

function isAt(known: Uint8Array, bytes: Uint8Array, from: number, end: number): boolean {
  if (known.length !== end - from) return false;
  for (let index = 0; index < known.length; index += 1) {
    if (known[index] !== bytes[from + index]) return false;
  }
  return true;
}

const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
