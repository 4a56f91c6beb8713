/** What the main fold decided: frozen in the record log, applied to the ledger exactly once. */
import type { AlarmEvent } from './alarm.ts';
import type { BackfillEvent } from './backfill.ts';
import type { Colour } from './colour.ts';
import type { FloodEvent, IncidentEvent } from './incident.ts';
import type { NotificationEvent } from './notification.ts';
import type { RegistryChange } from './registry.ts';
import type { RuleVersionEvent } from './rule-book.ts';
import type { Timestamp } from './time.ts';
import type { Person } from './user.ts';
import type { Rejection } from './rejection.ts';

export type CityEvent =
  | AlarmEvent
  | RejectionEvent
  | FlowNoticeEvent
  | NotificationEvent
  | RuleVersionEvent
  | BackfillEvent
  | IncidentEvent
  | FloodEvent
  | {
      readonly kind: 'registry';
      readonly at: Timestamp;
      readonly revision: number;
      readonly change: RegistryChange;
    }
  | {
      readonly kind: 'gateway';
      readonly at: Timestamp;
      readonly gateway: string;
      readonly connected: boolean;
      readonly connections: number;
    }
  /** A person's journaled action with its outcome: the ledger chains it into the audit log. */
  | {
      readonly kind: 'audit';
      readonly at: Timestamp;
      readonly by: Person;
      readonly action: string;
      readonly subject: string;
      readonly outcome: string;
      readonly detail: Readonly<Record<string, unknown>>;
    }
  /** Kept records of a device were judged again and leave the quarantine; what is refused again is a new refusal. */
  | {
      readonly kind: 'quarantine-approved';
      readonly at: Timestamp;
      readonly gateway: string;
      readonly device: string;
      /** How many were taken. */
      readonly records: number;
      /** The ledger's number of the last one that was judged, and when it came: those up to it leave. */
      readonly through: number;
      readonly until: Timestamp;
    };

/** Something that came in and was not taken; kept or counted, never silent (invariant 2). */
export type RejectionEvent = {
  readonly kind: 'rejected';
  readonly at: Timestamp;
  readonly rejection: Rejection;
};

/** A flow wants people to be told. Nobody owes it an answer; what is sent of it and to whom is decided elsewhere. */
export type FlowNoticeEvent = {
  readonly kind: 'flow-notice';
  readonly at: Timestamp;
  /** The same after any replay; never given twice. */
  readonly id: string;
  /** The flow's id in the editor, and the names that flow and node had then. */
  readonly flow: string;
  readonly flowName: string;
  readonly nodeName: string;
  /** All three null = the whole city; a facility brings its area and lifeline. */
  readonly facility: string | null;
  readonly area: string | null;
  readonly lifeline: string | null;
  readonly colour: Colour;
  /** Plain text, 1 to RAISED_TEXT_MAX characters. */
  readonly text: string;
};

/** Answer to the person who sent a command. */
export type Answer =
  | { readonly ok: true; readonly body: unknown }
  | { readonly ok: false; readonly code: string; readonly detail: string; readonly body?: unknown };
