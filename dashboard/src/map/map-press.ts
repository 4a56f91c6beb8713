/** What a click on the map means: an alarm, a stack, a facility, or nothing. A double click stays MapLibre's zoom. */
import type { Map as MapLibre } from 'maplibre-gl';

export type Presses = {
  /** Members of the glyph pressed, worst first; `district` when it stands for a whole district. */
  group(ids: readonly string[], district: boolean): void;
  facility(id: string): void;
  nothing(): void;
  /** Points without an alarm are drawn now, so one of them can be meant. */
  seesQuiet(): boolean;
};

/** A finger is wider than a dot. */
const REACH_PX = 8;

export function onPress(map: MapLibre, presses: Presses): void {
  map.on('click', ({ point: { x, y } }) => {
    const around: [[number, number], [number, number]] = [
      [x - REACH_PX, y - REACH_PX],
      [x + REACH_PX, y + REACH_PX],
    ];
    const [glyph] = map.queryRenderedFeatures([x, y], { layers: ['alarms'] });
    if (glyph !== undefined) {
      return presses.group(String(glyph.properties['ids']).split(','), glyph.properties['district'] === true);
    }
    const dots = map.queryRenderedFeatures(around, { layers: ['points'] });
    const dot = dots.find(({ state }) => Number(state['level'] ?? 0) > 0 || presses.seesQuiet());
    if (dot === undefined) presses.nothing();
    else presses.facility(String(dot.properties['facility']));
  });
  map.on('mousemove', ({ point }) => {
    const over = map.queryRenderedFeatures(point, { layers: ['alarms'] }).length > 0;
    map.getCanvas().style.cursor = over ? 'pointer' : '';
  });
}
