/** Which base the map shows, and what must be printed beside it: the words of the sketch, or the base's own line. */
import { computed, shallowRef, type ComputedRef, type ShallowRef } from 'vue';
import type { MapBase } from '#domain/contract/map-bases.ts';
import { readMapBases } from '../api/map-bases.ts';
import { useApp, useDuty } from '../context.ts';
import { useText } from '../text/language.ts';

export const SKETCH_ID = 'sketch';

export type MapBaseChoice = {
  readonly bases: ShallowRef<readonly MapBase[]>;
  /** Null = the sketch. */
  readonly chosen: ComputedRef<MapBase | null>;
  /** Name of a base that could not be read: the sketch stands in for it. */
  readonly failed: ShallowRef<string | null>;
  /** Printed on the map, the wall and every exported picture. */
  readonly caption: ComputedRef<string>;
  load(): Promise<void>;
};

export function useMapBase(): MapBaseChoice {
  const { call } = useApp().session;
  const duty = useDuty();
  const { t } = useText();
  const bases = shallowRef<readonly MapBase[]>([]);
  const failed = shallowRef<string | null>(null);
  const chosen = computed(() => {
    const { base } = duty.picture.value.seen;
    if (base === SKETCH_ID) return null;
    const [first = null] = bases.value;
    return bases.value.find(({ id }) => id === base) ?? first;
  });
  const caption = computed(() => {
    if (failed.value !== null) return `${t('map.baseFailed', { name: failed.value })} · ${t('map.sketch')}`;
    if (chosen.value === null) return t('map.sketch');
    const { name, approval, attribution } = chosen.value;
    const line = approval === null ? null : t('map.approval', { number: approval });
    return [name, line, attribution].filter((part) => part !== null).join(' · ');
  });
  return {
    bases,
    chosen,
    failed,
    caption,
    async load() {
      bases.value = await readMapBases(call);
    },
  };
}
