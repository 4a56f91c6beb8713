/**
 * What falls due when, as a binary heap. Entries are hints: whoever is woken looks at the episode itself and does
 * nothing when nothing is due, so an entry is never removed early, and a rebuilt heap has the same effect.
 */
import type { EngineTime } from '#domain/time.ts';

/** `number` orders what falls due at one instant. */
export type Due = { readonly at: EngineTime; readonly number: number };

export const firstDue = (heap: readonly Due[]): EngineTime | null => heap[0]?.at ?? null;

export function pushDue(heap: Due[], due: Due): void {
  let child = heap.length;
  heap.push(due);
  while (child > 0) {
    const parent = (child - 1) >> 1;
    if (!swapIfBefore(heap, child, parent)) return;
    child = parent;
  }
}

/** Removes the earliest; undefined when there is none. */
export function popDue(heap: Due[]): Due | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return top;
  heap[0] = last;
  for (let parent = 0; ; ) {
    const left = 2 * parent + 1;
    const right = left + 1;
    const least = isBefore(heap[right], heap[left]) ? right : left;
    if (!swapIfBefore(heap, least, parent)) return top;
    parent = least;
  }
}

function swapIfBefore(heap: Due[], a: number, b: number): boolean {
  const [dueA, dueB] = [heap[a], heap[b]];
  if (dueA === undefined || dueB === undefined || !isBefore(dueA, dueB)) return false;
  heap[a] = dueB;
  heap[b] = dueA;
  return true;
}

const isBefore = (a: Due | undefined, b: Due | undefined): boolean =>
  a !== undefined && (b === undefined || a.at < b.at || (a.at === b.at && a.number < b.number));
