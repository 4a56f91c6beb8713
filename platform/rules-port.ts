/** The rule book as the server sees it, the back-tests that its drafts need, and their shadows. */
import type { Clock } from '#domain/clock.ts';
import type { RuleBookView } from '#domain/contract/rules.ts';
import type { RulesPort } from '#server/rules-port.ts';
import { mergeOf, type RuleBook, updateWaits } from '#rules/book/book.ts';
import { differenceOf } from '#rules/book/content.ts';
import { unboundLevels } from '#rules/engine.ts';
import { assessed } from '#rules/book/orders.ts';
import type { Pipeline } from '../pipeline.ts';
import { createBacktests } from './backtests.ts';
import { createShadows } from './shadows.ts';
import { startShadowProcess } from './shadow-process.ts';

export function openRules(parts: {
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  readonly directory: string;
  readonly newId: () => string;
  /** Position through which the record log is durable. */
  readonly durable: () => number;
}): { readonly port: RulesPort; stop(): void } {
  const { stop: stopRuns, ...runs } = createBacktests(parts);
  const { stop: stopShadows, ...shadows } = createShadows({
    ...{ ...parts, start: startShadowProcess },
    unkept: (cause) => console.error('what a shadow found could not be kept', cause),
  });
  return {
    port: {
      ...bookPort(() => parts.pipeline.city.ruleBook),
      unbound: (index) => unboundLevels(parts.pipeline.city.rules, index),
      ...{ ...runs, ...shadows },
    },
    stop() {
      stopShadows();
      stopRuns();
    },
  };
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
