/** Which rules watch a point: catalogue rules by quantity and kind, the point's own limits, and over-range. */
import { FLAG } from '#domain/measurement.ts';
import { colourRank } from '#domain/colour.ts';
import { mayRest } from './at-rest.ts';
import { type Asked, askedOf, type Bindings, type OwnBinding } from './bindings.ts';
import { quantityOf } from '#domain/catalogue.ts';
import type { LimitName, PointEntry, Registry } from '#domain/registry.ts';
import {
  type Catalogue,
  type DueDateRule,
  isJoin,
  type LevelSpec,
  type LimitRule,
  type PointRule,
  sortLevels,
} from './catalogue.ts';
import { bindJoins } from './join-binding.ts';
import type { JoinScope } from './join-scope.ts';
import type { Membership } from './join.ts';
import { freshLevel } from './level-terms.ts';
import { computeLimit, digits12, toPointUnit } from './limit-value.ts';
import { placeOf, type RulePlace } from './place.ts';
import type { BoundRule, Level, Lift, Side } from './state.ts';
import { bindTrace } from './traces/trace-binding.ts';

export type Binding = {
  readonly own: OwnBinding;
  /** Joins whose alarm stands at the point, and due dates. */
  readonly others: readonly BoundRule[];
  readonly memberOf: readonly Membership[] | null;
  readonly unbound: readonly string[];
};

/** Everything that watches `point`, in a fixed order, and what could not be bound and why. */
export function bind(scope: JoinScope, bindings: Bindings, point: PointEntry): Binding {
  const own = ownBindingOf(bindings, scope.registry, point);
  const joins = bindJoins(scope, point);
  const memberOf = joins.memberOf.length === 0 ? null : joins.memberOf;
  const unbound = joins.unbound.length === 0 ? own.unbound : [...own.unbound, ...joins.unbound];
  return { own, others: [...joins.rules, ...bindDates(scope, point)], memberOf, unbound };
}

const KNOWN_BESIDE = 1_024;

/**
 * The binding that `point` shares with those that ask the same. A sample of one point decides by nothing but these:
 * catalogue limits, its own limits, over-range.
 */
export function ownBindingOf(bindings: Bindings, registry: Registry, point: PointEntry): OwnBinding {
  const asked = askedOf(bindings, registry, point);
  const key = JSON.stringify(asked);
  const known = bindings.known.get(key);
  if (known !== undefined) return known;
  const { rules, unbound } = bindOwn(bindings.catalogue, asked);
  let [quietAbove, quietBelow] = [-Infinity, Infinity];
  for (const rule of rules)
    for (const { side, limit, flag } of mayRest(rule) ? rule.levels : []) {
      if (flag !== 0) continue;
      if (side === 'high') quietBelow = Math.min(quietBelow, limit);
      else quietAbove = Math.max(quietAbove, limit);
    }
  // What limits of single points asked for stays until the catalogue changes, but not without end.
  if (bindings.known.size > registry.pointsByIndex.length + KNOWN_BESIDE) bindings.known.clear();
  const fresh = { key, rules, unbound, quietAbove, quietBelow };
  bindings.known.set(key, fresh);
  return fresh;
}

function bindOwn(catalogue: Catalogue, asked: Asked): Pick<OwnBinding, 'rules' | 'unbound'> {
  const unbound: string[] = [];
  const own = ownLimits(asked);
  const rules: BoundRule[] = [];
  const interlocks: BoundRule[] = [];
  for (const rule of catalogue.rules) {
    if (rule.kind === 'due-date' || isJoin(rule) || !applies(rule, asked)) continue;
    const bound =
      rule.kind === 'limit'
        ? bindRule(rule, rule.interlock ? rule.levels : levelsBeside(own, rule), asked, unbound)
        : bindTrace(rule, asked, unbound);
    if (bound === null || bound.levels.length === 0) continue;
    if (catalogue.suppression.interlocks.has(rule.id)) interlocks.push(bound);
    else rules.push(bound);
  }
  if (own !== null) rules.push(own);
  const watched = [...watchRange(catalogue, asked, rules), ...interlocks];
  return { rules: watched.map((rule) => ({ ...rule, lifts: liftsOn(catalogue, rule.rule) })), unbound };
}

