/**
 * The level of every point as feature-state: only what changed is told, so a quiet second costs nothing. Values never
 * touch the map; the raster of the whole canvas is what a change costs.
 */
import type { Map as MapLibre } from 'maplibre-gl';

export type Levels = {
  /** Point number -> level 1 (blue) to 4 (red); a point without an entry is quiet. */
  set(next: ReadonlyMap<number, number>): void;
  /** Tells everything again: the style, or the points, are new. */
  pushAll(): void;
};

export function createLevels(map: MapLibre): Levels {
  let wanted: ReadonlyMap<number, number> = new Map();
  let told: ReadonlyMap<number, number> = new Map();
  const tell = (id: number, level: number) => map.setFeatureState({ source: 'points', id }, { level });

  function push(): void {
    if (!map.style || map.getSource('points') === undefined) return;
    for (const id of told.keys()) if (!wanted.has(id)) tell(id, 0);
    for (const [id, level] of wanted) if (told.get(id) !== level) tell(id, level);
    told = wanted;
  }
  return {
    set(next) {
      wanted = next;
      push();
    },
    pushAll() {
      told = new Map();
      push();
    },
  };
}
