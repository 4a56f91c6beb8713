/** Diagnostics on a city that has taken nothing yet. */
import type { GatewayDiagnostics, SequenceGap } from '#domain/contract/diagnostics.ts';
import type { Clock } from '#domain/clock.ts';
import { createIngest, explain } from '#ingest/ingest.ts';
import type { CityPort, DiagnosticsPort } from '#server/ports.ts';

export type FakeDiagnostics = DiagnosticsPort & {
  /** Names that somebody tries to log in under. */
  readonly strangers: Set<string>;
  gaps: readonly SequenceGap[];
};

export function createDiagnostics(city: CityPort, clock: Clock): FakeDiagnostics {
  const state = createIngest();
  const diagnostics: FakeDiagnostics = {
    strangers: new Set(),
    gaps: [],
    tryProduct: (product, message) =>
      explain(state, city.registry(), { ...message, product, receivedAt: clock.wallMs() }, () => ['a-rule']),
    gateway(id) {
      const registered = city.registry().gateways.has(id);
      if (!registered && !diagnostics.strangers.has(id)) return null;
      return { ...QUIET, gateway: id, registered };
    },
    sequenceGaps: () => diagnostics.gaps,
    openGaps: () => diagnostics.gaps.length,
  };
  return diagnostics;
}

const QUIET: Omit<GatewayDiagnostics, 'gateway' | 'registered'> = {
  connection: { connected: false, connections: 0, lastPublishAt: null, newest: null, refusedLogin: null },
  rates: { since: null, lastMinute: 0, last5Minutes: 0, lastHour: 0 },
  clock: { offsetMs: null, watched: null, devices: [] },
  records: 0,
  gaps: 0,
  duplicates: 0,
  rejected: 0,
  extraFields: 0,
  refusals: [],
  packets: [],
};
