/** The alarm as every part of the product and every outsider sees it (ISA-18.2 words; design §5). */
import type { Colour } from './colour.ts';
import type { AlarmIncident } from './incident.ts';
import type { Timestamp } from './time.ts';

export type AlarmState = 'unacknowledged' | 'acknowledged' | 'returned-unacknowledged' | 'normal';
/** Weakest to strongest after `none`. */
export type Suppression = 'none' | 'shelved' | 'suppressed-by-design' | 'out-of-service';

/** Each suppression in force, with who, why and until when. */
export type SuppressionDetail = {
  readonly kind: Exclude<Suppression, 'none'>;
  readonly by: string;
  readonly reason: string;
  readonly since: Timestamp;
  /** Expiry of a shelf or maintenance window; review date of out-of-service; null while its cause lasts. */
  readonly until: Timestamp | null;
  /** By design: the alarm (a parent) or the condition (an interlock, no alarm) that makes this one expected. */
  readonly cause?: {
    readonly kind: 'parent' | 'interlock';
    readonly alarm: string | null;
    readonly point: string | null;
  };
};

export type Verdict = 'true-alarm' | 'false-alarm' | 'equipment-fault' | 'biogas' | 'construction' | 'drill';

/** `code` names a text in the console's language files; `params` fill it. Never a finished sentence. */
export type Explanation = {
  readonly code: string;
  readonly params: Readonly<Record<string, string | number | boolean | null>>;
};

export type Alarm = {
  readonly id: string;
  /** Counts changes of state, colour, suppression, acknowledgement and limit, not of value. */
  readonly revision: number;
  /** `sequence` of the alarm event that last changed this alarm. */
  readonly sequence: number;
  /** Null for an alarm of a gateway or of the system. */
  readonly point: string | null;
  readonly device: string | null;
  readonly facility: string | null;
  readonly area: string | null;
  readonly lifeline: string | null;
  readonly gateway: string | null;
  readonly rule: string;
  readonly ruleVersion: number;
  /** Name of the limit in force: LL, L, H, HH, or the catalogue's own name of the level. */
  readonly limit: string;
  readonly colour: Colour;
  readonly highestColour: Colour;
  readonly active: boolean;
  readonly state: AlarmState;
  readonly latched: boolean;
  readonly suppression: Suppression;
  readonly suppressions: readonly SuppressionDetail[];
  /** Value at the last change, and the limit it is held against, both in `unit`. */
  readonly value: number | null;
  readonly unit: string | null;
  readonly limitValue: number | null;
  readonly onsetAt: Timestamp;
  readonly returnedAt: Timestamp | null;
  readonly acknowledgedAt: Timestamp | null;
  readonly acknowledgedBy: string | null;
  /** Of an acknowledgement that ends by itself: still active then, the alarm is unacknowledged again unless renewed. */
  readonly acknowledgementExpiresAt?: Timestamp;
  readonly historical: boolean;
  readonly withdrawn?: true;
  /** Shown from a copy of the state while the journal cannot sync (未入账); redelivery makes the real one. */
  readonly unjournaled?: true;
  readonly verdict: Verdict | null;
  readonly explanation: Explanation;
  /** The incident it belongs to; absent while it stands alone. */
  readonly incident?: AlarmIncident;
};

/** Open = an officer may still owe it something. */
export const isOpen = (alarm: Alarm): boolean => alarm.state !== 'normal' && !alarm.historical;

export type AlarmChange =
  | 'raised'
  | 'colour'
  | 'returned'
  | 'reactivated'
  | 'acknowledged'
  | 're-alarmed'
  | 'reset'
  | 'normal'
  | 'shelved'
  | 'unshelved'
  | 'suppressed'
  | 'unsuppressed'
  | 'out-of-service'
  | 'in-service'
  | 'verdict'
  | 'note'
  | 'limit'
  | 'late-ring'
  | 'resurfaced'
  | 'historical'
  | 'withdrawn'
  | 'reconciled';

/** One announced change of one alarm. `sequence` counts alarm events of the city, without holes. */
export type AlarmEvent = {
  readonly kind: 'alarm';
  readonly sequence: number;
  readonly change: AlarmChange;
  readonly at: Timestamp;
  readonly alarm: Alarm;
  /** User name of the person who caused it; null when the engine did. */
  readonly by: string | null;
  readonly note: string | null;
  /** Whether it should sound, and why or why not (a stable code). */
  readonly announce: { readonly ring: boolean; readonly reason: string };
};
