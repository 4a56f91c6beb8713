/**
 * The map's layers, bottom to top: sketch, networks, points, names, alarms. No glyphs, sprites or tiles: nothing is
 * fetched, letters come from the machine's fonts. Alarms have a source of their own that is never clustered.
 */
import type {
  ExpressionSpecification,
  FilterSpecification,
  LayerSpecification,
  StyleSpecification,
} from 'maplibre-gl';
import { LINE_CLASSES, NOTHING, type LineClass } from './map-features.ts';
import { FONT, type MapInk } from './map-ink.ts';
import { drawSketch } from './sketch.ts';

export type Layers = {
  /** Lifelines, facility kinds and network kinds that are switched off. */
  readonly hidden: readonly string[];
  /** Facilities without an alarm are seen over the whole city, not only at street level. */
  readonly everyFacility: boolean;
};

/** From here on single facilities are told apart, so they are shown whatever the filter. */
export const STREET_ZOOM = 12;
const DASH: Readonly<Record<LineClass, number[] | null>> = {
  main: null,
  branch: [4, 2],
  relation: [1, 2],
};
const WIDTH: Readonly<Record<LineClass, number>> = { main: 2.6, branch: 1.6, relation: 1.2 };

/** Every source's id is also its place here; the data come later. */
export function mapStyle(ink: MapInk, layers: Layers): StyleSpecification {
  const data = () => ({ type: 'geojson' as const, data: NOTHING as never });
  return {
    version: 8,
    sources: {
      sketch: { type: 'geojson', data: drawSketch() as never },
      edges: data(),
      points: data(),
      fan: data(),
      chosen: data(),
      alarms: data(),
    },
    layers: layersOf(ink, layers),
  };
}

/** All layers as they should look now; also used to change colours and filters of a running map. */
export function layersOf(ink: MapInk, layers: Layers): LayerSpecification[] {
  return [
    ...sketchLayers(ink),
    ...networkLayers(ink, layers),
    ...pointLayers(ink, layers),
    ...alarmLayers(ink),
  ];
}

function sketchLayers(ink: MapInk): LayerSpecification[] {
  const source = 'sketch';
  const of = (layer: string): FilterSpecification => ['==', ['get', 'layer'], layer];
  const byZoom = (from: number, to: number): ExpressionSpecification => [
    'interpolate',
    ['exponential', 1.4],
    ['zoom'],
    8,
    from,
    15,
    to,
  ];
  return [
    { id: 'ground', type: 'background', paint: { 'background-color': ink['map-ground'] } },
    {
      id: 'cells',
      type: 'fill',
      source,
      filter: of('cell'),
      paint: {
        'fill-color': [
          'match',
          ['get', 'tone'],
          0,
          ink['map-cell-0'],
          1,
          ink['map-cell-1'],
          ink['map-cell-2'],
        ],
        'fill-antialias': false,
      },
    },
    {
      id: 'rivers',
      type: 'line',
      source,
      filter: of('river'),
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': ink['map-water'], 'line-width': byZoom(1.5, 14) },
    },
    {
      id: 'great-river',
      type: 'line',
      source,
      filter: of('great-river'),
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': ink['map-water'], 'line-width': byZoom(6, 60) },
    },
    {
      id: 'streets',
      type: 'line',
      source,
      filter: of('street'),
      minzoom: 9.5,
      paint: { 'line-color': ink['map-street'], 'line-width': byZoom(0.6, 6) },
    },
    {
      id: 'trunks',
      type: 'line',
      source,
      filter: of('trunk'),
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': ink['map-trunk'], 'line-width': byZoom(1.4, 10) },
    },
    {
      id: 'borders',
      type: 'line',
      source,
      filter: of('cell'),
      paint: { 'line-color': ink['map-border'], 'line-width': 1, 'line-dasharray': [4, 3] },
    },
  ];
}

const hiddenIn = (field: string, hidden: readonly string[]): ExpressionSpecification => [
  'in',
  ['get', field],
  ['literal', [...hidden]],
];

function networkLayers(ink: MapInk, { hidden }: Layers): LayerSpecification[] {
  const colour: ExpressionSpecification = [
    'match',
    ['get', 'lifeline'],
    'gas',
    ink['net-gas'],
    'heat',
    ink['net-heat'],
    'drainage',
    ink['net-drainage'],
    'hazchem',
    ink['net-hazchem'],
    ink['net-other'],
  ];
  return LINE_CLASSES.map((kind) => {
    const dash = DASH[kind];
    return {
      id: `edges-${kind}`,
      type: 'line',
      source: 'edges',
      filter: ['all', ['==', ['get', 'class'], kind], ['!', hiddenIn('kind', hidden)]],
      paint: {
        'line-color': colour,
        'line-width': ['interpolate', ['linear'], ['zoom'], 9, WIDTH[kind] * 0.5, 15, WIDTH[kind] * 1.6],
        ...(dash === null ? {} : { 'line-dasharray': dash }),
      },
    };
  });
}

function pointLayers(ink: MapInk, { hidden, everyFacility }: Layers): LayerSpecification[] {
  const level: ExpressionSpecification = ['coalesce', ['feature-state', 'level'], 0];
  const quiet = (opacity: number): ExpressionSpecification => ['case', ['>', level, 0], 1, opacity];
  const shown: FilterSpecification = ['!', ['any', hiddenIn('lifeline', hidden), hiddenIn('kind', hidden)]];
  const opacity: ExpressionSpecification = [
    'step',
    ['zoom'],
    quiet(everyFacility ? 0.8 : 0),
    STREET_ZOOM,
    quiet(0.9),
  ];
  return [
    {
      id: 'points',
      type: 'circle',
      source: 'points',
      filter: shown,
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
      id: 'seats',
      type: 'symbol',
      source: 'sketch',
      filter: ['==', ['get', 'layer'], 'seat'],
      maxzoom: 13,
      layout: {
        'text-field': ['get', 'name'],
        'text-font': FONT,
        'text-size': 14,
        'text-allow-overlap': true,
        'text-ignore-placement': true,
        'text-anchor': ['get', 'anchor'],
      },
      paint: { 'text-color': ink.text, 'text-halo-color': ink['map-ground'], 'text-halo-width': 1.5 },
    },
  ];
}

function alarmLayers(ink: MapInk): LayerSpecification[] {
  return [
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
