/**
 * Base maps of the console, as `GET /api/v1/map/bases` lists them. The first one is shown unless somebody chooses another;
 * the sketch is always there and is in no list.
 */

/** WGS 84 also stands for CGCS 2000, which differs by centimetres. */
export type Datum = 'wgs84' | 'gcj02';

export type MapBase = {
  readonly id: string;
  readonly name: string;
  readonly kind: 'pmtiles' | 'geojson' | 'raster';
  /** `pmtiles`, `geojson`: an address of our own. `raster`: one or more templates with {z}, {x}, {y}. */
  readonly urls: readonly string[];
  readonly datum: Datum;
  /** 审图号, as it must be printed on the map; null = the base needs none (nothing public is shown). */
  readonly approval: string | null;
  /** Who made it. */
  readonly attribution: string | null;
  readonly maxZoom: number;
};
