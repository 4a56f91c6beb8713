/**
 * A scenario played in steps, without clock or socket: the same seed and the same steps give the same readings,
 * whatever the network does.
 */
import type { CityPlan } from './city-plan.ts';
import { deviceOf } from './city-plan.ts';
import { createField, type Field } from './field.ts';
import { actsOf, ROUND_S, roundActs, type Scenario } from './scenarios.ts';
import type { Act, StageGateway } from './stage.ts';

/** What one device shows, by channel. */
export type Reading = { readonly device: string; readonly values: Record<string, number> };
/** What one gateway reads in one go. */
export type GatewayReport = { readonly gateway: string; readonly readings: readonly Reading[] };

/** A scenario under way. */
export type Play = {
  readonly field: Field;
  /** Moves on by one step; the reports that fall due in it, in the order of the plan's gateways. */
  step(): GatewayReport[];
};

/** `pace` = model seconds per real second; `stepMs` = real time one step stands for. */
export type PlayOptions = {
  readonly plan: CityPlan;
  readonly seed: number;
  readonly scenario: Scenario;
  readonly pace: number;
  readonly stepMs: number;
  readonly reportIntervalMs: number;
  readonly gateways: ReadonlyMap<string, StageGateway>;
  readonly say: (line: string) => void;
};

/** Gateways report in turn within the interval, each in its own step, so that the platform sees an even flow. */
export function createPlay(options: PlayOptions): Play {
  const { plan, pace, stepMs } = options;
  const field = createField(plan, options.seed);
  const stage = { plan, field, gateways: options.gateways, pace, say: options.say };
  const stepsPerReport = Math.max(1, Math.round(options.reportIntervalMs / stepMs));
  const facilitiesOf = Map.groupBy(plan.devices, ({ gateway }) => gateway);
  let steps = 0;
  let round = 0;
  let acts: Act[] = actsOf(options.scenario);

  function act(nowS: number): void {
    if (options.scenario === 'city' && nowS >= (round + 1) * ROUND_S) acts.push(...roundActs(++round));
    while (acts[0] !== undefined && acts[0].atS <= nowS) acts.shift()?.run(stage);
  }

  return {
    field,
    step() {
      act((steps * stepMs) / 1_000);
      field.step((stepMs / 1_000) * pace);
      const due = plan.gateways.filter((_, order) => order % stepsPerReport === steps % stepsPerReport);
      steps += 1;
      return due.map(({ id }) => ({
        gateway: id,
        readings: (facilitiesOf.get(id) ?? []).map(({ facility }) => ({
          device: deviceOf({ id: facility }),
          values: field.read(facility),
        })),
      }));
    },
  };
}
