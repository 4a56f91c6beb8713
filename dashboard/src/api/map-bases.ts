/** Base maps that the platform is configured with (`GET /map/bases`). */
import type { MapBase } from '#domain/contract/map-bases.ts';
import { field, isRecord, type Call } from './http.ts';

const KINDS = ['pmtiles', 'geojson', 'raster'] as const;

/** Empty when there are none, or they cannot be read now: the sketch then stands in. */
export async function readMapBases(call: Call): Promise<readonly MapBase[]> {
  const reply = await call('GET', '/map/bases');
  const bases = reply.ok ? field(reply.body, 'bases') : [];
  return Array.isArray(bases) ? bases.filter(isBase) : [];
}

const isBase = (value: unknown): value is MapBase =>
  isRecord(value) &&
  typeof value['id'] === 'string' &&
  typeof value['name'] === 'string' &&
  KINDS.some((kind) => kind === value['kind']) &&
  (value['datum'] === 'wgs84' || value['datum'] === 'gcj02') &&
  Array.isArray(value['urls']);
