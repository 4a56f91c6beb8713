/**
 * Rules with what has begun there, as a page of a snapshot holds them: of one that its point's binding knows, the memory
 * alone, and of most levels only what they saw last.
 */
import { instanceAt } from './at-rest.ts';
import type { OwnBinding } from './bindings.ts';
import {
  type AlarmSlot,
  type BoundRule,
  createSlot,
  type LateWatch,
  type Level,
  type PointRules,
  type RuleInstance,
} from './state.ts';
import { memoryOf, remembering, type TraceMemory } from './traces/trace.ts';

type LevelMemory = Pick<Level, 'tally' | 'overSince' | 'clearSince' | 'run' | 'active' | 'held'>;

/** Joins, dates, and what nothing judges any more: no binding knows them. */
type WholeRule = Omit<RuleInstance, 'slot'> & { readonly slot: AlarmSlot | null };

/** One list a field, in order of points and of each point's rules. */
export type PackedRules = {
  /** In its page, the point of each rule. */
  readonly points: readonly number[];
  readonly places: readonly number[];
  readonly whole: readonly (WholeRule | null)[];
  readonly memories: readonly (TraceMemory | null)[];
  readonly slots: readonly (AlarmSlot | null)[];
  readonly lates: readonly (LateWatch | null)[];
  /** By level of each rule that is not whole; null where nothing runs and nothing is reached. */
  readonly seen: readonly number[];
  readonly levels: readonly (LevelMemory | null)[];
};

/** Shares objects with `points`. */
export function packRules(points: readonly PointRules[]): PackedRules {
  const all = points.flatMap(({ binding, rules }, at) => rules.map((rule) => ({ at, binding, rule })));
  const bound = all.map(({ binding, rule }) => isOf(binding, rule));
  const levels = all.flatMap(({ rule }, at) => (bound[at] === true ? rule.levels : []));
  return {
    points: all.map(({ at }) => at),
    places: all.map(({ rule }) => rule.place),
    whole: all.map(({ rule }, at) =>
      bound[at] === true ? null : { ...rule, slot: untouchedAsNull(rule.slot) },
    ),
    memories: all.map(({ rule }, at) =>
      bound[at] === true && rule.trace !== null ? memoryOf(rule.trace) : null,
    ),
    slots: all.map(({ rule }, at) => (bound[at] === true ? untouchedAsNull(rule.slot) : null)),
    lates: all.map(({ rule }, at) => (bound[at] === true ? rule.late : null)),
    seen: levels.map(({ seen }) => seen),
    levels: levels.map(levelMemory),
  };
}

/** Gives `points`, whose bindings are in place, their rules. */
export function unpackRules(points: readonly PointRules[], packed: PackedRules): void {
  let level = 0;
  for (const [at, place] of packed.places.entries()) {
    const point = points[packed.points[at] ?? -1];
    if (point === undefined) throw new RangeError('a rule of no point');
    const whole = packed.whole[at] ?? null;
    const bound = point.binding.rules[place];
    if (whole !== null) {
      const slot = whole.slot ?? createSlot('point', point.index, whole.rule);
      point.rules.push({ ...whole, slot });
      continue;
    }
    if (bound === undefined) throw new RangeError(`point ${point.index} has no rule at place ${place}`);
    const memory = packed.memories[at] ?? null;
    const trace = memory === null || bound.trace === null ? null : remembering(bound.trace, memory);
    const slot = packed.slots[at] ?? createSlot('point', point.index, bound.rule);
    const instance = instanceAt(bound, place, slot, trace);
    instance.late = packed.lates[at] ?? null;
    for (const one of instance.levels) {
      one.seen = packed.seen[level] ?? NaN;
      const running = packed.levels[level] ?? null;
      if (running !== null) Object.assign(one, running);
      level += 1;
    }
    point.rules.push(instance);
  }
}

/** Null for the place of an alarm where nothing was yet. */
export const untouchedAsNull = (slot: AlarmSlot): AlarmSlot | null => {
  const { alarm, suppressions, lapse, toldRank, foldedAfterMs } = slot;
  const untouched =
    alarm === null && suppressions.length === 0 && lapse === null && toldRank === -1 && foldedAfterMs === 0;
  return untouched ? null : slot;
};

/** Every such instance was made from the binding; one that was not would be restored as another rule. */
function isOf(binding: OwnBinding, { place, rule, version, levels, trace }: RuleInstance): boolean {
  const bound: BoundRule | undefined = binding.rules[place];
  return (
    bound?.rule === rule &&
    bound.version === version &&
    bound.trace?.kind === trace?.kind &&
    bound.levels.length === levels.length
  );
}

function levelMemory({ tally, overSince, clearSince, run, active, held }: Level): LevelMemory | null {
  const asFresh =
    tally === null && overSince === null && clearSince === null && run === null && !active && !held;
  return asFresh ? null : { tally, overSince, clearSince, run, active, held };
}