const liftsOn = ({ rules }: Catalogue, host: string): Lift[] =>
  rules.flatMap((rule) =>
    'promotes' in rule && rule.promotes?.rule === host
      ? [{ rule: rule.id, colours: rule.promotes.colours }]
      : [],
  );

/** The device's dates stand at its point of the smallest id. */
function bindDates({ catalogue, registry, places }: JoinScope, point: PointEntry): BoundRule[] {
  const dates = catalogue.rules.filter((rule): rule is DueDateRule => rule.kind === 'due-date');
  const device = registry.devices.get(point.device);
  if (dates.length === 0 || device === undefined) return [];
  const first = places.pointsAt(device.facility).find((one) => one.device === device.id);
  if (first?.index !== point.index) return [];
  return dates.flatMap((rule): BoundRule[] => {
    const dueAt = device[rule.field];
    if (dueAt === undefined || (rule.kinds !== null && !rule.kinds.includes(placeOf(registry, point).kind)))
      return [];
    const levels = rule.levels.map(({ name, colour, limit }) => {
      const at = dueAt - Number(limit);
      const terms = { name, colour, limit: at, clear: at, side: 'high' } as const;
      return freshLevel({ ...terms, ...AT_ONCE }, 0);
    });
    const { id, version } = rule;
    return [
      { rule: id, version, signal: 'due-date', unit: null, lifts: [], join: null, trace: null, levels },
    ];
  });
}

const AT_ONCE = {
  onDelayMs: 0,
  offDelayMs: 0,
  windowMs: 0,
  latch: false,
  season: null,
  debounce: null,
  flag: 0,
} as const;

function applies(rule: PointRule, place: RulePlace): boolean {
  return rule.quantities.includes(place.quantity) && (rule.kinds === null || rule.kinds.includes(place.kind));
}

/**
 * What a plain limit rule still watches beside the point's own limits of its side: the levels worse than any of them.
 * Own limits say anew when the colours they name begin; somebody who wants an earlier yellow has not thereby asked for
 * no orange and no red. Windows (rise, sum, mean) are another question, which no plain limit answers.
 */
function levelsBeside(own: BoundRule | null, rule: LimitRule): readonly LevelSpec[] {
  if (own === null || rule.signal !== 'value') return rule.levels;
  let worst = -1;
  for (const { side, rank } of own.levels) if (side === rule.side) worst = Math.max(worst, rank);
  return rule.levels.filter(({ colour }) => colourRank(colour) > worst);
}

function bindRule(
  rule: LimitRule,
  specs: readonly LevelSpec[],
  place: RulePlace,
  unbound: string[],
): BoundRule {
  const levels: Level[] = [];
  for (const spec of specs) {
    const level = bindLevel(rule, spec, place);
    if (typeof level === 'string') unbound.push(`${rule.id}/${spec.name}: ${level}`);
    else levels.push(level);
  }
  const unit = isPercent(rule) ? '%' : place.unit;
  return {
    rule: rule.id,
    version: rule.version,
    signal: rule.signal,
    unit,
    lifts: [],
    join: null,
    trace: null,
    levels,
  };
}

/** The signal is a share of the value itself: it has a unit of its own. */
const isPercent = ({ signal }: LimitRule): boolean => signal === 'rise-percent' || signal === 'fall-percent';

