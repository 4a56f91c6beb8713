/**
 * Every field of every kind of rule, once, for people who write rules: forms and differences in words are made from it.
 * What is allowed is said by the reader of the catalogue in `rules/`; a test holds the two together.
 */
import { COLOURS } from './colour.ts';

export type FieldShape =
  | { readonly is: 'text'; readonly long?: true }
  /** Chinese and English. */
  | { readonly is: 'both' }
  | { readonly is: 'number' }
  /** Milliseconds, shown in the unit that fits. */
  | { readonly is: 'span' }
  | { readonly is: 'flag' }
  | { readonly is: 'word'; readonly of: readonly string[] }
  /** A condition in CEL. */
  | { readonly is: 'condition' }
  /** One id out of a list that the console knows. */
  | { readonly is: 'one'; readonly from: 'units' | 'rules' | 'seasons' }
  /** Several; `any` = the word `any` stands for all of them. */
  | { readonly is: 'many'; readonly from: 'quantities' | 'kinds' | 'edgeKinds'; readonly any?: true }
  | { readonly is: 'group'; readonly fields: readonly RuleField[] }
  | { readonly is: 'list'; readonly of: FieldShape; readonly least: number }
  /** One of several forms, told apart by what stands there. */
  | { readonly is: 'either'; readonly ways: readonly Way[] };
export type Way = { readonly name: string; readonly shape: FieldShape };
type Plain = Readonly<Record<string, unknown>>;
export type RuleField = {
  readonly name: string;
  readonly shape: FieldShape;
  readonly optional?: true;
  /** Whether the field stands here at all, by its neighbours and the whole rule; absent = always. */
  readonly stands?: (group: Plain, rule: Plain) => boolean;
  /** What a new one begins with. */
  readonly begins?: unknown;
};

const TEXT = { is: 'text' } as const;
const NUMBER = { is: 'number' } as const;
const SPAN = { is: 'span' } as const;
const FLAG = { is: 'flag' } as const;
const words = (...of: string[]): FieldShape => ({ is: 'word', of });
const group = (...fields: RuleField[]): FieldShape => ({ is: 'group', fields });
const must = (name: string, shape: FieldShape, more: Partial<RuleField> = {}): RuleField => ({
  ...{ name, shape },
  ...more,
});
const may = (name: string, shape: FieldShape, more: Partial<RuleField> = {}): RuleField => ({
  ...{ name, shape, optional: true },
  ...more,
});

const UNIT: FieldShape = { is: 'one', from: 'units' };
const QUANTITIES: FieldShape = { is: 'many', from: 'quantities' };
const SIGNAL = words('value', 'sum', 'mean', 'rise', 'fall', 'rise-percent', 'fall-percent');
const SIDE = words('high', 'low');
const WHERE = may('where', group(must('attribute', TEXT), must('is', FLAG)));
const LIMIT: FieldShape = {
  is: 'either',
  ways: [
    { name: 'number', shape: NUMBER },
    {
      name: 'terms',
      shape: {
        ...{ is: 'list', least: 1 },
        of: {
          is: 'either',
          ways: [
            { name: 'number', shape: NUMBER },
            {
              name: 'attribute',
              shape: group(must('attribute', TEXT), may('times', NUMBER), may('otherwise', NUMBER)),
            },
          ],
        },
      },
    },
    { name: 'choice', shape: group(must('ifTrue', TEXT), must('yes', NUMBER), must('no', NUMBER)) },
  ],
};
/** The window of a signal that looks back. */
const looksBack = (group: Plain): boolean => (group['signal'] ?? 'value') !== 'value';
const WINDOW = must('windowMs', SPAN, { stands: looksBack, begins: 3_600_000 });
const PROMOTES = may('promotes', group(must('rule', { is: 'one', from: 'rules' }), may('colours', NUMBER)));
const SLOPE = [
  must('by', words('theil-sen', 'difference')),
  must('samples', NUMBER, { begins: 6 }),
  must('windowMs', SPAN, { begins: 1_800_000 }),
];

const SEASONS = [
  may('season', { is: 'one', from: 'seasons' }),
  may('outsideSeason', { is: 'one', from: 'seasons' }),
];
const NAMED = [must('name', TEXT), must('colour', words(...COLOURS), { begins: 'yellow' })];
const DELAYS = [may('onDelayMs', SPAN), may('offDelayMs', SPAN), may('latch', FLAG)];
const DEBOUNCE = may(
  'debounce',
  group(
    must('windowMs', SPAN, { begins: 60_000 }),
    must('count', NUMBER, { begins: 3 }),
    must('counting', words('continuous', 'total')),
    must('tells', words('first', 'last')),
  ),
);
const levels = (...own: RuleField[]): RuleField =>
  must('levels', { is: 'list', least: 1, of: group(...NAMED, ...own, ...SEASONS) });
const delayed = (...own: RuleField[]): RuleField => levels(...own, ...DELAYS);
const counted = (...own: RuleField[]): RuleField => levels(...own, ...DELAYS, DEBOUNCE);

/** A limit on a signal, or an own alarm of at least a colour. */
const CONDITION = [
  may('alarm', words(...COLOURS)),
  ...[
    may('signal', SIGNAL),
    must('side', SIDE),
    must('unit', UNIT),
    must('limit', LIMIT),
    may('deadband', NUMBER),
    must('windowMs', SPAN, { begins: 60_000 }),
  ].map(
    (field): RuleField => ({
      ...field,
      stands: (own) => own['alarm'] === undefined && (field.name !== 'windowMs' || looksBack(own)),
    }),
  ),
];
const WHEN = must('when', group(...CONDITION));
const PART = group(must('quantities', QUANTITIES), WHERE, ...CONDITION, may('paired', FLAG));
const NAMED_VALUE = [must('as', TEXT), must('unit', UNIT), may('signal', SIGNAL), WINDOW];
const isOther = (part: Plain): boolean => part['of'] !== 'own';

