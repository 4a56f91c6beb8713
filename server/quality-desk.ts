/**
 * Where questions about alarm quality are taken, one at a time: each may read a month of alarms, so that equal ones share
 * one count, and others are sent away with `busy` until it is done.
 */
import type { QualityBy, QualityReport } from '#domain/quality/quality.ts';
import type { Timestamp } from '#domain/time.ts';
import type { Scope } from '#domain/user.ts';
import type { Clock } from '#domain/clock.ts';
import { Problem } from './problems.ts';

/** An answer is given again for so long. */
export const FRESH_MS = 60_000;
/** Answers kept at once; the oldest leave first. */
const KEPT_MAX = 32;

/** Equal when every member is. */
export type QualityQuestion = {
  /** Absent: the last day. */
  readonly from?: Timestamp;
  readonly to?: Timestamp;
  readonly by: QualityBy;
  /** Effective. */
  readonly scope: Scope;
};

export type QualityDesk = {
  /** What `count` gives or lately gave to an equal question. Throws `busy`, and what `count` throws. */
  readonly ask: (question: QualityQuestion, count: () => Promise<QualityReport>) => Promise<QualityReport>;
};

export function createQualityDesk(clock: Clock): QualityDesk {
  const kept = new Map<string, { readonly report: QualityReport; readonly at: number }>();
  let running: { readonly key: string; readonly report: Promise<QualityReport> } | null = null;

  async function run(key: string, count: () => Promise<QualityReport>): Promise<QualityReport> {
    try {
      const report = await count();
      const [oldest] = kept.keys();
      if (kept.size >= KEPT_MAX && oldest !== undefined) kept.delete(oldest);
      kept.set(key, { report, at: clock.monotonicMs() });
      return report;
    } finally {
      running = null;
    }
  }

  return {
    async ask(question, count) {
      const key = keyOf(question);
      const now = clock.monotonicMs();
      for (const [old, { at }] of kept) if (now - at >= FRESH_MS) kept.delete(old);
      const known = kept.get(key);
      if (known !== undefined) return known.report;
      if (running !== null && running.key !== key)
        throw new Problem('busy', 'another question about alarm quality is being counted');
      running ??= { key, report: run(key, count) };
      return running.report;
    },
  };
}

function keyOf({ from, to, by, scope }: QualityQuestion): string {
  const { areas, lifelines, organisations } = scope;
  const sorted = (list: readonly string[] | undefined): string[] | null => list?.toSorted() ?? null;
  const within = [areas, lifelines, organisations].map(sorted);
  return JSON.stringify([from ?? null, to ?? null, by, within]);
}
