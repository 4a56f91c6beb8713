/** Orders of people about drafts. Who may give them at all is decided before; the four eyes are checked here. */
import type { Answer } from '#domain/event.ts';
import {
  coversEnough,
  type DraftRun,
  type RuleChanges,
  type RuleContent,
  type RuleDocument,
  type RuleDraft,
  type RuleFault,
  type RulesOrder,
  type RulesRefusalCode,
  type RuleVersionEvent,
} from '#domain/rule-book.ts';
import type { Timestamp } from '#domain/time.ts';
import { enter, noteMerged, numbered, type RuleBook, systemOf, versionInForce } from './book.ts';
import { changed, contentHash, differenceOf, faultsOf } from './content.ts';

export const DRAFTS_MAX = 8;
export const DRAFT_CHARACTERS_MAX = 262_144;

/** One in so many points may have changed since the run. */
const REGISTRY_SHARE = 20;

export type Ordered = {
  readonly answer: Answer;
  /** The version that took force; null when none did. */
  readonly entered: RuleVersionEvent | null;
};

type Of<K extends RulesOrder['order']> = Extract<RulesOrder, { order: K }>;

/** Carries `order` out, or changes nothing. `by` is the user's name. */
export function orderRules(book: RuleBook, order: RulesOrder, by: string, at: Timestamp): Ordered {
  switch (order.order) {
    case 'save-draft':
      return saveDraft(book, order, by, at);
    case 'discard-draft':
      return withDraft(book, order, ({ id }) => {
        book.drafts.delete(id);
        return { answer: { ok: true, body: null }, entered: null };
      });
    case 'note-run':
      return noteRun(book, order);
    case 'publish':
      return withDraft(book, order, (draft) => publish(book, draft, order.why, by, at));
  }
}

/** What a draft of these changes would be: its content, and what is wrong with it. */
export function assessed(book: RuleBook, changes: RuleChanges) {
  const refused = refusedAlone(book, changes);
  if (refused.length > 0) return { faults: refused, changes, content: '' };
  const asked = changed(book.inForce, changes);
  const faults = faultsOf(asked, changes, systemOf(book));
  if (faults.length > 0) return { faults, changes, content: '' };
  const given = differenceOf(book.inForce, asked);
  const rules = given.rules.map((rule) => numbered(book, rule as RuleDocument));
  const kept: RuleChanges = { ...given, rules };
  return { faults, changes: kept, content: contentHash(changed(book.inForce, kept)) };
}

/** What can be said before anything is read: this much is never judged, and what is not there does not go. */
function refusedAlone(book: RuleBook, changes: RuleChanges): RuleFault[] {
  if (isTooLarge(changes))
    return [{ rule: null, code: 'too-large', detail: `more than ${DRAFT_CHARACTERS_MAX} characters` }];
  const known = new Set(book.inForce.rules.map(({ id }) => id));
  return changes.removed
    .filter((id) => !known.has(id))
    .map((id) => ({ rule: id, code: 'unknown-rule', detail: `${id}: not in force, so it cannot go` }));
}

const isTooLarge = (changes: RuleChanges): boolean => JSON.stringify(changes).length > DRAFT_CHARACTERS_MAX;

/** The whole content a draft makes; of the version in force when the draft is of an older one. */
export const draftedContent = (book: RuleBook, draft: RuleDraft): RuleContent =>
  changed(book.inForce, draft.changes);

