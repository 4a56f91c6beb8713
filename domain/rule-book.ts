/** Versions of the rule catalogue, drafts of the next one, and what a person orders about them. */
import type { Timestamp } from './time.ts';

/** What a draft changes in the catalogue in force; rules as they stand in a rule file. */
export type RuleChanges = {
  /** New rules, and rules in place of those of their ids. */
  readonly rules: readonly unknown[];
  /** Ids of rules that go. */
  readonly removed: readonly string[];
  /** Settings in place of those of their names. */
  readonly settings: Readonly<Record<string, unknown>>;
};

/** A finished back-test of exactly one content of a draft. */
export type DraftRun = {
  readonly id: string;
  /** The content it judged, as `RuleDraft.content`. */
  readonly content: string;
  /** Number of the version it was compared with. */
  readonly base: number;
  /** Stretch of history judged, in effective time. */
  readonly from: Timestamp;
  readonly to: Timestamp;
  readonly finishedAt: Timestamp;
  readonly rows: number;
  /** The registry it began with, as `RuleBook.registry`; absent when it was not looked at. */
  readonly registry?: { readonly revision: number; readonly touched: number };
  /** The history there was when it ran; absent when it was not looked at. */
  readonly history?: { readonly from: Timestamp; readonly through: Timestamp };
  /** Alarms of the version in force and of the draft, and how they differ. */
  readonly alarmsBefore: number;
  readonly alarmsAfter: number;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
};

const DAY_MS = 86_400_000;
/** Anything shorter has seen neither a weekday nor a weekend. */
const RUN_LEAST_MS = 7 * DAY_MS;

/** Whether a run judged the last seven days, or all the history there is, and anything at all in it. */
export function coversEnough({ from, to, rows, history }: DraftRun): boolean {
  if (!(to > from) || rows <= 0) return false;
  const isAll = history !== undefined && from <= history.from;
  const isRecent = history === undefined || history.through - to <= DAY_MS;
  return isRecent && (isAll || to - from >= RUN_LEAST_MS);
}

export type RuleDraft = {
  readonly id: string;
  /** Counts the times it was saved, from 1. */
  readonly revision: number;
  readonly title: string;
  /** Number of the version it changes; a draft of an older one must be saved again before anything is done with it. */
  readonly base: number;
  readonly changes: RuleChanges;
  /** Hash of the whole catalogue it makes of its base. */
  readonly content: string;
  /** Everybody who saved it; none of them may publish it. */
  readonly editors: readonly string[];
  readonly savedAt: Timestamp;
  /** The last finished run of this content. */
  readonly run: DraftRun | null;
  /** Revision of the product's catalogue whose changes it takes in; null for a draft that takes in none. */
  readonly merges: string | null;
};

/** One catalogue that was in force from `at` on; never changed again. */
export type RuleVersion = {
  /** From 1, without holes. */
  readonly number: number;
  /** Hash of its content: the same content has the same one. */
  readonly revision: string;
  readonly origin: 'shipped' | 'published' | 'rolled-back';
  /** The earlier version whose content it is; null but for `rolled-back`. */
  readonly of: number | null;
  readonly at: Timestamp;
  /** Who published it; null for what came with the product. */
  readonly by: string | null;
  readonly editors: readonly string[];
  readonly why: string;
  readonly run: DraftRun | null;
  /** Ids of the rules that are not as in the version before, and of those gone. */
  readonly rulesChanged: readonly string[];
  readonly settingsChanged: readonly string[];
};

/** What of a catalogue people publish; the system's own alarms always come with the product. */
export type RuleContent = {
  readonly format: 1;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly rules: readonly RuleDocument[];
};
export type RuleDocument = { readonly id: string; readonly version: number } & Readonly<
  Record<string, unknown>
>;

/** A new version took force: kept for ever by the ledger. */
export type RuleVersionEvent = {
  readonly kind: 'rules';
  readonly at: Timestamp;
  readonly version: RuleVersion;
  readonly content: RuleContent;
};

/** `revision` is the draft's on that person's screen; 0 makes a new draft of that id. */
export type RulesOrder =
  | {
      readonly order: 'save-draft';
      readonly draft: string;
      readonly revision: number;
      readonly title: string;
      readonly changes: RuleChanges;
      readonly merges: string | null;
    }
  | { readonly order: 'discard-draft'; readonly draft: string; readonly revision: number }
  /** A back-test that this person started has finished. */
  | { readonly order: 'note-run'; readonly draft: string; readonly run: DraftRun }
  | { readonly order: 'publish'; readonly draft: string; readonly revision: number; readonly why: string };

/** What is wrong at one place of a draft. */
export type RuleFault = {
  /** Id of the rule; null where it has none, and for settings. */
  readonly rule: string | null;
  /** Stable, e.g. `unknown-field`. */
  readonly code: string;
  /** Place and what is wrong there, in English. */
  readonly detail: string;
};

/** Why an order about rules is refused. */
export type RulesRefusalCode =
  | 'unknown-draft'
  | 'stale-draft'
  | 'stale-base'
  | 'rules-invalid'
  | 'nothing-changed'
  | 'run-needed'
  | 'run-too-little'
  | 'run-registry-changed'
  | 'run-registry-changed'
  | 'second-person-publishes'
  | 'reason-needed'
  | 'too-many-drafts'
  | 'draft-too-large';
