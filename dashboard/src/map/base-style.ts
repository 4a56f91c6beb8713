/** The base under everything: the sketch that ships, or the city's own map by configuration. */
import type {
  ExpressionSpecification,
  FilterSpecification,
  LayerSpecification,
  SourceSpecification,
} from 'maplibre-gl';
import type { Datum, MapBase } from '#domain/contract/map-bases.ts';
import { FONT, type MapInk } from './map-ink.ts';
import { drawSketch } from './sketch.ts';

/** A base that is ready to be drawn. */
export type ReadyBase = {
  readonly id: string;
  readonly datum: Datum;
  readonly sources: Readonly<Record<string, SourceSpecification>>;
  /** Below the networks. */
  ground(ink: MapInk): LayerSpecification[];
  /** Above the points: names. */
  names(ink: MapInk): LayerSpecification[];
};

export const SKETCH: ReadyBase = {
  id: 'sketch',
  datum: 'wgs84',
  sources: { sketch: { type: 'geojson', data: drawSketch() as never } },
  ground: sketchGround,
  names: sketchNames,
};

/** Reads what must be known before it can be drawn; rejects when its file cannot be read. */
export async function readyBase(base: MapBase | null): Promise<ReadyBase> {
  if (base === null) return SKETCH;
  const { id, datum, urls, kind, maxZoom } = base;
  const known = { id, datum };
  if (kind === 'raster') return { ...known, ...rasterBase([...urls], maxZoom) };
  const [url = ''] = urls;
  const address = new URL(url, location.href).href;
  if (kind === 'geojson') {
    const answer = await fetch(address, { credentials: 'same-origin' });
    if (!answer.ok) throw new Error(`${url}: HTTP ${answer.status}`);
    const source = { type: 'geojson' as const, data: await answer.json() };
    return { ...known, sources: { base: source }, ...shapes([undefined]) };
  }
  const { openTiles } = await import('./base-tiles.ts');
  const tiles = await openTiles(address);
  if (tiles.vectorLayers === null) return { ...known, ...rasterBase([tiles.url], tiles.maxZoom) };
  const source = {
    type: 'vector' as const,
    tiles: [tiles.url],
    maxzoom: tiles.maxZoom,
    minzoom: tiles.minZoom,
  };
  return { ...known, sources: { base: source }, ...shapes(tiles.vectorLayers) };
}

type Drawing = Pick<ReadyBase, 'sources' | 'ground' | 'names'>;

const ground = (ink: MapInk): LayerSpecification => ({
  id: 'ground',
  type: 'background',
  paint: { 'background-color': ink['map-ground'] },
});

/** Other people's colours would drown the alarms: they are muted, and dimmed by night. */
function rasterBase(tiles: string[], maxZoom: number): Drawing {
  return {
    sources: { base: { type: 'raster', tiles, tileSize: 256, maxzoom: maxZoom } },
    ground: (ink) => [
      ground(ink),
      {
        id: 'base-raster',
        type: 'raster',
        source: 'base',
        paint: {
          'raster-saturation': -0.7,
          'raster-brightness-max': isDark(ink['map-ground']) ? 0.55 : 1,
          'raster-fade-duration': 0,
        },
      },
    ],
    names: () => [],
  };
}

/** First digit of each part below 8: a dark colour. */
const isDark = (colour: string): boolean => /^#[0-7].[0-7].[0-7]/.test(colour);

/**
 * Any vector base, whoever made it: areas, lines and names of each of its layers in our muted colours; water and roads are
 * told by the names that layers and classes commonly have. `undefined` = the one layer of a GeoJSON file.
 */
function shapes(layers: readonly (string | undefined)[]): Pick<ReadyBase, 'ground' | 'names'> {
  const of = (id: string | undefined) => ({
    source: 'base',
    ...(id === undefined ? {} : { 'source-layer': id }),
  });
  const word: ExpressionSpecification = [
    'downcase',
    ['to-string', ['coalesce', ['get', 'layer'], ['get', 'class'], ['get', 'kind'], ['get', 'natural'], '']],
  ];
  const isWater = (id: string | undefined): ExpressionSpecification =>
    /water|river|lake|水/i.test(id ?? '') ? (['literal', true] as never) : ['in', 'water', word];
  const is = (...types: string[]): ExpressionSpecification => ['in', ['geometry-type'], ['literal', types]];
  return {
    ground: (ink) => [
      ground(ink),
      ...layers.flatMap((id, i): LayerSpecification[] => [
        {
          id: `base-area-${i}`,
          type: 'fill',
          ...of(id),
          filter: is('Polygon', 'MultiPolygon'),
          paint: {
            'fill-color': [
              'case',
              isWater(id),
              ink['map-water'],
              ink[i % 2 === 0 ? 'map-cell-0' : 'map-cell-1'],
            ],
            'fill-outline-color': ink['map-border'],
          },
        },
        {
          id: `base-line-${i}`,
          type: 'line',
          ...of(id),
          filter: is('LineString', 'MultiLineString'),
          paint: {
            'line-color': [
              'case',
              isWater(id),
              ink['map-water'],
              ink[/bound|admin|界/i.test(id ?? '') ? 'map-border' : 'map-trunk'],
            ],
            'line-width': ['interpolate', ['exponential', 1.4], ['zoom'], 8, 0.8, 15, 4],
          },
        },
      ]),
    ],
    names: (ink) =>
      layers.map((id, i) => ({
        id: `base-name-${i}`,
        type: 'symbol',
        ...of(id),
        filter: ['all', is('Point', 'MultiPoint'), ['has', 'name']],
        layout: {
          'text-field': ['coalesce', ['get', 'name:zh'], ['get', 'name']],
          'text-font': FONT,
          'text-size': 13,
        },
        paint: { 'text-color': ink.text, 'text-halo-color': ink['map-ground'], 'text-halo-width': 1.5 },
      })),
  };
}

function sketchGround(ink: MapInk): LayerSpecification[] {
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
    ground(ink),
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

function sketchNames(ink: MapInk): LayerSpecification[] {
  return [
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
