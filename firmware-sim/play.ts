/**
 * A scenario played in steps, without clock or socket: the same seed and the same steps give the same readings,
 * whatever the network does.
 */
import type { CityPlan } from './city-plan.ts';
import { createField, type Field } from './field.ts';
import { SAMPLES_PER_WAKE } from './plan/equipment.ts';
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
  readonly scenarios: readonly Scenario[];
  readonly pace: number;
  readonly stepMs: number;
  readonly gateways: ReadonlyMap<string, StageGateway>;
  readonly say: (line: string) => void;
};

/** Gateways read in turn within the interval, each in its own step, so that the platform sees an even flow. */
export function createPlay(options: PlayOptions): Play {
  const { plan, pace, stepMs } = options;
  const field = createField(plan, options.seed);
  const stage = { plan, field, gateways: options.gateways, pace, say: options.say };
  const schedule = scheduleOf(plan, stepMs);
  let steps = 0;
  let round = 0;
  let acts: Act[] = actsOf(options.scenarios);

  function act(nowS: number): void {
    if (options.scenarios.includes('city') && nowS >= (round + 1) * ROUND_S) acts.push(...roundActs(++round));
    while (acts[0] !== undefined && acts[0].atS <= nowS) acts.shift()?.run(stage);
  }

  return {
    field,
    step() {
      act((steps * stepMs) / 1_000);
      field.step((stepMs / 1_000) * pace);
      const reports: GatewayReport[] = [];
      for (const { gateway, phase, devices } of schedule) {
        const due = devices.filter(({ everySteps }) => (steps - phase) % everySteps === 0);
        if (due.length === 0) continue;
        reports.push({ gateway, readings: due.map(({ id }) => ({ device: id, values: field.read(id) })) });
      }
      steps += 1;
      return reports;
    },
  };
}

type Turn = {
  readonly gateway: string;
  readonly phase: number;
  readonly devices: readonly { readonly id: string; readonly everySteps: number }[];
};

/** A sleeper measures several times between two wakes. */
function scheduleOf(plan: CityPlan, stepMs: number): Turn[] {
  const intervals = new Map(plan.points.map(({ device, reportIntervalMs }) => [device, reportIntervalMs]));
  const devicesOf = Map.groupBy(plan.devices, ({ gateway }) => gateway);
  return plan.gateways.map(({ id: gateway, session }, order) => {
    const devices = (devicesOf.get(gateway) ?? []).map(({ id }) => {
      const everyMs = (intervals.get(id) ?? stepMs) / (session === 'sleepy' ? SAMPLES_PER_WAKE : 1);
      return { id, everySteps: Math.max(1, Math.round(everyMs / stepMs)) };
    });
    const shortest = Math.min(...devices.map(({ everySteps }) => everySteps));
    return { gateway, phase: order % shortest, devices };
  });
}
