/**
 * What a composite with lists costs in one facility: every sample of a member evaluates the condition at each anchor that
 * sees it, so anchors times listed points is what a single sample may take.
 */
import type { PointEntry } from '#domain/registry.ts';

/** About 4 ms of a sample at worst. */
export const COST_MAX = 2_000;

type ListPart = { readonly paired: boolean; readonly points: readonly PointEntry[] };

/** Listed values that the anchors look at together. */
export function costOf(
  anchors: readonly PointEntry[],
  lists: readonly ListPart[],
  pairKey: (point: PointEntry) => string,
): number {
  let cost = 0;
  for (const { paired, points } of lists) {
    if (!paired) {
      cost += anchors.length * points.length;
      continue;
    }
    const sizes = new Map<string, number>();
    for (const point of points) sizes.set(pairKey(point), (sizes.get(pairKey(point)) ?? 0) + 1);
    for (const anchor of anchors) cost += sizes.get(pairKey(anchor)) ?? 0;
  }
  return cost;
}
