/** The second model's wells that stand close together: two with gas at once. Imports nothing of the product. */
export type NaiveWells = {
  readonly rule: string;
  readonly colour: string;
  /** Points that all stand within the distance of one another, each in a facility of its own. */
  readonly points: readonly string[];
  readonly atLeast: number;
  readonly limit: number;
  readonly clearBelow: number;
  readonly offDelayMs: number;
};

export type WellState = {
  gas: boolean;
  on: boolean;
  underSince: number | null;
  /** Who spoke last against this well's alarm. */
  witness: string | null;
  from: number;
};

export type WellSpan = { readonly point: string; readonly from: number; readonly to: number | null };

export class Wells {
  readonly states: Map<string, WellState>;
  readonly spans: WellSpan[] = [];
  readonly rule: NaiveWells;
  constructor(rule: NaiveWells) {
    this.rule = rule;
    this.states = new Map(
      rule.points.map((id) => [id, { gas: false, on: false, underSince: null, witness: null, from: 0 }]),
    );
  }

  /** A sample of `id`; `isFresh` says whose data is no older than three intervals. */
  take(
    id: string,
    value: number,
    inOrder: boolean,
    at: { readonly time: number; readonly now: number },
    isFresh: (id: string) => boolean,
  ): void {
    const own = this.states.get(id);
    if (own === undefined) return;
    const { limit, clearBelow, atLeast } = this.rule;
    if (value >= limit) own.gas = true;
    else if (!inOrder) return;
    else if (value < clearBelow) own.gas = false;
    for (const [anchor, state] of this.states) {
      if (value < limit) state.witness = id;
      const all = [...this.states].filter(([, one]) => one.gas).map(([one]) => one);
      const fresh = all.filter(isFresh);
      const holds = (who: readonly string[]): boolean => who.includes(anchor) && who.length >= atLeast;
      if (!state.on) {
        if (holds(fresh)) Object.assign(state, { on: true, underSince: null, from: at.time });
      } else if (holds(all)) state.underSince = null;
      else if (inOrder && this.rule.offDelayMs === 0) {
        // Without a delay it is over with the sample itself, at the sample's own time.
        state.on = false;
        // The reading that ends it may have been taken a moment before the one that began it.
        this.spans.push({ point: anchor, from: state.from, to: Math.max(state.from, at.time) });
      } else if (inOrder) state.underSince ??= at.now;
    }
  }

  /** A bad value of `id`: nothing that any of them is waiting for is proved. */
  bad(id: string): void {
    if (this.states.has(id)) for (const state of this.states.values()) state.underSince = null;
  }

  /** `id` was lost at `at` while in alarm: what was not over by then starts again. */
  lost(id: string, at: number): void {
    const state = this.states.get(id);
    if (state?.underSince != null && state.underSince + this.rule.offDelayMs >= at) state.underSince = null;
  }

  /** Whether losing `id` is losing a sensor whose alarm is on. */
  restsOn(id: string): boolean {
    const state = this.states.get(id);
    return state !== undefined && state.on && state.gas;
  }

  /** Lets every wait end that is over by `until`. */
  settle(until: number, wallOf: (engine: number) => number, lostAt: (id: string) => number): void {
    for (const [point, state] of this.states) {
      if (!state.on || state.underSince === null) continue;
      const due = state.underSince + this.rule.offDelayMs;
      if (due > until) continue;
      state.underSince = null;
      if (state.witness !== null && lostAt(state.witness) < due) continue;
      state.on = false;
      this.spans.push({ point, from: state.from, to: wallOf(due) });
    }
  }

  resume(gap: number): void {
    for (const state of this.states.values()) if (state.underSince !== null) state.underSince += gap;
  }

  finish(): WellSpan[] {
    const open = [...this.states].filter(([, { on }]) => on);
    return [...this.spans, ...open.map(([point, { from }]) => ({ point, from, to: null }))];
  }
}
