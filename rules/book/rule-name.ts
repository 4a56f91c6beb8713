/** What a rule is called in Chinese: one of the catalogue, or an alarm of the system. */
import { systemOf, type RuleBook } from './book.ts';

type Row = Readonly<Record<string, unknown>>;

/** Null when neither knows it. */
export function ruleName(book: RuleBook, id: string): string | null {
  const rule = book.inForce.rules.find((one) => one.id === id);
  if (rule !== undefined) return chinese(rule['name']);
  const system = systemOf(book);
  const alarm = (Array.isArray(system) ? system : []).find(
    (one: unknown) => isRow(one) && one['name'] === id,
  );
  return isRow(alarm) ? chinese(alarm['text']) : null;
}

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null;

const chinese = (words: unknown): string | null =>
  isRow(words) && typeof words['zh'] === 'string' ? words['zh'] : null;
