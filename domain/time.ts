/** Wall-clock instant: milliseconds since the Unix epoch, UTC. May step when the host's clock is set. */
export type Timestamp = number;

/**
 * Engine time in milliseconds: monotonic, continued across restarts, immune to wall-clock steps.
 * Every delay, deadline and time-out is measured on it and on nothing else.
 */
export type EngineTime = number;

/** The two clocks read together when an input arrived; journaled with it, so a replay reads the same. */
export type Moment = { readonly receivedAt: Timestamp; readonly engineTime: EngineTime };
