/** Which rules watch a point: catalogue rules by quantity and kind, the point's own limits, and over-range. */
import { FLAG } from '#domain/measurement.ts';
import { colourRank } from '#domain/colour.ts';
import { quantityOf } from '#domain/catalogue.ts';
import type { Attributes, LimitName, PointEntry, Registry } from '#domain/registry.ts';
import { type Catalogue, type LevelSpec, type Rule, type Signal, sortLevels } from './catalogue.ts';
import { computeLimit, digits12, type LimitPlace, toPointUnit } from './limit-value.ts';
import type { Level, Side } from './state.ts';

/** A rule with its limits in the point's unit, before it has any history. */
export type BoundRule = {
  readonly rule: string;
  readonly version: number;
  readonly signal: Signal;
  readonly levels: readonly Level[];
};
export type Binding = { readonly rules: readonly BoundRule[]; readonly unbound: readonly string[] };

type Place = LimitPlace & { readonly kind: string; readonly intervalMs: number };

/** Everything that watches `point`, in a fixed order, and what could not be bound and why. */
export function bind(catalogue: Catalogue, registry: Registry, point: PointEntry): Binding {
  const place = placeOf(registry, point);
  const unbound: string[] = [];
  const own = ownLimits(point);
  const rules = catalogue.rules
    .filter((rule) => applies(rule, place))
    .map((rule) => bindRule(rule, levelsBeside(own, rule), place, unbound))
    .filter((rule) => rule.levels.length > 0);
  if (own !== null) rules.push(own);
  return { rules: watchRange(catalogue, point, rules), unbound };
}

function placeOf(registry: Registry, point: PointEntry): Place {
  const device = registry.devices.get(point.device);
  const facility = device && registry.facilities.get(device.facility);
  const attributes: Attributes = { ...facility?.attributes, ...device?.attributes, ...point.attributes };
  const { quantity, unit, reportIntervalMs } = point;
  return { quantity, unit, attributes, kind: facility?.kind ?? '', intervalMs: reportIntervalMs };
}

function applies(rule: Rule, place: Place): boolean {
  return rule.quantities.includes(place.quantity) && (rule.kinds === null || rule.kinds.includes(place.kind));
}

/**
 * What a plain limit rule still watches beside the point's own limits of its side: the levels worse than any of them.
 * Own limits say anew when the colours they name begin; somebody who wants an earlier yellow has not thereby asked for
 * no orange and no red. Windows (rise, sum, mean) are another question, which no plain limit answers.
 */
function levelsBeside(own: BoundRule | null, rule: Rule): readonly LevelSpec[] {
  if (own === null || rule.signal !== 'value') return rule.levels;
  let worst = -1;
  for (const { side, rank } of own.levels) if (side === rule.side) worst = Math.max(worst, rank);
  return rule.levels.filter(({ colour }) => colourRank(colour) > worst);
}

function bindRule(rule: Rule, specs: readonly LevelSpec[], place: Place, unbound: string[]): BoundRule {
  const levels: Level[] = [];
  for (const spec of specs) {
    const level = bindLevel(rule, spec, place);
    if (typeof level === 'string') unbound.push(`${rule.id}/${spec.name}: ${level}`);
    else levels.push(level);
  }
  return { rule: rule.id, version: rule.version, signal: rule.signal, levels };
}

/** The level in the point's unit, or the reason why it has none. */
function bindLevel(rule: Rule, spec: LevelSpec, place: Place): Level | string {
  const limit = computeLimit(spec.limit, place.attributes);
  if (typeof limit !== 'number') return `no attribute ${limit.missing}`;
  if (spec.windowMs > 0 && rule.signal !== 'sum' && spec.windowMs < place.intervalMs)
    return 'its window is shorter than the report interval';
  const back = rule.side === 'high' ? limit - spec.deadband : limit + spec.deadband;
  const bound = toPointUnit(limit, rule.unit, place);
  const clear = toPointUnit(digits12(back), rule.unit, place);
  if (bound === null || clear === null) return `${rule.unit} does not convert to ${place.unit}`;
  const { name, colour, onDelayMs, offDelayMs, windowMs, latch } = spec;
  return freshLevel({
    name,
    colour,
    side: rule.side,
    limit: bound,
    clear,
    onDelayMs,
    offDelayMs,
    windowMs,
    latch,
    flag: 0,
  });
}

const OWN_COLOURS = { LL: 'orange', L: 'yellow', H: 'yellow', HH: 'orange' } as const;
const OWN_SIDES: Readonly<Record<LimitName, Side>> = { LL: 'low', L: 'low', H: 'high', HH: 'high' };
const OWN_NAMES = ['L', 'LL', 'H', 'HH'] as const;

/** Rule `point-limits` from the registry, both sides in one; null when the point sets no limit. */
function ownLimits(point: PointEntry): BoundRule | null {
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
    levels.push(
      freshLevel({
        name,
        colour,
        side,
        limit,
        clear,
        onDelayMs,
        offDelayMs,
        windowMs: 0,
        latch: false,
        flag: 0,
      }),
    );
  }
  if (levels.length === 0) return null;
  return { rule: 'point-limits', version: 1, signal: 'value', levels: sortLevels(levels) };
}

/**
 * Beyond range on a dangerous side: one more level, latching, on the first rule that watches that side, or a rule of
 * its own where none does: once a side, also where own limits stand beside the catalogue's. Catalytic sensors fold back
 * above 100 %LEL, so only a person may believe the values after it.
 */
function watchRange(catalogue: Catalogue, point: PointEntry, rules: readonly BoundRule[]): BoundRule[] {
  const dangerous = quantityOf(point.quantity)?.dangerousSide ?? 'none';
  let watched = [...rules];
  for (const side of ['high', 'low'] as const) {
    if (dangerous !== side && dangerous !== 'both') continue;
    const level = rangeLevel(catalogue, point, side);
    const host = watched.find(
      ({ signal, levels }) => signal === 'value' && levels.some((one) => one.side === side),
    );
    const id = side === 'high' ? 'over-range' : 'under-range';
    if (host === undefined) watched.push({ rule: id, version: 1, signal: 'value', levels: [level] });
    else
      watched = watched.map((rule) =>
        rule === host ? { ...rule, levels: sortLevels([...rule.levels, level]) } : rule,
      );
  }
  return watched;
}

function rangeLevel(catalogue: Catalogue, point: PointEntry, side: Side): Level {
  const limit = (side === 'high' ? point.range?.max : point.range?.min) ?? NaN;
  return freshLevel({
    name: side === 'high' ? 'over-range' : 'under-range',
    colour: catalogue.settings.overRangeColours[point.quantity] ?? 'orange',
    side,
    limit,
    clear: limit,
    onDelayMs: 0,
    offDelayMs: 0,
    windowMs: 0,
    latch: true,
    flag: side === 'high' ? FLAG.overRange : FLAG.underRange,
  });
}

type LevelTerms = Omit<Level, 'rank' | 'seen' | 'overSince' | 'clearSince' | 'active' | 'held'>;

const freshLevel = (terms: LevelTerms): Level => ({
  ...terms,
  rank: colourRank(terms.colour),
  seen: NaN,
  overSince: null,
  clearSince: null,
  active: false,
  held: false,
});
