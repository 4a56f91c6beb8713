/** Plays a scenario over the network: real gateways over real sockets, one step of the play a tick. */
import type { CityPlan } from './city-plan.ts';
import type { Field } from './field.ts';
import { type SimGateway, startGateway } from './gateway.ts';
import { SAMPLES_PER_WAKE } from './plan/equipment.ts';
import { createPlay } from './play.ts';
import { randomOf } from './random.ts';
import type { Scenario } from './scenarios.ts';

/** Which city is played, for whom and how. */
export type SimulationOptions = {
  readonly plan: CityPlan;
  readonly secrets: ReadonlyMap<string, string>;
  readonly url: string;
  /** Played at once. */
  readonly scenarios: readonly Scenario[];
  readonly seed: number;
  /** Model seconds per real second: a leak that takes an hour shows in minutes. */
  readonly pace: number;
  readonly say: (line: string) => void;
  /** Stands in for the machine's clocks. */
  readonly clock?: FieldClock;
};

/** The clocks of the boxes, ms: what time it is, and one that nobody sets. */
export type FieldClock = { wallMs(): number; monotonicMs(): number };

/** A city that reports until it is stopped. */
export type Simulation = {
  readonly gateways: ReadonlyMap<string, SimGateway>;
  readonly field: Field;
  /** Every gateway says good-bye; within a second. */
  stop(): Promise<void>;
};
/** One that is moved on by hand. */
export type SteppedSimulation = Simulation & {
  /** Real time one tick stands for, ms. */
  readonly stepMs: number;
  tick(): void;
};

const STEP_MS_MAX = 1_000;
const machineClock: FieldClock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };

/** Starts every gateway that has a secret; a platform that is not there yet is waited for. */
export function startSimulation(options: SimulationOptions): Simulation {
  const { gateways, field, stepMs, tick, stop } = openSimulation(options);
  const timer = setInterval(tick, stepMs);
  return {
    gateways,
    field,
    stop() {
      clearInterval(timer);
      return stop();
    },
  };
}

/** As `startSimulation`, but nothing moves before its first `tick`. */
export function openSimulation(options: SimulationOptions): SteppedSimulation {
  const { plan, clock = machineClock } = options;
  const gateways = gatewaysOf(options, clock);
  const stepMs = Math.min(STEP_MS_MAX, ...plan.points.map(({ reportIntervalMs }) => reportIntervalMs));
  const play = createPlay({ ...options, stepMs, gateways });
  return {
    gateways,
    field: play.field,
    stepMs,
    tick() {
      const time = clock.wallMs();
      for (const { gateway, readings } of play.step()) {
        gateways.get(gateway)?.report(readings.map(({ device, values }) => ({ device, time, values })));
      }
    },
    async stop() {
      await Promise.all([...gateways.values()].map((gateway) => gateway.stop()));
    },
  };
}

function gatewaysOf(options: SimulationOptions, clock: FieldClock): Map<string, SimGateway> {
  const { plan, secrets, url, seed, say } = options;
  const complained = new Map<string, string>();
  const gateways = new Map<string, SimGateway>();
  for (const { id, session } of plan.gateways) {
    const secret = secrets.get(id);
    if (secret === undefined) {
      say(`${id} has no secret and stays away`);
      continue;
    }
    const gateway = startGateway({
      id,
      secret,
      url,
      random: randomOf(seed, `link of ${id}`),
      monotonicMs: () => clock.monotonicMs(),
      onError(_, message) {
        if (complained.get(id) === message) return;
        complained.set(id, message);
        say(`${id}: ${message}`);
      },
      ...(session === 'sleepy'
        ? {
            sleepy: { reportsPerWake: SAMPLES_PER_WAKE },
            // What was measured since the last wake is as new as such a box gets.
            backfillAfterMs: 2 * intervalOf(plan, id),
          }
        : {}),
    });
    gateways.set(id, gateway);
  }
  return gateways;
}

function intervalOf(plan: CityPlan, gateway: string): number {
  const device = plan.devices.find((one) => one.gateway === gateway)?.id;
  return plan.points.find((point) => point.device === device)?.reportIntervalMs ?? 0;
}
