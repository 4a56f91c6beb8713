/** Joins the running console to the drawn map: feeds it at its pace, follows the address, and takes its clicks. */
import { onBeforeUnmount, onMounted, shallowRef, watch, type ShallowRef } from 'vue';
import type { MapBase } from '#domain/contract/map-bases.ts';
import { useApp, useDuty, usePage } from '../context.ts';
import { districtOf } from '../store/area-panel.ts';
import { boxText, type MapBox } from '../store/view-state.ts';
import { readyBase, SKETCH, type ReadyBase } from './base-style.ts';
import { alarmsOnMap, placeOf } from './map-alarms.ts';
import { useMapBase, type MapBaseChoice } from './map-base.ts';
import { useMapEdit, type MapEdit } from './map-edit.ts';
import type { CityMap } from './city-map.ts';
import { canDrawMaps } from './graphics.ts';
import { edgeFeatures, facilityFeatures, NOTHING, pointFeatures, reachFeatures } from './map-features.ts';
import { createMapPace } from './map-pace.ts';
import { createMapPlaces, type MapPlaces } from './map-places.ts';
import { useMapTrace, type MapTrace } from './map-trace.ts';
import type { Layers } from './map-style.ts';
import type { Place } from './sketch.ts';

/** `none`: this browser draws no maps; `failed`: the map's code did not come; `lost`: the graphics context is away. */
export type MapState = 'opening' | 'shown' | 'lost' | 'none' | 'failed';

export type MapHost = {
  readonly state: ShallowRef<MapState>;
  readonly places: MapPlaces;
  readonly base: MapBaseChoice;
  readonly trace: MapTrace;
  readonly edit: MapEdit;
  readonly unplaced: ShallowRef<number>;
  /** Where the pointer is on the map, WGS 84. */
  readonly pointed: ShallowRef<Place | null>;
  /** Null while it is not there. */
  map(): CityMap | null;
};

const KEEP_BOX_AFTER_MS = 400;
const READ_AGAIN_MS = 30_000;

