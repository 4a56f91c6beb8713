/** The people told of the selected alarm: read once, continued live, each message in its newest state. */
import { computed, onMounted, shallowRef, watch, type ComputedRef } from 'vue';
import { parseTold, readTold, type Told } from '../api/notifications.ts';
import { useApp, useDuty } from '../context.ts';

/** In the order people are told: by step, then name. */
export function useToldPeople(alarm: () => string): ComputedRef<readonly Told[]> {
  const { call } = useApp().session;
  const duty = useDuty();
  const told = shallowRef<ReadonlyMap<string, Told>>(new Map());
  onMounted(read);
  watch(
    () => duty.second.value.stale === null,
    (up) => up && void read(),
  );
  watch(duty.told, (message) => {
    const item = parseTold(message);
    if (item !== null && item.alarm === alarm()) keep([item]);
  });
  return computed(() =>
    [...told.value.values()].sort((a, b) => a.step - b.step || a.name.localeCompare(b.name)),
  );

  async function read(): Promise<void> {
    keep(await readTold(call, alarm()));
  }
  /** A live one may overtake the answer: the newer of both stays. */
  function keep(items: readonly Told[]): void {
    const next = new Map(told.value);
    for (const item of items) if ((next.get(item.id)?.at ?? 0) <= item.at) next.set(item.id, item);
    told.value = next;
  }
}
