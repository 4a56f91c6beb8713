/**
 * Every will, and every PUBLISH that the front leaves to aedes (front-publish.ts), passes here before anything else
 * happens to it, and goes on (PUBACK, PUBREC, subscribers) only after the host has it safe on disk. aedes' own order
 * makes that enough: its hook comes first.
 */
import type { AedesOptions, Client, PublishPacket } from 'aedes';
import { clientOfName, gatewayOfName } from './client-name.ts';
import type { Flow, Settle } from './backlog.ts';
import { ConnectionEnded } from './connection.ts';
import type { Meters } from './meters.ts';
import type { Policy } from './policy.ts';
import { isSystemTopic } from './policy.ts';
import type { BrokerHost } from './ports.ts';
import type { Receipts } from './receipts.ts';
import { isValidTopic } from './topic-filter.ts';

type PublishHook = NonNullable<AedesOptions['authorizePublish']>;

export type PublishHookParts = {
  readonly host: BrokerHost;
  readonly policy: Policy;
  readonly receipts: Receipts;
  readonly meters: Meters;
  /** Packets that were over the rate: nobody gets them. */
  readonly dropped: WeakSet<object>;
  /** Whether one more topic may be retained, or this one already is. */
  hasRoomToRetain(topic: string): boolean;
  /** Flow of the client's connection; the broker's own for a will nobody is connected for. */
  flowOf(client: Client | null): Flow;
  /** True once the broker closes: wills are then not published. */
  closing(): boolean;
};

/** What a held publish is taken to cost beside topic and payload: packet, input, closures, queue entries. */
export const HELD_OVERHEAD_BYTES = 512;

/** aedes' `authorizePublish`. A will has no packet id, and its client may be null: then the will names it. */
export function createPublishHook(parts: PublishHookParts): PublishHook {
  const { host, policy, receipts, meters, dropped } = parts;

  return (client, packet, callback) => {
    if (parts.closing()) return callback(new ConnectionEnded('the broker is closing'));
    const name = client?.id ?? nameInWill(packet);
    const gateway = gatewayOfName(name);
    const fault = packetFault(packet);
    if (fault !== null) return callback(new Error(fault));
    clearRetain(gateway, packet);
    const flow = parts.flowOf(client);
    const release = (error?: Error): void =>
      callback(error && new ConnectionEnded('not journaled', { cause: error }));
    if (isSystemTopic(packet.topic)) {
      host.refused('sys-topic', gateway, packet.topic);
      return refuse(flow, release);
    }
    if (!meters.admit(gateway, packet.qos, packet.payload.length + packet.topic.length)) {
      dropped.add(packet);
      host.refused('rate', gateway, `QoS 0 over the rate: ${packet.topic}`);
      return refuse(flow, release);
    }
    const settle = flow.hold(heldBytes(packet), release);
    if (packet.qos === 2 && packet.messageId !== undefined)
      journalOnce(name, packet.messageId, packet, settle);
    else journal(name, packet, settle);
  };

  /** A turn later, so that it keeps its place among the answers. */
  function refuse(flow: Flow, release: Settle): void {
    const settle = flow.hold(0, release);
    setImmediate(() => settle());
  }

  function journal(name: string, packet: PublishPacket, done: Settle): void {
    const { topic, qos, dup, messageId } = packet;
    host.publish(
      {
        kind: 'publish',
        gateway: gatewayOfName(name),
        client: clientOfName(name),
        topic,
        payload: bytesOf(packet.payload),
        qos,
        dup: dup ?? false,
        packetId: messageId ?? 0,
      },
      done,
    );
  }

  function journalOnce(name: string, packetId: number, packet: PublishPacket, settle: Settle): void {
    const known = receipts.find(name, packetId);
    if (known?.journaled) return settle();
    if (known !== undefined) return void known.waiting.push(settle);
    const receipt = receipts.open(name, packetId);
    journal(name, packet, (error) => {
      if (error === undefined) receipt.journaled = true;
      else receipts.release(name, packetId, receipt);
      settle(error);
      // One turn later: aedes must have noted the first before it looks for the resends.
      if (receipt.waiting.length > 0) setImmediate(() => receipt.waiting.forEach((resend) => resend(error)));
    });
  }

  /** The retained store holds what its policy allows; a point's every value would fill it. */
  function clearRetain(gateway: string, packet: PublishPacket): void {
    if (!packet.retain) return;
    const { topic, payload } = packet;
    if (policy.mayRetain(gateway, topic, payload.length) && parts.hasRoomToRetain(topic)) return;
    packet.retain = false;
    if (!isSystemTopic(topic)) host.refused('retained-junk', gateway, topic);
  }
}

/** What MQTT 3.1.1 forbids in a PUBLISH and the parser lets pass; the connection is closed. */
function packetFault({ topic, qos, messageId }: PublishPacket): string | null {
  if (!isValidTopic(topic)) return 'a publish to no valid topic [MQTT-3.3.2-2]';
  if (messageId !== undefined && qos > 0 && messageId < 1) return 'packet id 0 [MQTT-2.3.1-1]';
  return null;
}

function heldBytes({ topic, payload }: PublishPacket): number {
  return topic.length + payload.length + HELD_OVERHEAD_BYTES;
}

function bytesOf(payload: string | Buffer): Uint8Array {
  return typeof payload === 'string' ? Buffer.from(payload) : payload;
}

function nameInWill(packet: PublishPacket): string {
  return 'clientId' in packet && typeof packet.clientId === 'string' ? packet.clientId : '';
}
