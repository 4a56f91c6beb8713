/** The selected alarm's story: read once from the ledger, continued live. */
import { computed, onMounted, shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue';
import type { Alarm } from '#domain/alarm.ts';
import { readEvents } from '../api/alarms.ts';
import { useApp, useDuty } from '../context.ts';
import { mergeEvents, type StoryEvent } from '../store/timeline.ts';

export type Timeline = {
  readonly events: ComputedRef<readonly StoryEvent[]>;
  readonly failed: ShallowRef<boolean>;
};

export function useTimeline(alarm: () => Alarm): Timeline {
  const { session } = useApp();
  const duty = useDuty();
  const stored = shallowRef<readonly StoryEvent[]>([]);
  const failed = shallowRef(false);
  const events = computed(() =>
    mergeEvents(
      stored.value,
      duty.liveEvents.value.filter((e) => e.alarm.id === alarm().id),
    ),
  );
  onMounted(read);
  // What happened while the line was down did not come live.
  watch(
    () => duty.second.value.stale === null,
    (up) => up && void read(),
  );
  return { events, failed };

  async function read(): Promise<void> {
    const got = await readEvents(session.call, alarm().id);
    failed.value = !Array.isArray(got);
    if (Array.isArray(got)) stored.value = got;
  }
}
