/**
 * The book of rules: the catalogue in force, every version that was, and drafts of the next. Plain data, a function of
 * the inputs like the rest of the city. What comes with the product is in force, and its updates with it, until a person
 * publishes for the first time; from then on only people change what rings, and an update waits to be taken in.
 */
import type {
  RuleChanges,
  RuleContent,
  RuleDocument,
  RuleDraft,
  RuleVersion,
  RuleVersionEvent,
} from '#domain/rule-book.ts';
import type { Timestamp } from '#domain/time.ts';
import { contentHash, contentOf, differenceOf, ruleHash, settingHash, wholeCatalogue } from './content.ts';

/** Hashes of a content's parts, by rule id and by setting. */
type PartHashes = { readonly rules: Map<string, string>; readonly settings: Map<string, string> };

export type RuleBook = {
  /** What came with the product last; null before the first. */
  shipped: { readonly revision: string; readonly content: RuleContent; readonly system: unknown } | null;
  /** Parts of the product's content that people took in last, for the next merge. */
  merged: PartHashes;
  inForce: RuleContent;
  /** Oldest first; the last is in force. */
  versions: RuleVersion[];
  /** Every (rule, version) that ever was in force, with its content's hash. */
  readonly numbers: Map<string, Map<number, string>>;
  readonly drafts: Map<string, RuleDraft>;
  /** The registry as it stands; `touched` = points that changes of it ever touched, each as often as it was. */
  registry: { readonly revision: number; readonly points: number; readonly touched: number };
};

export const createRuleBook = (): RuleBook => ({
  shipped: null,
  merged: { rules: new Map(), settings: new Map() },
  inForce: { format: 1, settings: {}, rules: [] },
  versions: [],
  numbers: new Map(),
  drafts: new Map(),
  registry: { revision: 0, points: 0, touched: 0 },
});

/** The registry was changed, and touched so many of its points: runs on the one before say less. */
export function noteRegistry(
  book: RuleBook,
  { revision, points, touched }: { revision: number; points: number; touched: number },
): void {
  book.registry = { revision, points, touched: book.registry.touched + touched };
}

/** The version in force, or undefined before the first. */
export const versionInForce = (book: RuleBook): RuleVersion | undefined => book.versions.at(-1);

/** Whether a person ever published: updates of the product wait from then on. */
const isOurs = (book: RuleBook): boolean => book.versions.some(({ origin }) => origin !== 'shipped');

/** The whole catalogue in force, as the engine takes it, and the revision that names it. */
export function catalogueInForce(book: RuleBook): { revision: string; catalogue: unknown } {
  const { revision = '' } = versionInForce(book) ?? {};
  return { revision, catalogue: wholeCatalogue(book.inForce, book.shipped?.system ?? []) };
}

/** The whole catalogue a draft makes of the one in force. */
export const systemOf = (book: RuleBook): unknown => book.shipped?.system ?? [];

/** What came with the product; the event of the version it makes, or null when a version of people stays in force. */
export function takeShipped(
  book: RuleBook,
  input: { readonly revision: string; readonly catalogue: unknown },
  at: Timestamp,
): RuleVersionEvent | null {
  const content = contentOf(input.catalogue);
  const system = Object(input.catalogue).system ?? [];
  book.shipped = { revision: input.revision, content, system };
  if (isOurs(book)) return null;
  book.merged = hashesOf(content);
  if (versionInForce(book)?.revision === contentHash(content)) return null;
  return enter(book, content, { origin: 'shipped', of: null, by: null, editors: [], why: '', run: null }, at);
}

/** Whether the product brings rules or settings that nobody took in yet. */
export function updateWaits(book: RuleBook): boolean {
  if (book.shipped === null || !isOurs(book)) return false;
  const { rules, settings } = hashesOf(book.shipped.content);
  return !sameHashes(rules, book.merged.rules) || !sameHashes(settings, book.merged.settings);
}

