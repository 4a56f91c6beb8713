/**
 * The console as it was: the list, the area panel and the map draw from it as they draw from the running one. It has no
 * line of its own, rings nothing and takes no orders; the running console goes on behind it.
 */
import { shallowRef, watch, type ShallowRef } from 'vue';
import type { Alarm } from '#domain/alarm.ts';
import type { Timestamp } from '#domain/time.ts';
import type { RawRow } from '#domain/contract/history.ts';
import { alarmsAt, valuesAt } from '../api/replay.ts';
import type { Call, Problem } from '../api/http.ts';
import type { DutyConsole } from '../live/console.ts';
import type { Picture, Second } from '../live/picture.ts';
import { NO_INCIDENTS } from '../store/incident-book.ts';
import { compareAlarms, countAlarms } from '../store/alarm-order.ts';
import { areaCells, districtOf } from '../store/area-panel.ts';
import { EMPTY_VIEW, nextView } from '../store/list-view.ts';
import { PLAIN_VIEW } from '../store/view-state.ts';
import type { ReplayView } from '../store/replay-view.ts';

export type ReplayConsole = DutyConsole & {
  /** The second on screen; null before the first. */
  readonly shownAt: ShallowRef<Timestamp | null>;
  readonly problem: ShallowRef<Problem | null>;
  /** Reads a second and shows it, whole; a later call outruns an earlier one. */
  load(at: Timestamp): Promise<void>;
  /** Filter, choice and map as the address says. */
  look(view: ReplayView): void;
};

/** How much the directory has learnt; it forgets nothing. */
const known = ({ areas, facilities, organisations, points }: DutyConsole['directory']): number =>
  areas.size + facilities.size + organisations.size + points.size;

export function createReplayConsole(call: Call, live: DutyConsole): ReplayConsole {
  const picture = shallowRef<Picture>({
    view: EMPTY_VIEW,
    counts: countAlarms([]),
    cells: new Map(),
    seen: PLAIN_VIEW,
    filter: PLAIN_VIEW.filter,
    selected: null,
    ready: false,
  });
  const second = shallowRef<Second>({ now: 0, stale: null, silencedForMs: 0 });
  const shownAt = shallowRef<Timestamp | null>(null);
  const problem = shallowRef<Problem | null>(null);
  let alarms = new Map<string, Alarm>();
  let values: ReadonlyMap<string, RawRow> = new Map();
  let asked = 0;
  const district = (area: string | null) => districtOf(live.directory.areas, area);
  const none = () => undefined;
  // The names of things arrive after what happened to them: lists and counts by district are made anew.
  watch(() => (live.picture.value, known(live.directory)), flush);

  return {
    ...live,
    picture,
    second,
    shownAt,
    problem,
    liveEvents: shallowRef([]),
    incidents: shallowRef(NO_INCIDENTS),
    alarm: (id) => alarms.get(id),
    open: () => [...alarms.values()],
    isPending: () => false,
    value(point) {
      const row = values.get(point);
      return row === undefined ? null : { value: row.value, quality: row.quality, at: row.time };
    },
    keep: none,
    hold: none,
    admit: none,
    order: async () => ({ kind: 'held' }),
    silence: none,
    close: none,
    look(view) {
      const { seen, alarm } = view;
      picture.value = { ...picture.value, seen, filter: seen.filter, selected: alarm };
      flush();
    },
    async load(at) {
      const mine = ++asked;
      const found = await alarmsAt(call, at);
      if (mine !== asked) return;
      if (!Array.isArray(found)) {
        problem.value = found;
        return;
      }
      // The worst first: they are the ones whose values are asked for.
      const sorted = [...found].sort(compareAlarms);
      const points = [...new Set(sorted.flatMap(({ point }) => point ?? []))];
      const read = await valuesAt(call, points, at);
      if (mine !== asked) return;
      alarms = new Map(sorted.map((alarm) => [alarm.id, alarm]));
      values = read;
      problem.value = null;
      shownAt.value = at;
      second.value = { ...second.value, now: at };
      picture.value = { ...picture.value, ready: true };
      flush();
    },
  };

  function flush(): void {
    const { filter, view } = picture.value;
    const open = [...alarms.values()];
    const by = { textOf: live.names.searchText, districtOf: district };
    picture.value = {
      ...picture.value,
      view: nextView(view, { open, find: (id) => alarms.get(id), by }, filter, false),
      counts: countAlarms(open),
      cells: areaCells(open, district),
    };
  }
}
