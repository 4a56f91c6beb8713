/**
 * When to ring because the platform itself has gone quiet. Pure: what was seen and when go in, what to tell comes out.
 *
 * One missed answer is a busy second, not a dead platform: it rings after `patienceMs` without a sign of the alarm path,
 * again every `againMs` while that lasts, and says once when it is over.
 */

/** One look at the platform: well = it answered, and its alarm path has worked lately. */
export type Look = { readonly well: boolean; readonly detail: string };

export type Bounds = {
  readonly patienceMs: number;
  /** Longer before the first answer ever: replay after a crash, an import. */
  readonly firstPatienceMs: number;
  readonly againMs: number;
};

export type State = {
  readonly startedAt: number;
  readonly wellAt: number | null;
  /** When it rang last; null = nobody was told of anything. */
  readonly rangAt: number | null;
  /** Since when the platform has been quiet, as told. */
  readonly quietSince: number | null;
};

export type Word =
  | { readonly kind: 'down'; readonly since: number; readonly detail: string; readonly again: boolean }
  | { readonly kind: 'up'; readonly since: number };

export const atStart = (now: number): State => ({
  startedAt: now,
  wellAt: null,
  rangAt: null,
  quietSince: null,
});

/** `now` runs on one clock that never steps, in milliseconds. */
export function judge(
  state: State,
  look: Look,
  now: number,
  bounds: Bounds,
): { state: State; word: Word | null } {
  if (look.well) {
    const word = state.quietSince === null ? null : { kind: 'up' as const, since: state.quietSince };
    return { state: { ...state, wellAt: now, rangAt: null, quietSince: null }, word };
  }
  const since = state.wellAt ?? state.startedAt;
  const patience = state.wellAt === null ? bounds.firstPatienceMs : bounds.patienceMs;
  const due = state.rangAt === null ? since + patience : state.rangAt + bounds.againMs;
  if (now < due) return { state, word: null };
  const word = { kind: 'down' as const, since, detail: look.detail, again: state.rangAt !== null };
  return { state: { ...state, rangAt: now, quietSince: since }, word };
}
