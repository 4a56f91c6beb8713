/** Rules, drafts, versions and back-tests as the platform answers them. */
import type { RunView } from '#domain/contract/rules.ts';
import type { ShadowView } from '#domain/contract/shadow.ts';
import type { RuleContent, RuleDocument, RuleDraft, RuleFault, RuleVersion } from '#domain/rule-book.ts';
import { field, isRecord, itemsOf, listAll, type Call, type Problem, type Reply } from './http.ts';

const LIST_MAX = 1_000;

export type RuleStep = { readonly version: RuleVersion; readonly rule: RuleDocument | null };
export type RuleHistory = { readonly rule: RuleDocument | null; readonly versions: readonly RuleStep[] };

/** Every rule in force. */
export async function readRules(call: Call): Promise<RuleDocument[] | Problem> {
  const items = await listAll(call, '/rules?limit=500', LIST_MAX);
  return Array.isArray(items) ? items.map((item) => field(item, 'document')).filter(isRule) : items;
}

export const readDrafts = async (call: Call): Promise<RuleDraft[] | Problem> =>
  listOf(await call('GET', '/rules/drafts'), isDraft);
export const readVersions = async (call: Call): Promise<RuleVersion[] | Problem> =>
  listOf(await call('GET', '/rules/versions?limit=100'), isVersion);
/** Newest first, without their differences. */
export const readRuns = async (call: Call): Promise<RunView[] | Problem> =>
  listOf(await call('GET', '/rules/backtest'), isRun);

export async function readRun(call: Call, id: string): Promise<RunView | Problem> {
  return one(await call('GET', `/rules/backtest/${encodeURIComponent(id)}`), isRun);
}

/** Newest first, without what they found. */
export const readShadows = async (call: Call): Promise<ShadowView[] | Problem> =>
  listOf(await call('GET', '/rules/shadows'), isShadow);

export async function readShadow(call: Call, id: string): Promise<ShadowView | Problem> {
  return one(await call('GET', `/rules/shadows/${encodeURIComponent(id)}`), isShadow);
}

export async function readHistory(call: Call, id: string): Promise<RuleHistory | Problem> {
  const reply = await call('GET', `/rules/${encodeURIComponent(id)}`);
  if (!reply.ok) return reply.problem;
  const rule = field(reply.body, 'rule');
  const versions = itemsOf(field(reply.body, 'versions')).filter(
    (step): step is RuleStep => isRecord(step) && isVersion(step['version']),
  );
  return { rule: isRule(rule) ? rule : null, versions };
}

export async function readContent(call: Call, version: number): Promise<RuleContent | Problem> {
  const reply = await call('GET', `/rules/versions/${version}`);
  if (!reply.ok) return reply.problem;
  const content = field(reply.body, 'content');
  return {
    format: 1,
    settings: recordOf(field(content, 'settings')),
    rules: itemsOf(field(content, 'rules')).filter(isRule),
  };
}

/** A draft as an order about it was answered with. */
export const draftIn = (reply: Reply): RuleDraft | Problem => one(reply, isDraft);

/** What the platform finds wrong, rule by rule, in a refused or assessed draft. */
export const faultsIn = (body: unknown): RuleFault[] =>
  itemsOf(field(body, 'faults') ?? field(body, 'errors')).filter(
    (fault): fault is RuleFault => isRecord(fault) && typeof fault['detail'] === 'string',
  );

export const isProblem = (value: object): value is Problem => 'status' in value && 'document' in value;

function listOf<T>(reply: Reply, is: (value: unknown) => value is T): T[] | Problem {
  return reply.ok ? itemsOf(reply.body).filter(is) : reply.problem;
}
function one<T>(reply: Reply, is: (value: unknown) => value is T): T | Problem {
  if (!reply.ok) return reply.problem;
  if (is(reply.body)) return reply.body;
  return { status: 200, code: 'internal', detail: 'an answer of another form', document: {} };
}

const recordOf = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});
const isRule = (value: unknown): value is RuleDocument =>
  isRecord(value) && typeof value['id'] === 'string' && typeof value['version'] === 'number';
const isDraft = (value: unknown): value is RuleDraft =>
  isRecord(value) &&
  typeof value['id'] === 'string' &&
  Array.isArray(value['editors']) &&
  isRecord(value['changes']);
const isVersion = (value: unknown): value is RuleVersion =>
  isRecord(value) && typeof value['number'] === 'number' && Array.isArray(value['rulesChanged']);
const isRun = (value: unknown): value is RunView =>
  isRecord(value) && typeof value['id'] === 'string' && typeof value['progress'] === 'number';
const isShadow = (value: unknown): value is ShadowView =>
  isRecord(value) && typeof value['id'] === 'string' && typeof value['startedAt'] === 'number';
