/** Shelving: a reason, an end within eight hours, and for orange and red a second person. */
import { computed, ref, type ComputedRef, type Ref } from 'vue';
import type { AlarmAction } from '#domain/input.ts';
import type { Timestamp } from '#domain/time.ts';
import { SHELVE_MAX_HOURS } from '../store/rights.ts';

export const SHELVE_HOURS = [0.5, 1, 2, 4, SHELVE_MAX_HOURS] as const;
/** Less than the longest by a little, so that the way to the server does not push the end beyond it. */
const MARGIN_MS = 5_000;

export type ShelveForm = {
  readonly hours: Ref<number>;
  readonly reason: Ref<string>;
  readonly secondPerson: Ref<string>;
  readonly until: ComputedRef<Timestamp>;
  readonly complete: ComputedRef<boolean>;
  action(): AlarmAction;
};

/** `draft`: what was typed before, for an order that was not carried out. */
export function createShelveForm(
  now: () => Timestamp,
  needsSecond: boolean,
  username: string,
  draft: AlarmAction | null = null,
): ShelveForm {
  const typed = draft?.action === 'shelve' ? draft : null;
  const hours = ref(typed === null ? 1 : nearestHours(typed.until - now()));
  const reason = ref(typed?.reason ?? '');
  const secondPerson = ref(typed?.secondPerson ?? '');
  const until = computed(
    () => now() + hours.value * 3_600_000 - (hours.value === SHELVE_MAX_HOURS ? MARGIN_MS : 0),
  );
  const second = (): string => secondPerson.value.trim();
  return {
    hours,
    reason,
    secondPerson,
    until,
    complete: computed(
      () => reason.value.trim() !== '' && (!needsSecond || (second() !== '' && second() !== username)),
    ),
    action: () => ({
      action: 'shelve',
      until: until.value,
      reason: reason.value.trim(),
      ...(needsSecond ? { secondPerson: second() } : {}),
    }),
  };
}

const nearestHours = (ms: number): number =>
  SHELVE_HOURS.reduce<number>(
    (best, option) => (Math.abs(option * 3_600_000 - ms) < Math.abs(best * 3_600_000 - ms) ? option : best),
    SHELVE_HOURS[0],
  );
