/**
 * The second model knows no time to a limit, and `ponding-eta` makes the colour of a depth alarm one worse while it is on.
 * So a colour may be one worse exactly where that alarm was on meanwhile, and nowhere else. Imports nothing of the product.
 */
import type { NaiveSpan } from './naive-city.ts';

const COLOURS = ['blue', 'yellow', 'orange', 'red'];

/** `expected` with the colours of `found` where `promoting` explains them. */
export function promoted(
  expected: readonly NaiveSpan[],
  found: readonly NaiveSpan[],
  promoting: readonly NaiveSpan[],
): NaiveSpan[] {
  return expected.map((span) => {
    const seen = found.find((one) => isSame(one, span));
    if (seen === undefined || COLOURS.indexOf(seen.colour) !== COLOURS.indexOf(span.colour) + 1) return span;
    return promoting.some((one) => meet(one, span)) ? { ...span, colour: seen.colour } : span;
  });
}

const isSame = (a: NaiveSpan, b: NaiveSpan): boolean =>
  a.point === b.point && a.rule === b.rule && a.from === b.from && a.to === b.to;

const meet = (a: NaiveSpan, b: NaiveSpan): boolean =>
  a.point === b.point && a.from <= (b.to ?? Infinity) && b.from <= (a.to ?? Infinity);
