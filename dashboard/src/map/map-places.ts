/** Where things are: devices' facilities and the networks, read once for the map and again when the registry grew. */
import { shallowRef, type ShallowRef } from 'vue';
import type { Edge } from '#domain/registry.ts';
import { isRecord, listAll, type Call } from '../api/http.ts';

const DEVICES_MAX = 40_000;
const EDGES_MAX = 40_000;

export type MapPlaces = {
  /** Device id -> facility id. */
  readonly facilityOf: ReadonlyMap<string, string>;
  readonly edges: ShallowRef<readonly Edge[]>;
  /** Counts up when something was read. */
  readonly version: ShallowRef<number>;
  load(): Promise<void>;
};

export function createMapPlaces(call: Call): MapPlaces {
  const facilityOf = new Map<string, string>();
  const edges = shallowRef<readonly Edge[]>([]);
  const version = shallowRef(0);
  return {
    facilityOf,
    edges,
    version,
    async load() {
      const devices = await listAll(call, '/devices?limit=1000', DEVICES_MAX);
      if (Array.isArray(devices)) {
        for (const device of devices) if (isDevice(device)) facilityOf.set(device.id, device.facility);
      }
      const found = await listAll(call, '/edges?limit=1000', EDGES_MAX);
      if (Array.isArray(found)) edges.value = found.filter(isEdge);
      version.value++;
    },
  };
}

const isDevice = (value: unknown): value is { id: string; facility: string } =>
  isRecord(value) && typeof value['id'] === 'string' && typeof value['facility'] === 'string';
const isEdge = (value: unknown): value is Edge =>
  isRecord(value) &&
  ['id', 'kind', 'lifeline', 'from', 'to'].every((field) => typeof value[field] === 'string');
