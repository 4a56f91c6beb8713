/**
 * The drawn map. It keeps what it was told, because a lost graphics context takes the style and everything in it away:
 * MapLibre then has no style at all until the context is back, and the new one holds new sources. So sources are always
 * asked for afresh, nothing is touched while there is no style, and a new style is given everything again.
 *
 * Whoever uses it speaks WGS 84 both ways; only here, between `put` and the picture, are places shifted for a base in
 * another datum.
 */
import { type GeoJSONSource, Map as MapLibre, Marker, ScaleControl, setWorkerUrl } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import { CITY_BOUNDS } from '#domain/placing.ts';
import type { MapBox } from '../store/view-state.ts';
import type { PlacedAlarm } from './alarm-groups.ts';
import { chosenFeatures } from './alarm-features.ts';
import { createAlarmGlyphs } from './alarm-glyphs.ts';
import type { ReadyBase } from './base-style.ts';
import { isSoftwareDrawn } from './graphics.ts';
import { shiftTo } from './map-datum.ts';
import { NOTHING, type MapFeatures } from './map-features.ts';
import type { MapInk } from './map-ink.ts';
import { readInk } from './read-ink.ts';
import { createLevels } from './map-levels.ts';
import { layersOf, mapStyle, OUR_SOURCES, STREET_ZOOM, type Layers, type OurSource } from './map-style.ts';
import type { Place } from './sketch.ts';
import { onPress } from './map-press.ts';

export type CityMapDeps = {
  readonly holder: HTMLElement;
  readonly base: ReadyBase;
  /** Null = the whole city. */
  readonly box: MapBox | null;
  readonly layers: Layers;
  /** A press anywhere, before anything else is made of it; true = it was taken. `facility` = the one under it. */
  placePressed(place: Place, facility: string | null): boolean;
  alarmPressed(id: string): void;
  facilityPressed(id: string): void;
  edgePressed(id: string): void;
  moved(box: MapBox): void;
  /** Where the pointer is; null = it left. */
  pointed(place: Place | null): void;
  /** The graphics context went away, or is back. */
  lost(lost: boolean): void;
};

