/**
 * 落图: placing a facility, moving one, joining two, on the map and by keyboard. Everything is tried at the server
 * (`dryRun`) before it can be saved, and saved only on a press of the button; nothing but the pin is draggable.
 */
import { computed, shallowRef, type ComputedRef, type ShallowRef } from 'vue';
import { EDGE_KINDS } from '#domain/catalogue.ts';
import type { Facility } from '#domain/registry.ts';
import { useApp, useDuty, usePage } from '../context.ts';
import { newPlace, placeBody, type NewPlace } from '../forms/new-place.ts';
import { useProblemWords } from '../forms/problem-words.ts';
import { mayConfigure } from '../store/config-rights.ts';
import { lineFeatures, type MapFeatures } from './map-features.ts';
import type { MapPlaces } from './map-places.ts';
import type { Place } from './sketch.ts';

/** `at` = where it would stand. `bends`: the places between its two facilities, in order. */
export type MapTask =
  | { readonly do: 'place'; readonly place: NewPlace }
  | { readonly do: 'move'; readonly facility: string; readonly at: Place }
  | {
      readonly do: 'join';
      readonly from: string;
      readonly to: string | null;
      readonly kind: string;
      readonly bends: readonly Place[];
    };

/** What the server says to the task as it stands. */
export type Verdict = { readonly ok: boolean; readonly words: string } | null;

export type MapEdit = {
  readonly may: ComputedRef<boolean>;
  readonly task: ShallowRef<MapTask | null>;
  readonly verdict: ShallowRef<Verdict>;
  readonly busy: ShallowRef<boolean>;
  /** The pipe being drawn. */
  readonly draft: ComputedRef<MapFeatures>;
  readonly pinned: ComputedRef<Place | null>;
  begin(task: MapTask | null): void;
  /** Lays a change over the task and tries it. */
  change(task: MapTask): void;
  /** A press on the map; false = there is no task that takes it. */
  pressed(place: Place, facility: string | null): boolean;
  dragged(place: Place): void;
  save(): Promise<void>;
  /** Takes a pipe out of use; null = done, else why not. */
  retireEdge(id: string): Promise<string | null>;
  /** Gives codes to all facilities that have none; how many, or null when refused. */
  giveCodes(): Promise<number | null>;
};

/** Kinds that may join two facilities of these lifelines; a pipe is filed under the first of them that has the kind. */
export const edgeKindsFor = (from: Facility | undefined, to: Facility | undefined) =>
  EDGE_KINDS.filter(({ lifelines }) =>
    [from?.lifeline, to?.lifeline].some((one) => one !== undefined && lifelines.includes(one)),
  );

export const startPlacing = (): MapTask => ({ do: 'place', place: newPlace() });
const rounded = ([lon, lat]: Place): Place => [Math.round(lon * 1e6) / 1e6, Math.round(lat * 1e6) / 1e6];
const TRY_AFTER_MS = 300;

