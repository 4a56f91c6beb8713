/**
 * Units of measurement in UCUM spelling. A quantity fixes the dimension, so `%` of a gas is per cent by volume and
 * `%` of a tank level is a plain per cent. Gas: vol%, %LEL, ppm and mg/m3 convert into one another at 20 °C and
 * 101.325 kPa with the gas's molar mass and lower explosive limit.
 */
import { quantityOf, type Dimension, type Quantity } from './quantities.ts';
import type { Attributes } from './registry.ts';

/** Litres of gas in one mole at 20 °C and 101.325 kPa (24.04 in the Chinese occupational tables). */
export const MOLAR_VOLUME_L = 24.04;

/** Base value = value x factor + offset. */
type Scale = { readonly factor: number; readonly offset?: number };
type Scales = Readonly<Record<string, Scale>>;

const SCALES: Readonly<Record<Exclude<Dimension, 'gas'>, Scales>> = {
  ratio: { '1': { factor: 1 }, '%': { factor: 0.01 }, '[ppth]': { factor: 0.001 } },
  length: {
    m: { factor: 1 },
    km: { factor: 1000 },
    dm: { factor: 0.1 },
    cm: { factor: 0.01 },
    mm: { factor: 0.001 },
    '[in_i]': { factor: 0.0254 },
    '[ft_i]': { factor: 0.3048 },
  },
  'length-rate': {
    'mm/h': { factor: 1 },
    'mm/min': { factor: 60 },
    'cm/h': { factor: 10 },
    '[in_i]/h': { factor: 25.4 },
  },
  pressure: {
    Pa: { factor: 1 },
    hPa: { factor: 100 },
    kPa: { factor: 1000 },
    MPa: { factor: 1_000_000 },
    mbar: { factor: 100 },
    bar: { factor: 100_000 },
    '[psi]': { factor: 6894.757293168 },
    'm[H2O]': { factor: 9806.65 },
  },
  'volume-flow': {
    'm3/s': { factor: 3600 },
    'm3/min': { factor: 60 },
    'm3/h': { factor: 1 },
    'm3/d': { factor: 1 / 24 },
    'L/s': { factor: 3.6 },
    'L/min': { factor: 0.06 },
    'L/h': { factor: 0.001 },
  },
  temperature: {
    K: { factor: 1 },
    Cel: { factor: 1, offset: 273.15 },
    '[degF]': { factor: 5 / 9, offset: 273.15 - (32 * 5) / 9 },
  },
  voltage: { V: { factor: 1 }, mV: { factor: 0.001 } },
  current: { A: { factor: 1 }, mA: { factor: 0.001 } },
  'power-level': { 'dB[mW]': { factor: 1 } },
  gain: { dB: { factor: 1 } },
  angle: { deg: { factor: 1 }, rad: { factor: 180 / Math.PI } },
  time: {
    s: { factor: 1 },
    ms: { factor: 0.001 },
    min: { factor: 60 },
    h: { factor: 3600 },
    d: { factor: 86_400 },
  },
  count: { '1': { factor: 1 }, '{people}': { factor: 1 } },
  state: { '1': { factor: 1 } },
};

/**
 * `value` of `from` in `to`, rounded to 12 significant digits so that equal quantities meet equal limits.
 * Null when the quantity is unknown or the two units do not share a dimension of it (also mg/m3 of a gas without a
 * molar mass, %LEL of a gas that does not burn). `attributes` may override `lelVolPercent` and `molarMass`.
 */
export function convert(
  value: number,
  from: string,
  to: string,
  quantity: string,
  attributes?: Attributes,
): number | null {
  const known = quantityOf(quantity);
  if (known === undefined) return null;
  for (const dimension of known.dimensions) {
    const source = scaleOf(dimension, from, known, attributes);
    const target = scaleOf(dimension, to, known, attributes);
    if (source === undefined || target === undefined) continue;
    if (from === to) return value;
    const base = value * source.factor + (source.offset ?? 0);
    return rounded((base - (target.offset ?? 0)) / target.factor);
  }
  return null;
}

/** Whether values of `quantity` may be sent in `unit`. */
export function unitFits(unit: string, quantity: string, attributes?: Attributes): boolean {
  const known = quantityOf(quantity);
  if (known === undefined) return false;
  return known.dimensions.some((dimension) => scaleOf(dimension, unit, known, attributes) !== undefined);
}

/** Units in which values of `quantity` may be sent, as the catalogue has it: for forms. */
export function unitsOf(quantity: string): string[] {
  const known = quantityOf(quantity);
  if (known === undefined) return [];
  const units = known.dimensions.flatMap((dimension) =>
    Object.keys(dimension === 'gas' ? gasScales(known, undefined) : SCALES[dimension]),
  );
  return [...new Set(units)];
}

function scaleOf(
  dimension: Dimension,
  unit: string,
  quantity: Quantity,
  attributes: Attributes | undefined,
): Scale | undefined {
  const scales = dimension === 'gas' ? gasScales(quantity, attributes) : SCALES[dimension];
  return Object.hasOwn(scales, unit) ? scales[unit] : undefined;
}

/** Base: per cent by volume. */
function gasScales(quantity: Quantity, attributes: Attributes | undefined): Scales {
  const lel = positive(attributes?.lelVolPercent) ?? quantity.lelVolPercent;
  const mass = positive(attributes?.molarMass) ?? quantity.molarMass;
  return {
    '%': { factor: 1 },
    '[ppm]': { factor: 1e-4 },
    '[ppb]': { factor: 1e-7 },
    ...(lel === undefined ? {} : { '%{LEL}': { factor: lel / 100 } }),
    ...(mass === undefined
      ? {}
      : {
          'mg/m3': { factor: (MOLAR_VOLUME_L / mass) * 1e-4 },
          'ug/m3': { factor: (MOLAR_VOLUME_L / mass) * 1e-7 },
        }),
  };
}

function positive(attribute: number | string | boolean | undefined): number | undefined {
  return typeof attribute === 'number' && attribute > 0 && attribute < Infinity ? attribute : undefined;
}

function rounded(value: number): number {
  return Number(value.toPrecision(12));
}
