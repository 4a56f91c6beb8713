/**
 * What came from each gateway lately, beside the alarm path: a few packets as they were sent, counts by the minute,
 * refusals. In memory only, bounded for each gateway and in all; a restart begins anew.
 */
import type { RefusalView } from '#domain/contract/diagnostics.ts';
import type { CityEvent } from '#domain/event.ts';
import type { Journaled, PresenceInput, PublishInput } from '#domain/input.ts';
import { REJECTION_REASONS, type RejectionReason } from '#domain/rejection.ts';
import type { Timestamp } from '#domain/time.ts';

/** Packets kept of one gateway, and how fast: one that floods is sampled, every ordinary one is kept whole. */
const PACKETS_MAX = 20;
const PACKETS_PER_SECOND = 5;
const PAYLOAD_BYTES_MAX = 2_048;
/** Packets of all gateways together: beyond it the oldest of one after another go, down to one each. */
const BYTES_MAX = 32 * 1024 * 1024;
const PACKET_OVERHEAD_BYTES = 256;
/** Gateways looked at for each packet to make room: with thousands of one packet each, most looks find nothing. */
const LOOKS_MAX = 32;
/** The registry's gateways; names that nobody registered are apart, so that strangers push out nobody. */
const GATEWAYS_MAX = 20_000;
const STRANGERS_MAX = 1_000;
const MINUTE_MS = 60_000;
const MINUTES = 61;
const SAMPLE_MAX = 256;

export type NotedPacket = {
  readonly at: Timestamp;
  readonly topic: string;
  readonly qos: 0 | 1 | 2;
  readonly bytes: number;
  readonly payload: Uint8Array;
  readonly values: number;
  readonly refusals: readonly string[];
};

export type RefusedLogin = { readonly count: number; readonly lastAt: Timestamp; readonly detail: string };

export type GatewayNotes = {
  /** Counting began. */
  readonly since: Timestamp;
  /** Publishes by the minute, a ring; `minute` is the newest. */
  readonly minutes: Uint32Array;
  minute: number;
  budget: number;
  budgetAt: Timestamp;
  readonly packets: NotedPacket[];
  readonly refusals: Map<RejectionReason, RefusalView>;
  refusedLogin: RefusedLogin | null;
  connection: { readonly client: string; readonly address: string; readonly at: Timestamp } | null;
};

export type PacketNotes = {
  /** A publish was folded; its own events stand in `events` from `eventsFrom` on. */
  received(
    entry: Journaled<PublishInput>,
    values: number,
    events: readonly CityEvent[],
    eventsFrom: number,
  ): void;
  /** Refused before the journal. */
  refused(reason: RejectionReason, gateway: string, detail: string, at: Timestamp): void;
  /** Somebody claimed a name that nobody registered. */
  stranger(name: string, at: Timestamp): void;
  presence(input: PresenceInput, at: Timestamp): void;
  of(gateway: string): GatewayNotes | null;
  strangerOf(name: string): RefusedLogin | null;
};

export function createPacketNotes(since: Timestamp, isGateway: (id: string) => boolean): PacketNotes {
  const gateways = new Map<string, GatewayNotes>();
  const strangers = new Map<string, RefusedLogin>();
  let bytes = 0;
  let turn = gateways.values();

  function notesOf(gateway: string): GatewayNotes | null {
    const known = gateways.get(gateway);
    if (known !== undefined) return known;
    if (gateways.size >= GATEWAYS_MAX || !isGateway(gateway)) return null;
    const notes = createNotes(since);
    gateways.set(gateway, notes);
    return notes;
  }

  function keep(notes: GatewayNotes, packet: NotedPacket): void {
    notes.packets.push(packet);
    bytes += sizeOf(packet);
    if (notes.packets.length > PACKETS_MAX) bytes -= sizeOf(notes.packets.shift());
    // Every gateway keeps its last one: it is the one somebody will ask for.
    for (let looks = 0; bytes > BYTES_MAX && looks < LOOKS_MAX; looks++) {
      const next = turn.next();
      if (next.done) turn = gateways.values();
      else if (next.value.packets.length > 1) bytes -= sizeOf(next.value.packets.shift());
    }
  }

  return {
    received(entry, values, events, eventsFrom) {
      const notes = notesOf(entry.gateway);
      if (notes === null) return;
      const at = entry.receivedAt;
      count(notes, at);
      const refused = events.length > eventsFrom ? noteRefusals(notes, events, eventsFrom) : NOTHING;
      if (!mayKeep(notes, at)) return;
      const { topic, qos, payload } = entry;
      // A copy: the packet's own bytes are a window into all that its socket read.
      const kept = payload.slice(0, PAYLOAD_BYTES_MAX);
      keep(notes, { at, topic, qos, bytes: payload.length, payload: kept, values, refusals: refused });
    },
    refused(reason, gateway, detail, at) {
      const notes = notesOf(gateway);
      if (notes === null) return;
      const isLogin = reason === 'bad-credentials' || (reason === 'retired' && detail.startsWith('retired'));
      if (isLogin) notes.refusedLogin = { count: (notes.refusedLogin?.count ?? 0) + 1, lastAt: at, detail };
      noteRefusal(notes, reason, at, null, detail, '');
    },
    stranger(name, at) {
      const count = (strangers.get(name)?.count ?? 0) + 1;
      strangers.delete(name);
      strangers.set(name, { count, lastAt: at, detail: 'nobody registered this name' });
      for (const oldest of strangers.keys()) {
        if (strangers.size <= STRANGERS_MAX) break;
        strangers.delete(oldest);
      }
    },
    presence({ gateway, client, address, connected }, at) {
      const notes = notesOf(gateway);
      if (notes !== null && connected) notes.connection = { client, address, at };
    },
    of: (gateway) => gateways.get(gateway) ?? null,
    strangerOf: (name) => strangers.get(name) ?? null,
  };
}

