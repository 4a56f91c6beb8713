/** Joins the running console to the drawn map: feeds it at its pace, follows the address, and takes its clicks. */
import { onBeforeUnmount, onMounted, shallowRef, watch, type ShallowRef } from 'vue';
import { useApp, useDuty, usePage } from '../context.ts';
import { boxText, type MapBox } from '../store/view-state.ts';
import { alarmsOnMap, placeOf } from './map-alarms.ts';
import type { CityMap } from './city-map.ts';
import { canDrawMaps } from './graphics.ts';
import { edgeFeatures, pointFeatures } from './map-features.ts';
import { createMapPace } from './map-pace.ts';
import { createMapPlaces, type MapPlaces } from './map-places.ts';

/** `none`: this browser draws no maps; `failed`: the map's code did not come; `lost`: the graphics context is away. */
export type MapState = 'opening' | 'shown' | 'lost' | 'none' | 'failed';

export type MapHost = {
  readonly state: ShallowRef<MapState>;
  readonly places: MapPlaces;
  readonly unplaced: ShallowRef<number>;
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
  const places = createMapPlaces(app.session.call);
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
  watch([() => app.preferences.theme.value, () => seen().hidden, () => seen().everyFacility], look, {
    flush: 'post',
  });
  // Neither numbers nor directory are reactive: each picture looks at them again, and only a change draws.
  const numbers = () => (duty.picture.value.ready ? duty.pointNumbers() : null);
  const facilities = () => (duty.picture.value.ready ? duty.directory.facilities.size : 0);
  watch([numbers, facilities, () => places.version.value], drawPlaces);
  watch([() => duty.picture.value.selected, () => seen().facility, facilities], choose);
  watch(
    () => seen().box,
    (box) => {
      const text = box === null ? null : boxText(box);
      if (text !== kept) map?.show(box);
      kept = text;
    },
  );
  return { state, places, unplaced, map: () => map };

  async function open(): Promise<void> {
    if (!canDrawMaps()) {
      state.value = 'none';
      return;
    }
    try {
      const { openCityMap } = await import('./city-map.ts');
      if (closed || holder.value === null) return;
      const { box } = seen();
      kept = box === null ? null : boxText(box);
      map = openCityMap({
        holder: holder.value,
        box,
        layers: seen(),
        alarmPressed: (id) => page.select(id),
        facilityPressed: (facility) => page.see({ facility }),
        moved: keepBox,
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
    feed();
    frames();
    choose();
    await places.load();
    readAt = performance.now();
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
    const { facilities } = duty.directory;
    const numbers = duty.pointNumbers();
    const facilityOf = (device: string) => facilities.get(places.facilityOf.get(device) ?? '');
    const points = pointFeatures(numbers, facilityOf);
    map.setPlaces(points, edgeFeatures(places.edges.value, facilities));
    drawn = null;
    const missing = Object.keys(numbers).length > points.features.length;
    if (missing && readAt > 0 && performance.now() - readAt > READ_AGAIN_MS) {
      readAt = performance.now();
      void places.load();
    }
  }
  function look(): void {
    map?.setLook(seen());
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
