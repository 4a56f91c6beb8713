/**
 * The flood (ISA-18.2): more than ten rings in ten minutes, until fewer than five. What is counted is what people hear,
 * so folding and suppression count. Rings are kept by the second.
 */
import { type Flood, FLOOD_BEGINS_ABOVE, FLOOD_ENDS_BELOW, FLOOD_WINDOW_MS } from '#domain/incident.ts';
import type { EngineTime, Timestamp } from '#domain/time.ts';
import { push, WAKE, wakeKey } from '../deadlines.ts';
import type { RulesState, Turn } from '../state.ts';
import type { FloodRecord } from './state.ts';

const SECOND_MS = 1_000;

/** Something rang. */
export function noteRing(turn: Turn): void {
  const { state, now, wall } = turn;
  const { flood } = state.incidents;
  const last = flood.recent.at(-1);
  if (last !== undefined && now - last.at < SECOND_MS) last.count += 1;
  else flood.recent.push({ at: now, wall, count: 1 });
  const rings = ringsNow(flood, now);
  if (flood.active) flood.rings += 1;
  else if (rings > FLOOD_BEGINS_ABOVE) begin(turn, rings);
  flood.peak = Math.max(flood.peak, flood.active ? rings : 0);
}

function begin(turn: Turn, rings: number): void {
  const { incidents } = turn.state;
  const { flood } = incidents;
  Object.assign(flood, { active: true, since: turn.wall, endedAt: null, rings, peak: rings });
  incidents.floodChanged = true;
  wakeForFlood(turn.state, endOf(flood));
}

/** The wake-up set for `due` has come. */
export function wakeFlood(turn: Turn, due: EngineTime): void {
  const { incidents } = turn.state;
  const { flood } = incidents;
  if (due !== flood.wake) return;
  flood.wake = Infinity;
  if (ringsNow(flood, turn.now) >= FLOOD_ENDS_BELOW) return wakeForFlood(turn.state, endOf(flood));
  Object.assign(flood, { active: false, endedAt: turn.wall });
  incidents.floodChanged = true;
}

function wakeForFlood(state: RulesState, due: EngineTime): void {
  state.incidents.flood.wake = due;
  push(state.deadlines, due, wakeKey(WAKE.flood, 0));
}

/** Drops what is older than the window and counts the rest. */
function ringsNow(flood: FloodRecord, now: EngineTime): number {
  while (flood.recent[0] !== undefined && now - flood.recent[0].at >= FLOOD_WINDOW_MS) flood.recent.shift();
  return flood.recent.reduce((sum, { count }) => sum + count, 0);
}

/** When fewer than FLOOD_ENDS_BELOW rings are left if none comes. */
function endOf({ recent }: FloodRecord): EngineTime {
  let left = 0;
  for (let place = recent.length - 1; place >= 0; place -= 1) {
    const { at, count } = recent[place] ?? { at: 0, count: 0 };
    left += count;
    if (left >= FLOOD_ENDS_BELOW) return at + FLOOD_WINDOW_MS;
  }
  return (recent.at(-1)?.at ?? 0) + FLOOD_WINDOW_MS;
}

export function floodView({ active, since, endedAt, rings, peak }: FloodRecord): Flood {
  return { active, since, endedAt, rings, peak };
}

/** Rings of each of the last `minutes` minutes before `wall`, oldest first; at most ten are known. */
export function ringsPerMinute({ recent }: FloodRecord, wall: Timestamp, minutes: number): number[] {
  const perMinute = Array.from({ length: minutes }, () => 0);
  for (const ring of recent) {
    const ago = Math.floor((wall - ring.wall) / 60_000);
    const place = minutes - 1 - Math.max(0, ago);
    if (place >= 0) perMinute[place] = (perMinute[place] ?? 0) + ring.count;
  }
  return perMinute;
}
