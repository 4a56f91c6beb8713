/** A storage tank that is filled and emptied at a steady rate. */
import type { Random } from '../random.ts';

/** One tank. */
export type Tank = {
  /** Level, % of the tank. */
  level: number;
  /** % an hour; below zero when it is emptied. */
  ratePerHour: number;
};

/** A tank at rest, about half full. */
export const createTank = (random: Random): Tank => ({ level: 45 + random.next() * 20, ratePerHour: 0 });

/** Moves the tank on by `seconds`. */
export function stepTank(tank: Tank, seconds: number): void {
  tank.level = Math.min(100, Math.max(0, tank.level + (tank.ratePerHour * seconds) / 3_600));
}

/** The rate, % an hour, that brings the tank to `level` within `seconds`. */
export const rateReaching = (tank: Tank, level: number, seconds: number): number =>
  ((level - tank.level) * 3_600) / seconds;

/** What the level gauge shows, %, to one decimal. */
export const tankReading = (tank: Tank, random: Random): number =>
  Math.round(Math.min(100, Math.max(0, tank.level + random.noise(0.05))) * 10) / 10;
