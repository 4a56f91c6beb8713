/** Contents of catalogues: told apart by hash, changed by drafts, merged with what a newer product brings. */
import type { RuleChanges, RuleContent, RuleDocument, RuleFault } from '#domain/rule-book.ts';
import { hash64 } from '../alarm-id.ts';
import { parseCatalogue } from '../catalogue-parse.ts';

/** The part of a whole catalogue that people publish. Check it with `faultsOf` first: nothing is checked here. */
export function contentOf(catalogue: unknown): RuleContent {
  const { settings, rules } = Object(catalogue) as Partial<RuleContent>;
  return { format: 1, settings: settings ?? {}, rules: rules ?? [] };
}

/** The whole catalogue as the engine takes it; `system` of the product in force. */
export const wholeCatalogue = (content: RuleContent, system: unknown): unknown => ({ ...content, system });

/** Names a content: the same rules and settings, in whatever order and under whatever versions, have the same hash. */
export function contentHash({ settings, rules }: RuleContent): string {
  const sorted = rules.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return hash64(plainText({ settings, rules: sorted.map(ruleHash) }));
}

/** Hash of a rule without its version: two versions of one rule differ here, or are one. */
export function ruleHash({ version: _version, ...rule }: RuleDocument): string {
  return hash64(plainText(rule));
}

export const settingHash = (value: unknown): string => hash64(plainText(value));

/** JSON with the members of objects in order of their names. */
function plainText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(plainText).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${plainText(member)}`).join()}}`;
}

/** `base` with `changes`: a changed rule keeps its place, a new one comes last. */
export function changed(base: RuleContent, changes: RuleChanges): RuleContent {
  const gone = new Set(changes.removed);
  const given = new Map(changes.rules.filter(isRule).map((rule) => [rule.id, rule]));
  const kept = base.rules.filter(({ id }) => !gone.has(id)).map((rule) => given.get(rule.id) ?? rule);
  const known = new Set(kept.map(({ id }) => id));
  const added = [...given.values()].filter(({ id }) => !known.has(id));
  return { format: 1, settings: { ...base.settings, ...changes.settings }, rules: [...kept, ...added] };
}

/** What makes `wanted` of `base`. A setting that `wanted` lacks stays as it is. */
export function differenceOf(base: RuleContent, wanted: RuleContent): RuleChanges {
  const before = new Map(base.rules.map((rule) => [rule.id, rule]));
  const after = new Set(wanted.rules.map(({ id }) => id));
  const isOther = (rule: RuleDocument): boolean => {
    const old = before.get(rule.id);
    return old === undefined || ruleHash(old) !== ruleHash(rule);
  };
  const settings = Object.entries(wanted.settings).filter(
    ([name, value]) => settingHash(value) !== settingHash(base.settings[name]),
  );
  return {
    rules: wanted.rules.filter(isOther),
    removed: base.rules.map(({ id }) => id).filter((id) => !after.has(id)),
    settings: Object.fromEntries(settings),
  };
}

/** Rule by rule what the parser refuses, at most one fault a rule; then what the rules refuse of each other. */
export function faultsOf(content: RuleContent, changes: RuleChanges, system: unknown): RuleFault[] {
  const faults: RuleFault[] = [];
  changes.rules.forEach((rule, at) => {
    if (!isRule(rule)) {
      const detail = `rules[${at}]: no object with an id of a-z, 0-9 and - and a version of 1 to ${VERSION_MAX}`;
      faults.push({ rule: null, code: 'not-an-object', detail });
    } else if (isReserved(rule.id, system))
      faults.push({ rule: rule.id, code: 'not-allowed', detail: `${rule.id}: a name of the system's own` });
    else if (changes.rules.some((other, before) => before < at && isRule(other) && other.id === rule.id))
      faults.push({ rule: rule.id, code: 'stands-twice', detail: `${rule.id}: stands twice` });
  });
  const known = new Set(content.rules.map(({ id }) => id));
  for (const id of changes.removed) {
    if (known.has(id)) faults.push({ rule: id, code: 'not-allowed', detail: `${id}: changed and removed` });
  }
  if (faults.length > 0) return faults;
  for (const rule of changes.rules.filter(isRule)) {
    // Its promotion names another rule: only the whole can judge that.
    const { promotes: _promotes, ...alone } = rule;
    const { settings } = content;
    const parsed = parseCatalogue({ format: 1, settings, rules: [alone], system: [] }, '');
    if (parsed.ok) continue;
    const detail = parsed.error.replace(/^rules\[0\]/, rule.id);
    faults.push({ rule: rule.id, code: parsed.code, detail });
  }
  if (faults.length > 0) return faults;
  const whole = parseCatalogue(wholeCatalogue(content, system), '');
  return whole.ok ? [] : [{ rule: ruleNamed(whole.error, content), code: whole.code, detail: whole.error }];
}

/** The id of the rule at whose place the parser stopped. */
function ruleNamed(error: string, { rules }: RuleContent): string | null {
  const at = /^rules\[(\d+)\]/.exec(error)?.[1];
  return at === undefined ? null : (rules[Number(at)]?.id ?? null);
}

/** At most as long as any id; it stands in addresses, alarm ids and keys. */
const ID = /^[a-z0-9-]{1,64}$/;
const VERSION_MAX = 1_000_000;
/** Alarms that no catalogue lists, and beginnings of such names. */
const BUILT_IN = ['gateway-absent', 'no-data', 'sensor-lost', 'constructor'];
const BUILT_IN_BEGINS = ['raised-', 'disk-'];

function isReserved(id: string, system: unknown): boolean {
  if (BUILT_IN.includes(id) || BUILT_IN_BEGINS.some((begin) => id.startsWith(begin))) return true;
  return Array.isArray(system) && system.some((rule) => Object(rule).name === id);
}

const isRule = (rule: unknown): rule is RuleDocument =>
  typeof rule === 'object' &&
  rule !== null &&
  'id' in rule &&
  typeof rule.id === 'string' &&
  ID.test(rule.id) &&
  'version' in rule &&
  Number.isInteger(rule.version) &&
  Number(rule.version) >= 1 &&
  Number(rule.version) <= VERSION_MAX;