/** What is the kind's own. */
const KINDS = {
  limit: [
    must('signal', SIGNAL),
    must('side', SIDE),
    must('unit', UNIT),
    may('interlock', FLAG),
    PROMOTES,
    counted(
      must('limit', LIMIT),
      may('deadband', NUMBER),
      must('windowMs', SPAN, { begins: 3_600_000, stands: (_, rule) => looksBack(rule) }),
    ),
  ],
  rate: [
    must('unit', UNIT),
    must('per', words('s', 'min', 'h', 'd')),
    must('side', SIDE),
    ...SLOPE,
    PROMOTES,
    counted(must('limit', NUMBER), may('deadband', NUMBER)),
  ],
  eta: [
    must('unit', UNIT),
    must('side', SIDE),
    must('target', LIMIT),
    ...SLOPE,
    PROMOTES,
    counted(must('withinMs', SPAN, { begins: 1_800_000 }), may('deadbandMs', SPAN)),
  ],
  frozen: [
    must('pattern', words('still', 'repeated')),
    may('unit', UNIT),
    may('tolerance', NUMBER, { stands: (rule) => rule['pattern'] !== 'repeated' }),
    must('samples', NUMBER, { begins: 60 }),
    may('rests', group(must('from', NUMBER), must('to', NUMBER))),
    counted(must('afterMs', SPAN, { begins: 43_200_000 })),
  ],
  deviation: [
    must('by', words('cusum', 'ewma')),
    must('side', words('high', 'low', 'both')),
    may('slack', NUMBER, { stands: (rule) => rule['by'] === 'cusum' }),
    may('fastStart', FLAG, { stands: (rule) => rule['by'] === 'cusum' }),
    must('lambda', NUMBER, { begins: 0.2, stands: (rule) => rule['by'] === 'ewma' }),
    may('recentMs', SPAN),
    must('learnMs', SPAN, { begins: 604_800_000 }),
    may('relearnAfterMs', SPAN),
    may('unit', UNIT),
    may('leastSigma', NUMBER),
    may('leastPercent', NUMBER, { begins: 1 }),
    counted(must('limit', NUMBER, { begins: 8 }), may('deadband', NUMBER)),
  ],
  'due-date': [
    must('field', words('calibrationDueAt')),
    levels(must('beforeMs', SPAN, { begins: 2_592_000_000 })),
  ],
  'k-of-n': [
    must('among', {
      is: 'either',
      ways: [
        { name: 'facility', shape: words('facility') },
        {
          name: 'near',
          shape: group(
            must('withinM', NUMBER, { begins: 50 }),
            may('along', { is: 'many', from: 'edgeKinds' }),
          ),
        },
      ],
    }),
    must('count', words('points', 'facilities')),
    WHERE,
    WHEN,
    delayed(must('atLeast', NUMBER, { begins: 2 })),
  ],
  combined: [WHERE, WHEN, must('and', { is: 'list', least: 1, of: PART }), may('pairBy', TEXT), delayed()],
  mismatch: [WHERE, WHEN, must('command', PART), may('pairBy', TEXT), delayed()],
  relation: [
    must('of', words('difference', 'ratio')),
    must('side', SIDE),
    must('in', UNIT),
    WHERE,
    must('to', group(must('quantities', QUANTITIES), WHERE)),
    delayed(must('limit', NUMBER), may('deadband', NUMBER)),
  ],
  composite: [
    ...NAMED_VALUE,
    WHERE,
    must('parts', {
      ...{ is: 'list', least: 0 },
      of: group(
        must('of', words('own', 'first', 'all')),
        must('quantities', QUANTITIES, { stands: isOther }),
        { ...WHERE, stands: isOther },
        ...NAMED_VALUE,
        may('paired', FLAG),
      ),
    }),
    may('pairBy', TEXT),
    delayed(must('when', { is: 'condition' }), may('until', { is: 'condition' })),
  ],
} as const satisfies Record<string, readonly RuleField[]>;

export type RuleKind = keyof typeof KINDS;
export const RULE_KINDS = Object.keys(KINDS) as RuleKind[];
/** A rule that names no kind is one of limits. */
export const kindOfRule = (rule: Plain): RuleKind =>
  RULE_KINDS.find((kind) => kind === rule['kind']) ?? 'limit';

/** What the rule says to people; nothing judges by it. */
export const RULE_TEXT_FIELDS: readonly RuleField[] = [
  must('name', { is: 'both' }),
  may('response', { is: 'both' }),
  may('cause', { is: 'both' }),
  may('consequence', { is: 'both' }),
  may('timeToRespondMs', SPAN),
  may('source', { is: 'text', long: true }),
  may('confidence', TEXT),
];

/** What the rule watches and when it rings, in the order of a form. */
export const ruleFields = (kind: RuleKind): readonly RuleField[] => [
  must(
    'binds',
    group(must('quantities', QUANTITIES), must('kinds', { is: 'many', from: 'kinds', any: true })),
  ),
  ...KINDS[kind],
  ...SEASONS,
  may('suppressedBy', {
    ...{ is: 'list', least: 0 },
    of: group(
      must('rule', { is: 'one', from: 'rules' }),
      must('at', words('point', 'device', 'facility', 'gateway')),
    ),
  }),
];