/** The level in the point's unit, or the reason why it has none. */
function bindLevel(rule: LimitRule, spec: LevelSpec, place: RulePlace): Level | string {
  const limit = computeLimit(spec.limit, place.attributes);
  if (typeof limit !== 'number') return `no attribute ${limit.missing}`;
  if (spec.windowMs > 0 && rule.signal !== 'sum' && spec.windowMs < place.intervalMs)
    return 'its window is shorter than the report interval';
  const back = rule.side === 'high' ? limit - spec.deadband : limit + spec.deadband;
  const bound = isPercent(rule) ? limit : toPointUnit(limit, rule.unit, place);
  const clear = isPercent(rule) ? digits12(back) : toPointUnit(digits12(back), rule.unit, place);
  if (bound === null || clear === null) return `${rule.unit} does not convert to ${place.unit}`;
  const { name, colour, onDelayMs, offDelayMs, windowMs, latch, season, debounce } = spec;
  const delays = { onDelayMs, offDelayMs, windowMs, latch, season, debounce, flag: 0 };
  return freshLevel({ name, colour, side: rule.side, limit: bound, clear, ...delays }, place.intervalMs);
}

const OWN_COLOURS = { LL: 'orange', L: 'yellow', H: 'yellow', HH: 'orange' } as const;
const OWN_SIDES: Readonly<Record<LimitName, Side>> = { LL: 'low', L: 'low', H: 'high', HH: 'high' };
const OWN_NAMES = ['L', 'LL', 'H', 'HH'] as const;

/** Rule `point-limits` from the registry, both sides in one; null when the point sets no limit. */
function ownLimits(point: Asked): BoundRule | null {
  const { limits } = point;
  if (limits === undefined) return null;
  const { deadband = 0, onDelayMs = 0, offDelayMs = 0, colours } = limits;
  const levels: Level[] = [];
  for (const name of OWN_NAMES) {
    const limit = limits[name];
    if (limit === undefined) continue;
    const side = OWN_SIDES[name];
    const clear = digits12(side === 'high' ? limit - deadband : limit + deadband);
    const colour = colours?.[name] ?? OWN_COLOURS[name];
    const terms = { name, colour, side, limit, clear };
    levels.push(freshLevel({ ...terms, ...AT_ONCE, onDelayMs, offDelayMs }, point.intervalMs));
  }
  if (levels.length === 0) return null;
  return ownRule('point-limits', point, sortLevels(levels));
}

/**
 * Beyond range on a dangerous side: one more level, latching, on the first rule that watches that side, or a rule of
 * its own where none does: once a side, also where own limits stand beside the catalogue's. Catalytic sensors fold back
 * above 100 %LEL, so only a person may believe the values after it.
 */
function watchRange(catalogue: Catalogue, point: Asked, rules: readonly BoundRule[]): BoundRule[] {
  const dangerous = quantityOf(point.quantity)?.dangerousSide ?? 'none';
  let watched = [...rules];
  for (const side of ['high', 'low'] as const) {
    if (dangerous !== side && dangerous !== 'both') continue;
    const level = rangeLevel(catalogue, point, side);
    const host = watched.find(
      ({ signal, levels }) => signal === 'value' && levels.some((one) => one.side === side),
    );
    const id = side === 'high' ? 'over-range' : 'under-range';
    if (host === undefined) watched.push(ownRule(id, point, [level]));
    else
      watched = watched.map((rule) =>
        rule === host ? { ...rule, levels: sortLevels([...rule.levels, level]) } : rule,
      );
  }
  return watched;
}

function rangeLevel(catalogue: Catalogue, point: Asked, side: Side): Level {
  const limit = (side === 'high' ? point.range?.max : point.range?.min) ?? NaN;
  const name = side === 'high' ? 'over-range' : 'under-range';
  const colour = catalogue.settings.overRangeColours[point.quantity] ?? 'orange';
  const flag = side === 'high' ? FLAG.overRange : FLAG.underRange;
  return freshLevel(
    { ...AT_ONCE, name, colour, side, limit, clear: limit, latch: true, flag },
    point.intervalMs,
  );
}

const ownRule = (rule: string, { unit }: Asked, levels: readonly Level[]): BoundRule => ({
  rule,
  version: 1,
  signal: 'value',
  unit,
  lifts: [],
  join: null,
  trace: null,
  levels,
});
