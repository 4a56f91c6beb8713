/**
 * aedes' persistence interface over our bounded memory. The one that ships with aedes keeps every client id, queue
 * and payload it ever saw, stores filters that were refused, and resends without DUP.
 */
import { Readable } from 'node:stream';
import { gatewayOfName } from './client-name.ts';
import type { Receipts } from './receipts.ts';
import type { SessionStore, StoredFilter, StoredPacket } from './session-store.ts';
import { matchesFilter } from './topic-filter.ts';

type Owner = { readonly id: string; readonly clean?: boolean };
type Retained = StoredPacket & { readonly topic: string };

/** Given to aedes as `persistence`. `maySubscribe` is asked again: one granted filter would carry refused ones in. */
export function createPersistence(
  sessions: SessionStore,
  retained: Map<string, StoredPacket>,
  receipts: Receipts,
  maySubscribe: (gateway: string, filter: string) => boolean,
) {
  return {
    async setup(): Promise<void> {},
    async destroy(): Promise<void> {},
    ...retainedPart(retained),
    ...subscriptionPart(sessions, maySubscribe),
    ...outgoingPart(sessions),
    ...incomingPart(sessions, receipts),
    ...willPart(),
  };
}

function retainedPart(retained: Map<string, StoredPacket>) {
  return {
    async storeRetained(packet: Retained): Promise<void> {
      if ((packet.payload?.length ?? 0) === 0) retained.delete(packet.topic);
      else retained.set(packet.topic, { ...packet });
    },
    createRetainedStreamCombi(filters: readonly string[]): Readable {
      const exact = filters.length === 1 ? retained.get(filters[0] ?? '') : undefined;
      if (exact !== undefined) return Readable.from([exact]);
      const wanted = [...retained].filter(([topic]) =>
        filters.some((filter) => matchesFilter(filter, topic)),
      );
      return Readable.from(wanted.map(([, packet]) => packet));
    },
  };
}

function subscriptionPart(
  sessions: SessionStore,
  maySubscribe: (gateway: string, filter: string) => boolean,
) {
  return {
    async addSubscriptions(client: Owner, filters: readonly StoredFilter[]): Promise<void> {
      sessions.begin(client.id);
      for (const { topic, qos } of filters) {
        if (maySubscribe(gatewayOfName(client.id), topic)) sessions.subscribe(client.id, { topic, qos });
      }
    },
    async removeSubscriptions(client: Owner, filters: readonly string[]): Promise<void> {
      for (const filter of filters) sessions.unsubscribe(client.id, filter);
    },
    subscriptionsByClient: async (client: Owner): Promise<StoredFilter[]> => sessions.filters(client.id),
    subscriptionsByTopic: async (topic: string) =>
      [...sessions.receivers(topic)].map(([clientId, qos]) => ({ clientId, topic, qos })),
    /** CONNECT with clean session ends the old one [MQTT-3.1.2-6]. */
    cleanSubscriptions: async (client: Owner): Promise<void> => sessions.end(client.id),
  };
}

function outgoingPart(sessions: SessionStore) {
  type Receiver = { readonly clientId: string; readonly qos?: number };
  return {
    async outgoingEnqueueCombi(receivers: readonly Receiver[], packet: StoredPacket): Promise<void> {
      for (const { clientId, qos } of receivers) sessions.enqueue(clientId, packet, qos ?? 2);
    },
    async outgoingEnqueue(receiver: Receiver, packet: StoredPacket): Promise<void> {
      sessions.enqueue(receiver.clientId, packet, 2);
    },
    outgoingUpdate: async (client: Owner, packet: StoredPacket): Promise<void> =>
      sessions.update(client.id, packet),
    /** Without a packet id it was never sent: it stays queued for the next connection. */
    outgoingClearMessageId: async (client: Owner, packet: StoredPacket): Promise<StoredPacket | undefined> =>
      packet.messageId === undefined ? undefined : sessions.dequeue(client.id, packet.messageId),
    outgoingStream: (client: Owner): Readable => Readable.from(sessions.queued(client.id)),
  };
}

/** The publish hook opens receipts; aedes only asks whether a PUBLISH is a resend and whether a PUBREL fits. */
function incomingPart(sessions: SessionStore, receipts: Receipts) {
  return {
    async incomingGetPacket(client: Owner, packet: StoredPacket): Promise<StoredPacket> {
      const receipt = receipts.find(client.id, packet.messageId ?? 0);
      const known = packet.cmd === 'publish' ? receipt?.relayed === true : receipt !== undefined;
      if (!known) throw new Error('no such packet');
      return packet;
    },
    async incomingStorePacket(client: Owner, packet: StoredPacket): Promise<void> {
      const receipt = receipts.find(client.id, packet.messageId ?? 0);
      if (receipt === undefined) return;
      receipt.relayed = true;
      if (client.clean === false) sessions.begin(client.id);
    },
    incomingDelPacket: async (client: Owner, packet: StoredPacket): Promise<void> =>
      receipts.release(client.id, packet.messageId ?? 0),
    cleanIncoming: async (client: Owner): Promise<void> => receipts.forget(client.id),
  };
}

/** A will lives with its connection; none is ever left over from another broker. */
function willPart() {
  return {
    async putWill(): Promise<void> {},
    async delWill(): Promise<void> {},
    streamWill: (): Readable => Readable.from([]),
  };
}
