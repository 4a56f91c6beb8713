/** Everything that can change an alarm. Each is journaled and synced before it acts (invariant 1). */
import type { Verdict } from './alarm.ts';
import type { NoticeInput, RaiseInput } from './raise.ts';
import type { ChannelName, NotificationReport, OnCallList } from './notification.ts';
import type { RegistryChange } from './registry.ts';
import type { RulesOrder } from './rule-book.ts';
import type { EngineTime, Moment, Timestamp } from './time.ts';
import type { Person } from './user.ts';

export type PublishInput = {
  readonly kind: 'publish';
  /** Gateway id proved at log-in, never taken from the topic. */
  readonly gateway: string;
  /** MQTT client id as the gateway chose it. */
  readonly client: string;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly dup: boolean;
  /** MQTT packet id; 0 for QoS 0. */
  readonly packetId: number;
};

/** `connections` = open connections of this gateway after the change; presence is that number being > 0. */
export type PresenceInput = {
  readonly kind: 'presence';
  readonly gateway: string;
  readonly client: string;
  readonly connected: boolean;
  readonly connections: number;
  readonly address: string;
};

export type AlarmAction =
  | { readonly action: 'acknowledge'; readonly note?: string }
  | {
      readonly action: 'shelve';
      readonly until: Timestamp;
      readonly reason: string;
      readonly secondPerson?: string;
    }
  | { readonly action: 'unshelve'; readonly note?: string }
  | { readonly action: 'out-of-service'; readonly reviewAt: Timestamp; readonly reason: string }
  | { readonly action: 'in-service'; readonly note?: string }
  | { readonly action: 'reset'; readonly note?: string }
  | { readonly action: 'note'; readonly text: string }
  | { readonly action: 'verdict'; readonly verdict: Verdict | null; readonly note?: string };

/** What a person ordered. `revision` is the alarm's revision on that person's screen. */
export type CommandInput = { readonly kind: 'command'; readonly by: Person } & (
  | {
      readonly command: 'alarm';
      readonly alarm: string;
      readonly revision: number;
      readonly action: AlarmAction;
    }
  | {
      readonly command: 'maintenance';
      readonly target: 'points' | 'gateways' | 'facilities';
      readonly id: string;
      /** At or before the input's receivedAt ends the window. */
      readonly until: Timestamp;
      readonly reason: string;
    }
  | { readonly command: 'registry'; readonly change: RegistryChange }
  /** Drafts and versions of the rule catalogue. */
  | { readonly command: 'rules'; readonly order: RulesOrder }
  /** The on-call list as a whole; `revision` is the one it was edited from. */
  | { readonly command: 'on-call'; readonly revision: number; readonly list: OnCallList }
  | {
      readonly command: 'approve-quarantine';
      /** Device id as it was sent; records are replayed as late for the device of that id or serial. */
      readonly device: string;
      readonly gateway: string;
      /** Kept records, oldest first: JSON text of one record each, when it first came, and the ledger's number of it. */
      readonly records: readonly {
        readonly json: string;
        readonly receivedAt: Timestamp;
        readonly number?: number;
      }[];
    }
);

/** A fault the edges saw (invariant 16), by its name in rules/catalogue/system.json. */
export type ConditionInput = {
  readonly kind: 'condition';
  readonly name: string;
  /** Gateway, client or file it is about; '' for the system as a whole. */
  readonly subject: string;
  readonly active: boolean;
  readonly detail: Readonly<Record<string, string | number | boolean>>;
};

export type Input =
  | PublishInput
  | PresenceInput
  | CommandInput
  | ConditionInput
  | RaiseInput
  | NoticeInput
  /** First input after a start: engine time went on from `from` to `to` while we were down. */
  | {
      readonly kind: 'resumed';
      readonly from: EngineTime;
      readonly to: EngineTime;
      /** The machine's boot and its monotonic clock at `to`: the next start measures its gap from them. */
      readonly boot: string;
      readonly monotonicMs: number;
    }
  /** Our wall clock stepped by `deltaMs` (> 2 s either way). */
  | { readonly kind: 'wall-step'; readonly deltaMs: number }
  /** Nothing came, but a deadline is due. */
  | { readonly kind: 'tick' }
  /** The catalogue that comes with the product, whole: in force until people publish their own (rules/book/). */
  | { readonly kind: 'catalogue'; readonly revision: string; readonly catalogue: unknown }
  | NotificationInput
  /** The channels that are configured from here on, without their secrets. */
  | { readonly kind: 'channels'; readonly channels: readonly ChannelName[] }
  /** Outcome of a person's test of a channel. */
  | {
      readonly kind: 'channel-tested';
      readonly channel: string;
      readonly ok: boolean;
      readonly detail: string;
    }
  /** Outcome of judging stored late data again (design §6, retrospective lane). */
  | {
      readonly kind: 'rejudged';
      readonly pointIndex: number;
      readonly from: Timestamp;
      readonly to: Timestamp;
      readonly episodes: readonly RejudgedEpisode[];
    };

/** What came of a message to a person (emergency/); `id` is the notification's. */
export type NotificationInput = { readonly kind: 'notification'; readonly id: string } & NotificationReport;

/** One finished or still running episode found in stored data, in effective time. */
export type RejudgedEpisode = {
  readonly rule: string;
  readonly onsetAt: Timestamp;
  readonly returnedAt: Timestamp | null;
  readonly colour: 'blue' | 'yellow' | 'orange' | 'red';
  readonly limit: string;
  readonly limitValue: number;
  /** Worst value of the episode, in the point's unit. */
  readonly value: number;
};

/** An input with its place and time. Position counts inputs from 1, without holes. */
export type Journaled<T extends Input = Input> = T & Moment & { readonly position: number };
