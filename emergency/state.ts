/**
 * What the outbox remembers. Plain data, taken page by page by a snapshot; the indexes and the heap are derived and
 * rebuilt after a restart. An alarm that rings has one episode from its first ring until it is over, and a while
 * longer for receipts and taps that come late.
 */
import type { ChannelHealth, NotificationEvent, NotificationItem, OnCallList } from '#domain/notification.ts';
import { PagedArray } from '#domain/paged-array.ts';
import type { Registry } from '#domain/registry.ts';
import type { EngineTime, Timestamp } from '#domain/time.ts';
import type { Due } from './due-heap.ts';

/** Episodes of alarms not yet over, and notices not yet sent; beyond it `alerts-overflow` rings. */
export const OPEN_EPISODES_MAX = 10_000;
/** Episodes kept after their end for late receipts and taps; the ledger has all. */
export const CLOSED_EPISODES_MAX = 1_024;
/**
 * Messages of one episode kept in memory: more than the longest list tells (10 steps of 10 persons). The oldest that are
 * done with go first, the ledger has all.
 */
export const ITEMS_PER_EPISODE_MAX = 128;

/** A message and what only the outbox needs of it. */
export type Delivery = {
  item: NotificationItem;
  /** Channels that refused this person for good. */
  refused: readonly string[];
  /** Tries on the present channel since it was last changed to. */
  tries: number;
};

/** Why nobody else is told: taken (接警), confirmed on a phone (收到), silenced by a person, or over. */
export type Stop = 'taken' | 'confirmed' | 'suppressed' | 'over';

export type Episode = {
  /** In order of beginning: decides what comes first at one instant. */
  readonly number: number;
  /** Null for a notice. */
  readonly alarm: string | null;
  readonly area: string | null;
  readonly lifeline: string | null;
  /** Colour it was armed for, 0 to 3. */
  rank: number;
  round: number;
  /** Revision of the on-call list and place of its entry, frozen when armed; null while nobody covers it. */
  chain: { readonly list: number; readonly entry: number } | null;
  /** Last step told, from 1; 0 before the first. */
  step: number;
  stepDue: EngineTime | null;
  reminded: number;
  remindDue: EngineTime | null;
  stop: Stop | null;
  /** Order of closing; null while open. */
  closed: number | null;
  deliveries: Delivery[];
};

export type EpisodeSlot = { episode: Episode | null };

export type EmergencyState = {
  /** Revision of the list in force; 0 = none was ever given, and nobody is notified. */
  revision: number;
  /** The list in force and older ones that running episodes still follow. */
  readonly lists: Map<number, OnCallList>;
  readonly channels: Map<string, ChannelHealth>;
  readonly slots: PagedArray<EpisodeSlot>;
  episodes: number;
  closings: number;
  /** Conditions in force, as `name|subject`. */
  readonly conditions: Set<string>;
  /** Derived. */
  readonly bySlot: {
    readonly alarm: Map<string, number>;
    readonly item: Map<string, number>;
    readonly number: Map<number, number>;
    readonly free: number[];
    /** Slots of closed episodes, oldest first. */
    readonly closed: number[];
  };
  readonly due: Due[];
};

export type EmergencySink = {
  notification(event: NotificationEvent): void;
  condition(
    name: string,
    subject: string,
    active: boolean,
    detail: Readonly<Record<string, string | number>>,
  ): void;
};

/** One step of the outbox: `now` is engine time, `wall` the same instant on the wall clock. */
export type Turn = {
  readonly state: EmergencyState;
  readonly registry: Registry;
  readonly out: EmergencySink;
  now: EngineTime;
  wall: Timestamp;
};

export function createEmergency(): EmergencyState {
  return {
    revision: 0,
    lists: new Map(),
    channels: new Map(),
    slots: new PagedArray(),
    episodes: 0,
    closings: 0,
    conditions: new Set(),
    bySlot: { alarm: new Map(), item: new Map(), number: new Map(), free: [], closed: [] },
    due: [],
  };
}

export const openEpisodes = ({ slots, bySlot }: EmergencyState): number =>
  slots.length - bySlot.free.length - bySlot.closed.length;
