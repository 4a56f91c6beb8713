/** The shipped rule files as people read them: what each watches, and what must be registered for it. */
import { SHIPPED_RULES } from '#rules/shipped.ts';

export type Limit =
  | number
  | readonly (number | { readonly attribute: string; readonly times?: number })[]
  | { readonly ifTrue: string; readonly yes: number; readonly no: number };
export type Level = {
  readonly name: string;
  readonly colour: string;
  readonly limit?: Limit;
  readonly atLeast?: number;
  readonly beforeMs?: number;
  readonly onDelayMs?: number;
  readonly offDelayMs?: number;
  readonly windowMs?: number;
  readonly withinMs?: number;
  readonly afterMs?: number;
  readonly when?: string;
  readonly until?: string;
  readonly latch?: boolean;
};
/** When a point counts in a rule across points; `quantities` of the points that stand beside the anchor. */
type Condition = {
  readonly alarm?: string;
  readonly quantities?: readonly string[];
  readonly where?: { readonly attribute: string; readonly is: boolean };
  readonly signal?: string;
  readonly side?: string;
  readonly unit?: string;
  readonly limit?: Limit;
  readonly windowMs?: number;
};
export type RuleFile = {
  readonly id: string;
  readonly kind?: string;
  readonly name: { readonly zh: string; readonly en: string };
  readonly source: string;
  readonly confidence: string;
  readonly binds: { readonly quantities: readonly string[]; readonly kinds: 'any' | readonly string[] };
  readonly season?: string;
  readonly signal?: string;
  readonly side?: string;
  readonly unit?: string;
  readonly as?: string;
  readonly parts?: readonly (Condition & { readonly as: string; readonly of?: string })[];
  readonly among?: string | { readonly withinM: number; readonly along?: readonly string[] };
  readonly count?: string;
  readonly pairBy?: string;
  readonly when?: Condition;
  readonly where?: { readonly attribute: string; readonly is: boolean };
  readonly command?: Condition;
  readonly and?: readonly Condition[];
  readonly of?: string;
  readonly in?: string;
  readonly to?: Condition;
  readonly target?: Limit;
  readonly per?: string;
  readonly by?: string;
  readonly samples?: number;
  readonly windowMs?: number;
  readonly pattern?: string;
  readonly promotes?: { readonly rule: string; readonly colours: number };
  readonly levels: readonly Level[];
};
/** One channel a rule wants at a facility. */
export type Need = { readonly quantity: string; readonly attributes: readonly string[] };

/** Every shipped rule, in the order in which they bind. */
export const ruleFiles = (): readonly RuleFile[] => SHIPPED_RULES as unknown as readonly RuleFile[];

const partners = ({ command, and = [], to, parts = [] }: RuleFile): Condition[] =>
  [command, ...and, to, ...parts.filter(({ of }) => of !== 'own')].filter((one) => one !== undefined);

/** The channels `rule` wants, and the attributes that its limits and pairings ask of them. */
export function needsOf(rule: RuleFile): Need[] {
  if (rule.kind === 'due-date') return [];
  const pair = rule.pairBy === undefined ? [] : [rule.pairBy];
  const own = [...rule.levels.flatMap(({ limit }) => attributesOf(limit)), ...attributesOf(rule.when?.limit)];
  const where = rule.where === undefined ? [] : [rule.where.attribute];
  return [
    ...rule.binds.quantities.map((quantity) => ({ quantity, attributes: [...own, ...where, ...pair] })),
    ...partners(rule).flatMap((part) =>
      (part.quantities ?? []).map((quantity) => ({
        quantity,
        attributes: [...attributesOf(part.limit), ...(part.where ? [part.where.attribute] : []), ...pair],
      })),
    ),
  ];
}

function attributesOf(limit: Limit | undefined): string[] {
  if (limit === undefined || typeof limit === 'number') return [];
  if ('ifTrue' in limit) return [limit.ifTrue];
  return limit.flatMap((term) => (typeof term === 'number' ? [] : [term.attribute]));
}