/**
 * What takes in the product's update: a rule that only the product changed follows it, one that only people changed
 * stays theirs, and so does one that both changed: those are `conflicts`.
 */
export function mergeOf(book: RuleBook): { changes: RuleChanges; conflicts: readonly string[] } {
  const { shipped, merged, inForce } = book;
  if (shipped === null) return { changes: { rules: [], removed: [], settings: {} }, conflicts: [] };
  const ours = new Map(inForce.rules.map((rule) => [rule.id, rule]));
  const theirs = new Map(shipped.content.rules.map((rule) => [rule.id, rule]));
  const conflicts: string[] = [];
  const rules: RuleDocument[] = [];
  const follows = (
    name: string,
    our: string | undefined,
    their: string | undefined,
    base?: string,
  ): boolean => {
    if (their === base || our === their) return false;
    if (our !== base) conflicts.push(name);
    return our === base;
  };
  for (const id of new Set([...ours.keys(), ...theirs.keys()])) {
    const [our, their] = [ours.get(id), theirs.get(id)];
    const taken = follows(id, hashOf(our), hashOf(their), merged.rules.get(id)) ? their : our;
    if (taken !== undefined) rules.push(taken);
  }
  const settings: Record<string, unknown> = { ...inForce.settings };
  for (const [name, value] of Object.entries(shipped.content.settings)) {
    const our = name in inForce.settings ? settingHash(inForce.settings[name]) : undefined;
    if (follows(name, our, settingHash(value), merged.settings.get(name))) settings[name] = value;
  }
  return { changes: differenceOf(inForce, { format: 1, settings, rules }), conflicts };
}

const hashOf = (rule: RuleDocument | undefined): string | undefined =>
  rule === undefined ? undefined : ruleHash(rule);

/** Puts `content` in force as the next version; drafts of the one before become stale. */
export function enter(
  book: RuleBook,
  content: RuleContent,
  told: Pick<RuleVersion, 'origin' | 'of' | 'by' | 'editors' | 'why' | 'run'>,
  at: Timestamp,
): RuleVersionEvent {
  const difference = differenceOf(book.inForce, content);
  const version: RuleVersion = {
    number: book.versions.length + 1,
    revision: contentHash(content),
    ...told,
    at,
    rulesChanged: [...difference.rules.map((rule) => (rule as RuleDocument).id), ...difference.removed],
    settingsChanged: Object.keys(difference.settings),
  };
  for (const rule of content.rules) noteNumber(book, rule);
  book.inForce = content;
  book.versions.push(version);
  return { kind: 'rules', at, version, content };
}

/** The product's update counts as taken in. */
export function noteMerged(book: RuleBook): void {
  if (book.shipped !== null) book.merged = hashesOf(book.shipped.content);
}

function noteNumber(book: RuleBook, rule: RuleDocument): void {
  const known = book.numbers.get(rule.id) ?? new Map<number, string>();
  known.set(rule.version, ruleHash(rule));
  book.numbers.set(rule.id, known);
}

/**
 * The rule under the version that names exactly its content: one that was in force has its old number again, another
 * content the next free one. So (rule, version) on an alarm says for ever which limits it was judged by.
 */
export function numbered(book: RuleBook, rule: RuleDocument): RuleDocument {
  const known = book.numbers.get(rule.id);
  if (known === undefined) return rule;
  const hash = ruleHash(rule);
  for (const [version, content] of known) if (content === hash) return { ...rule, version };
  return { ...rule, version: Math.max(...known.keys()) + 1 };
}

function hashesOf(content: RuleContent): PartHashes {
  return {
    rules: new Map(content.rules.map((rule) => [rule.id, ruleHash(rule)])),
    settings: new Map(Object.entries(content.settings).map(([name, value]) => [name, settingHash(value)])),
  };
}

const sameHashes = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean =>
  a.size === b.size && [...a].every(([name, hash]) => b.get(name) === hash);
