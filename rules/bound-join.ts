/** A rule across points as it stands at its anchor. */
import type { JoinRule } from './catalogue.ts';
import { freshMember, type Join, type JoinMember } from './join.ts';
import { freshLevel } from './level-terms.ts';
import { digits12 } from './limit-value.ts';
import type { BoundRule } from './state.ts';

function tellsOf(rule: JoinRule): Join['tells'] {
  if (rule.kind === 'relation') return rule.of;
  if (rule.kind === 'composite') return 'conditions';
  return rule.kind === 'k-of-n' ? rule.count : 'parts';
}

/** Levels and members in the anchor's terms; every member a copy of its own, as none has said anything yet. */
export function boundJoin(rule: JoinRule, members: readonly JoinMember[]): BoundRule {
  const relation = rule.kind === 'relation' ? rule : null;
  const parts = rule.kind === 'k-of-n' ? 1 : 'parts' in rule ? rule.parts.length : 2;
  const join: Join = {
    kind: rule.kind,
    tells: tellsOf(rule),
    composite:
      rule.kind === 'composite'
        ? {
            names: rule.parts.map(({ as, of }) => ({ name: as, list: of === 'all' })),
            conditions: rule.conditions,
          }
        : null,
    withinM: rule.kind === 'k-of-n' ? rule.withinM : null,
    needsAnchor: rule.kind === 'k-of-n' && rule.withinM !== null,
    parts,
    members: members.map(freshMember),
    spokeAgainst: -1,
    failing: false,
  };
  const levels = rule.levels.map((spec) => {
    const { name, colour, onDelayMs, offDelayMs, latch, season, deadband } = spec;
    const limit = Number(rule.kind === 'combined' || rule.kind === 'mismatch' ? parts : spec.limit);
    const side = relation?.side ?? 'high';
    const clear = digits12(side === 'high' ? limit - deadband : limit + deadband);
    // Members report each at its own pace: delays of joins are time alone.
    const terms = {
      name,
      colour,
      side,
      limit,
      clear,
      onDelayMs,
      offDelayMs,
      latch,
      season,
      windowMs: 0,
      debounce: null,
      flag: 0,
    };
    return freshLevel(terms, 0);
  });
  const unit = relation === null ? null : relation.of === 'ratio' ? '%' : relation.in;
  const { id, version } = rule;
  return { rule: id, version, signal: 'join', unit, lifts: [], join, trace: null, levels };
}
