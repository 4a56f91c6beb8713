/** The shipped rule files as people read them: what each watches, and what must be registered for it. */
import { SHIPPED_RULES } from '#rules/shipped.ts';

export type Limit = number | readonly (number | { readonly attribute: string; readonly times?: number })[];
export type Level = {
  readonly name: string;
  readonly colour: string;
  readonly limit: Limit;
  readonly onDelayMs?: number;
  readonly offDelayMs?: number;
  readonly windowMs?: number;
  readonly latch?: boolean;
};
export type RuleFile = {
  readonly id: string;
  readonly name: { readonly zh: string; readonly en: string };
  readonly source: string;
  readonly confidence: string;
  readonly binds: { readonly quantities: readonly string[]; readonly kinds: 'any' | readonly string[] };
  readonly signal: string;
  readonly side: string;
  readonly unit: string;
  readonly levels: readonly Level[];
};
/** One channel a rule wants at a facility. */
export type Need = { readonly quantity: string; readonly attributes: readonly string[] };

/** Every shipped rule, in the order in which they bind. */
export const ruleFiles = (): readonly RuleFile[] => SHIPPED_RULES as unknown as readonly RuleFile[];

/** The channels `rule` wants and the attributes its limits are made of. */
export const needsOf = (rule: RuleFile): Need[] =>
  rule.binds.quantities.map((quantity) => ({ quantity, attributes: attributesOf(rule) }));

const attributesOf = (rule: RuleFile): string[] =>
  rule.levels.flatMap(({ limit }) =>
    typeof limit === 'number'
      ? []
      : limit.flatMap((term) => (typeof term === 'number' ? [] : [term.attribute])),
  );

/** What the rule looks at, in a few words. */
export const watchText = (rule: RuleFile): string =>
  rule.binds.quantities.map((id) => `\`${id}\``).join(', ');

/** `>= 2.5 %` and the like. */
export function signalText(rule: RuleFile, { limit, windowMs }: Level): string {
  const what = rule.signal === 'value' ? '' : `${rule.signal} in ${(windowMs ?? 0) / 60_000} min `;
  return `${what}${rule.side === 'high' ? '>=' : '<='} ${limitText(limit)} \`${rule.unit}\``;
}

function limitText(limit: Limit): string {
  if (typeof limit === 'number') return String(limit);
  return limit
    .map((term) => {
      if (typeof term === 'number') return String(term);
      return term.times === undefined || term.times === 1
        ? `\`${term.attribute}\``
        : `${term.times} x \`${term.attribute}\``;
    })
    .join(' + ')
    .replaceAll('+ -', '- ');
}
