/** Rows and columns of the area panel: lifelines and districts with something to watch. */
import { computed, type ComputedRef } from 'vue';
import type { DutyConsole } from '../live/console.ts';
import { districtOf, districts } from '../store/area-panel.ts';

export type AreaColumn = { readonly id: string; readonly name: string; readonly short: string };
export type AreaRow = { readonly id: string; readonly name: string };

export function useAreaGrid(duty: DutyConsole): {
  readonly columns: ComputedRef<readonly AreaColumn[]>;
  readonly rows: ComputedRef<readonly AreaRow[]>;
} {
  const { picture } = duty;
  const { areas, facilities } = duty.directory;
  const known = computed(() => (picture.value, `${areas.size}/${facilities.size}`));
  /** Districts with something to watch; before the facilities are read, all of them. */
  const columns = computed(() => {
    void known.value;
    const used = new Set([...facilities.values()].map(({ area }) => districtOf(areas, area)));
    return districts(areas)
      .filter(({ id }) => used.size === 0 || used.has(id))
      .map(({ id, name }) => ({ id, name, short: shortName(name) }));
  });
  const rows = computed(() => {
    const used = new Set([...picture.value.cells.keys()].map((key) => key.split('/')[0]));
    return duty.names.lifelines().filter(({ id, shipped }) => shipped || used.has(id));
  });
  return { columns, rows };
}

/** 牡丹区 -> 牡丹, 菏泽经济技术开发区 -> 经开, 菏泽高新技术开发区 -> 高新: eight columns more fit. */
function shortName(name: string): string {
  if (name.endsWith('经济技术开发区')) return '经开';
  if (name.endsWith('高新技术开发区')) return '高新';
  return name.length > 2 ? name.replace(/(新区|区|县)$/, '') : name;
}
