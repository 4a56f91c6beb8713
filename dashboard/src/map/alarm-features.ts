/** Groups of alarms as what the map's alarm source holds: one feature a glyph, its members in `ids`. */
import { colourRank } from '#domain/colour.ts';
import type { AlarmGroup, PlacedAlarm } from './alarm-groups.ts';
import { glyphName } from './glyph-images.ts';
import type { MapFeature, MapFeatures } from './map-features.ts';
import type { Place } from './sketch.ts';

/** A fanned-out stack and where each of its members stands. */
export type Spread = { readonly group: AlarmGroup; readonly places: readonly Place[] };

/** `names` = the pictures needed. */
export function groupFeatures(
  groups: readonly AlarmGroup[],
  alarms: readonly PlacedAlarm[],
  spread: Spread | null,
): { readonly collection: MapFeatures; readonly names: ReadonlySet<string> } {
  const byId = new Map(alarms.map((alarm) => [alarm.id, alarm]));
  const names = new Set<string>();
  const features: MapFeature[] = [];
  const add = (
    ids: readonly string[],
    at: Place,
    look: { colour: AlarmGroup['colour']; waiting: boolean },
    more: { lift: number; district: boolean },
  ) => {
    const glyph = glyphName({ ...look, count: ids.length });
    names.add(glyph);
    const rank = colourRank(look.colour) * 2 + (look.waiting ? 1 : 0) + more.lift;
    const properties = { ids: ids.join(','), glyph, rank, district: more.district };
    features.push({ type: 'Feature', properties, geometry: { type: 'Point', coordinates: at } });
  };
  for (const group of groups) {
    if (group === spread?.group) continue;
    add(group.ids, [group.lon, group.lat], group, { lift: 0, district: group.district !== null });
  }
  spread?.group.ids.forEach((id, i) => {
    const alarm = byId.get(id);
    const at = spread.places[i];
    if (alarm !== undefined && at !== undefined) add([id], at, alarm, { lift: 100, district: false });
  });
  return { collection: { type: 'FeatureCollection', features }, names };
}

/** The legs from the middle to each member. */
export const fanFeatures = (spread: Spread | null): MapFeatures => ({
  type: 'FeatureCollection',
  features:
    spread === null
      ? []
      : spread.places.map((place) => ({
          type: 'Feature' as const,
          properties: {},
          geometry: {
            type: 'LineString' as const,
            coordinates: [[spread.group.lon, spread.group.lat], place],
          },
        })),
});

export const chosenFeatures = (place: Place | null): MapFeatures => ({
  type: 'FeatureCollection',
  features:
    place === null
      ? []
      : [{ type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: place } }],
});
