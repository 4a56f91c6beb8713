/**
 * Persistent sessions: filters, and messages their client has not acknowledged. Bounded three ways: sessions of a
 * gateway, filters of a session, and messages queued for it.
 */
import { gatewayOfName } from './client-name.ts';
import { createSubscriptionIndex } from './subscription-index.ts';
import type { SubscriptionIndex } from './subscription-index.ts';

/** A packet as aedes hands it over; `messageId` is set once it was sent, a PUBREL has no topic. */
export type StoredPacket = {
  readonly cmd: string;
  readonly topic?: string;
  readonly payload?: string | Uint8Array;
  readonly qos?: number;
  readonly retain?: boolean;
  readonly dup?: boolean;
  readonly brokerId?: string;
  readonly brokerCounter?: number;
  messageId?: number | undefined;
};

export type StoredFilter = { readonly topic: string; readonly qos: 0 | 1 | 2 };

export type SessionLimits = {
  readonly sessionsPerGatewayMax: number;
  readonly filtersPerSessionMax: number;
  readonly queuedPerSessionMax: number;
  readonly queuedBytesPerSessionMax: number;
};

export type SessionEvents = {
  isConnected(name: string): boolean;
  /** A message found the queue full and was not queued. */
  overflowed(name: string): void;
  /** The queue is empty, or gone with its session. */
  emptied(name: string): void;
  /** The session ended: its QoS 2 ids end with it. */
  ended(name: string): void;
  /** A session of an absent client made room for a newer one of the same gateway. */
  forgotten(name: string): void;
};

type Session = {
  readonly gateway: string;
  readonly filters: Map<string, StoredFilter>;
  queue: StoredPacket[];
  bytes: number;
};

/** Opened with the broker; all in memory, gone with it. */
export class SessionStore {
  readonly #limits: SessionLimits;
  readonly #events: SessionEvents;
  readonly #sessions = new Map<string, Session>();
  readonly #gateways = new Map<string, Set<string>>();
  readonly #index: SubscriptionIndex = createSubscriptionIndex();

  constructor(limits: SessionLimits, events: SessionEvents) {
    this.#limits = limits;
    this.#events = events;
  }

  /** Makes sure the session exists; may end one of the gateway's absent clients to make room. */
  begin(name: string): void {
    if (this.#sessions.has(name)) return;
    const gateway = gatewayOfName(name);
    this.#makeRoom(gateway);
    this.#sessions.set(name, { gateway, filters: new Map(), queue: [], bytes: 0 });
    this.#gateways.set(gateway, (this.#gateways.get(gateway) ?? new Set()).add(name));
  }

  end(name: string): void {
    this.#events.ended(name);
    const session = this.#sessions.get(name);
    if (session === undefined) return;
    for (const filter of session.filters.keys()) this.#index.remove(name, filter);
    this.#sessions.delete(name);
    const siblings = this.#gateways.get(session.gateway);
    if (siblings?.delete(name) && siblings.size === 0) this.#gateways.delete(session.gateway);
    this.#events.emptied(name);
  }

  /** Answers whether the filter is kept; a session has room for a bounded number. */
  subscribe(name: string, filter: StoredFilter): boolean {
    const filters = this.#sessions.get(name)?.filters;
    if (filters === undefined) return false;
    if (!filters.has(filter.topic) && filters.size >= this.#limits.filtersPerSessionMax) return false;
    filters.set(filter.topic, filter);
    this.#index.add({ name, filter: filter.topic, qos: filter.qos });
    return true;
  }

  unsubscribe(name: string, filter: string): void {
    if (this.#sessions.get(name)?.filters.delete(filter)) this.#index.remove(name, filter);
  }

  filters(name: string): StoredFilter[] {
    return [...(this.#sessions.get(name)?.filters.values() ?? [])];
  }

  /** Sessions that want a message on this topic with QoS > 0, each with the QoS it asked for. */
  receivers(topic: string): Map<string, 1 | 2> {
    return this.#index.match(topic);
  }

  enqueue(name: string, packet: StoredPacket, qosMax: number): void {
    const session = this.#sessions.get(name);
    if (session === undefined) return;
    const bytes = session.bytes + sizeOf(packet);
    const full = session.queue.length >= this.#limits.queuedPerSessionMax;
    if (full || bytes > this.#limits.queuedBytesPerSessionMax) return this.#events.overflowed(name);
    session.bytes = bytes;
    session.queue.push({ ...packet, qos: Math.min(packet.qos ?? 0, qosMax), messageId: undefined });
  }

  /** A queued packet went out under its packet id, or PUBREC turned it into a PUBREL. */
  update(name: string, packet: StoredPacket): void {
    const session = this.#sessions.get(name);
    const at = session?.queue.findIndex((stored) => isSame(stored, packet)) ?? -1;
    const stored = session?.queue[at];
    if (session === undefined || stored === undefined) return;
    if (packet.cmd === 'publish') {
      stored.messageId = packet.messageId;
      return;
    }
    session.bytes -= sizeOf(stored);
    session.queue[at] = { cmd: packet.cmd, messageId: packet.messageId };
  }

  /** The client acknowledged the packet it got under this id. */
  dequeue(name: string, packetId: number): StoredPacket | undefined {
    const session = this.#sessions.get(name);
    const at = session?.queue.findIndex((packet) => packet.messageId === packetId) ?? -1;
    if (session === undefined || at < 0) return undefined;
    const [packet] = session.queue.splice(at, 1);
    if (packet !== undefined) session.bytes -= sizeOf(packet);
    if (session.queue.length === 0) this.#events.emptied(name);
    return packet;
  }

  /** Everything unacknowledged, in order; what was sent before goes out with DUP [MQTT-3.3.1-1]. */
  queued(name: string): StoredPacket[] {
    return (this.#sessions.get(name)?.queue ?? []).map((packet) => ({
      ...packet,
      dup: packet.cmd === 'publish' && packet.messageId !== undefined,
    }));
  }

  #makeRoom(gateway: string): void {
    const siblings = this.#gateways.get(gateway) ?? new Set<string>();
    for (const sibling of siblings) {
      if (siblings.size < this.#limits.sessionsPerGatewayMax) return;
      if (this.#events.isConnected(sibling)) continue;
      this.end(sibling);
      this.#events.forgotten(sibling);
    }
  }
}

function isSame(stored: StoredPacket, packet: StoredPacket): boolean {
  if (packet.cmd !== 'publish') return stored.messageId === packet.messageId;
  return stored.brokerCounter === packet.brokerCounter && stored.brokerId === packet.brokerId;
}

function sizeOf(packet: StoredPacket): number {
  return (packet.payload?.length ?? 0) + (packet.topic?.length ?? 0);
}
