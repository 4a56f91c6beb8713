/** The rule book as the server sees it, and the back-tests that its drafts need. */
import type { Clock } from '#domain/clock.ts';
import type { RuleBookView } from '#domain/contract/rules.ts';
import type { RulesPort } from '#server/rules-port.ts';
import { mergeOf, type RuleBook, updateWaits } from '#rules/book/book.ts';
import { differenceOf } from '#rules/book/content.ts';
import { assessed } from '#rules/book/orders.ts';
import type { Pipeline } from '../pipeline.ts';
import { createBacktests } from './backtests.ts';

export function openRules(parts: {
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  readonly directory: string;
  readonly newId: () => string;
}): { readonly port: RulesPort; stop(): void } {
  const backtests = createBacktests(parts);
  const { stop, ...runs } = backtests;
  return { port: { ...bookPort(() => parts.pipeline.city.ruleBook), ...runs }, stop };
}

/** Everything of the port that the book alone answers. */
export const bookPort = (
  book: () => RuleBook,
): Pick<RulesPort, 'book' | 'assess' | 'changesTo' | 'merge'> => ({
  book: () => viewOf(book()),
  assess: (changes) => assessed(book(), changes),
  changesTo: (content) => differenceOf(book().inForce, content),
  merge: () => mergeOf(book()),
});

const viewOf = (book: RuleBook): RuleBookView => ({
  inForce: book.inForce,
  versions: book.versions.toReversed(),
  drafts: [...book.drafts.values()],
  updateWaiting: updateWaits(book) ? (book.shipped?.revision ?? null) : null,
});
