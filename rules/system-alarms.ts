/** Alarms of the system about itself: one catalogue, each with a name and an owner (invariant 16). */
import { isOpenHere, raise, reactivate, returnToNormal, type Standing } from './alarm-machine.ts';
import type { SystemRule } from './catalogue.ts';
import { systemKey } from './publish.ts';
import { createSlot, type Turn } from './state.ts';

export type Condition = {
  readonly name: string;
  readonly subject: string;
  readonly active: boolean;
  readonly detail: Readonly<Record<string, string | number | boolean>>;
};

/** A fault begins or ends. The same news twice changes nothing. */
export function judgeCondition(turn: Turn, condition: Condition): void {
  const { state } = turn;
  const key = systemKey(condition.name, condition.subject);
  const slot = state.system.get(key) ?? createSlot('system', -1, condition.name, condition.subject);
  if (!condition.active) {
    if (slot.alarm?.active) returnToNormal(turn, slot, turn.wall, null);
    return;
  }
  if (slot.alarm?.active) return;
  state.system.set(key, slot);
  const standing = standingOf(ruleFor(turn, condition.name), condition);
  if (isOpenHere(slot)) reactivate(turn, slot, standing);
  else raise(turn, slot, standing, turn.wall);
}

/** A fault nobody catalogued still becomes an alarm: a name is missing, not the fault. */
const ruleFor = (turn: Turn, name: string): SystemRule =>
  turn.state.catalogue.system.get(name) ?? {
    name,
    version: 0,
    colour: 'yellow',
    owner: 'system-admin',
    latch: false,
  };

const standingOf = (rule: SystemRule, { subject, detail }: Condition): Standing => ({
  version: rule.version,
  limit: rule.name,
  colour: rule.colour,
  limitValue: null,
  value: null,
  unit: null,
  latched: rule.latch,
  explanation: {
    code: rule.version === 0 ? 'system.uncatalogued' : `system.${rule.name}`,
    params: { ...detail, rule: rule.name, subject, owner: rule.owner, colour: rule.colour },
  },
});