export function useMapHost(holder: Readonly<ShallowRef<HTMLElement | null>>): MapHost {
  const app = useApp();
  const duty = useDuty();
  const page = usePage();
  const state = shallowRef<MapState>('opening');
  const unplaced = shallowRef(0);
  const pointed = shallowRef<Place | null>(null);
  const places = createMapPlaces(app.session.call);
  const base = useMapBase();
  const trace = useMapTrace(places);
  const edit = useMapEdit(places, drawPlaces);
  const pace = createMapPace();
  let map: CityMap | null = null;
  let closed = false;
  let drawn: object | null = null;
  let boxTimer: ReturnType<typeof setTimeout> | undefined;
  let kept: string | null = null;
  let readAt = 0;
  const resize = new ResizeObserver(() => map?.resize());

  onMounted(() => void open());
  onBeforeUnmount(() => {
    closed = true;
    clearTimeout(boxTimer);
    resize.disconnect();
    map?.close();
  });
  const seen = () => duty.picture.value.seen;
  // Getters throughout: a shallow ref among several sources makes Vue run the watcher at every trigger, changed or not.
  watch(
    [
      () => app.preferences.theme.value,
      () => seen().hidden,
      () => seen().everyFacility,
      () => seen().filter.lifeline,
      () => seen().filter.area,
    ],
    () => map?.setLook(layers()),
    { flush: 'post' },
  );
  // Neither numbers nor directory are reactive: each picture looks at them again, and only a change draws.
  const numbers = () => (duty.picture.value.ready ? duty.pointNumbers() : null);
  const facilities = () => (duty.picture.value.ready ? duty.directory.facilities.size : 0);
  watch([numbers, facilities, () => places.version.value], drawPlaces);
  watch([() => duty.picture.value.selected, () => seen().facility, facilities], choose);
  watch([() => trace.found.value, () => places.version.value], drawReach);
  watch([() => edit.draft.value, () => edit.pinned.value], drawDraft);
  watch(() => base.chosen.value, changeBase);
  watch(
    () => seen().box,
    (box) => {
      const text = box === null ? null : boxText(box);
      if (text !== kept) map?.show(box);
      kept = text;
    },
  );
  return { state, places, base, trace, edit, unplaced, pointed, map: () => map };

  async function open(): Promise<void> {
    if (!canDrawMaps()) {
      state.value = 'none';
      void places.load();
      return;
    }
    try {
      const [{ openCityMap }] = await Promise.all([import('./city-map.ts'), base.load()]);
      const ready = await prepare(base.chosen.value);
      if (closed || holder.value === null) return;
      const { box } = seen();
      kept = box === null ? null : boxText(box);
      map = openCityMap({
        holder: holder.value,
        base: ready,
        box,
        layers: layers(),
        placePressed: edit.pressed,
        alarmPressed: (id) => page.select(id),
        facilityPressed: (facility) => page.see({ facility, edge: null }),
        edgePressed: (edge) => page.see({ edge, facility: null }),
        moved: keepBox,
        pointed: (place) => (pointed.value = place),
        lost: (lost) => (state.value = lost ? 'lost' : 'shown'),
      });
    } catch (cause) {
      console.warn('no map', cause);
      state.value = /webgl/i.test(String(cause)) ? 'none' : 'failed';
      return;
    }
    resize.observe(holder.value);
    state.value = 'shown';
    drawPlaces();
    // A task may have begun before there was a map to show it on.
    drawDraft();
    feed();
    frames();
    choose();
    await places.load();
    readAt = performance.now();
  }

  /** A base that cannot be read must not take the alarms' map away: the sketch stands in, and says so. */
  async function prepare(wanted: MapBase | null): Promise<ReadyBase> {
    base.failed.value = null;
    try {
      return await readyBase(wanted);
    } catch (cause) {
      console.warn('no base map', cause);
      base.failed.value = wanted?.name ?? '';
      return SKETCH;
    }
  }
  async function changeBase(wanted: MapBase | null): Promise<void> {
    if (map === null) return;
    const ready = await prepare(wanted);
    if (base.chosen.value === wanted && !closed) map?.setBase(ready);
  }

  /** At the map's pace, and only what is new. */
  function feed(): void {
    if (closed) return;
    setTimeout(feed, pace.everyMs());
    const picture = duty.picture.value;
    if (map === null || drawn === picture) return;
    drawn = picture;
    const found = alarmsOnMap(duty);
    unplaced.value = found.unplaced;
    map.setAlarms(found.placed, found.levels);
  }
  function frames(): void {
    let before = performance.now();
    const next = (now: number) => {
      if (closed) return;
      pace.frame(now - before);
      before = now;
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  }

  function drawPlaces(): void {
    if (map === null) return;
    const { facilities, areas } = duty.directory;
    const numbers = duty.pointNumbers();
    const facilityOf = (device: string) => facilities.get(places.facilityOf.get(device) ?? '');
    const district = (area: string) => districtOf(areas, area) ?? '';
    const points = pointFeatures(numbers, facilityOf, district);
    map.draw({
      points,
      facilities: facilityFeatures(facilities.values(), district),
      edges: edgeFeatures(places.edges.value, facilities, district),
    });
    drawReach();
    drawn = null;
    const missing = Object.keys(numbers).length > points.features.length;
    if (missing && readAt > 0 && performance.now() - readAt > READ_AGAIN_MS) {
      readAt = performance.now();
      void places.load();
    }
  }
  function drawReach(): void {
    const found = trace.found.value;
    const { facilities } = duty.directory;
    const reach = found === null ? NOTHING : reachFeatures(found.reach, places.edges.value, facilities);
    map?.draw({ reach });
  }
  function drawDraft(): void {
    map?.draw({ draft: edit.draft.value });
    map?.pin(edit.pinned.value, edit.dragged);
  }
  function layers(): Layers {
    const { hidden, everyFacility, filter } = seen();
    return { hidden, everyFacility, lifeline: filter.lifeline, area: filter.area };
  }
  function choose(): void {
    const { selected } = duty.picture.value;
    const { facility, follow } = seen();
    const alarm = selected === null ? undefined : duty.alarm(selected);
    const place =
      alarm !== undefined
        ? placeOf(duty, alarm)
        : (duty.directory.facilities.get(facility ?? '')?.location ?? null);
    map?.choose(place === null ? null : [place.lon, place.lat], true, follow);
  }
  function keepBox(box: MapBox): void {
    clearTimeout(boxTimer);
    boxTimer = setTimeout(() => {
      kept = boxText(box);
      if (!closed) page.see({ box });
    }, KEEP_BOX_AFTER_MS);
  }
}
