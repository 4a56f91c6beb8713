/** What happened in the shift, and the notes people wrote. */
import { shallowRef, watch, type ShallowRef } from 'vue';
import { readEvents } from '../api/alarms.ts';
import { readPast } from '../api/past.ts';
import type { App } from '../context.ts';
import type { DutyConsole } from '../live/console.ts';
import { meanwhile, type Meanwhile } from '../store/meanwhile.ts';
import type { StoryEvent } from '../store/timeline.ts';

export type ShiftPast = {
  readonly sum: ShallowRef<Meanwhile | null>;
  readonly notes: ShallowRef<readonly StoryEvent[]>;
  readonly failed: ShallowRef<boolean>;
  read(): Promise<void>;
};

/** Alarms whose notes are read; a sheet of paper holds no more. */
const NOTED_MAX = 60;

export function useShiftPast(app: App, duty: DutyConsole, from: () => number): ShiftPast {
  const { call } = app.session;
  const past: ShiftPast = { sum: shallowRef(null), notes: shallowRef([]), failed: shallowRef(false), read };
  watch([from, () => duty.picture.value.ready], read, { immediate: true });
  return past;

  async function read(): Promise<void> {
    if (!duty.picture.value.ready) return;
    const since = from();
    const events = await readPast(call, since, duty.second.value.now);
    if (from() !== since) return;
    past.failed.value = events === null;
    if (events === null) return;
    past.sum.value = meanwhile(events);
    const noted = new Set(events.filter(({ change }) => change === 'note').map(({ alarm }) => alarm));
    const stories = await Promise.all([...noted].slice(-NOTED_MAX).map((alarm) => readEvents(call, alarm)));
    if (from() !== since) return;
    past.notes.value = stories
      .flatMap((story) => (Array.isArray(story) ? story : []))
      .filter(({ change, at }) => change === 'note' && at >= since)
      .sort((a, b) => a.at - b.at);
  }
}
