/**
 * A second, naive model of limits with deadband and delays. It imports nothing of the product and shares none of its
 * ideas about state: each level is walked through on its own, and the alarm is where any level is on.
 */
export type Sample = { readonly time: number; readonly value: number };
export type Level = {
  readonly colour: string;
  readonly rank: number;
  readonly limit: number;
  readonly deadband: number;
  readonly onDelayMs: number;
  readonly offDelayMs: number;
};
export type Episode = { readonly colour: string; readonly onset: number; readonly return: number | null };

type Span = { readonly from: number; readonly to: number };

/** Where one level is on, over samples in order of time; each value holds until the next. */
export function levelSpans(samples: readonly Sample[], level: Level): Span[] {
  const spans: Span[] = [];
  let on: number | null = null;
  let wait: number | null = null;
  const settle = (until: number): void => {
    if (wait === null) return;
    const due = wait + (on === null ? level.onDelayMs : level.offDelayMs);
    if (due > until) return;
    if (on === null) on = due;
    else {
      spans.push({ from: on, to: due });
      on = null;
    }
    wait = null;
  };
  for (const { time, value } of samples) {
    settle(time);
    const pushes: boolean = on === null ? value >= level.limit : value < level.limit - level.deadband;
    if (!pushes) wait = null;
    else wait ??= time;
    settle(time);
  }
  settle(Number.POSITIVE_INFINITY);
  if (on !== null) spans.push({ from: on, to: Number.POSITIVE_INFINITY });
  return spans;
}

/** Episodes of the whole alarm: from the first level on to the last level off, with the worst colour seen. */
export function episodesOf(
  perLevel: readonly { readonly level: Level; readonly spans: readonly Span[] }[],
): Episode[] {
  const all = perLevel
    .flatMap(({ level, spans }) => spans.map((span) => ({ level, ...span })))
    .toSorted((a, b) => a.from - b.from || b.to - a.to);
  const merged: { onset: number; end: number; worst: Level }[] = [];
  for (const { level, from, to } of all) {
    const last = merged.at(-1);
    if (last === undefined || from > last.end) merged.push({ onset: from, end: to, worst: level });
    else {
      last.end = Math.max(last.end, to);
      if (level.rank > last.worst.rank) last.worst = level;
    }
  }
  return merged.map(({ onset, end, worst }) => ({
    colour: worst.colour,
    onset,
    return: end === Number.POSITIVE_INFINITY ? null : end,
  }));
}

/** The usual case: every level looks at the same values. */
export function limitEpisodes(samples: readonly Sample[], levels: readonly Level[]): Episode[] {
  return episodesOf(levels.map((level) => ({ level, spans: levelSpans(samples, level) })));
}

/** Sum over (t - windowMs, t] at every sample, by looking at all of them again. */
export function rollingSums(samples: readonly Sample[], windowMs: number): Sample[] {
  return samples.map(({ time }) => {
    let sum = 0;
    for (const other of samples) if (other.time > time - windowMs && other.time <= time) sum += other.value;
    return { time, value: Math.round(sum * 1e6) / 1e6 };
  });
}
