/** Asks again and again while a page is open; never twice at once, and not while nobody looks. */
import { onBeforeUnmount, onMounted, shallowRef, type ShallowRef } from 'vue';

export type Polling = {
  /** True = the picture stands still until the person lets it go on. */
  readonly paused: ShallowRef<boolean>;
  /** Now, paused or not. */
  again(): Promise<void>;
};

export function usePolling(everyMs: number, ask: () => Promise<void>): Polling {
  const paused = shallowRef(false);
  let asking: Promise<void> | null = null;
  let timer: ReturnType<typeof setInterval> | undefined;
  const again = (): Promise<void> => {
    asking ??= ask().finally(() => {
      asking = null;
    });
    return asking;
  };
  onMounted(() => {
    void again();
    timer = setInterval(() => {
      if (!paused.value && !document.hidden) void again();
    }, everyMs);
  });
  onBeforeUnmount(() => clearInterval(timer));
  return { paused, again };
}
