/** What a client may subscribe to and is sent; and that a subscriber who takes nothing stops nobody else. */
import type { AedesOptions, Client } from 'aedes';
import { gatewayOfName } from './client-name.ts';
import type { Connection } from './connection.ts';
import { endConnection, isInsideKnown } from './connection.ts';
import type { Policy } from './policy.ts';
import { isValidFilter, matchesFilter } from './topic-filter.ts';

type Rights = Required<Pick<AedesOptions, 'authorizeSubscribe' | 'authorizeForward'>>;

export type TopicRightsParts = {
  readonly policy: Policy;
  readonly filtersPerSessionMax: number;
  readonly slowSubscriberBytes: number;
  connectionOf(client: Client): Connection | undefined;
  /** A message was not sent because the connection does not take what it has. */
  missed(connection: Connection): void;
};

/** QoS > 0 may queue further than QoS 0, to this many times the bound; then the connection ends, the session waits. */
const ACKNOWLEDGED_SHARE = 4;
/** So much more than the bound may go to one subscriber in one turn: it has had no turn to take any of it. */
const BURST_SHARE = 4;

/** aedes' `authorizeSubscribe` and `authorizeForward`. */
export function createTopicRights(parts: TopicRightsParts): Rights {
  const { policy } = parts;
  const promised = createPromises();

  return {
    authorizeSubscribe(client, subscription, callback) {
      const { topic } = subscription;
      if (!isValidFilter(topic)) return callback(new Error('a filter that is none [MQTT-4.7.1-2]'));
      const granted = isInsideKnown(client) ? Object.keys(client.subscriptions) : [];
      const full = granted.length >= parts.filtersPerSessionMax && !granted.includes(topic);
      const allowed = !full && policy.maySubscribe(gatewayOfName(client.id), topic);
      callback(null, allowed ? subscription : null);
    },

    authorizeForward(client, packet) {
      if (!policy.mayReceive(gatewayOfName(client.id), packet.topic)) return null;
      const connection = parts.connectionOf(client);
      const unsent = client.conn.writableLength;
      if (connection !== undefined) {
        const slow = unsent > parts.slowSubscriberBytes;
        const burst = unsent + promised.of(connection) > parts.slowSubscriberBytes * BURST_SHARE;
        const lost = packet.qos === 0 && (slow || burst);
        const stuck = packet.qos > 0 && unsent > parts.slowSubscriberBytes * ACKNOWLEDGED_SHARE;
        if (lost || stuck) parts.missed(connection);
        if (stuck) endConnection(connection, 'takes nothing');
        if (lost || stuck) return null;
        if (packet.qos === 0) promised.add(connection, packet.topic.length + packet.payload.length);
      }
      packet.qos = grantedQos(client, packet.topic, packet.qos);
      return packet;
    },
  };
}

/**
 * aedes asks for a whole commit before it writes the first message of it, so what it was allowed since the turn began
 * counts as unsent too. Two turns later it is written, and the stream itself knows.
 */
function createPromises() {
  let bytes = new Map<Connection, number>();
  return {
    of: (connection: Connection): number => bytes.get(connection) ?? 0,
    add(connection: Connection, more: number): void {
      if (bytes.size === 0) {
        setImmediate(setImmediate, () => {
          bytes = new Map();
        });
      }
      bytes.set(connection, (bytes.get(connection) ?? 0) + more);
    },
  };
}

/** A message goes out with the lower of its QoS and the highest granted to a matching filter [MQTT-3.8.4-6]. */
function grantedQos(client: Client, topic: string, qos: 0 | 1 | 2): 0 | 1 | 2 {
  if (qos === 0 || !isInsideKnown(client)) return qos;
  let granted = -1;
  for (const [filter, subscription] of Object.entries(client.subscriptions)) {
    if (subscription.qos > granted && matchesFilter(filter, topic)) granted = subscription.qos;
  }
  if (granted < 0 || granted >= qos) return qos;
  return granted === 1 ? 1 : 0;
}
