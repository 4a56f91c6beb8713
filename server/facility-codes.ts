/**
 * Gives facilities their 16-digit codes (domain/facility-code.ts) before the change is journaled, so that the journal
 * holds the code itself. A number is one above the highest that ever was, retired facilities counted, and numbers given
 * to changes still on their way to the disk are not given twice; the registry refuses a code that is taken all the same.
 */
import { codeOf, codePrefix, splitCode } from '#domain/facility-code.ts';
import type { Facility, Registry, RegistryItem } from '#domain/registry.ts';

export type FacilityCodes = {
  /** The items, with a code for every facility among them that would be new and has none. */
  forNew(registry: Registry, items: readonly RegistryItem[]): RegistryItem[];
  /** An update for each of these facilities, in their order; one whose kind or district has no code is left out. */
  forKnown(registry: Registry, facilities: readonly Facility[]): RegistryItem[];
};

export function createFacilityCodes(): FacilityCodes {
  /** Prefix -> last running number given. */
  const given = new Map<string, number>();

  function giver(registry: Registry): (kind: unknown, area: unknown) => string | null {
    let read = false;
    return (kind, area) => {
      const prefix = codePrefix(kind, area, registry.areas);
      if (prefix === null) return null;
      if (!read) raiseTo(registry);
      read = true;
      const serial = (given.get(prefix) ?? 0) + 1;
      const code = codeOf(prefix, serial);
      if (code !== null) given.set(prefix, serial);
      return code;
    };
  }
  function raiseTo(registry: Registry): void {
    for (const code of registry.facilitiesByCode.keys()) {
      const { prefix, serial } = splitCode(code);
      if (serial > (given.get(prefix) ?? 0)) given.set(prefix, serial);
    }
  }

  return {
    forNew(registry, items) {
      const give = giver(registry);
      return items.map((item) => {
        if (!('value' in item) || item.op === 'update' || item.kind !== 'facilities') return item;
        const value = Object(item.value) as Readonly<Record<string, unknown>>;
        if ((value['code'] ?? null) !== null || registry.facilities.has(String(value['id']))) return item;
        const code = give(value['kind'], value['area']);
        return code === null ? item : { ...item, value: { ...value, code } };
      });
    },
    forKnown(registry, facilities) {
      const give = giver(registry);
      return facilities.flatMap(({ id, kind, area }): RegistryItem[] => {
        const code = give(kind, area);
        return code === null ? [] : [{ op: 'update', kind: 'facilities', value: { id, code } }];
      });
    },
  };
}
