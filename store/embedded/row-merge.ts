/**
 * The one place that decides what becomes of a row: rows of one point and one hour are applied in record-log order.
 * A free millisecond is taken. The same value there, or moved from there earlier, is a duplicate. Another value moves on to the next
 * free millisecond of the hour (at its very end: the nearest free one before) and is marked staggered. Every row always
 * tries the same milliseconds in the same order and none is ever given back, so replaying changes nothing.
 */
import { FLAG } from '#domain/measurement.ts';
import { HOUR_MS, copyRow, hourOf, newColumns, type RowColumns } from './row-columns.ts';

export type Merged = {
  /** By time, each millisecond once; may be `base` or `incoming` itself. */
  readonly rows: RowColumns;
  /** Rows that `base` did not have. */
  readonly added: number;
  /** A row was moved before its own time: only right when `base` was the whole hour. */
  readonly movedBack: boolean;
};

/** Applies `incoming`, in its order, onto `base` (by time, each millisecond once); all of one point and one hour. */
export function mergeRows(base: RowColumns, incoming: RowColumns): Merged {
  return mergePlain(base, incoming) ?? mergeWithCollisions(base, incoming);
}

/** Both lists (by time, no millisecond in common or then the same row) as one. */
export function unite(a: RowColumns, b: RowColumns): RowColumns {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const rows = newColumns(a.length + b.length);
  for (let i = 0, k = 0; i < a.length || k < b.length; ) {
    const next = (a.time[i] ?? NaN) - (b.time[k] ?? NaN);
    if (k >= b.length || (i < a.length && next <= 0)) {
      copyRow(a, i++, rows);
      if (next === 0) k++;
    } else copyRow(b, k++, rows);
  }
  return rows;
}

/** Rows of `from` in [start, end). */
export function between(from: RowColumns, start: number, end: number): RowColumns {
  const rows = newColumns();
  for (let i = 0; i < from.length; i++) {
    const time = from.time[i] ?? 0;
    if (time >= start && time < end) copyRow(from, i, rows);
  }
  return rows;
}

/** Rows of `from` whose millisecond is free in `taken` (both by time). */
export function without(from: RowColumns, taken: RowColumns): RowColumns {
  const times = new Set(taken.time.subarray(0, taken.length));
  const rows = newColumns();
  for (let i = 0; i < from.length; i++) if (!times.has(from.time[i] ?? 0)) copyRow(from, i, rows);
  return rows;
}

/** The usual case, where no two values want one millisecond; null otherwise. */
function mergePlain(base: RowColumns, incoming: RowColumns): Merged | null {
  if (base.length === 0 && risesStrictly(incoming))
    return { rows: incoming, added: incoming.length, movedBack: false };
  const order = orderByTime(incoming);
  const rows = newColumns(base.length + incoming.length);
  let i = 0;
  let added = 0;
  for (const k of order) {
    const time = incoming.time[k] ?? 0;
    while (i < base.length && (base.time[i] ?? 0) <= time) copyRow(base, i++, rows);
    if (rows.length > 0 && rows.time[rows.length - 1] === time) {
      if (!sameValue(rows.value[rows.length - 1], incoming.value[k])) return null;
      continue;
    }
    copyRow(incoming, k, rows);
    added++;
  }
  while (i < base.length) copyRow(base, i++, rows);
  return { rows, added, movedBack: false };
}

function risesStrictly(rows: RowColumns): boolean {
  let i = 1;
  while (i < rows.length && (rows.time[i - 1] ?? 0) < (rows.time[i] ?? 0)) i++;
  return i >= rows.length;
}

/** Row numbers by time; of the same time, in their order. */
function orderByTime(rows: RowColumns): Uint32Array {
  const order = new Uint32Array(rows.length);
  let sorted = true;
  for (let i = 0; i < rows.length; i++) {
    order[i] = i;
    if (i > 0 && (rows.time[i - 1] ?? 0) > (rows.time[i] ?? 0)) sorted = false;
  }
  if (!sorted) order.sort((a, b) => (rows.time[a] ?? 0) - (rows.time[b] ?? 0) || a - b);
  return order;
}

type Slots = {
  readonly rows: RowColumns;
  /** Millisecond -> row number. */
  readonly taken: Map<number, number>;
  /** Taken millisecond -> a later one to look at next; shortens long runs. */
  readonly onward: Map<number, number>;
  /** Value -> milliseconds of rows moved there. */
  readonly moved: Map<number, number[]>;
};

function mergeWithCollisions(base: RowColumns, incoming: RowColumns): Merged {
  const slots: Slots = { rows: newColumns(), taken: new Map(), onward: new Map(), moved: new Map() };
  for (let i = 0; i < base.length; i++) place(slots, base, i, base.time[i] ?? 0);
  let added = 0;
  let movedBack = false;
  for (let i = 0; i < incoming.length; i++) {
    const time = incoming.time[i] ?? 0;
    const slot = slotFor(slots, time, incoming.value[i] ?? NaN);
    if (slot === null) continue;
    added++;
    if (slot < time) movedBack = true;
    place(slots, incoming, i, slot);
  }
  const rows = newColumns(slots.rows.length);
  for (const i of orderByTime(slots.rows)) copyRow(slots.rows, i, rows);
  return { rows, added, movedBack };
}

/** The millisecond a row of this time and value takes; null when it is there already. */
function slotFor(slots: Slots, time: number, value: number): number | null {
  const there = slots.taken.get(time);
  if (there === undefined) return time;
  if (sameValue(slots.rows.value[there], value)) return null;
  const end = (hourOf(time) + 1) * HOUR_MS;
  const free = nextFree(slots, time);
  const moved = slots.moved.get(value) ?? [];
  if (moved.some((at) => at > time && at < Math.min(free, end))) return null;
  if (free < end) return free;
  for (let back = time - 1; back >= end - HOUR_MS; back--) {
    const row = slots.taken.get(back);
    if (row === undefined) return back;
    if (moved.includes(back)) return null;
  }
  throw new RangeError(`every millisecond of the hour of ${time} is taken`);
}

function nextFree(slots: Slots, time: number): number {
  let at = time;
  while (slots.taken.has(at)) at = slots.onward.get(at) ?? at + 1;
  for (let walk = time; walk < at; ) {
    const next = slots.onward.get(walk) ?? walk + 1;
    slots.onward.set(walk, at);
    walk = next;
  }
  return at;
}

function place(slots: Slots, from: RowColumns, index: number, at: number): void {
  const { rows } = slots;
  const row = rows.length;
  copyRow(from, index, rows);
  if (rows.time[row] !== at) rows.flags[row] = (rows.flags[row] ?? 0) | FLAG.staggered;
  rows.time[row] = at;
  slots.taken.set(at, row);
  if ((rows.flags[row] ?? 0) & FLAG.staggered) {
    const value = rows.value[row] ?? NaN;
    const places = slots.moved.get(value);
    if (places) places.push(at);
    else slots.moved.set(value, [at]);
  }
}

const sameValue = (a: number | undefined, b: number | undefined): boolean => Object.is(a, b);
