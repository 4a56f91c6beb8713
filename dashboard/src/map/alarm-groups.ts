/**
 * Which glyphs the map draws. Alarms are never clustered away: those that would cover each other (closer than 14 px)
 * share one stacked glyph with their number, the worst on top, and fan out on a click. Beyond 300 glyphs, which would
 * only cover the city, each district has one.
 */
import { colourRank, type Colour } from '#domain/colour.ts';

export type PlacedAlarm = {
  readonly id: string;
  readonly lon: number;
  readonly lat: number;
  /** The highest reached. */
  readonly colour: Colour;
  /** Nobody has taken it. */
  readonly waiting: boolean;
  readonly district: string;
};

export type AlarmGroup = {
  /** Worst first. */
  readonly ids: readonly string[];
  readonly lon: number;
  readonly lat: number;
  readonly colour: Colour;
  readonly waiting: boolean;
  /** Set when the group stands for a whole district. */
  readonly district: string | null;
};

export const OVERLAP_PX = 14;
export const GLYPHS_MAX = 300;
const TILE_PX = 512;

/** `zoom` as MapLibre counts it. Groups depend on the zoom alone, so moving the map regroups nothing. */
export function groupAlarms(alarms: readonly PlacedAlarm[], zoom: number): AlarmGroup[] {
  const sorted = [...alarms].sort(worstFirst);
  const scale = TILE_PX * 2 ** zoom;
  const heads: { x: number; y: number; members: PlacedAlarm[] }[] = [];
  const cells = new Map<string, number[]>();
  for (const alarm of sorted) {
    const { x, y } = mercator(alarm.lon, alarm.lat, scale);
    const [column, row] = [Math.floor(x / OVERLAP_PX), Math.floor(y / OVERLAP_PX)];
    const near = nearby(cells, column, row)
      .map((i) => heads[i])
      .find((head) => head !== undefined && Math.hypot(head.x - x, head.y - y) < OVERLAP_PX);
    if (near !== undefined) {
      near.members.push(alarm);
      continue;
    }
    const key = `${column}/${row}`;
    cells.set(key, [...(cells.get(key) ?? []), heads.length]);
    heads.push({ x, y, members: [alarm] });
  }
  if (heads.length > GLYPHS_MAX) return byDistrict(sorted);
  return heads.map(({ members }) => groupOf(members, null));
}

function byDistrict(sorted: readonly PlacedAlarm[]): AlarmGroup[] {
  const districts = new Map<string, PlacedAlarm[]>();
  for (const alarm of sorted) {
    const members = districts.get(alarm.district);
    if (members === undefined) districts.set(alarm.district, [alarm]);
    else members.push(alarm);
  }
  return [...districts].map(([district, members]) => groupOf(members, district));
}

function groupOf(members: readonly PlacedAlarm[], district: string | null): AlarmGroup {
  const [worst] = members;
  if (worst === undefined) throw new Error('a group has a member');
  const { length } = members;
  const middle = (of: (alarm: PlacedAlarm) => number) => members.reduce((sum, a) => sum + of(a), 0) / length;
  return {
    ids: members.map(({ id }) => id),
    lon: district === null ? worst.lon : middle((a) => a.lon),
    lat: district === null ? worst.lat : middle((a) => a.lat),
    colour: worst.colour,
    waiting: members.some(({ waiting }) => waiting),
    district,
  };
}

const worstFirst = (a: PlacedAlarm, b: PlacedAlarm): number =>
  colourRank(b.colour) - colourRank(a.colour) ||
  Number(b.waiting) - Number(a.waiting) ||
  (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

function nearby(cells: ReadonlyMap<string, readonly number[]>, column: number, row: number): number[] {
  const found: number[] = [];
  for (let dx = -1; dx <= 1; dx++)
    for (let dy = -1; dy <= 1; dy++) found.push(...(cells.get(`${column + dx}/${row + dy}`) ?? []));
  return found.sort((a, b) => a - b);
}

/** Web Mercator, in pixels of the whole world. */
function mercator(lon: number, lat: number, scale: number): { x: number; y: number } {
  const sin = Math.sin((lat * Math.PI) / 180);
  return {
    x: ((lon + 180) / 360) * scale,
    y: (0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)) * scale,
  };
}

/** Where the members of a fanned-out stack stand, in pixels from its middle: a ring, then a widening spiral. */
export function fanPlaces(count: number): { x: number; y: number }[] {
  const ring = Math.min(count, 8);
  return Array.from({ length: count }, (_, i) => {
    const angle = (i / ring) * 2 * Math.PI - Math.PI / 2 + (i >= ring ? Math.PI / ring : 0);
    const reach = 44 + Math.floor(i / ring) * 34;
    return { x: Math.cos(angle) * reach, y: Math.sin(angle) * reach };
  });
}
