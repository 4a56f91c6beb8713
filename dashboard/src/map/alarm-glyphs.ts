/** The alarms on the map: grouped for the zoom, drawn as glyphs, a pressed stack fanned out. All places are WGS 84. */
import type { Map as MapLibre } from 'maplibre-gl';
import { fanPlaces, groupAlarms, type AlarmGroup, type PlacedAlarm } from './alarm-groups.ts';
import { fanFeatures, groupFeatures } from './alarm-features.ts';
import { drawGlyph, glyphLook, glyphName, GLYPH_RATIO } from './glyph-images.ts';
import type { MapFeatures } from './map-features.ts';
import type { DatumShift } from './map-datum.ts';
import type { MapInk } from './map-ink.ts';
import type { Place } from './sketch.ts';

export type AlarmGlyphs = {
  set(alarms: readonly PlacedAlarm[]): void;
  /** Groups them anew for the zoom, and draws. */
  regroup(): void;
  /** Opens the stack with these members; null closes it. */
  fan(ids: readonly string[] | null): void;
  /** Where the group with these members stands; null when there is none now. */
  placeOf(ids: readonly string[]): Place | null;
  /** The pictures drawn so far, in the colours of now. */
  repaint(): void;
};

/** `put` draws a source if the style is there. */
export function createAlarmGlyphs(
  map: MapLibre,
  put: (source: 'fan' | 'alarms', data: MapFeatures) => boolean,
  { shift, ink }: { shift(): DatumShift; ink(): MapInk },
): AlarmGlyphs {
  let alarms: readonly PlacedAlarm[] = [];
  let groups: readonly AlarmGroup[] = [];
  let fanned: string | null = null;

  function regroup(): void {
    groups = groupAlarms(alarms, map.getZoom());
    draw();
  }
  /** A stack that changed its members closes. */
  function draw(): void {
    const open = groups.find(({ ids }) => ids.length > 1 && ids.join(',') === fanned);
    if (open === undefined) fanned = null;
    const spread =
      open === undefined ? null : { group: open, places: around([open.lon, open.lat], open.ids.length) };
    const { collection, names } = groupFeatures(groups, alarms, spread);
    if (!put('fan', fanFeatures(spread))) return;
    for (const name of names) addGlyph(name);
    put('alarms', collection);
  }
  function around(middle: Place, count: number): Place[] {
    const { drawn, meant } = shift();
    const [lon, lat] = drawn(middle);
    const at = map.project([lon, lat]);
    return fanPlaces(count).map(({ x, y }) => {
      const { lng, lat: north } = map.unproject([at.x + x, at.y + y]);
      return meant([lng, north]);
    });
  }
  function addGlyph(name: string): void {
    const look = glyphLook(name);
    if (look !== null && !map.hasImage(name))
      map.addImage(glyphName(look), drawGlyph(look, ink()), { pixelRatio: GLYPH_RATIO });
  }

  return {
    set(next) {
      alarms = next;
      regroup();
    },
    regroup,
    fan(ids) {
      fanned = ids === null ? null : ids.join(',');
      draw();
    },
    placeOf(ids) {
      const group = groups.find((one) => one.ids.join(',') === ids.join(','));
      return group === undefined ? null : [group.lon, group.lat];
    },
    repaint() {
      for (const name of map.listImages()) {
        const look = glyphLook(name);
        if (look !== null) map.updateImage(name, drawGlyph(look, ink()));
      }
    },
  };
}
