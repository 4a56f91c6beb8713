/** An address may name an alarm that is closed by now, or that never was: it is asked for once. */
import { shallowRef, watch, type ShallowRef } from 'vue';
import { readAlarm } from '../api/alarms.ts';
import type { App } from '../context.ts';
import type { DutyConsole } from '../live/console.ts';
import type { DutyPage } from '../pages/duty-page.ts';

/** `gone`: the server does not know it, or not for this person. */
export function useMissingAlarm(
  app: App,
  duty: DutyConsole,
  page: DutyPage,
): ShallowRef<'asked' | 'gone' | null> {
  const state = shallowRef<'asked' | 'gone' | null>(null);
  let askedFor: string | null = null;
  watch(
    () => [duty.picture.value.selected, duty.picture.value.ready, page.selected.value === null] as const,
    async ([id, ready, unknown]) => {
      if (id === null || !ready || !unknown || askedFor === id) return;
      askedFor = id;
      state.value = 'asked';
      const alarm = await readAlarm(app.session.call, id);
      if (duty.picture.value.selected !== id) return;
      if ('revision' in alarm) duty.keep(alarm);
      else if (alarm.status === 0) askedFor = null;
      state.value = 'revision' in alarm ? null : 'gone';
    },
    { immediate: true },
  );
  return state;
}
