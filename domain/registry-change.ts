/** The registry's life: made from the catalogue, changed by journaled rows (all or none), kept in snapshots. */
import { facilitiesNearEdges } from './edge-reach.ts';
import { AREAS } from './catalogue.ts';
import { isFacilityCode } from './facility-code.ts';
import { createDraft, entriesOf, type Draft } from './registry-draft.ts';
import { draftRow } from './registry-rows.ts';
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
  RegistryChange,
  RegistryError,
  RegistryKind,
} from './registry.ts';

/** Indexes of what must be looked at again: its own fields, its device's, its facility's or its children changed. */
export type Touched = {
  readonly points: number[];
  readonly gateways: number[];
  readonly devices: number[];
};
export type RegistryOutcome =
  | {
      readonly ok: true;
      readonly touched: Touched;
      readonly created: readonly { readonly kind: RegistryKind; readonly id: string }[];
    }
  | { readonly ok: false; readonly errors: readonly RegistryError[] };

/** The registry as plain data, for snapshots; `restoreRegistry` makes the indexes again. */
export type SerializedRegistry = {
  readonly revision: number;
  readonly organisations: readonly Entry<Organisation>[];
  readonly areas: readonly Entry<Area>[];
  readonly facilities: readonly Entry<Facility>[];
  readonly gateways: readonly GatewayEntry[];
  readonly devices: readonly DeviceEntry[];
  readonly points: readonly PointEntry[];
  readonly edges: readonly Entry<Edge>[];
  readonly products: readonly Entry<Product>[];
};

/** A city with its areas and nothing else. */
export function createRegistry(): Registry {
  return {
    revision: 0,
    organisations: new Map(),
    areas: new Map(AREAS.map((area) => [area.id, area])),
    facilities: new Map(),
    facilitiesByCode: new Map(),
    edges: new Map(),
    products: new Map(),
    gateways: new Map(),
    gatewaysByToken: new Map(),
    devices: new Map(),
    devicesBySerial: new Map(),
    points: new Map(),
    gatewaysByIndex: [],
    devicesByIndex: [],
    pointsByIndex: [],
    pointsOfDevice: new Map(),
    devicesOfGateway: new Map(),
  };
}

/**
 * Applies every row or none. Rows see the rows before them. `update` and `upsert` lay the given fields over the entry
 * (null removes an optional one); an error's `row` is the item's own, else its place in the list, from 0.
 */
export function applyRegistryChange(registry: Registry, change: RegistryChange): RegistryOutcome {
  const { draft, errors } = prepare(registry, change);
  if (errors.length > 0) return { ok: false, errors };
  const touched = touchedBy(draft);
  commit(draft);
  registry.revision += 1;
  return { ok: true, touched, created: draft.created };
}

/** What `applyRegistryChange` would answer, with nothing changed: for a dry run. */
export function checkRegistryChange(registry: Registry, change: RegistryChange): RegistryOutcome {
  const { draft, errors } = prepare(registry, change);
  if (errors.length > 0) return { ok: false, errors };
  return { ok: true, touched: touchedBy(draft), created: draft.created };
}

export function serializeRegistry(registry: Registry): SerializedRegistry {
  return {
    revision: registry.revision,
    organisations: [...registry.organisations.values()],
    areas: [...registry.areas.values()],
    facilities: [...registry.facilities.values()],
    gateways: [...registry.gatewaysByIndex],
    devices: [...registry.devicesByIndex],
    points: [...registry.pointsByIndex],
    edges: [...registry.edges.values()],
    products: [...registry.products.values()],
  };
}

/** Areas that the catalogue has gained since are added. */
export function restoreRegistry(data: SerializedRegistry): Registry {
  const registry = createRegistry();
  registry.revision = data.revision;
  for (const entry of data.organisations) registry.organisations.set(entry.id, entry);
  for (const entry of data.areas) registry.areas.set(entry.id, entry);
  for (const entry of data.facilities) setFacility(registry, entry);
  for (const entry of data.gateways) setGateway(registry, entry);
  for (const entry of data.devices) setDevice(registry, entry);
  for (const entry of data.points) setPoint(registry, entry);
  for (const entry of data.edges) registry.edges.set(entry.id, entry);
  for (const entry of data.products) registry.products.set(entry.id, entry);
  return registry;
}

function prepare(registry: Registry, change: RegistryChange): { draft: Draft; errors: RegistryError[] } {
  const draft = createDraft(registry);
  const errors: RegistryError[] = [];
  change.items.forEach((item, place) => {
    const row = item.row ?? place;
    draftRow(draft, item, (code, detail) => errors.push({ row, code, detail }));
  });
  return { draft, errors };
}