function saveDraft(book: RuleBook, order: Of<'save-draft'>, by: string, at: Timestamp): Ordered {
  const before = book.drafts.get(order.draft);
  if ((before?.revision ?? 0) !== order.revision)
    return refuse('stale-draft', 'it was saved meanwhile', before);
  if (before === undefined && book.drafts.size >= DRAFTS_MAX)
    return refuse('too-many-drafts', `at most ${DRAFTS_MAX}`);
  if (isTooLarge(order.changes))
    return refuse('draft-too-large', `at most ${DRAFT_CHARACTERS_MAX} characters`);
  const { faults, changes, content } = assessed(book, order.changes);
  if (faults.length > 0)
    return {
      answer: {
        ok: false,
        code: 'rules-invalid' satisfies RulesRefusalCode,
        detail: faults[0]?.detail ?? '',
        body: { errors: faults },
      },
      entered: null,
    };
  const base = versionInForce(book)?.number ?? 0;
  const same = before?.content === content && before.base === base;
  const draft: RuleDraft = {
    id: order.draft,
    revision: order.revision + 1,
    title: order.title,
    base,
    changes,
    content,
    editors: [...new Set([...(before?.editors ?? []), by])],
    savedAt: at,
    run: same ? before.run : null,
    merges: order.merges,
  };
  book.drafts.set(draft.id, draft);
  return { answer: { ok: true, body: draft }, entered: null };
}

/** A run of what the draft no longer is says nothing about it. */
function noteRun(book: RuleBook, { draft: id, run }: Of<'note-run'>): Ordered {
  const draft = book.drafts.get(id);
  if (draft === undefined) return refuse('unknown-draft', id);
  if (draft.content !== run.content || draft.base !== run.base)
    return refuse('stale-draft', 'it was saved while it was judged', draft);
  const after: RuleDraft = { ...draft, run };
  book.drafts.set(id, after);
  return { answer: { ok: true, body: after }, entered: null };
}

function publish(book: RuleBook, draft: RuleDraft, why: string, by: string, at: Timestamp): Ordered {
  if (isStale(book, draft)) return refuse('stale-base', `it changes version ${draft.base}`, draft);
  if (why.trim() === '') return refuse('reason-needed', 'say why');
  if (draft.editors.includes(by)) return refuse('second-person-publishes', `${by} wrote it`);
  if (draft.content === versionInForce(book)?.revision) return refuse('nothing-changed', 'this is in force');
  // What was in force had its run then, and is known in the city: going back must not wait for another.
  const of = book.versions.findLast(({ revision }) => revision === draft.content)?.number ?? null;
  if (of === null && draft.run === null)
    return refuse('run-needed', 'no back-test of this content has finished');
  if (of === null && draft.run !== null && !coversEnough(draft.run))
    return refuse('run-too-little', 'judge the last seven days at least, or all there is');
  if (of === null && draft.run !== null && isOfAnotherCity(book, draft.run))
    return refuse(
      'run-registry-changed',
      'more than a twentieth of the points changed since: judge it again',
    );
  const content = draftedContent(book, draft);
  const faults = faultsOf(content, draft.changes, systemOf(book));
  if (faults[0] !== undefined) return refuse('rules-invalid', faults[0].detail);
  if (draft.merges !== null && draft.merges === book.shipped?.revision) noteMerged(book);
  const origin = of === null ? 'published' : 'rolled-back';
  const { editors, run } = draft;
  const entered = enter(book, content, { origin, of, by, editors, why: why.trim(), run }, at);
  book.drafts.delete(draft.id);
  return { answer: { ok: true, body: entered.version }, entered };
}

/** Whether so many points were registered, changed or retired since a run that it judged another city. */
function isOfAnotherCity({ registry }: RuleBook, run: DraftRun): boolean {
  if (run.registry === undefined) return false;
  return (registry.touched - run.registry.touched) * REGISTRY_SHARE > registry.points;
}

const isStale = (book: RuleBook, draft: RuleDraft): boolean => draft.base !== versionInForce(book)?.number;

function withDraft(
  book: RuleBook,
  order: { readonly draft: string; readonly revision: number },
  act: (draft: RuleDraft) => Ordered,
): Ordered {
  const draft = book.drafts.get(order.draft);
  if (draft === undefined) return refuse('unknown-draft', order.draft);
  if (draft.revision !== order.revision) return refuse('stale-draft', 'it was saved meanwhile', draft);
  return act(draft);
}

const refuse = (code: RulesRefusalCode, detail: string, draft?: RuleDraft): Ordered => ({
  answer: { ok: false, code, detail, ...(draft === undefined ? {} : { body: { draft } }) },
  entered: null,
});
