/**
 * When publishes must wait: the disk lives off its reserve, or the record log has fallen far behind. What people
 * order and what the system notes about itself still goes through. Held publishes are not acknowledged; the broker's
 * caps bound them; they are judged on the throw-away copy meanwhile (未入账), and journaled in order afterwards.
 */
import type { Answer } from '#domain/event.ts';
import type { PublishInput } from '#domain/input.ts';
import type { Timestamp } from '#domain/time.ts';

export type HoldReason = 'disk-reserve' | 'record-lag';

export type Judged = (answer: Answer) => void;

export type Intake = {
  /** `judged` is for one who wants to know what became of it: called after the fold. */
  publish(input: PublishInput, synced: () => void, judged?: Judged): void;
  /** Starts or ends holding for one reason; intake goes on when no reason is left. */
  hold(reason: HoldReason, on: boolean): void;
  holding(): boolean;
};

export function createIntake(parts: {
  /** `receivedAt` is given for one that was held: it came then, whatever the clock says now. */
  readonly submit: (
    input: PublishInput,
    synced: () => void,
    judged: Judged | null,
    receivedAt?: Timestamp,
  ) => void;
  readonly wallMs: () => Timestamp;
  /** A publish was held: show what it would raise. */
  readonly held: (input: PublishInput) => void;
  readonly released: () => void;
}): Intake {
  const reasons = new Set<HoldReason>();
  let waiting: {
    readonly input: PublishInput;
    readonly synced: () => void;
    readonly judged: Judged | null;
    readonly receivedAt: Timestamp;
  }[] = [];
  return {
    publish(input, synced, judged) {
      if (reasons.size === 0) {
        parts.submit(input, synced, judged ?? null);
        return;
      }
      waiting.push({ input, synced, judged: judged ?? null, receivedAt: parts.wallMs() });
      parts.held(input);
    },
    hold(reason, on) {
      if (on) reasons.add(reason);
      else reasons.delete(reason);
      if (reasons.size > 0 || waiting.length === 0) return;
      const released = waiting;
      waiting = [];
      parts.released();
      for (const { input, synced, judged, receivedAt } of released) {
        parts.submit(input, synced, judged, receivedAt);
      }
    },
    holding: () => reasons.size > 0,
  };
}
