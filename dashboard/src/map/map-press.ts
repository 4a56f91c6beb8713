/** What a click on the map means: an alarm, a stack, a facility, a pipe, or nothing. A double click stays MapLibre's zoom. */
import type { Map as MapLibre } from 'maplibre-gl';
import { EDGE_LAYERS } from './network-style.ts';
import type { Place } from './sketch.ts';

export type Presses = {
  /** Before all others, as drawn; true = taken. */
  anywhere(place: Place, facility: string | null): boolean;
  /** Members of the glyph pressed, worst first; `district` when it stands for a whole district. */
  group(ids: readonly string[], district: boolean): void;
  facility(id: string): void;
  edge(id: string): void;
  nothing(): void;
  /** Points without an alarm are drawn now, so one of them can be meant. */
  seesQuiet(): boolean;
};

/** A finger is wider than a dot or a line. */
const REACH_PX = 8;

export function onPress(map: MapLibre, presses: Presses): void {
  const box = (x: number, y: number): [[number, number], [number, number]] => [
    [x - REACH_PX, y - REACH_PX],
    [x + REACH_PX, y + REACH_PX],
  ];
  const layersThere = (layers: readonly string[]) => layers.filter((id) => map.getLayer(id) !== undefined);

  map.on('click', ({ point: { x, y }, lngLat: { lng, lat } }) => {
    const dots = map.queryRenderedFeatures(box(x, y), { layers: layersThere(['points']) });
    const [nearest] = dots;
    if (presses.anywhere([lng, lat], nearest === undefined ? null : String(nearest.properties['facility'])))
      return;
    const [glyph] = map.queryRenderedFeatures([x, y], { layers: layersThere(['alarms']) });
    if (glyph !== undefined) {
      return presses.group(String(glyph.properties['ids']).split(','), glyph.properties['district'] === true);
    }
    const dot = dots.find(({ state }) => Number(state['level'] ?? 0) > 0 || presses.seesQuiet());
    if (dot !== undefined) return presses.facility(String(dot.properties['facility']));
    const [line] = map.queryRenderedFeatures(box(x, y), { layers: layersThere(EDGE_LAYERS) });
    if (line === undefined) presses.nothing();
    else presses.edge(String(line.properties['edge']));
  });
  map.on('mousemove', ({ point }) => {
    const over = map.queryRenderedFeatures(point, { layers: layersThere(['alarms']) }).length > 0;
    map.getCanvas().style.cursor = over ? 'pointer' : '';
  });
}
