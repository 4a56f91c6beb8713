/** The rule book in the fold: what came with the product, and what people order, take force here. */
import type { Answer } from '#domain/event.ts';
import type { CommandInput, Input, Journaled } from '#domain/input.ts';
import * as rules from '#rules/engine.ts';
import { catalogueInForce, takeShipped, updateWaits } from '#rules/book/book.ts';
import { orderRules } from '#rules/book/orders.ts';
import type { City } from './city.ts';
import type { FoldOutput } from './fold.ts';

/** The product's catalogue: in force at once, or beside the one that people published. */
export function applyShipped(
  city: City,
  input: Journaled<Input & { kind: 'catalogue' }>,
  out: FoldOutput,
  sink: rules.RulesSink,
): void {
  const parsed = rules.parseCatalogue(input.catalogue, input.revision);
  if (!parsed.ok) {
    rules.onCatalogue(city.rules, city.registry, input.catalogue, input.revision, input, sink);
    return;
  }
  const entered = takeShipped(city.ruleBook, input, input.receivedAt);
  if (entered !== null) out.events.push(entered);
  takeForce(city, input, sink);
}

export function changeRules(
  city: City,
  input: Journaled<CommandInput & { command: 'rules' }>,
  out: FoldOutput,
  sink: rules.RulesSink,
): Answer {
  const { answer, entered } = orderRules(city.ruleBook, input.order, input.by.username, input.receivedAt);
  if (entered !== null) {
    out.events.push(entered);
    takeForce(city, input, sink);
  }
  return answer;
}

function takeForce(city: City, at: Journaled, sink: rules.RulesSink): void {
  const { catalogue, revision } = catalogueInForce(city.ruleBook);
  rules.onCatalogue(city.rules, city.registry, catalogue, revision, at, sink);
  const active = updateWaits(city.ruleBook);
  const detail = { revision: city.ruleBook.shipped?.revision ?? '' };
  rules.onCondition(
    city.rules,
    city.registry,
    { name: 'catalogue-update', subject: '', active, detail },
    at,
    sink,
  );
}
