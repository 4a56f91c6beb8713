/** Diagnostics on a city that has taken nothing yet. */
import type { Clock } from '#domain/clock.ts';
import { createIngest, explain } from '#ingest/ingest.ts';
import type { CityPort, DiagnosticsPort } from '#server/ports.ts';

export function createDiagnostics(city: CityPort, clock: Clock): DiagnosticsPort {
  const state = createIngest();
  return {
    tryProduct: (product, message) =>
      explain(state, city.registry(), { ...message, product, receivedAt: clock.wallMs() }, () => ['a-rule']),
  };
}
