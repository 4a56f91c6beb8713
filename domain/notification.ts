/** Whom an alarm is carried to, how, and how far it has come (design step 8). */
import type { Colour } from './colour.ts';
import type { Timestamp } from './time.ts';

export const CHANNEL_KINDS = ['sms', 'voice', 'wecom', 'dingtalk', 'feishu', 'webhook', 'web-push'] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

/** A channel as the fold knows it; its address and secrets are the edge's (docs/decisions/0015). */
export type ChannelName = { readonly id: string; readonly kind: ChannelKind };

/** How one person is reached over one channel; without `address` their phone number is it. */
export type PersonChannel = {
  readonly channel: string;
  /** Phone number, work-chat user or mobile; for Web Push the browser's subscription as JSON text. */
  readonly address?: string;
};

export type OnCallPerson = {
  readonly id: string;
  readonly name: string;
  readonly phone: string;
  /** Tried in this order until one accepts. */
  readonly channels: readonly PersonChannel[];
};

/** Everybody of a step is told at once; the next step follows `waitMs` later unless somebody took or confirmed it. */
export type OnCallStep = { readonly persons: readonly string[]; readonly waitMs: number };

/** An absent list = all. An alarm goes to the first entry that covers it. */
export type OnCallEntry = {
  readonly id: string;
  readonly areas?: readonly string[];
  readonly lifelines?: readonly string[];
  readonly steps: readonly OnCallStep[];
  /** Reminded of alarms that nobody takes; the last step when empty. */
  readonly leaders: readonly string[];
};

export type ReminderPlan = {
  /** From ringing to the first reminder, by colour; an absent colour is never reminded of. */
  readonly afterMs: Readonly<Partial<Record<'red' | 'orange' | 'yellow', number>>>;
  /** Between two reminders, and how many there are at most. */
  readonly everyMs: number;
  readonly max: number;
};

export type OnCallList = {
  readonly persons: readonly OnCallPerson[];
  readonly entries: readonly OnCallEntry[];
  readonly reminders: ReminderPlan;
};

export const NOTIFICATION_STATES = [
  'queued',
  'failed',
  'cancelled',
  'accepted',
  'delivered',
  'opened',
  'acknowledged',
] as const;
export type NotificationState = (typeof NOTIFICATION_STATES)[number];

/** `alert` follows the steps, `reminder` is of an alarm nobody takes, `notice` is no alarm (a flow's message). */
export type NotificationKind = 'alert' | 'reminder' | 'notice';

/** What a person may answer on the phone page: 收到, 到场, 误报. */
export const PHONE_ANSWERS = ['received', 'arrived', 'false-alarm'] as const;
export type PhoneAnswer = (typeof PHONE_ANSWERS)[number];

/** One message to one person for one step. `id` is the same in every attempt, after any crash. */
export type NotificationItem = {
  readonly id: string;
  readonly kind: NotificationKind;
  /** Null for a notice. */
  readonly alarm: string | null;
  /** Counts how often the alarm was armed: a rise of its colour starts the steps again. */
  readonly round: number;
  /** From 1; of a reminder, its number. */
  readonly step: number;
  readonly person: string;
  readonly name: string;
  /** Channel in use or next to be used; null when the person has none that is configured. */
  readonly channel: string | null;
  readonly state: NotificationState;
  readonly attempts: number;
  readonly createdAt: Timestamp;
  /** Of the last change. */
  readonly at: Timestamp;
  readonly detail: string | null;
  /** When each state was first reached. */
  readonly times: Readonly<Partial<Record<NotificationState, Timestamp>>>;
  readonly answers: Readonly<Partial<Record<PhoneAnswer, Timestamp>>>;
  /** Of a notice. */
  readonly notice: NoticeText | null;
};

export type NoticeText = {
  readonly flowName: string;
  readonly area: string | null;
  readonly lifeline: string | null;
  readonly facility: string | null;
  readonly colour: Colour;
  readonly text: string;
};

/** A notification came to be or changed; `item` is it afterwards. */
export type NotificationEvent = {
  readonly kind: 'notification';
  readonly at: Timestamp;
  readonly item: NotificationItem;
};

/** What the outside said of one notification; each is journaled before it acts. */
export type NotificationReport =
  /** Journaled before the message leaves: after a crash it is sent again under the same id. */
  | { readonly report: 'attempt'; readonly channel: string }
  /** The vendor took it. `reference` is the vendor's id, for receipts. */
  | { readonly report: 'accepted'; readonly channel: string; readonly reference: string | null }
  /** `permanent`: this channel will never reach this person; else it is tried again. */
  | {
      readonly report: 'refused';
      readonly channel: string;
      readonly permanent: boolean;
      readonly detail: string;
    }
  /** A vendor's receipt. It is never a person's confirmation. */
  | { readonly report: 'receipt'; readonly delivered: boolean; readonly detail: string }
  | { readonly report: 'opened' }
  | { readonly report: 'answer'; readonly answer: PhoneAnswer; readonly address: string };

/** The health of a channel as the fold knows it. */
export type ChannelHealth = ChannelName & {
  readonly lastSuccessAt: Timestamp | null;
  readonly lastFailureAt: Timestamp | null;
  readonly failuresInARow: number;
  readonly detail: string | null;
};

/** The facts of an alarm in Chinese words; every text may be empty. */
export type AlarmFacts = {
  readonly colour: Colour;
  readonly level: string;
  readonly place: string;
  readonly quantity: string;
  readonly value: string;
  readonly limit: string;
  /** `11月22日 16:52:07` in the city's time. */
  readonly since: string;
};