const NOTHING: readonly string[] = [];

const sizeOf = (packet: NotedPacket | undefined): number =>
  packet === undefined ? 0 : packet.payload.length + packet.topic.length + PACKET_OVERHEAD_BYTES;

const createNotes = (since: Timestamp): GatewayNotes => ({
  since,
  minutes: new Uint32Array(MINUTES),
  minute: 0,
  budget: PACKETS_MAX,
  budgetAt: 0,
  packets: [],
  refusals: new Map(),
  refusedLogin: null,
  connection: null,
});

function count(notes: GatewayNotes, at: Timestamp): void {
  const minute = Math.floor(at / MINUTE_MS);
  if (minute > notes.minute) {
    const passed = Math.min(minute - notes.minute, MINUTES);
    for (let back = 0; back < passed; back++) notes.minutes[(minute - back) % MINUTES] = 0;
    notes.minute = minute;
  }
  const place = notes.minute % MINUTES;
  notes.minutes[place] = (notes.minutes[place] ?? 0) + 1;
}

/** Publishes of the last `minutes` minutes before `now`, the running one counted in part. */
export function countedSince(notes: GatewayNotes, now: Timestamp, minutes: number): number {
  const minute = Math.floor(now / MINUTE_MS);
  const share = 1 - (now % MINUTE_MS) / MINUTE_MS;
  let sum = 0;
  for (let back = 0; back <= minutes; back++) {
    const at = minute - back;
    if (at > notes.minute || at <= notes.minute - MINUTES || at < 0) continue;
    sum += (notes.minutes[at % MINUTES] ?? 0) * (back === minutes ? share : 1);
  }
  return Math.round(sum);
}

function mayKeep(notes: GatewayNotes, at: Timestamp): boolean {
  const gained = (Math.abs(at - notes.budgetAt) * PACKETS_PER_SECOND) / 1_000;
  notes.budget = Math.min(PACKETS_MAX, notes.budget + gained);
  notes.budgetAt = at;
  if (notes.budget < 1) return false;
  notes.budget -= 1;
  return true;
}

function noteRefusals(notes: GatewayNotes, events: readonly CityEvent[], from: number): readonly string[] {
  const refused: string[] = [];
  for (let place = from; place < events.length; place++) {
    const event = events[place];
    if (event?.kind !== 'rejected') continue;
    const { reason, device, detail, sample } = event.rejection;
    noteRefusal(notes, reason, event.at, device, detail, sample);
    if (refused.length < PACKETS_MAX) refused.push(`${device ?? ''} ${reason}: ${detail}`.trim());
  }
  return refused;
}

function noteRefusal(
  notes: GatewayNotes,
  reason: RejectionReason,
  at: Timestamp,
  device: string | null,
  detail: string,
  sample: string,
): void {
  const before = notes.refusals.get(reason)?.count ?? 0;
  const shown = { device, detail: detail.slice(0, SAMPLE_MAX), sample: sample.slice(0, SAMPLE_MAX) };
  notes.refusals.set(reason, { reason, count: before + 1, lastAt: at, ...shown });
}

/** By the order of the reasons' list. */
export const refusalsOf = (notes: GatewayNotes): RefusalView[] =>
  REJECTION_REASONS.flatMap((reason) => notes.refusals.get(reason) ?? []);
