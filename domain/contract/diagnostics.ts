/** What a field engineer is shown of one gateway in the first ten minutes. */
import type { RejectionReason } from '../rejection.ts';
import type { Timestamp } from '../time.ts';
/** Steps of one packet, in the order in which they are gone through; the last one that is not ok ended it. */
export const STEP_NAMES = [
  'topic',
  'size',
  'json',
  'product',
  'record',
  'device',
  'value',
  'clock',
  'lane',
  'rules',
  'outcome',
] as const;
export type StepName = (typeof STEP_NAMES)[number];

/** `detail` is English for an engineer. `ok` false: this step refused, or doubts, what it was given. */
export type Step = { readonly step: StepName; readonly ok: boolean; readonly detail: string };

/** A message gone through without being taken. */
export type Trial = {
  readonly steps: readonly Step[];
  /** Records as they would be taken: device, time, values, …; those that are none are in the steps. */
  readonly records: readonly unknown[];
};

export type PacketView = {
  readonly at: Timestamp;
  readonly topic: string;
  readonly qos: 0 | 1 | 2;
  readonly bytes: number;
  /** Text as far as it was kept. */
  readonly payload: string;
  readonly truncated: boolean;
  readonly steps: readonly Step[];
};

export type RefusalView = {
  readonly reason: RejectionReason;
  /** Since the start. */
  readonly count: number;
  readonly lastAt: Timestamp;
  readonly device: string | null;
  readonly detail: string;
  readonly sample: string;
};

/** `newest`: the connection that was opened last, since the start. */
export type GatewayDiagnostics = {
  readonly gateway: string;
  /** False: somebody logs in under a name that nobody registered. */
  readonly registered: boolean;
  readonly connection: {
    readonly connected: boolean;
    readonly connections: number;
    readonly lastPublishAt: Timestamp | null;
    readonly newest: { readonly client: string; readonly address: string; readonly at: Timestamp } | null;
    readonly refusedLogin: {
      readonly count: number;
      readonly lastAt: Timestamp;
      readonly detail: string;
    } | null;
  };
  /** Publishes; counted since `since`. */
  readonly rates: {
    readonly since: Timestamp | null;
    readonly lastMinute: number;
    readonly last5Minutes: number;
    readonly lastHour: number;
  };
  readonly clock: {
    /** Steady offset in force. */
    readonly offsetMs: number | null;
    /** A lag that is being watched and may turn out to be one. */
    readonly watched: { readonly lagMs: number; readonly publishes: number } | null;
    readonly devices: readonly { readonly device: string; readonly offsetMs: number }[];
  };
  readonly records: number;
  /** Numbers that never came. */
  readonly gaps: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** Fields that were let through unread. */
  readonly extraFields: number;
  readonly refusals: readonly RefusalView[];
  /** The newest first. */
  readonly packets: readonly PacketView[];
};

/** Numbers that a device left out; `missing` of them have not come. */
export type SequenceGap = {
  readonly device: string;
  readonly from: number;
  readonly to: number;
  readonly at: Timestamp;
  readonly missing: number;
  /** When the last of them came late; null while some are missing. */
  readonly filledAt: Timestamp | null;
};
