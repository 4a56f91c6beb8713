/**
 * What falls due when: a binary heap of (due, key). Entries are hints, not truths: whoever is woken looks at its own
 * state and does nothing when nothing is due, so an entry is never removed early. A rebuilt heap has the same effect.
 */
import type { EngineTime } from '#domain/time.ts';

/**
 * Order of effects at one instant: a gateway before its points, delays before the end of a suppression, and that before
 * the end of an acknowledgement.
 */
export const WAKE = {
  gateway: 0,
  absence: 1,
  delays: 2,
  suppression: 3,
  lapse: 4,
  incident: 5,
  flood: 6,
} as const;
export type WakeKind = (typeof WAKE)[keyof typeof WAKE];

export type Deadlines = { readonly due: EngineTime[]; readonly key: number[] };

const KEY_STRIDE = 2 ** 32;

export const createDeadlines = (): Deadlines => ({ due: [], key: [] });

export const wakeKey = (kind: WakeKind, index: number): number => kind * KEY_STRIDE + index;
export const kindOfKey = (key: number): number => Math.floor(key / KEY_STRIDE);
export const indexOfKey = (key: number): number => key % KEY_STRIDE;

/** Earliest entry, or null when the heap is empty. */
export const earliest = (heap: Deadlines): EngineTime | null => heap.due[0] ?? null;

export function push(heap: Deadlines, due: EngineTime, key: number): void {
  let child = heap.due.length;
  heap.due.push(due);
  heap.key.push(key);
  while (child > 0) {
    const parent = (child - 1) >> 1;
    if (!isBefore(heap, child, parent)) return;
    swap(heap, child, parent);
    child = parent;
  }
}

/** Removes the earliest entry and returns its key; undefined when the heap is empty. */
export function pop(heap: Deadlines): number | undefined {
  const top = heap.key[0];
  const due = heap.due.pop();
  const key = heap.key.pop();
  if (due === undefined || key === undefined || heap.due.length === 0) return top;
  heap.due[0] = due;
  heap.key[0] = key;
  sink(heap);
  return top;
}

export function clear(heap: Deadlines): void {
  heap.due.length = 0;
  heap.key.length = 0;
}

function sink(heap: Deadlines): void {
  const size = heap.due.length;
  let parent = 0;
  for (;;) {
    let least = parent;
    for (let child = 2 * parent + 1; child <= 2 * parent + 2; child += 1)
      if (child < size && isBefore(heap, child, least)) least = child;
    if (least === parent) return;
    swap(heap, least, parent);
    parent = least;
  }
}

function isBefore(heap: Deadlines, a: number, b: number): boolean {
  const dueA = heap.due[a] ?? Infinity;
  const dueB = heap.due[b] ?? Infinity;
  return dueA < dueB || (dueA === dueB && (heap.key[a] ?? 0) < (heap.key[b] ?? 0));
}

function swap({ due, key }: Deadlines, a: number, b: number): void {
  const [dueA, keyA] = [due[a] ?? 0, key[a] ?? 0];
  due[a] = due[b] ?? 0;
  key[a] = key[b] ?? 0;
  due[b] = dueA;
  key[b] = keyA;
}
