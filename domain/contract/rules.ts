/** What the server shows of rules, drafts and back-tests. */
import type { BacktestReport, LabelledEvent } from './backtest.ts';
import type { RuleChanges, RuleContent, RuleDraft, RuleFault, RuleVersion } from '../rule-book.ts';
import type { Timestamp } from '../time.ts';

export type RunRequest = {
  readonly draft: string;
  readonly from: Timestamp;
  readonly to: Timestamp;
  /** Only these facilities; null = all. Only a run over all of them counts for publishing. */
  readonly facilities: readonly string[] | null;
  readonly labels: readonly LabelledEvent[];
};

/** One back-test of a draft. */
export type RunView = RunRequest & {
  readonly id: string;
  readonly content: string;
  readonly base: number;
  readonly by: string;
  readonly startedAt: Timestamp;
  /** The registry it began with; `touched` counts every point that changes ever touched. */
  readonly registry?: { readonly revision: number; readonly touched: number };
  readonly state: 'running' | 'finished' | 'failed' | 'cancelled';
  /** 0 to 1. */
  readonly progress: number;
  /** Why it did not finish; null otherwise. */
  readonly trouble: string | null;
  readonly finishedAt: Timestamp | null;
  /** Who cancelled it; absent when nobody did. */
  readonly endedBy?: string;
  /** Null while it runs. */
  readonly outcome: RunOutcome | null;
};

export type RunOutcome = BacktestReport & {
  readonly rows: number;
  /** History is judged up to here: the running hours are not sealed yet. */
  readonly coveredThrough: Timestamp;
  readonly damagedChunks: number;
  readonly cpuMs: number;
  /** The history there was; null or absent when nobody looked. */
  readonly history?: { readonly from: Timestamp; readonly through: Timestamp } | null;
};

export type RuleBookView = {
  readonly inForce: RuleContent;
  /** Newest first. */
  readonly versions: readonly RuleVersion[];
  readonly drafts: readonly RuleDraft[];
  /** Revision of the product's catalogue when it brings what nobody took in yet; null otherwise. */
  readonly updateWaiting: string | null;
};

export type Assessment = {
  readonly faults: readonly RuleFault[];
  readonly changes: RuleChanges;
  readonly content: string;
};
