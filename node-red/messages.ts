/** What the platform and the flows' process say to each other. Whatever comes from the process is parsed, never trusted. */
import type { AlarmEvent } from '#domain/alarm.ts';
import type { Colour } from '#domain/colour.ts';
import type { Answer } from '#domain/event.ts';
import type { FlowOrigin, RaisedPlace } from '#domain/raise.ts';

/** Which measurements a node wants; every field that is given must fit, none given = all. */
export type PointFilter = {
  readonly point?: string;
  readonly quantity?: string;
  readonly facility?: string;
  readonly lifeline?: string;
};

/** What a flow learns of a point beside its values. */
export type PointFacts = {
  readonly point: string;
  readonly device: string;
  readonly channel: string;
  readonly quantity: string;
  readonly unit: string;
  readonly facility: string;
  readonly facilityName: string;
  readonly area: string;
  readonly lifeline: string;
};

/** Whether a point is one of those the filter asks for. */
export const fits = (filter: PointFilter, point: PointFacts): boolean =>
  (filter.point ?? point.point) === point.point &&
  (filter.quantity ?? point.quantity) === point.quantity &&
  (filter.facility ?? point.facility) === point.facility &&
  (filter.lifeline ?? point.lifeline) === point.lifeline;

/** `[point index, effective time, value or null, quality]`. */
export type FedRow = readonly [number, number, number | null, string];

/** Flows as a deploy saves them: JSON text `{"flows": [...], "credentials": {...}}`. */
export type FlowsText = string;

/** Who may see the editor just now, as the process is told. */
export type EditorUser = { readonly username: string; readonly permissions: '*' | 'read' };

export type ToFlows =
  | {
      readonly kind: 'start';
      readonly flows: FlowsText;
      /** Encrypts credentials inside flows; derived for this and for nothing else. */
      readonly credentialSecret: string;
      /** The flows stay stopped until the next deploy: they brought the process down again and again. */
      readonly safeMode: boolean;
    }
  | { readonly kind: 'ping'; readonly number: number }
  | { readonly kind: 'user'; readonly id: number; readonly user: EditorUser | null }
  | { readonly kind: 'saved'; readonly id: number; readonly refusal: string | null }
  | { readonly kind: 'load'; readonly flows: FlowsText }
  | {
      readonly kind: 'points';
      readonly facts: readonly (readonly [number, PointFacts])[];
      readonly rows: readonly FedRow[];
    }
  | { readonly kind: 'alarms'; readonly events: readonly AlarmEvent[] }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answer };

export type Asked = RaisedPlace & {
  readonly flow: FlowOrigin;
  readonly colour: Colour;
  readonly text: string;
};

export type FromFlows =
  /** The editor answers on this loopback port; `missing` names expected node types that are not there. */
  | {
      readonly kind: 'ready';
      readonly port: number;
      readonly missing: readonly string[];
      readonly startMs: number;
    }
  | { readonly kind: 'failed'; readonly detail: string }
  | { readonly kind: 'pong'; readonly number: number }
  | { readonly kind: 'want'; readonly points: readonly PointFilter[]; readonly alarms: boolean }
  | { readonly kind: 'who'; readonly id: number; readonly token: string }
  | { readonly kind: 'raise'; readonly id: number; readonly subject: string; readonly asked: Asked }
  | { readonly kind: 'notice'; readonly id: number; readonly asked: Asked };
