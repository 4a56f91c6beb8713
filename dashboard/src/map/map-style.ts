/**
 * The map's layers, bottom to top: base, networks, points, names, alarms. No glyphs or sprites: letters come from the
 * machine's fonts, so with the shipped base nothing is fetched. Alarms have a source of their own, never clustered.
 */
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';
import type { ReadyBase } from './base-style.ts';
import { NOTHING } from './map-features.ts';
import { FONT, type MapInk } from './map-ink.ts';
import { networkLayers } from './network-style.ts';

export type Layers = {
  /** Lifelines, facility kinds and network kinds that are switched off, and `BASE_LAYER`. */
  readonly hidden: readonly string[];
  /** Facilities without an alarm are seen over the whole city, not only at street level. */
  readonly everyFacility: boolean;
  /** As the filter of the list has them; null = all. */
  readonly lifeline: string | null;
  readonly area: string | null;
};

/** From here on single facilities are told apart, so they are shown whatever the filter. */
export const STREET_ZOOM = 12;
/** In `hidden`: the base map. */
export const BASE_LAYER = 'basemap';
const NAMES_ZOOM = 14.5;

/** What we draw over a base. Each source's id is also its place here; the data come later. */
export const OUR_SOURCES = [
  'edges',
  'reach',
  'points',
  'facilities',
  'draft',
  'fan',
  'chosen',
  'alarms',
] as const;
export type OurSource = (typeof OUR_SOURCES)[number];

export function mapStyle(base: ReadyBase, ink: MapInk, layers: Layers): StyleSpecification {
  const ours = OUR_SOURCES.map((id) => [id, { type: 'geojson' as const, data: NOTHING as never }]);
  return {
    version: 8,
    sources: { ...base.sources, ...Object.fromEntries(ours) },
    layers: layersOf(base, ink, layers),
  };
}

/** All layers as they should look now; also used to change colours and filters of a running map. */
export function layersOf(base: ReadyBase, ink: MapInk, layers: Layers): LayerSpecification[] {
  const visibility = layers.hidden.includes(BASE_LAYER) ? ('none' as const) : ('visible' as const);
  const switched = (layer: LayerSpecification): LayerSpecification =>
    layer.type === 'background'
      ? layer
      : ({ ...layer, layout: { ...layer.layout, visibility } } as LayerSpecification);
  return [
    ...base.ground(ink).map(switched),
    ...reachLayers(ink),
    ...networkLayers(ink, shownEdges(layers)),
    ...pointLayers(ink, layers),
    ...base.names(ink).map(switched),
    ...alarmLayers(ink),
  ];
}

const hiddenIn = (field: string, hidden: readonly string[]): ExpressionSpecification => [
  'in',
  ['get', field],
  ['literal', [...hidden]],
];
const among = (fields: readonly string[], value: string | null): ExpressionSpecification[] =>
  value === null || value === '-'
    ? []
    : [['any', ...fields.map((field) => ['==', ['get', field], value])] as never];

function shownEdges({ hidden, lifeline, area }: Layers): ExpressionSpecification {
  return [
    'all',
    ['!', ['any', hiddenIn('kind', hidden), hiddenIn('lifeline', hidden)]],
    ...among(['lifeline'], lifeline),
    ...among(['from-district', 'to-district'], area),
  ];
}

function shownFacilities({ hidden, lifeline, area }: Layers): ExpressionSpecification {
  return [
    'all',
    ['!', ['any', hiddenIn('lifeline', hidden), hiddenIn('kind', hidden)]],
    ...among(['lifeline'], lifeline),
    ...among(['district'], area),
  ];
}

/** Under the networks: what a trace reaches, as a broad band and rings. */
function reachLayers(ink: MapInk): LayerSpecification[] {
  return [
    {
      id: 'reach',
      type: 'line',
      source: 'reach',
      filter: ['==', ['geometry-type'], 'LineString'],
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: {
        'line-color': ink.text,
        'line-opacity': 0.42,
        'line-width': ['interpolate', ['linear'], ['zoom'], 8, 6, 15, 14],
      },
    },
    {
      id: 'reached',
      type: 'circle',
      source: 'reach',
      filter: ['==', ['geometry-type'], 'Point'],
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 8, 4, 15, 10],
        'circle-color': ink.pane,
        'circle-stroke-color': ink.text,
        'circle-stroke-width': 2,
      },
    },
  ];
}

function pointLayers(ink: MapInk, layers: Layers): LayerSpecification[] {
  const level: ExpressionSpecification = ['coalesce', ['feature-state', 'level'], 0];
  const quiet = (opacity: number): ExpressionSpecification => ['case', ['>', level, 0], 1, opacity];
  const opacity: ExpressionSpecification = [
    'step',
    ['zoom'],
    quiet(layers.everyFacility ? 0.8 : 0),
    STREET_ZOOM,
    quiet(0.9),
  ];
  return [
    {
      id: 'points',
      type: 'circle',
      source: 'points',
      filter: shownFacilities(layers),
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 8, 1.6, 12, 3, 16, 6],
        'circle-color': [
          'match',
          level,
          4,
          ink.red,
          3,
          ink.orange,
          2,
          ink.yellow,
          1,
          ink.blue,
          ink['map-dot'],
        ],
        'circle-opacity': opacity,
        'circle-stroke-color': ink['glyph-edge'],
        'circle-stroke-width': ['case', ['>', level, 0], 1, 0],
        'circle-stroke-opacity': ['case', ['>', level, 0], 1, 0],
      },
    },
    {
      id: 'facility-names',
      type: 'symbol',
      source: 'facilities',
      minzoom: NAMES_ZOOM,
      filter: shownFacilities(layers),
      layout: {
        'text-field': ['format', ['get', 'name'], {}, '\n', {}, ['get', 'code'], { 'font-scale': 0.85 }],
        'text-font': FONT,
        'text-size': 12,
        'text-anchor': 'top',
        'text-offset': [0, 0.9],
      },
      paint: { 'text-color': ink.text, 'text-halo-color': ink['map-ground'], 'text-halo-width': 1.5 },
    },
  ];
}

function alarmLayers(ink: MapInk): LayerSpecification[] {
  return [
    {
      id: 'draft',
      type: 'line',
      source: 'draft',
      paint: { 'line-color': ink.text, 'line-width': 3, 'line-dasharray': [2, 1] },
    },
    { id: 'fan', type: 'line', source: 'fan', paint: { 'line-color': ink.text, 'line-width': 1 } },
    {
      id: 'chosen',
      type: 'circle',
      source: 'chosen',
      paint: {
        'circle-radius': 23,
        'circle-color': ink.text,
        'circle-opacity': 0.12,
        'circle-stroke-color': ink.text,
        'circle-stroke-width': 2.5,
      },
    },
    {
      id: 'alarms',
      type: 'symbol',
      source: 'alarms',
      layout: {
        'icon-image': ['get', 'glyph'],
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
        'symbol-sort-key': ['get', 'rank'],
      },
    },
  ];
}
