/** What the server needs of the rule book and its back-tests. Orders about drafts go through the journal like all others. */
import type { Assessment, RuleBookView, RunRequest, RunView } from '#domain/contract/rules.ts';
import type { ShadowView } from '#domain/contract/shadow.ts';
import type { RuleChanges, RuleContent } from '#domain/rule-book.ts';
import type { Person } from '#domain/user.ts';

export interface RulesPort {
  book(): RuleBookView;
  /** What a draft of these changes would be, and what is wrong with it. Changes nothing. */
  assess(changes: RuleChanges): Assessment;
  /** What makes this content of the one in force. */
  changesTo(content: RuleContent): RuleChanges;
  /** What takes in the product's update, and which rules both sides changed. */
  merge(): { readonly changes: RuleChanges; readonly conflicts: readonly string[] };
  /** Levels that could not bind at this point, as `rule/level: reason`, or `rule: reason` for a whole rule. */
  unbound(pointIndex: number): readonly string[];
  /** Starts a back-test of a draft as it is now; the run, or why there is none. */
  startRun(
    request: RunRequest,
    by: Person,
  ):
    | { readonly ok: true; readonly run: RunView }
    | {
        readonly ok: false;
        readonly code: 'unknown-draft' | 'stale-base' | 'backtest-busy' | 'disk-nearly-full';
      };
  /** Newest first. */
  runs(): readonly RunView[];
  /** Runs since the start that could not be written: they are shown until the next. */
  unkeptRuns(): number;
  /** False when there is no such run, or it is over. */
  cancelRun(id: string, by: Person): boolean;
  /** Lets a draft, as it is now, judge live data without ringing; the shadow, or why there is none. */
  startShadow(
    draft: string,
    by: Person,
  ):
    | { readonly ok: true; readonly shadow: ShadowView }
    | {
        readonly ok: false;
        readonly code:
          | 'unknown-draft'
          | 'stale-base'
          | 'already-in-shadow'
          | 'too-many-shadows'
          | 'disk-nearly-full';
      };
  /** Newest first; those that are over too. */
  shadows(): readonly ShadowView[];
  /** False when there is no such shadow, or it is over. */
  stopShadow(id: string, by: Person): boolean;
}
