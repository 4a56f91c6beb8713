/** Where pushes of gateways end in these tests: noted, and answered unless the disk is said to be stuck. */
import type { PushOutcome } from '#domain/contract/push.ts';
import type { PublishInput } from '#domain/input.ts';
import { decodeTelemetry } from '#ingest/ingest.ts';
import type { IntakePort } from '#server/ports.ts';

export type FakeIntake = IntakePort & {
  readonly pushed: PublishInput[];
  readonly refusals: string[];
  isHolding: boolean;
  /** While true nothing is answered. */
  stuck: boolean;
  outcome: PushOutcome;
};

export function createIntake(): FakeIntake {
  const intake: FakeIntake = {
    pushed: [],
    refusals: [],
    isHolding: false,
    stuck: false,
    outcome: { records: 1, values: 1, duplicates: 0, refused: 0, refusals: [] },
    push(input) {
      intake.pushed.push(input);
      return intake.stuck ? new Promise(() => {}) : Promise.resolve(intake.outcome);
    },
    holding: () => intake.isHolding,
    unreadable(payload) {
      const items = decodeTelemetry(payload);
      return 'reason' in items ? items : null;
    },
    refused: (reason, gateway) => void intake.refusals.push(`${gateway} ${reason}`),
    loginRefused: (gateway, why) => void intake.refusals.push(`${gateway} ${why}`),
  };
  return intake;
}
