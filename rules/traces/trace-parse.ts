/** Reading of rate, ETA, frozen and deviation rules, each in a form of its own. */
import type { LevelSpec, Settings } from '../catalogue.ts';
import { atLeast, type Fields, fields, finite, flag, Refused, text, word } from '../catalogue-fields.ts';
import {
  debounceOf,
  delaysOf,
  headOf,
  levelsOf,
  limitOf,
  namedLevel,
  promotionOf,
  ruleFields,
} from '../catalogue-rules.ts';
import { SLOPE_SAMPLES_MAX, THEIL_SEN_LEAST } from './slope.ts';
import {
  type DeviationRule,
  type EtaRule,
  type FrozenRule,
  PER_MS,
  type Per,
  type RateRule,
  type SlopeSpec,
} from './trace-rules.ts';

const SLOPE = ['by', 'samples', 'windowMs'];
const DELAYED = ['name', 'colour', 'onDelayMs', 'offDelayMs', 'latch', 'debounce'];
const CHART = ['by', 'side', 'recentMs', 'learnMs', 'relearnAfterMs'];
const DEVIATION = [...CHART, 'unit', 'leastSigma', 'leastPercent'];
const SIDES = ['high', 'low'] as const;
/** Late data is judged with so much before it: a rule that looks back further would find other episodes there. */
const LOOK_BACK_MAX_MS = 12 * 3_600_000;

/** `kind` rate: limits on the slope in `unit` per `per`. */
export function rateRuleOf(raw: unknown, where: string, settings: Settings): RateRule {
  const rule = ruleFields(raw, where, ['unit', 'per', 'side', 'promotes', ...SLOPE]);
  const levels = levelsOf(rule, where, settings, (level, at) => {
    const given = fields(level, at, [...DELAYED, 'limit', 'deadband']);
    const deadband = atLeast(0, given['deadband'] ?? 0, `${at}.deadband`);
    return { ...plainLevel(given, at), limit: finite(given['limit'], `${at}.limit`), deadband };
  });
  return {
    kind: 'rate',
    ...headOf(rule, where, levels),
    side: word(SIDES, rule['side'], `${where}.side`),
    unit: text(rule['unit'], `${where}.unit`),
    per: word(Object.keys(PER_MS) as Per[], rule['per'], `${where}.per`),
    slope: slopeOf(rule, where),
    promotes: promotionOf(rule['promotes'], `${where}.promotes`),
  };
}

/** `kind` eta: levels `withinMs` of `target`; it is over again `deadbandMs` further away. */
export function etaRuleOf(raw: unknown, where: string, settings: Settings): EtaRule {
  const rule = ruleFields(raw, where, ['unit', 'side', 'target', 'promotes', ...SLOPE]);
  const levels = levelsOf(rule, where, settings, (level, at) => {
    const given = fields(level, at, [...DELAYED, 'withinMs', 'deadbandMs']);
    const limit = atLeast(0, given['withinMs'], `${at}.withinMs`) / PER_MS.min;
    const deadband = atLeast(0, given['deadbandMs'] ?? 0, `${at}.deadbandMs`) / PER_MS.min;
    return { ...plainLevel(given, at), limit, deadband };
  });
  return {
    kind: 'eta',
    ...headOf(rule, where, levels),
    side: word(SIDES, rule['side'], `${where}.side`),
    unit: text(rule['unit'], `${where}.unit`),
    target: limitOf(rule['target'], `${where}.target`),
    slope: slopeOf(rule, where),
    promotes: promotionOf(rule['promotes'], `${where}.promotes`),
  };
}

/** `kind` frozen: levels `afterMs` of a value that stands still or repeats itself. */
export function frozenRuleOf(raw: unknown, where: string, settings: Settings): FrozenRule {
  const rule = ruleFields(raw, where, ['unit', 'pattern', 'tolerance', 'samples', 'rests']);
  const levels = levelsOf(rule, where, settings, (level, at) => {
    const given = fields(level, at, [...DELAYED, 'afterMs']);
    const afterMs = within(atLeast(1, given['afterMs'], `${at}.afterMs`), `${at}.afterMs`);
    return { ...plainLevel(given, at), limit: afterMs / PER_MS.min };
  });
  const pattern = word(['still', 'repeated'] as const, rule['pattern'], `${where}.pattern`);
  if (pattern === 'repeated' && rule['tolerance'] !== undefined)
    throw new Refused(`${where}.tolerance: what repeats itself repeats exactly`);
  const tolerance = atLeast(0, rule['tolerance'] ?? 0, `${where}.tolerance`);
  const rests = restsOf(rule['rests'], `${where}.rests`);
  const unit = rule['unit'] === undefined ? null : text(rule['unit'], `${where}.unit`);
  if (unit === null && (tolerance > 0 || rests !== null)) throw new Refused(`${where}.unit: missing`);
  return {
    kind: 'frozen',
    ...headOf(rule, where, levels),
    pattern,
    unit,
    tolerance,
    samples: whole(2, rule['samples'], `${where}.samples`),
    rests,
    promotes: null,
  };
}

