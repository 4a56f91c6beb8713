/** Which alarms stand on the map, and where: those that the filter shows, under any tab but 搁置. */
import type { Alarm } from '#domain/alarm.ts';
import { colourRank } from '#domain/colour.ts';
import type { DutyConsole } from '../live/console.ts';
import { isWaiting, tabOf } from '../store/alarm-order.ts';
import { districtOf } from '../store/area-panel.ts';
import { matches, NONE } from '../store/filter.ts';
import type { PlacedAlarm } from './alarm-groups.ts';

export type MapAlarms = {
  readonly placed: readonly PlacedAlarm[];
  /** Alarms without a place: of the platform, or of a gateway that stands nowhere. */
  readonly unplaced: number;
  /** Point number -> level 1 (blue) to 4 (red), whatever the filter. */
  readonly levels: ReadonlyMap<number, number>;
};

export function alarmsOnMap(duty: DutyConsole): MapAlarms {
  const { areas } = duty.directory;
  const district = (area: string | null) => districtOf(areas, area);
  const by = { textOf: duty.names.searchText, districtOf: district };
  const { filter } = duty.picture.value;
  const numbers = duty.pointNumbers();
  const placed: PlacedAlarm[] = [];
  const levels = new Map<number, number>();
  let unplaced = 0;
  for (const alarm of onMap(duty.open())) {
    const number = alarm.point === null ? undefined : numbers[alarm.point];
    const level = colourRank(alarm.highestColour) + 1;
    if (number !== undefined) levels.set(number, Math.max(level, levels.get(number) ?? 0));
    if (!matches(filter, alarm, by)) continue;
    const place = placeOf(duty, alarm);
    if (place === null) {
      unplaced++;
      continue;
    }
    placed.push({
      id: alarm.id,
      ...place,
      colour: alarm.highestColour,
      waiting: isWaiting(alarm),
      district: district(alarm.area) ?? NONE,
    });
  }
  return { placed, unplaced, levels };
}

/** Suppressed alarms are listed under their tab and stand on no map. */
export const onMap = (open: readonly Alarm[]): Alarm[] =>
  open.filter((alarm) => {
    const tab = tabOf(alarm);
    return tab !== null && tab !== 'suppressed';
  });

/** Longitude and latitude of the alarm's facility; null when none is known. */
export function placeOf(duty: DutyConsole, alarm: Alarm): { lon: number; lat: number } | null {
  const facility = alarm.facility === null ? undefined : duty.directory.facilities.get(alarm.facility);
  if (facility === undefined && alarm.facility !== null) duty.directory.want('facilities', alarm.facility);
  return facility?.location ?? null;
}
