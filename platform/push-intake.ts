/** Pushes over HTTP on their way into the pipeline. */
import type { PushOutcome } from '#domain/contract/push.ts';
import { decodeTelemetry } from '#ingest/ingest.ts';
import type { RejectionReason } from '#domain/rejection.ts';
import type { IntakePort } from '#server/ports.ts';
import type { Pipeline } from '../pipeline.ts';

export function createPushIntake(parts: {
  readonly pipeline: Pipeline;
  readonly refused: (reason: RejectionReason, subject: string, detail: string) => void;
  readonly stranger: (name: string) => void;
}): IntakePort {
  const { pipeline, refused } = parts;
  return {
    push: (input) =>
      new Promise((resolve) => {
        // Answered after the sync and the fold; `synced` alone would leave nothing to say about the records.
        pipeline.publish(
          input,
          () => {},
          (answer) => resolve((answer.ok ? answer.body : null) as PushOutcome),
        );
      }),
    holding() {
      const { holding, journalFailing } = pipeline.status();
      return holding || journalFailing;
    },
    unreadable(payload) {
      const items = decodeTelemetry(payload);
      if ('reason' in items) return items;
      const other = items.find((item) => typeof item !== 'object' || item === null);
      return items.length === 1 && other !== undefined
        ? { reason: 'shape', detail: 'a record must be an object' }
        : null;
    },
    refused,
    loginRefused(gateway, why, address) {
      const known = why !== 'unknown';
      if (!known) parts.stranger(gateway);
      refused(
        why === 'retired' ? 'retired' : 'bad-credentials',
        known ? gateway : address,
        `${why} over HTTP`,
      );
    },
  };
}
