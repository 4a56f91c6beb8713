/** The ground over a heat main: it warms and turns wet within minutes where the main leaks, and dries over hours. */
export type HeatTrench = { groundC: number; humidity: number };

/** Of ground that no main warms, Cel. */
export const GROUND_C = 9;
const HUMIDITY = 62;
const WET = 99;
const WARM_C = 26;
const WETTING_S = 240;
const DRYING_S = 3_600;

/** A dry trench. */
export const createHeatTrench = (): HeatTrench => ({ groundC: GROUND_C, humidity: HUMIDITY });

/** Moves the trench on by `seconds`; `leaking`: the main beside it is open. */
export function stepHeatTrench(trench: HeatTrench, leaking: boolean, seconds: number): void {
  const keep = Math.exp(-seconds / (leaking ? WETTING_S : DRYING_S));
  const [groundC, humidity] = leaking ? [WARM_C, WET] : [GROUND_C, HUMIDITY];
  trench.groundC = groundC + (trench.groundC - groundC) * keep;
  trench.humidity = humidity + (trench.humidity - humidity) * keep;
}
