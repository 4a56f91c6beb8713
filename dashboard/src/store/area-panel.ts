/** The area panel: open alarms by lifeline and district, for one look across the room (console.md 4.1). */
import type { Alarm } from '#domain/alarm.ts';
import { worseColour, type Colour } from '#domain/colour.ts';
import type { Area } from '#domain/registry.ts';
import { isWaiting, tabOf } from './alarm-order.ts';
import { NONE } from './filter.ts';

export type AreaCell = { readonly open: number; readonly waiting: number; readonly highest: Colour | null };
/** By `lifeline/area`; `-` stands for alarms of none. */
export type AreaCells = ReadonlyMap<string, AreaCell>;

const QUIET: AreaCell = { open: 0, waiting: 0, highest: null };

export const cellAt = (cells: AreaCells, lifeline: string, area: string): AreaCell =>
  cells.get(`${lifeline}/${area}`) ?? QUIET;

/** Suppressed alarms count under their tab only. */
export function areaCells(
  alarms: Iterable<Alarm>,
  districtOf: (area: string | null) => string | null,
): AreaCells {
  const cells = new Map<string, AreaCell>();
  for (const alarm of alarms) {
    const tab = tabOf(alarm);
    if (tab === null || tab === 'suppressed') continue;
    const key = `${alarm.lifeline ?? NONE}/${districtOf(alarm.area) ?? NONE}`;
    const { open, waiting, highest } = cells.get(key) ?? QUIET;
    cells.set(key, {
      open: open + 1,
      waiting: waiting + (isWaiting(alarm) ? 1 : 0),
      highest: highest === null ? alarm.highestColour : worseColour(highest, alarm.highestColour),
    });
  }
  return cells;
}

/** The sum of a row, a column or everything. */
export function sumOf(cells: readonly AreaCell[]): AreaCell {
  return cells.reduce(
    (sum, cell) => ({
      open: sum.open + cell.open,
      waiting: sum.waiting + cell.waiting,
      highest:
        sum.highest === null
          ? cell.highest
          : cell.highest === null
            ? sum.highest
            : worseColour(sum.highest, cell.highest),
    }),
    QUIET,
  );
}

/**
 * Districts and counties: the areas right below the city. A township belongs to the one above it; an area that stands
 * alone belongs to itself.
 */
export function districtOf(areas: ReadonlyMap<string, Area>, area: string | null): string | null {
  let here = area === null ? undefined : areas.get(area);
  if (here === undefined) return area;
  for (let steps = 0; steps < 5 && here.parent !== undefined; steps++) {
    const above = areas.get(here.parent);
    if (above === undefined || above.parent === undefined) break;
    here = above;
  }
  return here.id;
}

/** The districts of the one city that the registry shows, in its order. */
export function districts(areas: ReadonlyMap<string, Area>): Area[] {
  const all = [...areas.values()];
  const tops = all.filter((area) => area.parent === undefined || !areas.has(area.parent));
  const below = all.filter((area) => tops.some((top) => top.id === area.parent));
  return below.length > 0 ? below : tops;
}
