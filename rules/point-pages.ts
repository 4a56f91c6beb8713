/**
 * A page of points as a snapshot holds it: clocks in columns, each binding once, and whole objects only where something has
 * begun. Nearly every point of a city is at rest, and a page is packed while the fold waits.
 */
import { NO_BINDING, type OwnBinding } from './bindings.ts';
import { type AlarmSlot, createPoint, type PointRules } from './state.ts';

/** Numbers that every point has. */
const COLUMNS = [
  'gatewayIndex',
  'intervalMs',
  'datesDue',
  'newestTime',
  'reportAt',
  'dataAt',
  'absenceFrom',
  'absenceWake',
  'delayWake',
] as const;
type Column = (typeof COLUMNS)[number];

/** What few points have. */
const BEGUN = ['rules', 'memberOf', 'unbound', 'history', 'noData', 'sensorLost', 'lived', 'past'] as const;
type Begun = Pick<PointRules, (typeof BEGUN)[number]>;

type PackedPoints = {
  /** Index of the first. */
  readonly from: number;
  readonly columns: Readonly<Record<Column, Float64Array>>;
  readonly units: readonly string[];
  /** Place in `bindings` by point; -1 = not in service. */
  readonly bindingOf: Int16Array;
  readonly bindings: readonly OwnBinding[];
  readonly begun: readonly (readonly [number, Begun])[];
};

/** Shares objects with `points`: serialise it before they change. */
export function packPoints(points: readonly PointRules[]): [PackedPoints] {
  const columns = Object.fromEntries(
    COLUMNS.map((name) => [name, Float64Array.from(points, (point) => point[name])]),
  ) as Record<Column, Float64Array>;
  const places = new Map<OwnBinding, number>();
  const bindingOf = Int16Array.from(points, ({ bound, binding }) => {
    if (!bound) return -1;
    const place = places.get(binding) ?? places.size;
    places.set(binding, place);
    return place;
  });
  const begun: [number, Begun][] = [];
  for (const [place, point] of points.entries()) if (!isAtRest(point)) begun.push([place, begunOf(point)]);
  const units = points.map(({ unit }) => unit);
  return [{ from: points[0]?.index ?? 0, columns, units, bindingOf, bindings: [...places.keys()], begun }];
}

/** The points of a page that `packPoints` made. */
export function unpackPoints([packed]: readonly unknown[]): PointRules[] {
  const { from, columns, units, bindingOf, bindings, begun } = packed as PackedPoints;
  const points = units.map((unit, place) => {
    const point = createPoint(from + place, 0);
    const binding = bindings[bindingOf[place] ?? -1];
    point.bound = binding !== undefined;
    point.binding = binding ?? NO_BINDING;
    point.unbound = point.binding.unbound;
    point.unit = unit;
    for (const name of COLUMNS) point[name] = columns[name][place] ?? NaN;
    return point;
  });
  for (const [place, what] of begun) Object.assign(points[place] ?? {}, what);
  return points;
}

const begunOf = (point: PointRules): Begun =>
  Object.fromEntries(BEGUN.map((name) => [name, point[name]])) as Begun;

const isAtRest = (point: PointRules): boolean =>
  point.rules.length === 0 &&
  point.memberOf === null &&
  point.history === null &&
  point.lived.length === 0 &&
  point.past.length === 0 &&
  point.unbound === point.binding.unbound &&
  isUntouched(point.noData) &&
  isUntouched(point.sensorLost);

const isUntouched = ({ alarm, suppressions, lapse, toldRank, foldedAfterMs }: AlarmSlot): boolean =>
  alarm === null && suppressions.length === 0 && lapse === null && toldRank === -1 && foldedAfterMs === 0;
