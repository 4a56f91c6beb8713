/**
 * A change being prepared: the registry as it would be, entry by entry, over the registry as it is. Nothing touches
 * the registry until every row has passed.
 */
import { isFacilityCode } from './facility-code.ts';
import type {
  Area,
  DeviceEntry,
  Edge,
  Entry,
  Facility,
  GatewayEntry,
  Organisation,
  PointEntry,
  Product,
  Registry,
  RegistryKind,
} from './registry.ts';

export type EntryOf = {
  organisations: Entry<Organisation>;
  areas: Entry<Area>;
  facilities: Entry<Facility>;
  gateways: GatewayEntry;
  devices: DeviceEntry;
  points: PointEntry;
  edges: Entry<Edge>;
  products: Entry<Product>;
};
export type AnyEntry = EntryOf[RegistryKind];

export type Draft = {
  readonly registry: Registry;
  readonly entries: { readonly [K in RegistryKind]: Map<string, EntryOf[K]> };
  /** 16-digit code -> facility that has it in the draft; it keeps it. */
  readonly codes: Map<string, string>;
  /** Serial -> device that has it in the draft; null = free again. */
  readonly serials: Map<string, string | null>;
  readonly created: { kind: RegistryKind; id: string }[];
  /** `kind/id` of refused rows: what refers to them is not refused a second time. */
  readonly broken: Set<string>;
  readonly nextIndex: { gateways: number; devices: number; points: number };
  /** Live entries below `kind/id`; counted when the first row retires something. */
  children: Map<string, number> | null;
};

export function createDraft(registry: Registry): Draft {
  return {
    registry,
    entries: {
      organisations: new Map(),
      areas: new Map(),
      facilities: new Map(),
      gateways: new Map(),
      devices: new Map(),
      points: new Map(),
      edges: new Map(),
      products: new Map(),
    },
    codes: new Map(),
    serials: new Map(),
    created: [],
    broken: new Set(),
    nextIndex: {
      gateways: registry.gatewaysByIndex.length,
      devices: registry.devicesByIndex.length,
      points: registry.pointsByIndex.length,
    },
    children: null,
  };
}

/** The entry as it would be, retired or not. */
export function lookUp<K extends RegistryKind>(draft: Draft, kind: K, id: string): EntryOf[K] | undefined {
  return draft.entries[kind].get(id) ?? entriesOf(draft.registry, kind).get(id);
}

/** The registry's own map of one kind. */
export function entriesOf<K extends RegistryKind>(registry: Registry, kind: K): Map<string, EntryOf[K]> {
  const maps: { [P in RegistryKind]: Map<string, EntryOf[P]> } = registry;
  return maps[kind];
}

/** Puts the entry as it would be, keeping serials and counts of children. */
export function put<K extends RegistryKind>(draft: Draft, kind: K, entry: EntryOf[K]): void {
  const before = lookUp(draft, kind, entry.id);
  if (draft.children !== null) {
    if (before !== undefined) countParents(draft.children, kind, before, -1);
    countParents(draft.children, kind, entry, 1);
  }
  if (kind === 'devices') moveSerial(draft, before, entry);
  if ('code' in entry && isFacilityCode(entry.code)) draft.codes.set(entry.code, entry.id);
  draft.entries[kind].set(entry.id, entry);
}

/** Facility that has the 16-digit `code` in the draft. */
export const facilityOfCode = (draft: Draft, code: string): string | undefined =>
  draft.codes.get(code) ?? draft.registry.facilitiesByCode.get(code);

/** Device that holds `serial` in the draft. */
export function deviceOfSerial(draft: Draft, serial: string): string | undefined {
  const drafted = draft.serials.get(serial);
  return drafted === undefined ? draft.registry.devicesBySerial.get(serial) : (drafted ?? undefined);
}

/** How many live entries refer to this one. */
export function liveChildren(draft: Draft, kind: RegistryKind, id: string): number {
  draft.children ??= countChildren(draft);
  return draft.children.get(`${kind}/${id}`) ?? 0;
}

function countChildren(draft: Draft): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of ['areas', 'facilities', 'gateways', 'devices', 'points', 'edges'] as const) {
    const drafted: ReadonlyMap<string, AnyEntry> = draft.entries[kind];
    for (const entry of entriesOf(draft.registry, kind).values()) {
      if (!drafted.has(entry.id)) countParents(counts, kind, entry, 1);
    }
    for (const entry of drafted.values()) countParents(counts, kind, entry, 1);
  }
  return counts;
}

function countParents(counts: Map<string, number>, kind: RegistryKind, entry: AnyEntry, by: number): void {
  if (entry.retired) return;
  for (const parent of parentsOf(kind, entry)) counts.set(parent, (counts.get(parent) ?? 0) + by);
}

/** `kind/id` of everything that this entry refers to. */
function parentsOf(kind: RegistryKind, entry: AnyEntry): string[] {
  const parents: string[] = [];
  const refer = (to: RegistryKind, field: string): void => {
    const id: unknown = Reflect.get(entry, field);
    if (typeof id === 'string') parents.push(`${to}/${id}`);
  };
  if (kind === 'areas') refer('areas', 'parent');
  if (kind === 'facilities') refer('areas', 'area');
  if (kind === 'facilities') refer('organisations', 'organisation');
  if (kind === 'gateways' || kind === 'devices') refer('facilities', 'facility');
  if (kind === 'gateways') refer('products', 'product');
  if (kind === 'devices') refer('gateways', 'gateway');
  if (kind === 'points') refer('devices', 'device');
  if (kind === 'edges') refer('facilities', 'from');
  if (kind === 'edges') refer('facilities', 'to');
  return parents;
}

function moveSerial(draft: Draft, before: AnyEntry | undefined, after: AnyEntry): void {
  const old = serialOf(before);
  const now = serialOf(after);
  if (old === now) return;
  if (old !== undefined) draft.serials.set(old, null);
  if (now !== undefined) draft.serials.set(now, after.id);
}

function serialOf(entry: AnyEntry | undefined): string | undefined {
  return entry !== undefined && !entry.retired && 'serial' in entry ? entry.serial : undefined;
}
