/** Everything the pages about rules show, read together and changed by orders. */
import { computed, inject, shallowRef, type ComputedRef, type InjectionKey, type ShallowRef } from 'vue';
import type { RuleContent, RuleDocument, RuleDraft, RuleVersion } from '#domain/rule-book.ts';
import { draftIn, isProblem, readContent, readDrafts, readRules, readVersions } from '../api/rules.ts';
import { field, isRecord, type Problem } from '../api/http.ts';
import { useApp } from '../context.ts';
import { useProblemWords } from '../forms/problem-words.ts';
import { mayConfigure } from '../store/config-rights.ts';

export type RuleDesk = {
  /** Null until they are read. */
  readonly rules: ShallowRef<readonly RuleDocument[] | null>;
  readonly drafts: ShallowRef<readonly RuleDraft[]>;
  /** Newest first; the first is in force. */
  readonly versions: ShallowRef<readonly RuleVersion[]>;
  readonly settings: ShallowRef<Readonly<Record<string, unknown>>>;
  /** Revision of the product's update that nobody took in yet; null = none. */
  readonly update: ShallowRef<string | null>;
  /** What was refused last, in words. */
  readonly trouble: ShallowRef<string | null>;
  readonly mayDraft: ComputedRef<boolean>;
  load(): Promise<void>;
  /** An order whose answer is a draft; null when it was refused, which `trouble` then tells. */
  save(method: 'POST' | 'PATCH', path: string, body: unknown): Promise<RuleDraft | null>;
  /** An order with any other answer. */
  order(path: string, body: unknown): Promise<boolean>;
  content(version: number): Promise<RuleContent | null>;
};

export const RULE_DESK: InjectionKey<RuleDesk> = Symbol('rule desk');
export function useRuleDesk(): RuleDesk {
  const desk = inject(RULE_DESK);
  if (desk === undefined) throw new Error('the rule desk is used outside its page');
  return desk;
}

export function createRuleDesk(): RuleDesk {
  const { session } = useApp();
  const { call } = session;
  const written = useProblemWords();
  const rules = shallowRef<readonly RuleDocument[] | null>(null);
  const drafts = shallowRef<readonly RuleDraft[]>([]);
  const versions = shallowRef<readonly RuleVersion[]>([]);
  const settings = shallowRef<Readonly<Record<string, unknown>>>({});
  const update = shallowRef<string | null>(null);
  const trouble = shallowRef<string | null>(null);
  const refused = (problem: Problem): null => {
    trouble.value = written(problem);
    return null;
  };

  const desk: RuleDesk = {
    ...{ rules, drafts, versions, settings, update, trouble },
    mayDraft: computed(() => mayConfigure(session.user.value?.roles ?? [], 'draft-rules')),
    async load() {
      const [inForce, made, were, waiting] = await Promise.all([
        readRules(call),
        readDrafts(call),
        readVersions(call),
        call('GET', '/rules/settings'),
      ]);
      if (Array.isArray(inForce)) rules.value = inForce;
      else refused(inForce);
      if (Array.isArray(made)) drafts.value = made;
      if (Array.isArray(were)) versions.value = were;
      if (!waiting.ok) return;
      const [given, revision] = [field(waiting.body, 'settings'), field(waiting.body, 'updateWaiting')];
      settings.value = isRecord(given) ? given : {};
      update.value = typeof revision === 'string' ? revision : null;
    },
    async save(method, path, body) {
      trouble.value = null;
      const reply = await call(method, path, body);
      const draft = draftIn(
        reply.ok && path.endsWith('/merge') ? { ok: true, body: field(reply.body, 'draft') } : reply,
      );
      if (isProblem(draft)) return refused(draft);
      drafts.value = [...drafts.value.filter(({ id }) => id !== draft.id), draft];
      return draft;
    },
    async order(path, body) {
      trouble.value = null;
      const reply = await call('POST', path, body);
      if (!reply.ok) refused(reply.problem);
      return reply.ok;
    },
    async content(version) {
      const read = await readContent(call, version);
      return isProblem(read) ? refused(read) : read;
    },
  };
  return desk;
}

/** The rules a draft makes of those in force. */
export function draftedRules(inForce: readonly RuleDocument[], draft: RuleDraft): RuleDocument[] {
  const given = new Map(changedRules(draft).map((rule) => [rule.id, rule]));
  const kept = inForce.filter(({ id }) => !draft.changes.removed.includes(id));
  const known = new Set(kept.map(({ id }) => id));
  return [
    ...kept.map((rule) => given.get(rule.id) ?? rule),
    ...[...given.values()].filter(({ id }) => !known.has(id)),
  ];
}

/** The platform checked them when it kept the draft. */
export const changedRules = (draft: RuleDraft): RuleDocument[] => draft.changes.rules.filter(isDocument);

const isDocument = (rule: unknown): rule is RuleDocument => typeof field(rule, 'id') === 'string';
