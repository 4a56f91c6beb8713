/**
 * When publishes must wait: the disk lives off its reserve, or the record log has fallen far behind. What people
 * order and what the system notes about itself still goes through. Held publishes are not acknowledged; the broker's
 * caps bound them; they are judged on the throw-away copy meanwhile (未入账), and journaled in order afterwards.
 */
import type { PublishInput } from '#domain/input.ts';

export type HoldReason = 'disk-reserve' | 'record-lag';

export type Intake = {
  publish(input: PublishInput, synced: () => void): void;
  /** Starts or ends holding for one reason; intake goes on when no reason is left. */
  hold(reason: HoldReason, on: boolean): void;
  holding(): boolean;
};

export function createIntake(parts: {
  readonly submit: (input: PublishInput, synced: () => void) => void;
  /** A publish was held: show what it would raise. */
  readonly held: (input: PublishInput) => void;
  readonly released: () => void;
}): Intake {
  const reasons = new Set<HoldReason>();
  let waiting: { readonly input: PublishInput; readonly synced: () => void }[] = [];
  return {
    publish(input, synced) {
      if (reasons.size === 0) {
        parts.submit(input, synced);
        return;
      }
      waiting.push({ input, synced });
      parts.held(input);
    },
    hold(reason, on) {
      if (on) reasons.add(reason);
      else reasons.delete(reason);
      if (reasons.size > 0 || waiting.length === 0) return;
      const released = waiting;
      waiting = [];
      parts.released();
      for (const { input, synced } of released) parts.submit(input, synced);
    },
    holding: () => reasons.size > 0,
  };
}
