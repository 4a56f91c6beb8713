/**
 * The drawn map. It keeps what it was told, because a lost graphics context takes the style and everything in it away:
 * MapLibre then has no style at all until the context is back, and the new one holds new sources. So sources are always
 * asked for afresh, nothing is touched while there is no style, and a new style is given everything again.
 */
import { type GeoJSONSource, Map as MapLibre, ScaleControl, setWorkerUrl } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import { CITY_BOUNDS } from '#domain/placing.ts';
import type { MapBox } from '../store/view-state.ts';
import { fanPlaces, groupAlarms, type AlarmGroup, type PlacedAlarm } from './alarm-groups.ts';
import { chosenFeatures, fanFeatures, groupFeatures } from './alarm-features.ts';
import { drawGlyph, glyphLook, glyphName, GLYPH_RATIO } from './glyph-images.ts';
import { isSoftwareDrawn } from './graphics.ts';
import { NOTHING, type MapFeatures } from './map-features.ts';
import { readInk, type MapInk } from './map-ink.ts';
import { createLevels } from './map-levels.ts';
import { layersOf, mapStyle, STREET_ZOOM, type Layers } from './map-style.ts';
import type { Place } from './sketch.ts';
import { onPress } from './map-press.ts';

export type CityMapDeps = {
  readonly holder: HTMLElement;
  /** Null = the whole city. */
  readonly box: MapBox | null;
  readonly layers: Layers;
  alarmPressed(id: string): void;
  facilityPressed(id: string): void;
  moved(box: MapBox): void;
  /** The graphics context went away, or is back. */
  lost(lost: boolean): void;
};

export type CityMap = {
  setPlaces(points: MapFeatures, edges: MapFeatures): void;
  /** Positions and colours of the alarms, and the level (1 blue … 4 red) of every point that has one. */
  setAlarms(alarms: readonly PlacedAlarm[], levels: ReadonlyMap<number, number>): void;
  /** Theme or layers have changed. */
  setLook(layers: Layers): void;
  /** Rings a place; `come` brings it into view when it is outside, `closer` to street level. */
  choose(place: Place | null, come: boolean, closer: boolean): void;
  show(box: MapBox | null): void;
  zoomBy(steps: number): void;
  /** The picture as it stands, before captions. */
  picture(): Promise<HTMLCanvasElement>;
  resize(): void;
  close(): void;
};

setWorkerUrl(workerUrl);

const { west, south, east, north } = CITY_BOUNDS;
const WHOLE_CITY: [number, number, number, number] = [west, south, east, north];
const FIT = { padding: 24 } as const;
/** Marks a move that a person asked for by a button. */
const ASKED = { asked: true } as const;
const STREET = 13.5;

