/** The longest delay of the last minute, kept in slots of ten seconds: what left the window goes by whole slots. */
const SLOT_MS = 10_000;
const SLOTS = 6;

export type DelayWindow = {
  add(delayMs: number, now: number): void;
  /** In whole milliseconds; null when nothing was measured within the window. */
  longest(now: number): number | null;
};

export function createDelayWindow(): DelayWindow {
  const slots: { at: number; longestMs: number }[] = [];
  const slotOf = (now: number): number => Math.floor(now / SLOT_MS);
  const drop = (now: number): void => {
    while (slots[0] !== undefined && slots[0].at <= slotOf(now) - SLOTS) slots.shift();
  };
  return {
    add(delayMs, now) {
      drop(now);
      const last = slots.at(-1);
      if (last?.at === slotOf(now)) last.longestMs = Math.max(last.longestMs, delayMs);
      else slots.push({ at: slotOf(now), longestMs: delayMs });
    },
    longest(now) {
      drop(now);
      return slots.length === 0 ? null : Math.round(Math.max(...slots.map(({ longestMs }) => longestMs)));
    },
  };
}
