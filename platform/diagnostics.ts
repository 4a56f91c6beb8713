/** What a field engineer asks about a gateway, from the running city. */
import type { Clock } from '#domain/clock.ts';
import { explain } from '#ingest/ingest.ts';
import { rulesOfPoint } from '#rules/engine.ts';
import type { DiagnosticsPort } from '#server/ports.ts';
import type { Pipeline } from '../pipeline.ts';

export function createDiagnostics(parts: {
  readonly pipeline: Pipeline;
  readonly clock: Clock;
}): DiagnosticsPort {
  const { city } = parts.pipeline;
  const rulesOf = (pointIndex: number): readonly string[] => rulesOfPoint(city.rules, pointIndex);
  return {
    tryProduct: (product, message) =>
      explain(city.ingest, city.registry, { ...message, product, receivedAt: parts.clock.wallMs() }, rulesOf),
  };
}