/** What the rule looks at, in a few words. */
export function watchText(rule: RuleFile): string {
  if (rule.kind === 'due-date') return 'date kept with the device';
  const own = listed(rule.binds.quantities);
  if (rule.kind === 'k-of-n') {
    const among =
      typeof rule.among === 'object'
        ? `within ${rule.among.withinM} m${alongText(rule.among.along)}`
        : 'of one facility';
    return `${rule.count} ${among} where ${own} ${conditionText(rule.when)}`;
  }
  if (rule.kind === 'composite') return `${own} as \`${rule.as}\`${namedText(rule)}`;
  const others = partners(rule).map((part) => `${listed(part.quantities)} ${conditionText(part)}`.trim());
  if (rule.kind === 'relation') return `${rule.of} of ${own} and ${others.join()}`;
  if (others.length > 0) return `${own} ${conditionText(rule.when)} while ${others.join(' and ')}`;
  const lift = rule.promotes;
  const watched = `${own}${traceText(rule)}`;
  return lift === undefined ? watched : `${watched}; lifts \`${lift.rule}\` by ${lift.colours} colour`;
}

/** What a rule on recent samples makes of them. */
function traceText({ kind, target, unit, by, samples, windowMs = 0, pattern }: RuleFile): string {
  const slope = `${by} over ${samples} samples in ${windowMs / 60_000} min`;
  if (kind === 'eta') return `: time to ${limitText(target ?? 0)} \`${unit}\`, ${slope}`;
  if (kind === 'rate') return `: slope, ${slope}`;
  if (kind === 'deviation') return `: ${by} of its distance from the usual at this hour of the week`;
  return kind === 'frozen' ? `: ${pattern} for ${samples} reports` : '';
}

/** The other names of a composite and what they stand for. */
function namedText({ parts = [] }: RuleFile): string {
  return parts
    .map(({ as, of, quantities, signal = 'value', windowMs }) => {
      const whose = of === 'own' ? '' : `${of === 'all' ? 'all ' : ''}${listed(quantities)}`;
      return `, ${windowText(signal, windowMs)}${whose}`.trimEnd() + ` as \`${as}\``;
    })
    .join('');
}

const alongText = (kinds: readonly string[] = []): string =>
  kinds.length === 0 ? '' : ` along ${listed(kinds)}`;

const listed = (ids: readonly string[] = []): string => ids.map((id) => `\`${id}\``).join(', ');

function conditionText(condition: Condition | undefined): string {
  if (condition === undefined) return '';
  const { alarm, limit, side, unit, signal = 'value', windowMs, where } = condition;
  if (alarm !== undefined) return `has a ${alarm} alarm or worse`;
  if (limit === undefined) return where === undefined ? '' : `with \`${where.attribute}\``;
  return `${windowText(signal, windowMs)}${compareText(side, limit)} \`${unit ?? ''}\``;
}

/** `>= 2.5 %` and the like. */
export function signalText(rule: RuleFile, level: Level): string {
  const season = rule.season === undefined ? '' : ` in the ${rule.season} season`;
  if (level.beforeMs !== undefined)
    return level.beforeMs === 0 ? 'date reached' : `${level.beforeMs / 86_400_000} d before`;
  if (level.when !== undefined) return `\`${level.when.replaceAll('|', '\\|')}\`${season}`;
  if (level.withinMs !== undefined) return `within ${level.withinMs / 60_000} min${season}`;
  if (level.afterMs !== undefined) return `after ${level.afterMs / 60_000} min${season}`;
  if (level.atLeast !== undefined) return `>= ${level.atLeast} at once${season}`;
  if (level.limit === undefined) return `all at once${season}`;
  if (rule.kind === 'deviation') return `>= ${limitText(level.limit)} standard deviations${season}`;
  const per = rule.per === undefined ? '' : `/${rule.per}`;
  const unit = rule.unit ?? (rule.of === 'ratio' ? '%' : (rule.in ?? ''));
  return `${windowText(rule.signal ?? 'value', level.windowMs)}${compareText(rule.side, level.limit)} \`${unit}${per}\`${season}`;
}

const windowText = (signal: string, windowMs = 0): string =>
  signal === 'value' ? '' : `${signal} in ${windowMs / 60_000} min `;

const compareText = (side: string | undefined, limit: Limit): string =>
  `${side === 'low' ? '<=' : '>='} ${limitText(limit)}`;

function limitText(limit: Limit): string {
  if (typeof limit === 'number') return String(limit);
  if ('ifTrue' in limit) return `${limit.no} (${limit.yes} with \`${limit.ifTrue}\`)`;
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
