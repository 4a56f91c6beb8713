/**
 * What a person sees of the list and the map, as the address holds it: filter, chosen facility, the map's box and layers.
 * What the address does not name is at its default.
 */
import { EVERYTHING, filterFromQuery, filterToQuery, type Filter } from './filter.ts';

/** Centre in WGS-84 degrees and MapLibre's zoom. */
export type MapBox = { readonly lon: number; readonly lat: number; readonly zoom: number };

export type ViewState = {
  readonly filter: Filter;
  /** Facility whose card is open. */
  readonly facility: string | null;
  /** Where there is room for one beside the list: the detail or the map. */
  readonly pane: 'detail' | 'map';
  /** Null = the whole city. */
  readonly box: MapBox | null;
  /** Layers switched off: facility kinds' lifelines, network kinds. */
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
  pane: 'detail',
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
    pane: query.get('pane') === 'map' ? 'map' : 'detail',
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
  if (view.pane === 'map') query.set('pane', 'map');
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
