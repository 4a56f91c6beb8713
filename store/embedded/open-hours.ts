/**
 * Rows not yet in chunks: one buffer an hour, in record-log order, plus a queue of buffers being sealed. A buffer taken
 * for sealing gets no more rows; rows that come for its hour meanwhile open another. A buffer grows page by page, so
 * that no row is copied for those after it; only the first page begins small, for late hours of a few rows.
 */
import { BAD, type MeasurementColumns } from '../measurement-columns.ts';
import { checkRow, HOUR_MS, hourOf, newColumns, reserve, type RowColumns } from './row-columns.ts';

export type HourBuffer = {
  readonly hour: number;
  /** Record-log position before the first of these rows: the log is needed from there until they are sealed. */
  heldAfter: number;
  /** Wall clock when `maintain` first met it; null before. */
  firstSeenAt: number | null;
  rowCount: number;
  /** Each of PAGE_ROWS rows, but a first one that is still growing. */
  readonly pages: Page[];
};

type Page = {
  readonly points: Uint32Array;
  /** Row after row, not column after column: sealing picks rows by point, and each then lies in one cache line. */
  readonly cells: Float64Array;
};

/** Cells of a row: time, device time, arrival, value, and flags * 4 + quality. */
const CELLS = 5;
const PAGE_BITS = 12;
const PAGE_ROWS = 1 << PAGE_BITS;
const FIRST_ROWS = 64;
const NO_CELLS = new Float64Array(0);

/** A buffer being sealed, point after point. */
export type SealingBuffer = HourBuffer & {
  /** Row numbers by point; of one point, in record-log order. */
  readonly order: Uint32Array;
  /** How many of `order` are in committed chunks. */
  sealed: number;
  /** Whether the tables held anything of this hour, or of its day, before the first of these rows; null until asked. */
  occupied: { readonly hour: boolean; readonly day: boolean } | null;
};

export type OpenHours = {
  readonly open: Map<number, HourBuffer>;
  /** First in, first sealed. */
  readonly sealing: SealingBuffer[];
  /** Rows not yet in committed chunks. */
  rowCount: number;
  /** Buffer of the last row: the next one is nearly always of the same hour. */
  recent: HourBuffer | null;
};

export const newOpenHours = (): OpenHours => ({ open: new Map(), sealing: [], rowCount: 0, recent: null });

/** Adds row `row` of the block after position `heldAfter`. Throws a RangeError for one that `ingest/` never makes. */
export function addOpenRow(hours: OpenHours, rows: MeasurementColumns, row: number, heldAfter: number): void {
  const time = rows.time[row] ?? 0;
  const deviceTime = rows.deviceTime[row] ?? NaN;
  const receivedAt = rows.receivedAt[row] ?? 0;
  const point = rows.pointIndex[row] ?? 0;
  checkRow(point, time, receivedAt, deviceTime);
  const hour = hourOf(time);
  let buffer = hours.recent;
  if (buffer === null || buffer.hour !== hour) buffer = hours.recent = bufferOf(hours, hour, heldAfter);
  const index = buffer.rowCount % PAGE_ROWS;
  let page = buffer.pages[buffer.rowCount >> PAGE_BITS];
  if (page === undefined || index === page.points.length) page = widen(buffer);
  const { points, cells } = page;
  const at = index * CELLS;
  cells[at] = time;
  cells[at + 1] = Math.round(deviceTime);
  cells[at + 2] = receivedAt;
  cells[at + 3] = (rows.value[row] ?? NaN) + 0;
  cells[at + 4] = (rows.flags[row] ?? 0) * 4 + Math.min(rows.quality[row] ?? BAD, BAD);
  points[index] = point;
  buffer.rowCount++;
  if (heldAfter < buffer.heldAfter) buffer.heldAfter = heldAfter;
  hours.rowCount++;
}

/** Point of row `row` of the buffer. */
export const pointOfRow = ({ pages }: HourBuffer, row: number): number =>
  pages[row >> PAGE_BITS]?.points[row % PAGE_ROWS] ?? 0;

/** Appends the rows of a buffer numbered `order[from..to)` to columns. */
export function appendOpenRows(
  buffer: HourBuffer,
  order: Uint32Array | readonly number[],
  from: number,
  to: number,
  columns: RowColumns,
): void {
  reserve(columns, to - from);
  const { pages } = buffer;
  const { time, deviceTime, receivedAt, value, quality, flags } = columns;
  let at = columns.length;
  for (let i = from; i < to; i++, at++) {
    const row = order[i] ?? 0;
    const cells = pages[row >> PAGE_BITS]?.cells ?? NO_CELLS;
    const cell = (row % PAGE_ROWS) * CELLS;
    const marks = cells[cell + 4] ?? 0;
    time[at] = cells[cell] ?? 0;
    deviceTime[at] = cells[cell + 1] ?? NaN;
    receivedAt[at] = cells[cell + 2] ?? 0;
    value[at] = cells[cell + 3] ?? NaN;
    quality[at] = marks & 3;
    flags[at] = marks >> 2;
  }
  columns.length = at;
}

