/**
 * Conditions of composite rules in CEL. Refused when the rule is saved: whatever is not arithmetic, comparison, logic and one
 * level of macros over a list. `matches` runs JavaScript's own regular expressions and can hang for minutes; macros inside
 * macros multiply.
 */
import { Environment, type ParseResult } from '@marcbachmann/cel-js';

/** A name the condition may use: one value (double) or, with `list`, those of all its points. */
export type CelName = { readonly name: string; readonly list: boolean };
export type CelValues = Readonly<Record<string, number | readonly number[]>>;

const MACROS = ['exists', 'exists_one', 'all', 'filter', 'map'];
const CALLS = ['size', 'double', 'int'];
const LENGTH_MAX = 500;
const LIMITS = {
  maxAstNodes: 120,
  maxDepth: 24,
  maxListElements: 16,
  maxMapEntries: 0,
  maxCallArguments: 4,
} as const;
/** Parsed conditions in use; beyond so many they are parsed again. */
const PARSED_MAX = 2_000;

const parsed = new Map<string, ParseResult>();

/** Why `text` cannot be a condition over `names`, or null when it can. */
export function refusalOf(text: string, names: readonly CelName[]): string | null {
  if (text.length > LENGTH_MAX) return `longer than ${LENGTH_MAX} characters`;
  try {
    const condition = parsedOf(text, names);
    const checked = condition.check();
    if (!checked.valid) return firstLine(checked.error?.message ?? 'not valid');
    if (checked.type !== 'bool') return `is ${checked.type}, not true or false`;
    const forbidden = forbiddenIn(condition.ast, false);
    if (forbidden !== null) return forbidden;
    condition(Object.fromEntries(names.map(({ name, list }) => [name, list ? [1] : 1])));
    return null;
  } catch (error) {
    return firstLine(error instanceof Error ? error.message : String(error));
  }
}

/** Whether the condition holds; null when these values make it fail (an element that is not there). */
export function holds(text: string, names: readonly CelName[], values: CelValues): boolean | null {
  try {
    const result: unknown = parsedOf(text, names)(values);
    return typeof result === 'boolean' ? result : null;
  } catch {
    return null;
  }
}

function parsedOf(text: string, names: readonly CelName[]): ParseResult {
  const key = `${names.map(({ name, list }) => (list ? `${name}[]` : name)).join(',')}|${text}`;
  const known = parsed.get(key);
  if (known !== undefined) return known;
  const environment = new Environment({ limits: LIMITS });
  for (const { name, list } of names) environment.registerVariable(name, list ? 'list<double>' : 'double');
  const fresh = environment.parse(text);
  if (parsed.size >= PARSED_MAX) parsed.clear();
  parsed.set(key, fresh);
  return fresh;
}

/** The first thing in the tree that a condition may not have; null when there is none. */
function forbiddenIn({ op, args }: Node, inMacro: boolean): string | null {
  const name = op === 'call' || op === 'rcall' ? nameIn(args) : null;
  const macro = op === 'rcall' && name !== null && MACROS.includes(name);
  if (macro && inMacro) return `${name} inside another macro`;
  if (name !== null && !macro && !CALLS.includes(name)) return `${name} is not allowed`;
  if (op === 'value' && typeof args === 'string') return 'texts are not allowed';
  for (const child of childrenOf(args)) {
    const found = forbiddenIn(child, inMacro || macro);
    if (found !== null) return found;
  }
  return null;
}

/** The only text among the parts of a call; the package's types put it in another place than its parser does. */
const nameIn = (args: unknown): string =>
  String(Array.isArray(args) ? args.find((part) => typeof part === 'string') : args);

function childrenOf(args: unknown): Node[] {
  if (Array.isArray(args)) return args.flatMap(childrenOf);
  return isNode(args) ? [args] : [];
}

type Node = { readonly op: string; readonly args: unknown };

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' &&
  value !== null &&
  'op' in value &&
  typeof value.op === 'string' &&
  'args' in value;

const firstLine = (text: string): string => text.split('\n')[0] ?? text;
