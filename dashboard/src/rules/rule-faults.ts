/** What the platform refuses of a rule, at the place in the form where it is wrong. */
import type { RuleFault } from '#domain/rule-book.ts';

export type PlacedFault = {
  readonly rule: string | null;
  readonly path: string;
  readonly code: string;
  readonly detail: string;
};

/** `path` is empty where the fault names no place of the rule. */
export function placed({ rule, code, detail }: RuleFault): PlacedFault {
  const [, place = '', said = detail] = /^(\S+): (.*)$/s.exec(detail) ?? [];
  const path = place.startsWith('rules[')
    ? place.replace(/^rules\[\d+\]\.?/, '')
    : rule !== null && (place === rule || place.startsWith(`${rule}.`))
      ? place.slice(rule.length + 1)
      : null;
  return { rule, code, ...(path === null ? { path: '', detail } : { path, detail: said }) };
}
