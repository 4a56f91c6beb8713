/** The second model's gateways: one without a connection and without a word for a minute is absent. Imports nothing of the product. */
const ABSENT_AFTER_MS = 60_000;

type GatewayState = { connected: boolean; closedAt: number; heardAt: number };

export class Gateways {
  readonly #states = new Map<string, GatewayState>();

  presence(id: string, connected: boolean, now: number): void {
    const state = this.#of(id);
    if (state.connected && !connected) state.closedAt = now;
    state.connected = connected;
  }

  heard(id: string, now: number): void {
    this.#of(id).heardAt = now;
  }

  /** We were down for `gap`, through `to`: no connection is left, and each has its full minute to come back. */
  resume(gap: number, to: number): void {
    for (const state of this.#states.values()) {
      state.heardAt += gap;
      state.closedAt = state.connected ? to : state.closedAt + gap;
      state.connected = false;
    }
  }

  /** When it is absent unless it comes or speaks; Infinity while it is there or was never seen. */
  absentAt(id: string | undefined): number {
    const state = id === undefined ? undefined : this.#states.get(id);
    if (state === undefined || state.connected) return Number.POSITIVE_INFINITY;
    return Math.max(state.closedAt, state.heardAt) + ABSENT_AFTER_MS;
  }

  #of(id: string): GatewayState {
    const known = this.#states.get(id);
    if (known !== undefined) return known;
    const fresh = {
      connected: false,
      closedAt: Number.NEGATIVE_INFINITY,
      heardAt: Number.NEGATIVE_INFINITY,
    };
    this.#states.set(id, fresh);
    return fresh;
  }
}