export function useMapEdit(places: MapPlaces, redraw: () => void): MapEdit {
  const { session } = useApp();
  const duty = useDuty();
  const page = usePage();
  const written = useProblemWords();
  const task = shallowRef<MapTask | null>(null);
  const verdict = shallowRef<Verdict>(null);
  const busy = shallowRef(false);
  /** Ids of pipes that the server would not take: retired ones. */
  const refused = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const located = (id: string): Place | null => {
    const location = duty.directory.facilities.get(id)?.location;
    return location === undefined ? null : [location.lon, location.lat];
  };
  const draft = computed(() => {
    const now = task.value;
    if (now?.do !== 'join') return lineFeatures([]);
    const ends = [located(now.from), ...now.bends, now.to === null ? null : located(now.to)];
    return lineFeatures(ends.filter((place) => place !== null));
  });
  const pinned = computed((): Place | null => {
    const now = task.value;
    if (now?.do === 'move') return now.at;
    if (now?.do !== 'place' || now.place.lon === '' || now.place.lat === '') return null;
    return [now.place.lon, now.place.lat];
  });

  const edit: MapEdit = {
    may: computed(() => mayConfigure(session.user.value?.roles ?? [], 'change-registry')),
    task,
    verdict,
    busy,
    draft,
    pinned,
    begin(next) {
      task.value = next;
      verdict.value = null;
      clearTimeout(timer);
    },
    change(next) {
      task.value = next;
      verdict.value = null;
      clearTimeout(timer);
      timer = setTimeout(() => void tryOut(), TRY_AFTER_MS);
    },
    pressed(place, facility) {
      const now = task.value;
      if (now === null) return false;
      const [lon, lat] = rounded(place);
      if (now.do === 'move') edit.change({ ...now, at: [lon, lat] });
      else if (now.do === 'place') edit.change({ ...now, place: { ...now.place, lon, lat } });
      else if (facility !== null && facility !== now.from) edit.change({ ...now, to: facility });
      else if (facility === null && now.to === null)
        edit.change({ ...now, bends: [...now.bends, [lon, lat]] });
      return true;
    },
    dragged: (place) => void edit.pressed(place, null),
    async save() {
      const order = orderOf(task.value);
      if (order === null) return;
      busy.value = true;
      const reply = await session.call(order.method, order.path, order.body);
      busy.value = false;
      if (!reply.ok) return void (verdict.value = { ok: false, words: written(reply.problem) });
      const done = task.value;
      edit.begin(null);
      if (done?.do === 'join') await places.load();
      else keepFacility(reply.body as Facility);
      redraw();
    },
    async retireEdge(id) {
      const reply = await session.call('POST', `/edges/${encodeURIComponent(id)}/retire`, {});
      if (!reply.ok) return written(reply.problem);
      await places.load();
      page.see({ edge: null });
      return null;
    },
    async giveCodes() {
      const reply = await session.call('POST', '/facilities/codes', {});
      if (!reply.ok) return null;
      await duty.directory.load();
      redraw();
      return Number(Object(reply.body).assigned ?? 0);
    },
  };
  return edit;

  function keepFacility(facility: Facility): void {
    duty.directory.facilities.set(facility.id, facility);
    duty.admit();
    page.see({ facility: facility.id });
  }

  /** Null while something is missing: then there is nothing to try or to save. */
  function orderOf(now: MapTask | null): { method: 'POST' | 'PATCH'; path: string; body: unknown } | null {
    if (now === null) return null;
    if (now.do === 'move') {
      const [lon, lat] = now.at;
      return {
        method: 'PATCH',
        path: `/facilities/${encodeURIComponent(now.facility)}`,
        body: { location: { lat, lon } },
      };
    }
    if (now.do === 'place') {
      if (Object.values(now.place).includes('')) return null;
      return { method: 'POST', path: '/facilities', body: placeBody(now.place) };
    }
    if (now.to === null || now.kind === '') return null;
    return {
      method: 'POST',
      path: '/edges',
      body: edgeBody(now.from, now.to, now.kind, draftPath(now.bends)),
    };
  }
  function draftPath(bends: readonly Place[]): readonly Place[] | null {
    const line = draft.value.features[0]?.geometry;
    return bends.length === 0 || line?.type !== 'LineString' ? null : line.coordinates;
  }
  function edgeBody(from: string, to: string, kind: string, path: readonly Place[] | null): unknown {
    const { facilities } = duty.directory;
    const taken = new Set(places.edges.value.map(({ id }) => id));
    // The server refuses the id of a retired pipe, which no list shows: the trial finds out, and takes the next one.
    const stem = `${kind}-${from}-${to}`.slice(0, 58);
    let id = stem;
    for (let n = 2; taken.has(id) || refused.has(id); n++) id = `${stem}-${n}`;
    const allowed = EDGE_KINDS.find((one) => one.id === kind)?.lifelines ?? [];
    const own = [facilities.get(from)?.lifeline, facilities.get(to)?.lifeline];
    const lifeline = own.find((one) => one !== undefined && allowed.includes(one)) ?? allowed[0];
    return { id, kind, lifeline, from, to, ...(path === null ? {} : { path }) };
  }

  async function tryOut(): Promise<void> {
    const tried = task.value;
    const order = orderOf(tried);
    if (order === null) return;
    const reply = await session.call(order.method, `${order.path}?dryRun=true`, order.body);
    if (task.value !== tried) return;
    if (!reply.ok && reply.problem.code === 'exists' && tried?.do === 'join') {
      refused.add(String(Object(order.body).id));
      return tryOut();
    }
    verdict.value = reply.ok ? { ok: true, words: '' } : { ok: false, words: written(reply.problem) };
  }
}
