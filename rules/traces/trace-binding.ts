/** A trace rule at a point: its terms and limits in the point's unit, its memory empty. */
import { freshLevel } from '../level-terms.ts';
import { computeLimit, digits12, toPointUnit } from '../limit-value.ts';
import type { RulePlace } from '../place.ts';
import type { BoundRule, Level } from '../state.ts';
import { freshDeviation } from './deviation.ts';
import { freshRepeat, freshStill } from './frozen.ts';
import type { Trace } from './trace.ts';
import { type DeviationRule, PER_MS, type SlopeSpec, type TraceRule } from './trace-rules.ts';
import { freshRing, THEIL_SEN_LEAST } from './slope.ts';

/** Null when it cannot be bound; the reason is then in `unbound`. */
export function bindTrace(rule: TraceRule, place: RulePlace, unbound: string[]): BoundRule | null {
  const refuse = (why: string): null => {
    unbound.push(`${rule.id}: ${why}`);
    return null;
  };
  const trace = traceOf(rule, place);
  if (typeof trace === 'string') return refuse(trace);
  const scale = rule.kind === 'rate' ? spanToPointUnit(1, rule.unit, place) : 1;
  if (scale === null) return refuse(`${rule.unit} does not convert to ${place.unit}`);
  const levels = rule.levels.map((spec): Level => {
    const { name, colour, deadband, onDelayMs, offDelayMs, latch, season, debounce } = spec;
    const { side } = sideOf(rule);
    const limit = digits12(Number(spec.limit) * scale);
    const clear = digits12((Number(spec.limit) + (side === 'high' ? -deadband : deadband)) * scale);
    const terms = { name, colour, side, limit, clear, onDelayMs, offDelayMs, latch, season, debounce };
    return freshLevel({ ...terms, windowMs: 0, flag: 0 }, place.intervalMs);
  });
  const { id, version } = rule;
  const unit = unitOf(rule, place);
  return { rule: id, version, signal: rule.kind, unit, lifts: [], join: null, trace, levels };
}

/** Charts count standard deviations and have no unit. */
function unitOf(rule: TraceRule, place: RulePlace): string | null {
  if (rule.kind === 'deviation') return null;
  return rule.kind === 'rate' ? `${place.unit}/${rule.per}` : 'min';
}

/** Times are reached from above when short is bad (ETA), from below when long is bad (frozen). */
const sideOf = (rule: TraceRule): { readonly side: Level['side'] } =>
  rule.kind === 'rate' ? rule : { side: rule.kind === 'eta' ? 'low' : 'high' };

function traceOf(rule: TraceRule, place: RulePlace): Trace | string {
  switch (rule.kind) {
    case 'rate':
      if (!holdsEnough(rule.slope, place)) return TOO_FEW;
      return {
        kind: 'rate',
        terms: { ...rule.slope, perMs: PER_MS[rule.per] },
        ring: freshRing(),
      };
    case 'eta': {
      if (!holdsEnough(rule.slope, place)) return TOO_FEW;
      const asked = computeLimit(rule.target, place.attributes);
      if (typeof asked !== 'number') return `no attribute ${asked.missing}`;
      const target = toPointUnit(asked, rule.unit, place);
      if (target === null) return `${rule.unit} does not convert to ${place.unit}`;
      return {
        kind: 'eta',
        terms: { ...rule.slope, target, side: rule.side },
        ring: freshRing(),
      };
    }
    case 'deviation':
      return deviationOf(rule, place);
    case 'frozen': {
      const { samples, rests } = rule;
      const unit = rule.unit ?? place.unit;
      const tolerance = spanToPointUnit(rule.tolerance, unit, place);
      const [from, to] = [rests?.from ?? 0, rests?.to ?? 0].map((at) => toPointUnit(at, unit, place));
      if (tolerance === null || from == null || to == null)
        return `${unit} does not convert to ${place.unit}`;
      const terms = { tolerance, samples, rests: rests === null ? null : { from, to } };
      return rule.pattern === 'still'
        ? { kind: 'still', terms, run: freshStill() }
        : { kind: 'repeated', terms, run: freshRepeat() };
    }
  }
}

/** Sums beyond so many times the limit are not kept. */
const SUM_CAP = 2;
const FOLLOW_INTERVALS = 3;
const TOO_FEW = 'its window holds too few reports';

const holdsEnough = ({ by, windowMs }: SlopeSpec, { intervalMs }: RulePlace): boolean =>
  windowMs >= intervalMs * (by === 'difference' ? 1 : THEIL_SEN_LEAST - 1);

function deviationOf(rule: DeviationRule, place: RulePlace): Trace | string {
  const { side, recentMs, learnMs, leastPercent, relearnAfterMs, chart } = rule;
  const leastSigma = spanToPointUnit(rule.leastSigma, rule.unit ?? place.unit, place);
  if (leastSigma === null) return `${rule.unit} does not convert to ${place.unit}`;
  const limits = rule.levels.map(({ limit }) => Number(limit));
  const bound =
    chart.by === 'ewma'
      ? chart
      : {
          by: chart.by,
          slack: chart.slack,
          start: chart.fastStart ? Math.min(...limits) / 2 : 0,
          cap: Math.max(...limits) * SUM_CAP,
        };
  const followMs = place.intervalMs * FOLLOW_INTERVALS;
  const terms = { side, recentMs, learnMs, leastSigma, leastPercent, relearnAfterMs, chart: bound, followMs };
  return { kind: 'deviation', terms, state: freshDeviation(terms) };
}

/** A difference, not a position: 10 Cel apart are 10 K apart. */
function spanToPointUnit(span: number, unit: string, place: RulePlace): number | null {
  const at0 = toPointUnit(0, unit, place);
  const at = toPointUnit(span, unit, place);
  return at0 === null || at === null ? null : digits12(at - at0);
}
