/** How deeply lists and objects are nested: what is deeper than anybody means overflows the stack of what walks it. */

/** A body that people or programs send. */
export const BODY_LEVELS_MAX = 16;
/** One journaled input: a body, and what the product wraps around it. */
export const INPUT_LEVELS_MAX = 64;

/** Whether `value` has more than `levels` lists and objects inside one another; stops looking at that depth. */
export function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false;
  if (levels <= 0) return true;
  return Object.values(value).some((member) => isDeeperThan(member, levels - 1));
}
