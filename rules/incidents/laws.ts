/**
 * How trouble spreads along the facility graph: which rule's alarm explains which other's, along what and how far. A
 * symptom that asks for its own action at its own place (water on a road, gas in a room) is folded up to yellow only;
 * one that merely repeats its cause (no pressure, no heat, no data behind it) up to orange. Red is never folded.
 */
import type { Alarm } from '#domain/alarm.ts';
import type { Colour } from '#domain/colour.ts';
import type { Walk } from './graph.ts';

export type Law = Walk & {
  /** Code of the text that says why. */
  readonly why: string;
  readonly causes: readonly string[];
  readonly symptoms: readonly string[];
  /** `direction` leads from the cause to the symptom. */
  readonly direction: Walk['direction'];
  /** A symptom that begins later than this after its cause is not explained by it. */
  readonly withinMs: number;
  /** Worst colour that may be folded. */
  readonly foldsTo: Colour;
};

/** A symptom may be measured this long before its cause is. */
export const PRIOR_MS = 1_800_000;

const HOUR_MS = 3_600_000;
/** Alarms that say a sensor is not heard of; and of any silence, which says nothing of the place it is about. */
export const SILENT: readonly string[] = ['no-data', 'sensor-lost'];
export const isSilence = (rule: string): boolean => rule === 'gateway-absent' || SILENT.includes(rule);

export const LAWS: readonly Law[] = [
  {
    why: 'incident-pump',
    causes: ['pump-not-running', 'pump-no-current', 'pump-no-drop', 'forebay-high'],
    symptoms: [
      'forebay-high',
      'sewer-level',
      'sewer-overflow',
      'ponding-depth',
      'ponding-rise',
      'ponding-eta',
    ],
    carries: ['storm-water', 'sewage', 'pumped-water'],
    direction: 'upstream',
    hopsMax: 8,
    withinMs: 6 * HOUR_MS,
    foldsTo: 'yellow',
  },
  {
    why: 'incident-gas-supply',
    causes: ['gas-rupture', 'gas-pressure-drop', 'gas-pressure-low'],
    symptoms: ['gas-pressure-drop', 'gas-pressure-low'],
    carries: ['gas'],
    direction: 'downstream',
    hopsMax: 12,
    withinMs: HOUR_MS,
    foldsTo: 'orange',
  },
  {
    why: 'incident-heat-supply',
    causes: [
      'heat-burst',
      'heat-pressure-drop',
      'heat-make-up',
      'heat-make-up-flows',
      'pump-not-running',
      'pump-no-current',
    ],
    symptoms: ['heat-pressure-drop'],
    carries: ['heat'],
    direction: 'downstream',
    hopsMax: 12,
    withinMs: 6 * HOUR_MS,
    foldsTo: 'orange',
  },
  {
    why: 'incident-gas-spread',
    causes: ['gas-rupture', 'gas-pressure-drop', 'gas-well-ch4', 'gas-wells-adjacent'],
    symptoms: ['adjacent-space-ch4', 'sewer-ch4', 'tunnel-ch4'],
    carries: ['gas', 'seepage', 'tunnel-air'],
    direction: 'both',
    hopsMax: 2,
    withinMs: 2 * HOUR_MS,
    foldsTo: 'yellow',
  },
  {
    why: 'incident-power',
    causes: ['gateway-absent'],
    symptoms: ['gateway-absent', ...SILENT, 'pump-no-current'],
    carries: ['power'],
    direction: 'downstream',
    hopsMax: 3,
    withinMs: HOUR_MS / 2,
    foldsTo: 'orange',
  },
];

/** Every code an incident may give as its reason; the console has a text for each. */
export const INCIDENT_REASONS = [
  'incident-gateway',
  'incident-silent-together',
  ...LAWS.map(({ why }) => why),
  'incident-same-place',
  'incident-neighbours',
] as const;

/** Whether the two onsets lie as far apart as the law allows. */
export function fitsInTime(law: Pick<Law, 'withinMs'>, cause: Alarm, symptom: Alarm): boolean {
  const laterMs = symptom.onsetAt - cause.onsetAt;
  return laterMs >= -PRIOR_MS && laterMs <= law.withinMs;
}