/** Throws where the browser cannot draw it (no WebGL 2). */
export function openCityMap(deps: CityMapDeps): CityMap {
  let ink: MapInk = readInk();
  let { layers } = deps;
  let places: { points: MapFeatures; edges: MapFeatures } = { points: NOTHING, edges: NOTHING };
  let alarms: readonly PlacedAlarm[] = [];
  let groups: readonly AlarmGroup[] = [];
  let fanned: string | null = null;
  let chosen: Place | null = null;
  let closed = false;

  const { box } = deps;
  const map = new MapLibre({
    container: deps.holder,
    style: mapStyle(ink, layers),
    ...(box === null
      ? {
          bounds: WHOLE_CITY,
          fitBoundsOptions: FIT,
        }
      : { center: [box.lon, box.lat] as [number, number], zoom: box.zoom }),
    minZoom: 7,
    maxZoom: 18,
    attributionControl: false,
    fadeDuration: 0,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    renderWorldCopies: false,
    ...(isSoftwareDrawn() ? { pixelRatio: 1 } : {}),
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new ScaleControl({ maxWidth: 120 }), 'bottom-right');
  const levels = createLevels(map);
  // For the browser's own tools and the tests: the map of this element.
  Object.assign(deps.holder, { cityMap: map });

  map.on('style.load', pushAll);
  map.on('webglcontextlost', () => deps.lost(true));
  map.on('webglcontextrestored', () => {
    pushAll();
    deps.lost(false);
  });
  map.on('zoomend', regroup);
  map.on('moveend', (event) => {
    // Only what a person did is a box to keep; fitting the city to a new window is not.
    if (event.originalEvent === undefined && !('asked' in event)) return;
    const { lng, lat } = map.getCenter();
    if (!closed) deps.moved({ lon: lng, lat, zoom: map.getZoom() });
  });
  map.on('error', ({ error }) => console.warn('map', error.message));
  onPress(map, {
    group(ids, district) {
      const [only] = ids;
      if (district) map.easeTo({ center: centreOf(ids), zoom: map.getZoom() + 2 }, ASKED);
      else if (ids.length === 1 && only !== undefined) deps.alarmPressed(only);
      else fan(ids.join(','));
    },
    facility: deps.facilityPressed,
    nothing: () => fan(null),
    seesQuiet: () => layers.everyFacility || map.getZoom() >= STREET_ZOOM,
  });

  return {
    setPlaces(points, edges) {
      places = { points, edges };
      set('points', points);
      set('edges', edges);
      levels.pushAll();
    },
    setAlarms(next, nextLevels) {
      alarms = next;
      levels.set(nextLevels);
      regroup();
    },
    setLook(next) {
      layers = next;
      ink = readInk();
      if (hasStyle()) restyle();
    },
    choose(place, come, closer) {
      chosen = place;
      set('chosen', chosenFeatures(place));
      if (place === null || !come) return;
      const [lon, lat] = place;
      const inside = map.getBounds().contains([lon, lat]);
      const near = closer && map.getZoom() < STREET;
      if (!inside || near)
        map.easeTo({ center: [lon, lat], ...(near ? { zoom: STREET } : {}), duration: 400 }, ASKED);
    },
    show(next) {
      if (next === null) map.fitBounds(WHOLE_CITY, { ...FIT, duration: 400 });
      else map.jumpTo({ center: [next.lon, next.lat], zoom: next.zoom });
    },
    zoomBy: (steps) => void map.zoomTo(map.getZoom() + steps, { duration: 200 }, ASKED),
    picture: () =>
      new Promise((resolve) => {
        map.once('render', () => {
          const from = map.getCanvas();
          const copy = document.createElement('canvas');
          copy.width = from.width;
          copy.height = from.height;
          copy.getContext('2d')?.drawImage(from, 0, 0);
          resolve(copy);
        });
        map.triggerRepaint();
      }),
    resize: () => map.resize(),
    close() {
      closed = true;
      map.remove();
    },
  };

  function hasStyle(): boolean {
    return !closed && Boolean(map.style) && map.getSource('alarms') !== undefined;
  }
  function set(source: string, data: MapFeatures): void {
    if (!hasStyle()) return;
    map.getSource<GeoJSONSource>(source)?.setData(data as never);
  }
  function pushAll(): void {
    if (!hasStyle()) return;
    set('points', places.points);
    set('edges', places.edges);
    set('chosen', chosenFeatures(chosen));
    levels.pushAll();
    restyle();
    regroup();
  }

  function regroup(): void {
    groups = groupAlarms(alarms, map.getZoom());
    drawGroups();
  }
  function fan(key: string | null): void {
    fanned = key;
    drawGroups();
  }
  /** A stack that changed its members closes. */
  function drawGroups(): void {
    const open = groups.find(({ ids }) => ids.length > 1 && ids.join(',') === fanned);
    if (open === undefined) fanned = null;
    const middle = open === undefined ? null : map.project([open.lon, open.lat]);
    const spread =
      open === undefined || middle === null
        ? null
        : {
            group: open,
            places: fanPlaces(open.ids.length).map(({ x, y }): Place => {
              const { lng, lat } = map.unproject([middle.x + x, middle.y + y]);
              return [lng, lat];
            }),
          };
    const features = groupFeatures(groups, alarms, spread);
    if (!hasStyle()) return;
    for (const name of features.names) addGlyph(name);
    set('fan', fanFeatures(spread));
    set('alarms', features.collection);
  }
  function addGlyph(name: string): void {
    const look = glyphLook(name);
    if (look !== null && !map.hasImage(name)) {
      map.addImage(glyphName(look), drawGlyph(look, ink), { pixelRatio: GLYPH_RATIO });
    }
  }
  /** Colours and filters of the running layers, and the pictures drawn so far. */
  function restyle(): void {
    for (const layer of layersOf(ink, layers)) {
      if ('filter' in layer && layer.filter !== undefined) map.setFilter(layer.id, layer.filter);
      for (const [name, value] of Object.entries(layer.paint ?? {})) {
        map.setPaintProperty(layer.id, name as never, value as never);
      }
    }
    for (const name of map.listImages()) {
      const look = glyphLook(name);
      if (look !== null) map.updateImage(name, drawGlyph(look, ink));
    }
  }
  function centreOf(ids: readonly string[]): [number, number] {
    const group = groups.find((one) => one.ids.join(',') === ids.join(','));
    return group === undefined ? map.getCenter().toArray() : [group.lon, group.lat];
  }
}
