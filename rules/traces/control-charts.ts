/** CUSUM and EWMA over residuals in standard deviations: small shifts that no single reading shows. */

/** Cumulative sums upwards and downwards, both never negative. */
export type CusumState = { high: number; low: number };

/** A head start (FIR: half the limit) finds what is already wrong when the watch begins. */
export const startCusum = (headStart: number): CusumState => ({ high: headStart, low: headStart });

/** One step of a one-sided sum, kept within `floor`..`cap`; floor -Infinity and k 0 give the plain sum of deviations. */
export const cusumStep = (sum: number, z: number, k: number, floor = 0, cap = Infinity): number =>
  Math.min(cap, Math.max(floor, sum + z - k));

/** Both sums take in `z`; more than `cap` is not kept, so that the way back stays short. */
export function stepCusum(state: CusumState, z: number, k: number, cap: number): void {
  state.high = cusumStep(state.high, z, k, 0, cap);
  state.low = cusumStep(state.low, -z, k, 0, cap);
}

/** The weighted mean so far and of how many residuals. */
export type EwmaState = { mean: number; count: number };

export const startEwma = (): EwmaState => ({ mean: 0, count: 0 });

/** Takes in `z`; returns the mean in its own standard deviations at this count, to be compared with L. */
export function stepEwma(state: EwmaState, z: number, lambda: number): number {
  state.mean = lambda * z + (1 - lambda) * state.mean;
  state.count += 1;
  return ewmaStatistic(state, lambda);
}

/** The mean in its own standard deviations; 0 before the first residual. */
export const ewmaStatistic = ({ mean, count }: EwmaState, lambda: number): number =>
  count === 0 ? 0 : mean / ewmaSigma(lambda, count);

/** Standard deviation of the mean after `count` residuals of standard deviation 1. */
export const ewmaSigma = (lambda: number, count: number): number =>
  Math.sqrt((lambda / (2 - lambda)) * (1 - (1 - lambda) ** (2 * count)));