/** Rows of one point in [from, to) by hour, each in record-log order. Scans point numbers: 0.3 ms per million open rows. */
export function openRowsOf(
  hours: OpenHours,
  point: number,
  from: number,
  to: number,
): Map<number, RowColumns> {
  const found = new Map<number, RowColumns>();
  for (const buffer of [...hours.sealing, ...hours.open.values()]) {
    if ((buffer.hour + 1) * HOUR_MS <= from || buffer.hour * HOUR_MS >= to) continue;
    for (const [number, page] of buffer.pages.entries()) {
      const first = number << PAGE_BITS;
      const points = page.points.subarray(0, buffer.rowCount - first);
      for (let i = points.indexOf(point); i >= 0; i = points.indexOf(point, i + 1)) {
        let rows = found.get(buffer.hour);
        if (!rows) found.set(buffer.hour, (rows = newColumns()));
        appendOpenRows(buffer, [first + i], 0, 1, rows);
      }
    }
  }
  return found;
}

/** Open rows of one hour of each of the points that has any, in one look at the buffers. */
export function openRowsOfPoints(
  hours: OpenHours,
  points: readonly number[],
  hour: number,
): Map<number, RowColumns> {
  const found = new Map<number, RowColumns>();
  const wanted = new Set(points);
  for (const buffer of [...hours.sealing, ...hours.open.values()]) {
    if (buffer.hour !== hour) continue;
    for (let i = 0; i < buffer.rowCount; i++) {
      const point = pointOfRow(buffer, i);
      if (!wanted.has(point)) continue;
      let rows = found.get(point);
      if (!rows) found.set(point, (rows = newColumns()));
      appendOpenRows(buffer, [i], 0, 1, rows);
    }
  }
  return found;
}

/** Hands an hour over to sealing. */
export function beginSealing(hours: OpenHours, buffer: HourBuffer): void {
  hours.open.delete(buffer.hour);
  if (hours.recent === buffer) hours.recent = null;
  hours.sealing.push({ ...buffer, order: orderByPoint(buffer), sealed: 0, occupied: null });
}

/** Position through which the record log is not needed, given that it was written through `writtenThrough`. */
export function heldAfterAll(
  hours: OpenHours,
  writtenThrough: number,
  except?: ReadonlySet<HourBuffer>,
): number {
  let position = writtenThrough;
  for (const buffer of hours.open.values()) position = Math.min(position, buffer.heldAfter);
  for (const buffer of hours.sealing)
    if (!except?.has(buffer)) position = Math.min(position, buffer.heldAfter);
  return position;
}

function bufferOf(hours: OpenHours, hour: number, heldAfter: number): HourBuffer {
  let buffer = hours.open.get(hour);
  if (!buffer) {
    buffer = newBuffer(hour, heldAfter);
    hours.open.set(hour, buffer);
  }
  return buffer;
}

const newBuffer = (hour: number, heldAfter: number): HourBuffer => ({
  hour,
  heldAfter,
  firstSeenAt: null,
  rowCount: 0,
  pages: [],
});

const newPage = (rows: number): Page => ({
  points: new Uint32Array(rows),
  cells: new Float64Array(rows * CELLS),
});

/** The page that has room for the next row. */
function widen({ pages }: HourBuffer): Page {
  const last = pages.at(-1);
  if (last === undefined || last.points.length === PAGE_ROWS) {
    const page = newPage(last === undefined ? FIRST_ROWS : PAGE_ROWS);
    pages.push(page);
    return page;
  }
  const page = newPage(last.points.length * 2);
  page.points.set(last.points);
  page.cells.set(last.cells);
  pages[pages.length - 1] = page;
  return page;
}

/** Counting sort where points are dense; a plain sort for the few rows of a late hour. */
function orderByPoint(buffer: HourBuffer): Uint32Array {
  const count = buffer.rowCount;
  const points = new Uint32Array(count);
  for (let row = 0; row < count; row++) points[row] = pointOfRow(buffer, row);
  const order = new Uint32Array(count);
  let highest = 0;
  for (let i = 0; i < count; i++) highest = Math.max(highest, points[i] ?? 0);
  if (highest > count * 8) {
    for (let i = 0; i < count; i++) order[i] = i;
    return order.sort((a, b) => (points[a] ?? 0) - (points[b] ?? 0) || a - b);
  }
  const starts = new Uint32Array(highest + 2);
  for (let i = 0; i < count; i++) {
    const slot = (points[i] ?? 0) + 1;
    starts[slot] = (starts[slot] ?? 0) + 1;
  }
  for (let point = 1; point < starts.length; point++)
    starts[point] = (starts[point] ?? 0) + (starts[point - 1] ?? 0);
  for (let i = 0; i < count; i++) {
    const point = points[i] ?? 0;
    const at = starts[point] ?? 0;
    order[at] = i;
    starts[point] = at + 1;
  }
  return order;
}
