/** Plays a scenario over the network: real gateways over real sockets, one step of the play a tick. */
import type { CityPlan } from './city-plan.ts';
import type { Field } from './field.ts';
import { type SimGateway, startGateway } from './gateway.ts';
import { createPlay } from './play.ts';
import { randomOf } from './random.ts';
import type { Scenario } from './scenarios.ts';

/** Which city is played, for whom and how. */
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

/** A city that reports until it is stopped. */
export type Simulation = {
  readonly gateways: ReadonlyMap<string, SimGateway>;
  readonly field: Field;
  /** Every gateway says good-bye; within a second. */
  stop(): Promise<void>;
};

const STEP_MS = 1_000;

/** Starts every gateway that has a secret; a platform that is not there yet is waited for. */
export function startSimulation(options: SimulationOptions): Simulation {
  const { seed, reportIntervalMs, say } = options;
  const complained = new Map<string, string>();
  const gateways = new Map<string, SimGateway>();
  for (const { id } of options.plan.gateways) {
    const secret = options.secrets.get(id);
    if (secret === undefined) {
      say(`${id} has no secret and stays away`);
      continue;
    }
    const gateway = startGateway({
      id,
      secret,
      url: options.url,
      random: randomOf(seed, `link of ${id}`),
      monotonicMs: () => performance.now(),
      onError(_, message) {
        if (complained.get(id) === message) return;
        complained.set(id, message);
        say(`${id}: ${message}`);
      },
    });
    gateways.set(id, gateway);
  }
  const stepMs = Math.min(STEP_MS, reportIntervalMs);
  const play = createPlay({ ...options, stepMs, gateways });

  const timer = setInterval(() => {
    const time = Date.now();
    for (const { gateway, readings } of play.step()) {
      gateways.get(gateway)?.report(readings.map(({ device, values }) => ({ device, time, values })));
    }
  }, stepMs);

  return {
    gateways,
    field: play.field,
    async stop() {
      clearInterval(timer);
      await Promise.all([...gateways.values()].map((gateway) => gateway.stop()));
    },
  };
}
