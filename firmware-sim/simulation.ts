/** Plays a scenario: real gateways over real sockets, models moved on between reports. */
import { type Field, createField } from './field.ts';
import { type SimGateway, startGateway } from './gateway.ts';
import type { CityPlan } from './city-plan.ts';
import { seededRandom } from './random.ts';
import { actsOf, type Scenario } from './scenarios.ts';

export type SimulationOptions = {
  readonly plan: CityPlan;
  readonly secrets: ReadonlyMap<string, string>;
  readonly url: string;
  readonly scenario: Scenario;
  readonly seed: number;
  readonly reportIntervalMs: number;
  /** Model seconds per real second: a leak that takes an hour shows in minutes. */
  readonly pace: number;
  readonly say: (line: string) => void;
};

export type Simulation = {
  readonly gateways: ReadonlyMap<string, SimGateway>;
  readonly field: Field;
  stop(): Promise<void>;
};

/** Rounds of the `city` scenario planned ahead: a day of it. */
const ROUNDS = 96;

/** Starts every gateway that has a secret; a platform that is not there yet is waited for. */
export function startSimulation(options: SimulationOptions): Simulation {
  const random = seededRandom(options.seed);
  const field = createField(options.plan, random);
  const complained = new Map<string, string>();
  const gateways = new Map<string, SimGateway>();
  for (const { id } of options.plan.gateways) {
    const secret = options.secrets.get(id);
    if (secret === undefined) continue;
    gateways.set(
      id,
      startGateway({
        id,
        secret,
        url: options.url,
        random,
        wallMs: Date.now,
        onError(gateway, message) {
          if (complained.get(gateway) === message) return;
          complained.set(gateway, message);
          options.say(`${gateway}: ${message}`);
        },
      }),
    );
  }
  const acts = actsOf(options.scenario, ROUNDS);
  const startedAt = Date.now();
  let steppedAt = startedAt;

  const timer = setInterval(() => {
    const now = Date.now();
    field.step(((now - steppedAt) / 1_000) * options.pace);
    steppedAt = now;
    while (acts[0] !== undefined && acts[0].atS * 1_000 <= now - startedAt) {
      acts.shift()?.run({ field, gateways, random, say: options.say });
    }
    for (const { gateway, device, values } of field.read()) {
      gateways.get(gateway)?.report([{ device, time: now, values }]);
    }
  }, options.reportIntervalMs);

  return {
    gateways,
    field,
    async stop() {
      clearInterval(timer);
      await Promise.all([...gateways.values()].map((gateway) => gateway.stop()));
    },
  };
}
