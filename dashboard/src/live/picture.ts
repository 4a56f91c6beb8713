/** What the pages draw from. A new object at each flush: one trigger lets everything on screen follow. */
import type { Timestamp } from '#domain/time.ts';
import { countAlarms, type Counts } from '../store/alarm-order.ts';
import type { AreaCells } from '../store/area-panel.ts';
import type { Filter } from '../store/filter.ts';
import { EMPTY_VIEW, type ListView } from '../store/list-view.ts';
import { PLAIN_VIEW, type ViewState } from '../store/view-state.ts';

export type Picture = {
  view: ListView;
  counts: Counts;
  /** Open alarms by lifeline and district. */
  cells: AreaCells;
  /** As the address says. */
  seen: ViewState;
  /** The filter of `seen`. */
  filter: Filter;
  selected: string | null;
  /** A snapshot has come: an empty list means "no alarms", not "not known yet". */
  ready: boolean;
};

/** Before anything is known. */
export const FIRST_PICTURE: Picture = {
  view: EMPTY_VIEW,
  counts: countAlarms([]),
  cells: new Map(),
  seen: PLAIN_VIEW,
  filter: PLAIN_VIEW.filter,
  selected: null,
  ready: false,
};

/** Changes every second. */
export type Second = {
  now: Timestamp;
  stale: { readonly forMs: number; readonly dataAt: Timestamp } | null;
  silencedForMs: number;
};