/** What the map is told beside the alarms; each stands until it is told again. */
export type Drawn = Exclude<OurSource, 'fan' | 'chosen' | 'alarms'>;
export type CityMap = {
  draw(data: Partial<Readonly<Record<Drawn, MapFeatures>>>): void;
  /** Positions and colours of the alarms, and the level (1 blue … 4 red) of every point that has one. */
  setAlarms(alarms: readonly PlacedAlarm[], levels: ReadonlyMap<number, number>): void;
  /** Theme or layers have changed. */
  setLook(layers: Layers): void;
  setBase(base: ReadyBase): void;
  /** Rings a place; `come` brings it into view when it is outside, `closer` to street level. */
  choose(place: Place | null, come: boolean, closer: boolean): void;
  /** A pin that a person may drag, told by `dragged` where it was let go; null takes it away. */
  pin(place: Place | null, dragged: (place: Place) => void): void;
  show(box: MapBox | null): void;
  /** Brings places into view at once, not closer than a district; none = the whole city. */
  fit(places: readonly Place[]): void;
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
const DISTRICT = 11;

/** Throws where the browser cannot draw it (no WebGL 2). */
export function openCityMap(deps: CityMapDeps): CityMap {
  let ink: MapInk = readInk();
  let { layers, base } = deps;
  let shift = shiftTo(base.datum);
  const drawn: Partial<Record<OurSource, MapFeatures>> = {};
  let chosen: Place | null = null;
  let marker: Marker | null = null;
  let closed = false;

  const { box } = deps;
  const map = new MapLibre({
    container: deps.holder,
    style: mapStyle(base, ink, layers),
    ...(box === null
      ? { bounds: WHOLE_CITY, fitBoundsOptions: FIT }
      : { center: lngLat([box.lon, box.lat]), zoom: box.zoom }),
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
  const glyphs = createAlarmGlyphs(map, put, { shift: () => shift, ink: () => ink });
  // For the browser's own tools and the tests: the map of this element.
  Object.assign(deps.holder, { cityMap: map });

  map.on('style.load', pushAll);
  map.on('webglcontextlost', () => deps.lost(true));
  map.on('webglcontextrestored', () => {
    pushAll();
    deps.lost(false);
  });
  map.on('zoomend', () => glyphs.regroup());
  map.on('moveend', (event) => {
    // Only what a person did is a box to keep; fitting the city to a new window is not.
    if (event.originalEvent === undefined && !('asked' in event)) return;
    const { lng, lat: y } = map.getCenter();
    const [lon, lat] = shift.meant([lng, y]);
    if (!closed) deps.moved({ lon, lat, zoom: map.getZoom() });
  });
  map.on('mousemove', ({ lngLat: { lng, lat } }) => deps.pointed(shift.meant([lng, lat])));
  map.on('mouseout', () => deps.pointed(null));
  map.on('error', ({ error }) => console.warn('map', error.message));
  onPress(map, {
    anywhere: ([lon, lat], facility) => deps.placePressed(shift.meant([lon, lat]), facility),
    group(ids, district) {
      const [only] = ids;
      if (district)
        map.easeTo({ center: lngLat(glyphs.placeOf(ids) ?? centre()), zoom: map.getZoom() + 2 }, ASKED);
      else if (ids.length === 1 && only !== undefined) deps.alarmPressed(only);
      else glyphs.fan(ids);
    },
    facility: deps.facilityPressed,
    edge: deps.edgePressed,
    nothing: () => glyphs.fan(null),
    seesQuiet: () => layers.everyFacility || map.getZoom() >= STREET_ZOOM,
  });

  return {
    draw(data) {
      for (const [source, features] of Object.entries(data) as [Drawn, MapFeatures][]) {
        put(source, features);
        if (source === 'points') levels.pushAll();
      }
    },
    setAlarms(next, nextLevels) {
      levels.set(nextLevels);
      glyphs.set(next);
    },
    setLook(next) {
      layers = next;
      ink = readInk();
      if (hasStyle()) restyle();
    },
    setBase(next) {
      const middle = centre();
      base = next;
      shift = shiftTo(base.datum);
      map.jumpTo({ center: lngLat(middle) });
      map.setStyle(mapStyle(base, ink, layers), { diff: false });
    },
    choose(place, come, closer) {
      chosen = place;
      put('chosen', chosenFeatures(place));
      if (place === null || !come) return;
      const center = lngLat(place);
      const inside = map.getBounds().contains(center);
      const near = closer && map.getZoom() < STREET;
      if (!inside || near) map.easeTo({ center, ...(near ? { zoom: STREET } : {}), duration: 400 }, ASKED);
    },
    pin(place, dragged) {
      marker?.remove();
      marker = null;
      if (place === null) return;
      const element = document.createElement('div');
      element.className = 'map-pin';
      const pin = new Marker({ element, draggable: true, anchor: 'bottom-left' })
        .setLngLat(lngLat(place))
        .addTo(map);
      pin.on('dragend', () => {
        const { lng, lat } = pin.getLngLat();
        dragged(shift.meant([lng, lat]));
      });
      marker = pin;
    },
    show(next) {
      if (next === null) map.fitBounds(WHOLE_CITY, { ...FIT, duration: 400 });
      else map.jumpTo({ center: lngLat([next.lon, next.lat]), zoom: next.zoom });
    },
    fit(places) {
      const bounds = places.length === 0 ? WHOLE_CITY : boundsOf(places);
      map.fitBounds(bounds, { padding: 90, maxZoom: DISTRICT, duration: 0 });
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
      marker?.remove();
      map.remove();
    },
  };

  function lngLat(place: Place): [number, number] {
    const [lon, lat] = shift.drawn(place);
    return [lon, lat];
  }
  function centre(): Place {
    const { lng, lat } = map.getCenter();
    return shift.meant([lng, lat]);
  }
  function hasStyle(): boolean {
    return !closed && Boolean(map.style) && map.getSource('alarms') !== undefined;
  }
  /** Keeps the features as they are meant, draws them as the base needs them. */
  function put(source: OurSource, data: MapFeatures): boolean {
    drawn[source] = data;
    if (!hasStyle()) return false;
    map.getSource<GeoJSONSource>(source)?.setData(shift.features(data) as never);
    return true;
  }
  function pushAll(): void {
    if (!hasStyle()) return;
    for (const source of OUR_SOURCES) put(source, drawn[source] ?? NOTHING);
    put('chosen', chosenFeatures(chosen));
    levels.pushAll();
    restyle();
    glyphs.regroup();
  }
  /** Colours, filters and switches of the running layers, and the pictures drawn so far. */
  function restyle(): void {
    for (const layer of layersOf(base, ink, layers)) {
      if (map.getLayer(layer.id) === undefined) continue;
      if ('filter' in layer && layer.filter !== undefined) map.setFilter(layer.id, layer.filter);
      for (const [name, value] of Object.entries(layer.paint ?? {})) {
        map.setPaintProperty(layer.id, name as never, value as never);
      }
      const visibility = layer.layout?.visibility;
      if (visibility !== undefined) map.setLayoutProperty(layer.id, 'visibility', visibility);
    }
    glyphs.repaint();
  }
}

/** West, south, east and north ends. */
function boundsOf(places: readonly Place[]): [number, number, number, number] {
  const longitudes = places.map(([lon]) => lon);
  const latitudes = places.map(([, lat]) => lat);
  return [Math.min(...longitudes), Math.min(...latitudes), Math.max(...longitudes), Math.max(...latitudes)];
}
