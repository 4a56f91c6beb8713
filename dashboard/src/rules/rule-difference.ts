/** How two contents of one rule differ, field by field, by the description of its kind. Pure. */
import {
  kindOfRule,
  RULE_TEXT_FIELDS,
  ruleFields,
  type FieldShape,
  type RuleField,
} from '#domain/rule-form.ts';
import { isRecord } from '../api/http.ts';

type Plain = Readonly<Record<string, unknown>>;
/** A field by its name, or an item of a list by what it is called. */
export type PathStep = { readonly field: string } | { readonly item: string };
export type FieldChange = {
  readonly path: readonly PathStep[];
  /** Null for what the form does not describe. */
  readonly shape: FieldShape | null;
  /** Undefined = not there. */
  readonly before: unknown;
  readonly after: unknown;
};

/** Items of lists are told apart by the first of these they carry. */
const CALLED_BY = ['name', 'as', 'rule'];

/** Empty when both say the same; the version does not count. */
export function ruleDifference(before: Plain, after: Plain): FieldChange[] {
  const kinds = [kindOfRule(before), kindOfRule(after)] as const;
  const fields = [
    ...ruleFields(kinds[1]),
    ...(kinds[0] === kinds[1] ? [] : ruleFields(kinds[0])),
    ...RULE_TEXT_FIELDS,
  ];
  const known = new Set([...fields.map(({ name }) => name), 'id', 'version', 'kind']);
  const changes: FieldChange[] = [];
  if (kinds[0] !== kinds[1])
    changes.push({ path: [{ field: 'kind' }], shape: null, before: kinds[0], after: kinds[1] });
  const described = [...new Map(fields.map((field) => [field.name, field])).values()];
  changes.push(...fieldsDiffer(described, before, after, []));
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)]))
    if (!known.has(name) && !same(before[name], after[name]))
      changes.push({ path: [{ field: name }], shape: null, before: before[name], after: after[name] });
  return changes;
}

function fieldsDiffer(
  fields: readonly RuleField[],
  before: Plain,
  after: Plain,
  path: readonly PathStep[],
): FieldChange[] {
  return fields.flatMap(({ name, shape }) =>
    differ(shape, before[name], after[name], [...path, { field: name }]),
  );
}

function differ(
  shape: FieldShape,
  before: unknown,
  after: unknown,
  path: readonly PathStep[],
): FieldChange[] {
  if (same(before, after)) return [];
  if (shape.is === 'group' && isRecord(before) && isRecord(after))
    return fieldsDiffer(shape.fields, before, after, path);
  if (shape.is === 'list' && Array.isArray(before) && Array.isArray(after)) {
    const items = itemsDiffer(shape.of, before, after, path);
    if (items !== null) return items;
  }
  return [{ path, shape, before, after }];
}

/** Null when the items have no names of their own, or one twice. */
function itemsDiffer(
  shape: FieldShape,
  before: unknown[],
  after: unknown[],
  path: readonly PathStep[],
): FieldChange[] | null {
  const [old, fresh] = [byName(before), byName(after)];
  if (old === null || fresh === null) return null;
  const names = [...new Set([...old.keys(), ...fresh.keys()])];
  const changes = names.flatMap((name) =>
    differ(shape, old.get(name), fresh.get(name), [...path, { item: name }]),
  );
  return changes.length > 0 ? changes : [{ path, shape: { is: 'list', of: shape, least: 0 }, before, after }];
}

function byName(items: readonly unknown[]): Map<string, unknown> | null {
  const named = new Map<string, unknown>();
  for (const item of items) {
    const by = isRecord(item)
      ? CALLED_BY.map((name) => item[name]).find((name) => typeof name === 'string')
      : undefined;
    if (typeof by !== 'string' || named.has(by)) return null;
    named.set(by, item);
  }
  return named;
}

const same = (a: unknown, b: unknown): boolean => sorted(a) === sorted(b);

/** JSON with members in order of their names. */
function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join()}]`;
  if (!isRecord(value)) return JSON.stringify(value) ?? '';
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${name}:${sorted(member)}`)
    .join()}}`;
}