/** `kind` deviation: `limit` of a level is h of a CUSUM, or L of an EWMA, in standard deviations. */
export function deviationRuleOf(raw: unknown, where: string, settings: Settings): DeviationRule {
  const by = word(['cusum', 'ewma'] as const, fields(raw, where, null)['by'], `${where}.by`);
  const own = by === 'cusum' ? ['slack', 'fastStart'] : ['lambda'];
  const rule = ruleFields(raw, where, [...DEVIATION, ...own]);
  const levels = levelsOf(rule, where, settings, (level, at) => {
    const given = fields(level, at, [...DELAYED, 'limit', 'deadband']);
    const limit = atLeast(0.5, given['limit'], `${at}.limit`);
    const deadband = atLeast(0, given['deadband'] ?? 0, `${at}.deadband`);
    return { ...plainLevel(given, at), limit, deadband };
  });
  const leastSigma = atLeast(0, rule['leastSigma'] ?? 0, `${where}.leastSigma`);
  const unit = rule['unit'] === undefined ? null : text(rule['unit'], `${where}.unit`);
  if (unit === null && leastSigma > 0) throw new Refused(`${where}.unit: missing`);
  const leastPercent = atLeast(0, rule['leastPercent'] ?? 0, `${where}.leastPercent`);
  if (leastSigma === 0 && leastPercent === 0) throw new Refused(`${where}.leastSigma: nor leastPercent`);
  return {
    kind: 'deviation',
    ...headOf(rule, where, levels),
    side: word(['high', 'low', 'both'] as const, rule['side'], `${where}.side`),
    unit,
    chart: by === 'cusum' ? cusumOf(rule, where) : ewmaOf(rule, where),
    recentMs: rule['recentMs'] === undefined ? null : atLeast(60_000, rule['recentMs'], `${where}.recentMs`),
    learnMs: atLeast(0, rule['learnMs'], `${where}.learnMs`),
    leastSigma,
    leastPercent,
    relearnAfterMs: atLeast(0, rule['relearnAfterMs'] ?? 7 * PER_MS.d, `${where}.relearnAfterMs`),
    promotes: null,
  };
}

const cusumOf = (rule: Fields, where: string): DeviationRule['chart'] => ({
  by: 'cusum',
  slack: atLeast(0, rule['slack'] ?? 0.5, `${where}.slack`),
  fastStart: flag(rule['fastStart'] ?? false, `${where}.fastStart`),
});

function ewmaOf(rule: Fields, where: string): DeviationRule['chart'] {
  const lambda = atLeast(0.01, rule['lambda'], `${where}.lambda`);
  if (lambda > 1) throw new Refused(`${where}.lambda: above 1`, 'too-large');
  return { by: 'ewma', lambda };
}

function plainLevel(given: Fields, where: string): LevelSpec {
  const delays = delaysOf(given, where);
  return { ...namedLevel(given, where), ...delays, debounce: debounceOf(given, delays, where) };
}

function slopeOf(rule: Fields, where: string): SlopeSpec {
  const by = word(['theil-sen', 'difference'] as const, rule['by'], `${where}.by`);
  const samples = whole(by === 'difference' ? 2 : THEIL_SEN_LEAST, rule['samples'], `${where}.samples`);
  if (samples > SLOPE_SAMPLES_MAX)
    throw new Refused(`${where}.samples: above ${SLOPE_SAMPLES_MAX}`, 'too-large');
  const windowMs = within(atLeast(1, rule['windowMs'], `${where}.windowMs`), `${where}.windowMs`);
  return { by, samples, windowMs };
}

function restsOf(raw: unknown, where: string): FrozenRule['rests'] {
  if (raw === undefined) return null;
  const given = fields(raw, where, ['from', 'to']);
  const from = finite(given['from'], `${where}.from`);
  return { from, to: atLeast(from, given['to'], `${where}.to`) };
}

function within(spanMs: number, where: string): number {
  if (spanMs > LOOK_BACK_MAX_MS) throw new Refused(`${where}: above ${LOOK_BACK_MAX_MS}`, 'too-large');
  return spanMs;
}

function whole(least: number, raw: unknown, where: string): number {
  const value = atLeast(least, raw, where);
  if (!Number.isInteger(value)) throw new Refused(`${where}: not a whole number`);
  return value;
}
