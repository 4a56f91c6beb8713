/** What the server shows of drafts that judge live data without ringing (影子运行). */
import type { BacktestReport } from './backtest.ts';
import type { Timestamp } from '../time.ts';

/** A stretch of arrival times whose rows left the record log before they could be judged. */
export type ShadowGap = { readonly from: Timestamp; readonly to: Timestamp };

/**
 * What the version in force (`before`) and the draft (`after`) make of the same live data since the shadow began, judged
 * side by side as it arrived; shifts count from the beginning. Alarms that stood then count in its first shift.
 */
export type ShadowOutcome = BacktestReport & {
  /** Judged since it began. */
  readonly rows: number;
  /** Arrival of the last row judged; null before the first. */
  readonly judgedThrough: Timestamp | null;
  /** Of the registry it has been judged by so far. */
  readonly registryRevision: number;
  /** Alarms of rules at points that the live engine really raised since it began. */
  readonly liveAlarms: number;
  readonly gaps: readonly ShadowGap[];
};

export type ShadowView = {
  readonly id: string;
  readonly draft: string;
  /** What it judges, as `RuleDraft.content`, and the number of the version beside it. */
  readonly content: string;
  readonly base: number;
  readonly by: string;
  readonly startedAt: Timestamp;
  /** `paused` while the disk is nearly full; `failed` when its process kept dying. Only `ended` and `failed` are over. */
  readonly state: 'running' | 'paused' | 'failed' | 'ended';
  /** Why it does not run, or what its process died of last; null when all is well. */
  readonly trouble: string | null;
  readonly endedAt: Timestamp | null;
  /** Who stopped it; absent when nobody did. */
  readonly endedBy?: string;
  /** How often its process had to be started again. */
  readonly restarts: number;
  /** Inputs of the record log that wait to be judged. */
  readonly behind: number;
  /** Null before the first report of its process. */
  readonly outcome: ShadowOutcome | null;
};
