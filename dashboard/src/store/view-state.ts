/**
 * What a person sees of the list and the map, as the address holds it: filter, chosen facility, the map's box and layers.
 * What the address does not name is at its default.
 */
import type { Direction } from '#domain/edge-trace.ts';
import { EVERYTHING, filterFromQuery, filterToQuery, type Filter } from './filter.ts';

const DIRECTIONS: readonly Direction[] = ['up', 'down'];

/** Centre in WGS-84 degrees and MapLibre's zoom. */
export type MapBox = { readonly lon: number; readonly lat: number; readonly zoom: number };

export type ViewState = {
  readonly filter: Filter;
  /** Facility whose card is open. */
  readonly facility: string | null;
  /** Pipe, drain or neighbourhood whose card is open. */
  readonly edge: string | null;
  /** The networks are followed upstream or downstream from what is chosen. */
  readonly trace: Direction | null;
  /** Base map by its id in the configuration, `sketch` for the shipped one; null = the configuration's first. */
  readonly base: string | null;
  /** Where there is room for one beside the list: the detail or the map. */
  readonly pane: 'detail' | 'map';
  /** Alarms in groups instead of one by one. */
  readonly grouped: boolean;
  /** Null = the whole city. */
  readonly box: MapBox | null;
  /** Layers switched off: lifelines, kinds of facility and network, the base map. */
  readonly hidden: readonly string[];
  /** Also facilities without an alarm are named and clickable; by default only alarms stand out. */
  readonly everyFacility: boolean;
  /** The map as a table. */
  readonly table: boolean;
  /** This window follows what another window of the workstation chooses. */
  readonly follow: boolean;
};

export const PLAIN_VIEW: ViewState = {
  filter: EVERYTHING,
  facility: null,
  edge: null,
  trace: null,
  base: null,
  pane: 'detail',
  grouped: false,
  box: null,
  hidden: [],
  everyFacility: false,
  table: false,
  follow: false,
};

export function viewFromQuery(query: URLSearchParams): ViewState {
  const hidden = (query.get('hide') ?? '').split(',').filter((layer) => /^[\w-]+$/.test(layer));
  return {
    filter: filterFromQuery(query),
    facility: query.get('facility'),
    edge: query.get('edge'),
    trace: DIRECTIONS.find((one) => one === query.get('trace')) ?? null,
    base: query.get('base'),
    pane: query.get('pane') === 'map' ? 'map' : 'detail',
    grouped: query.get('by') === 'incident',
    box: boxOf(query.get('at')),
    hidden,
    everyFacility: query.get('all') === '1',
    table: query.get('table') === '1',
    follow: query.get('follow') === '1',
  };
}

/** `?…`, or nothing when all is at its default. */
export function viewToQuery(view: ViewState): string {
  const query = new URLSearchParams(filterToQuery(view.filter));
  if (view.facility !== null) query.set('facility', view.facility);
  if (view.edge !== null) query.set('edge', view.edge);
  if (view.trace !== null) query.set('trace', view.trace);
  if (view.base !== null) query.set('base', view.base);
  if (view.pane === 'map') query.set('pane', 'map');
  if (view.grouped) query.set('by', 'incident');
  if (view.box !== null) query.set('at', boxText(view.box));
  if (view.hidden.length > 0) query.set('hide', view.hidden.join(','));
  if (view.everyFacility) query.set('all', '1');
  if (view.table) query.set('table', '1');
  if (view.follow) query.set('follow', '1');
  // Commas and slashes may stand in a query; an address that people read aloud stays short.
  const text = query.toString().replaceAll('%2C', ',');
  return text === '' ? '' : `?${text}`;
}

/** Five decimals of a degree are a metre. */
export const boxText = ({ lon, lat, zoom }: MapBox): string =>
  `${lon.toFixed(5)},${lat.toFixed(5)},${zoom.toFixed(2)}`;

function boxOf(text: string | null): MapBox | null {
  const [lon = Number.NaN, lat = Number.NaN, zoom = Number.NaN] = (text ?? '').split(',').map(Number);
  const sound = Math.abs(lon) <= 180 && Math.abs(lat) <= 85 && zoom >= 0 && zoom <= 22;
  return sound ? { lon, lat, zoom } : null;
}
