import type { EngineTime, Timestamp } from './time.ts';

/** The host's clocks. The core never sees this interface: it is told the time with each input. */
export interface Clock {
  /** Wall clock in epoch milliseconds; may step either way. */
  wallMs(): Timestamp;
  /** Milliseconds on a clock that never steps; its zero is arbitrary but fixed while the machine stays up. */
  monotonicMs(): EngineTime;
  /** Names the machine's current boot: two monotonic readings compare only under the same name. */
  bootId(): string;
  /** Calls `run` once, no earlier than `delayMs` from now; returns a function that cancels it. */
  after(delayMs: number, run: () => void): () => void;
}
