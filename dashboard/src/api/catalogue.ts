/** Names and advice from the platform's catalogue (`GET /catalogue`): rules, quantities, lifelines, facility kinds. */
import type { Locale } from '../text/clock.ts';
import { field, isRecord } from './http.ts';

export type Words = { readonly zh: string; readonly en: string };
export type RuleAdvice = {
  readonly id: string;
  readonly name: Words | null;
  readonly cause: Words | null;
  readonly consequence: Words | null;
  /** What the officer does. */
  readonly response: Words | null;
  readonly timeToRespondMs: number | null;
  /** The rule as published, for those who need its terms. */
  readonly terms: Readonly<Record<string, unknown>>;
};
export type Catalogue = {
  readonly rules: ReadonlyMap<string, RuleAdvice>;
  /** `quantities`, `lifelines`, `kinds` by id. */
  readonly names: ReadonlyMap<string, Words>;
  /** In the catalogue's order; `shipped` = the platform has rules for it. */
  readonly lifelines: readonly { readonly id: string; readonly shipped: boolean }[];
  /** Decimals a quantity is shown with. */
  readonly decimals: ReadonlyMap<string, number>;
};

export const EMPTY_CATALOGUE: Catalogue = {
  rules: new Map(),
  names: new Map(),
  lifelines: [],
  decimals: new Map(),
};

export const inLanguage = (words: Words | null | undefined, locale: Locale): string | null =>
  words === null || words === undefined ? null : locale === 'en' ? words.en : words.zh;

/** Takes what it understands of the catalogue; a part it does not know is left out, the codes then stand for the names. */
export function parseCatalogue(body: unknown): Catalogue {
  const rules = new Map<string, RuleAdvice>();
  for (const section of ['rules', 'system']) {
    for (const rule of rowsOf(field(body, section))) rules.set(rule.id, advice(rule));
  }
  const names = new Map<string, Words>();
  const decimals = new Map<string, number>();
  for (const section of ['quantities', 'lifelines', 'kinds', 'facilityKinds', 'edgeKinds', 'areas']) {
    for (const row of rowsOf(field(body, section))) {
      const words = nameOf(row);
      if (words !== null) names.set(row.id, words);
      if (typeof row['decimals'] === 'number') decimals.set(row.id, row['decimals']);
    }
  }
  const lifelines = rowsOf(field(body, 'lifelines')).map(({ id, pack }) => ({
    id,
    shipped: pack !== 'empty',
  }));
  return { rules, names, lifelines, decimals };
}

type Row = Record<string, unknown> & { readonly id: string };

/** Rows of a list, of a map by id, or of lists inside a map; a row without `id` may have `name` or its key instead. */
function rowsOf(section: unknown): Row[] {
  if (Array.isArray(section)) return section.flatMap((value: unknown) => row(value, null));
  if (!isRecord(section)) return [];
  return Object.entries(section).flatMap(([key, value]) =>
    Array.isArray(value) ? rowsOf(value) : row(value, key),
  );
}

function row(value: unknown, key: string | null): Row[] {
  if (!isRecord(value)) return [];
  const { id, name } = value;
  if (typeof id === 'string') return [{ ...value, id }];
  const nested = ['rules', 'conditions', 'alarms'].flatMap((part) => rowsOf(value[part]));
  if (nested.length > 0) return nested;
  if (typeof name === 'string') return [{ ...value, id: name }];
  return key === null ? [] : [{ ...value, id: key }];
}

const advice = (row: Row): RuleAdvice => ({
  id: row.id,
  name: nameOf(row),
  cause: words(row['cause']),
  consequence: words(row['consequence']),
  response: words(row['response']),
  timeToRespondMs: typeof row['timeToRespondMs'] === 'number' ? row['timeToRespondMs'] : null,
  terms: row,
});

const nameOf = (row: Row): Words | null =>
  words(row) ??
  words(row['names']) ??
  (row['name'] === row.id ? null : words(row['name'])) ??
  (isRecord(row['text']) ? words(row['text']) : null);

/** `{zh,en}`, or one text for both languages. */
function words(value: unknown): Words | null {
  if (typeof value === 'string') return value === '' ? null : { zh: value, en: value };
  if (!isRecord(value)) return null;
  const { zh, en } = value;
  if (typeof zh !== 'string' && typeof en !== 'string') return null;
  const either = typeof zh === 'string' ? zh : String(en);
  return { zh: either, en: typeof en === 'string' ? en : either };
}