function commit(draft: Draft): void {
  const { registry, entries } = draft;
  for (const entry of entries.facilities.values()) setFacility(registry, entry);
  for (const kind of ['organisations', 'areas', 'products', 'edges'] as const) {
    const target: Map<string, unknown> = entriesOf(registry, kind);
    for (const entry of entries[kind].values()) target.set(entry.id, entry);
  }
  for (const entry of entries.gateways.values()) setGateway(registry, entry);
  for (const [serial, device] of draft.serials) if (device === null) registry.devicesBySerial.delete(serial);
  for (const entry of entries.devices.values()) setDevice(registry, entry);
  for (const entry of entries.points.values()) setPoint(registry, entry);
}

function setFacility(registry: Registry, entry: Entry<Facility>): void {
  registry.facilities.set(entry.id, entry);
  if (isFacilityCode(entry.code)) registry.facilitiesByCode.set(entry.code, entry.id);
}

function setGateway(registry: Registry, entry: GatewayEntry): void {
  const before = registry.gateways.get(entry.id)?.tokenHmac;
  if (before !== undefined && before !== entry.tokenHmac) registry.gatewaysByToken.delete(before);
  // A retired gateway keeps its token, so that a log-in with it is told why it is refused.
  if (entry.tokenHmac !== undefined) registry.gatewaysByToken.set(entry.tokenHmac, entry.id);
  registry.gateways.set(entry.id, entry);
  registry.gatewaysByIndex[entry.index] = entry;
}

function setDevice(registry: Registry, entry: DeviceEntry): void {
  const before = registry.devices.get(entry.id);
  registry.devices.set(entry.id, entry);
  registry.devicesByIndex[entry.index] = entry;
  if (entry.serial !== undefined && !entry.retired) registry.devicesBySerial.set(entry.serial, entry.id);
  if (before !== undefined && (before.gateway !== entry.gateway || entry.retired)) {
    dropFrom(registry.devicesOfGateway, before.gateway, entry.id);
  }
  if (entry.retired) return;
  const siblings = listOf(registry.devicesOfGateway, entry.gateway);
  if (before?.gateway === entry.gateway) return;
  siblings.push(entry.id);
  if (before === undefined) return;
  const indexOf = (id: string): number => registry.devices.get(id)?.index ?? 0;
  siblings.sort((a, b) => indexOf(a) - indexOf(b));
}

function setPoint(registry: Registry, entry: PointEntry): void {
  const known = registry.points.has(entry.id);
  registry.points.set(entry.id, entry);
  registry.pointsByIndex[entry.index] = entry;
  if (entry.retired) dropFrom(registry.pointsOfDevice, entry.device, entry.index);
  else if (!known) listOf(registry.pointsOfDevice, entry.device).push(entry.index);
}

function listOf<T>(lists: Map<string, T[]>, key: string): T[] {
  let list = lists.get(key);
  if (list === undefined) lists.set(key, (list = []));
  return list;
}

function dropFrom<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  const place = list?.indexOf(item) ?? -1;
  if (place >= 0) list?.splice(place, 1);
}

/** Asked before the commit, while the registry still shows what was. */
function touchedBy(draft: Draft): Touched {
  const { registry, entries } = draft;
  const points = new Set<number>();
  const gateways = new Set<number>();
  const devices = new Set<number>();
  const touchGateway = (id: string | undefined): void => {
    const entry = id === undefined ? undefined : (entries.gateways.get(id) ?? registry.gateways.get(id));
    if (entry !== undefined) gateways.add(entry.index);
  };
  const touchDevice = (entry: DeviceEntry): void => {
    devices.add(entry.index);
    touchGateway(entry.gateway);
    touchGateway(registry.devices.get(entry.id)?.gateway);
    for (const index of registry.pointsOfDevice.get(entry.id) ?? []) points.add(index);
  };
  for (const entry of entries.gateways.values()) gateways.add(entry.index);
  for (const entry of entries.devices.values()) touchDevice(entry);
  for (const entry of entries.points.values()) {
    points.add(entry.index);
    touchGateway((entries.devices.get(entry.device) ?? registry.devices.get(entry.device))?.gateway);
  }
  const joined = facilitiesNearEdges(registry, entries.edges);
  if (joined.size > 0)
    for (const { id, facility } of registry.devicesByIndex)
      if (joined.has(facility)) for (const index of registry.pointsOfDevice.get(id) ?? []) points.add(index);
  const facilities = [...entries.facilities.keys()].filter((id) => registry.facilities.has(id));
  if (facilities.length > 0) {
    for (const entry of registry.devicesByIndex)
      if (entries.facilities.has(entry.facility)) touchDevice(entry);
    for (const entry of registry.gatewaysByIndex) {
      if (entry.facility !== undefined && entries.facilities.has(entry.facility)) gateways.add(entry.index);
    }
  }
  return { points: ascending(points), gateways: ascending(gateways), devices: ascending(devices) };
}

const ascending = (indexes: ReadonlySet<number>): number[] => [...indexes].sort((a, b) => a - b);
