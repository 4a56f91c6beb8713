/** What is measured: the quantities of the catalogue, apart from the rest of it since a page that writes values needs no more. */
import quantitiesJson from './catalogue/quantities.json' with { type: 'json' };
import { byId, oneOf } from './catalogue-rows.ts';

/** What may be converted into what (domain/units.ts). */
const DIMENSIONS = [
  'gas',
  'ratio',
  'length',
  'length-rate',
  'pressure',
  'volume-flow',
  'temperature',
  'voltage',
  'current',
  'power-level',
  'gain',
  'angle',
  'time',
  'count',
  'state',
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** Side on which a value beyond the sensor's range must be taken for danger (invariant 7). */
type DangerousSide = 'high' | 'low' | 'both' | 'none';

/** A value outside is physically absurd: bad, never judged. Far wider than any sensor's range. */
type AbsurdBounds = { readonly unit: string; readonly min: number; readonly max: number };

export type Quantity = {
  readonly id: string;
  readonly zh: string;
  readonly en: string;
  readonly dimensions: readonly Dimension[];
  /** Unit that forms offer first. */
  readonly unit: string;
  /** Decimals shown in that unit. */
  readonly decimals: number;
  readonly dangerousSide: DangerousSide;
  readonly absurd: readonly AbsurdBounds[];
  /** g/mol; gases only. */
  readonly molarMass?: number;
  /** Lower explosive limit in vol%; flammable gases only. */
  readonly lelVolPercent?: number;
};

export const QUANTITIES: readonly Quantity[] = quantitiesJson.map(parseQuantity);

const quantities = byId(QUANTITIES);

/** Undefined when the catalogue has no such quantity. */
export const quantityOf = (id: string): Quantity | undefined => quantities.get(id);

function parseQuantity(row: (typeof quantitiesJson)[number]): Quantity {
  const { molarMass, lelVolPercent, ...rest } = row;
  return {
    ...rest,
    dimensions: row.dimensions.map((dimension) => oneOf(DIMENSIONS, dimension, row.id)),
    dangerousSide: oneOf(['high', 'low', 'both', 'none'] as const, row.dangerousSide, row.id),
    ...(molarMass === undefined ? {} : { molarMass }),
    ...(lelVolPercent === undefined ? {} : { lelVolPercent }),
  };
}
