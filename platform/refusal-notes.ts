/**
 * Telling of refusals: to the gateway on its `rejection` topic, so that a field engineer sees at once why nothing
 * arrives, and to the platform's own log. Both at a limited rate; the counts are elsewhere and complete.
 */
import type { Clock } from '#domain/clock.ts';
import type { Rejection } from '#domain/rejection.ts';

/** One note a second for each gateway, and one line a second for each reason in the log. */
const EVERY_MS = 1_000;
/** Gateways and reasons remembered at once; beyond it all are forgotten and may speak again. */
const REMEMBERED_MAX = 20_000;

export type RefusalNotes = {
  /** The fold refused something of a gateway. */
  rejected(rejection: Rejection): void;
  /** The broker refused something before the journal; `subject` is a gateway or an address. */
  refused(reason: string, subject: string, detail: string): void;
};

export function createRefusalNotes(parts: {
  readonly clock: Clock;
  readonly toGateway: (gateway: string, note: { reason: string; detail: string; sample: string }) => void;
  readonly log: (line: { reason: string; subject: string; detail: string }) => void;
}): RefusalNotes {
  const last = new Map<string, number>();
  const mayTell = (key: string): boolean => {
    const now = parts.clock.monotonicMs();
    if (now - (last.get(key) ?? -EVERY_MS) < EVERY_MS) return false;
    if (last.size >= REMEMBERED_MAX) last.clear();
    last.set(key, now);
    return true;
  };
  return {
    rejected({ reason, gateway, detail, sample }) {
      // A repeat is how MQTT keeps its promise: nothing for the field to mend.
      if (reason === 'duplicate' || !mayTell(`gateway ${gateway}`)) return;
      parts.toGateway(gateway, { reason, detail, sample });
    },
    refused(reason, subject, detail) {
      if (mayTell(`reason ${reason}`)) parts.log({ reason, subject, detail });
    },
  };
}
