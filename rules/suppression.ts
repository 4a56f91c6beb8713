/** Which suppressions are in force on an alarm: beside its state, never instead of it. */
import type { Alarm, Suppression, SuppressionDetail } from '#domain/alarm.ts';
import { suppressedBy } from './suppressors.ts';
import type { AlarmSlot, MaintenanceWindow, OwnSuppression, RulesState } from './state.ts';

const STRENGTH: Readonly<Record<Suppression, number>> = {
  none: 0,
  shelved: 1,
  'suppressed-by-design': 2,
  'out-of-service': 3,
};

/** All suppressions in force on `alarm`, and the strongest. By design never on red, nor while a red is untaken. */
export function suppressionOf(
  state: RulesState,
  slot: AlarmSlot,
  alarm: Alarm,
): Pick<Alarm, 'suppression' | 'suppressions'> {
  const suppressions: SuppressionDetail[] = slot.suppressions.map(detailOf);
  if (
    !alarm.historical &&
    alarm.state !== 'normal' &&
    alarm.colour !== 'red' &&
    alarm.highestColour !== 'red'
  ) {
    for (const window of windowsOver(state, alarm))
      suppressions.push(detailOf({ ...window, kind: 'suppressed-by-design' }));
    suppressions.push(...suppressedBy(state.suppressors, state.catalogue.suppression, alarm));
  }
  let suppression: Suppression = 'none';
  for (const { kind } of suppressions) if (STRENGTH[kind] > STRENGTH[suppression]) suppression = kind;
  return { suppression, suppressions };
}

function windowsOver(state: RulesState, alarm: Alarm): MaintenanceWindow[] {
  if (state.maintenance.size === 0) return [];
  return [...state.maintenance.values()].filter((window) => covers(window, alarm));
}

/** Whether `window` is over what `alarm` is about. */
export function covers(window: MaintenanceWindow, alarm: Alarm): boolean {
  const { point, gateway, facility } = alarm;
  if (window.target === 'points') return point === window.id;
  return (window.target === 'gateways' ? gateway : facility) === window.id;
}

function detailOf(
  one: Omit<OwnSuppression, 'kind' | 'rank'> & Pick<SuppressionDetail, 'kind'>,
): SuppressionDetail {
  const { kind, by, reason, since, until } = one;
  return { kind, by, reason, since, until };
}
