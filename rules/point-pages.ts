/**
 * A page of points as a snapshot holds it: clocks in columns, each binding once, and of a point only what has begun there.
 * What a rule asks follows from the binding: only its memory is kept. Nearly every point of a city is at rest, and a page is
 * packed while the fold waits.
 */
import { NO_BINDING, type OwnBinding } from './bindings.ts';
import { packRules, type PackedRules, unpackRules, untouchedAsNull } from './rule-pages.ts';
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

/** What few points have; null or empty where it is as in a new point of that binding. */
type Kept = Pick<PointRules, 'memberOf' | 'history' | 'lived' | 'past'> & {
  /** In its page. */
  readonly place: number;
  readonly unbound: readonly string[] | null;
  readonly noData: AlarmSlot | null;
  readonly sensorLost: AlarmSlot | null;
};

type PackedPoints = {
  /** Index of the first. */
  readonly from: number;
  readonly columns: Readonly<Record<Column, ArrayLike<number>>>;
  readonly units: readonly string[];
  /** By point, the number of its binding among all in order of their first page; -1 = not in service. */
  readonly bindingOf: ArrayLike<number>;
  /** Those that no page before named. */
  readonly bindings: readonly OwnBinding[];
  readonly kept: readonly Kept[];
  readonly rules: PackedRules;
};

/** As layout 7 held it: each binding once a page, and whole objects. */
type PackedPoints7 = Omit<PackedPoints, 'kept' | 'rules'> & {
  readonly begun: readonly (readonly [number, Partial<PointRules>])[];
};

/** Pages of one snapshot, one after another: a later page may rest on what an earlier one named. */
export type PagePacking = {
  pack(page: unknown[]): unknown[];
  unpack(page: unknown[]): unknown[];
};

/** `pack` shares objects with the points: serialise what it gives before they change. */
export function createPointPacking(): PagePacking {
  const numbers = new Map<OwnBinding, number>();
  const known: OwnBinding[] = [];
  return {
    pack: (page) => [packPoints(page as PointRules[], numbers)],
    unpack: ([page]) => unpackPoints(page as PackedPoints | PackedPoints7, known),
  };
}

function packPoints(points: readonly PointRules[], numbers: Map<OwnBinding, number>): PackedPoints {
  const columns = Object.fromEntries(
    COLUMNS.map((name) => [name, points.map((point) => point[name])]),
  ) as Record<Column, number[]>;
  const bindings: OwnBinding[] = [];
  const bindingOf = points.map(({ bound, binding }) => {
    if (!bound) return -1;
    const number = numbers.get(binding) ?? numbers.size;
    if (number === numbers.size) bindings.push(binding);
    numbers.set(binding, number);
    return number;
  });
  const kept: Kept[] = [];
  for (const [place, point] of points.entries()) if (!isAtRest(point)) kept.push(keptOf(point, place));
  return {
    from: points[0]?.index ?? 0,
    columns,
    units: points.map(({ unit }) => unit),
    bindingOf,
    bindings,
    kept,
    rules: packRules(points),
  };
}

function unpackPoints(packed: PackedPoints | PackedPoints7, before: OwnBinding[]): PointRules[] {
  const { from, columns, units, bindingOf, bindings } = packed;
  const known = 'kept' in packed ? before : [];
  known.push(...bindings);
  const points = units.map((unit, place) => {
    const point = createPoint(from + place, 0);
    const binding = known[bindingOf[place] ?? -1];
    point.bound = binding !== undefined;
    point.binding = binding ?? NO_BINDING;
    point.unbound = point.binding.unbound;
    point.unit = unit;
    for (const name of COLUMNS) point[name] = columns[name][place] ?? NaN;
    return point;
  });
  if ('kept' in packed) {
    for (const { place, ...kept } of packed.kept) {
      const point = points[place];
      if (point !== undefined) giveKept(point, kept);
    }
    unpackRules(points, packed.rules);
  } else for (const [place, what] of packed.begun) Object.assign(points[place] ?? {}, what);
  return points;
}

function keptOf(point: PointRules, place: number): Kept {
  const { memberOf, history, lived, past, binding } = point;
  return {
    place,
    ...{ memberOf, history, lived, past },
    unbound: point.unbound === binding.unbound ? null : point.unbound,
    noData: untouchedAsNull(point.noData),
    sensorLost: untouchedAsNull(point.sensorLost),
  };
}

function giveKept(point: PointRules, kept: Omit<Kept, 'place'>): void {
  point.memberOf = kept.memberOf;
  point.history = kept.history;
  point.lived = kept.lived;
  point.past = kept.past;
  const { noData, sensorLost } = kept;
  point.unbound = kept.unbound ?? point.unbound;
  if (noData !== null) Object.assign(point, { noData });
  if (sensorLost !== null) Object.assign(point, { sensorLost });
}

/** But for its rules. */
const isAtRest = (point: PointRules): boolean =>
  point.memberOf === null &&
  point.history === null &&
  point.lived.length === 0 &&
  point.past.length === 0 &&
  point.unbound === point.binding.unbound &&
  untouchedAsNull(point.noData) === null &&
  untouchedAsNull(point.sensorLost) === null;
