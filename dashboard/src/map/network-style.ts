/**
 * How networks are drawn. A lifeline is told by its stroke and by its letters along the line (those of pipe surveys,
 * CJJ 61), and only then by its colour; a main is wider than a branch; what merely belongs together is dotted.
 */
import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl';
import type { LineClass } from './network-class.ts';
import { FONT, type InkName, type MapInk } from './map-ink.ts';

/** `dash` in line widths; `twin` = two parallel lines. */
export type NetworkLook = {
  readonly ink: InkName;
  readonly dash: readonly number[] | null;
  readonly twin: boolean;
};
export const NETWORK_LOOKS: Readonly<Record<string, NetworkLook>> = {
  gas: { ink: 'net-gas', dash: null, twin: false },
  heat: { ink: 'net-heat', dash: null, twin: true },
  drainage: { ink: 'net-drainage', dash: [5, 2], twin: false },
  hazchem: { ink: 'net-hazchem', dash: [6, 2, 1, 2], twin: false },
};
const OTHER_LOOK: NetworkLook = { ink: 'net-other', dash: [3, 1.5], twin: false };
export const RELATION_DASH: readonly number[] = [1, 2];
export const LINE_WIDTH: Readonly<Record<LineClass, number>> = { main: 2.6, branch: 1.6, relation: 1.2 };

export const networkLook = (lifeline: string): NetworkLook => NETWORK_LOOKS[lifeline] ?? OTHER_LOOK;

const LETTERS_ZOOM = 12;
const LIFELINES = Object.keys(NETWORK_LOOKS);

/** Every layer that draws edges, for clicks. */
export const EDGE_LAYERS: readonly string[] = [...LIFELINES, 'other', 'relation'].map(
  (one) => `edges-${one}`,
);

/** `shown`: what the filter and the layer switches leave. */
export function networkLayers(ink: MapInk, shown: ExpressionSpecification): LayerSpecification[] {
  const isRelation: ExpressionSpecification = ['==', ['get', 'class'], 'relation'];
  const lines = LIFELINES.map((id) =>
    line(ink, id, networkLook(id), ['all', ['==', ['get', 'lifeline'], id], ['!', isRelation], shown]),
  );
  const others: ExpressionSpecification = [
    'all',
    ['!', ['in', ['get', 'lifeline'], ['literal', LIFELINES]]],
    ['!', isRelation],
    shown,
  ];
  const relation: NetworkLook = { ink: 'net-other', dash: RELATION_DASH, twin: false };
  return [
    line(ink, 'relation', relation, ['all', isRelation, shown]),
    line(ink, 'other', OTHER_LOOK, others),
    ...lines,
    letters(ink, shown),
    arrows(ink, shown),
  ];
}

function line(
  ink: MapInk,
  id: string,
  look: NetworkLook,
  filter: ExpressionSpecification,
): LayerSpecification {
  const width = (share: number): ExpressionSpecification => [
    'match',
    ['get', 'class'],
    'main',
    LINE_WIDTH.main * share,
    'branch',
    LINE_WIDTH.branch * share,
    LINE_WIDTH.relation * share,
  ];
  // Two lines with a gap: each is thinner, so that both together weigh as much as the others.
  const scale = look.twin ? 0.5 : 1;
  const gap = (at: number): ExpressionSpecification => ['match', ['get', 'class'], 'main', at, at * 0.6];
  return {
    id: `edges-${id}`,
    type: 'line',
    source: 'edges',
    filter,
    paint: {
      'line-color': ink[look.ink],
      'line-width': ['interpolate', ['linear'], ['zoom'], 9, width(0.5 * scale), 15, width(1.6 * scale)],
      ...(look.twin
        ? { 'line-gap-width': ['interpolate', ['linear'], ['zoom'], 9, gap(1), 15, gap(3)] }
        : {}),
      ...(look.dash === null ? {} : { 'line-dasharray': [...look.dash] }),
    },
  };
}

const letters = (ink: MapInk, shown: ExpressionSpecification): LayerSpecification => ({
  id: 'edge-letters',
  type: 'symbol',
  source: 'edges',
  minzoom: LETTERS_ZOOM,
  filter: ['all', ['!=', ['get', 'letters'], ''], shown],
  layout: {
    'symbol-placement': 'line',
    'symbol-spacing': 240,
    'text-field': ['get', 'letters'],
    'text-font': FONT,
    'text-size': 11,
    'text-padding': 1,
  },
  paint: { 'text-color': ink.text, 'text-halo-color': ink['map-ground'], 'text-halo-width': 2 },
});

/** Which way it flows; never turned upright, that would turn the arrow round. */
const arrows = (ink: MapInk, shown: ExpressionSpecification): LayerSpecification => ({
  id: 'edge-arrows',
  type: 'symbol',
  source: 'edges',
  minzoom: LETTERS_ZOOM + 1,
  filter: ['all', ['==', ['get', 'directed'], true], ['!=', ['get', 'class'], 'relation'], shown],
  layout: {
    'symbol-placement': 'line',
    'symbol-spacing': 150,
    'text-field': '▶',
    'text-font': FONT,
    'text-size': 10,
    'text-keep-upright': false,
    'text-allow-overlap': true,
    'text-ignore-placement': true,
  },
  paint: { 'text-color': ink.text2, 'text-halo-color': ink['map-ground'], 'text-halo-width': 1 },
});
