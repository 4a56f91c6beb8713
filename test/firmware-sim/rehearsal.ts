/**
 * Scenarios rehearsed before the whole platform: real broker, real sockets, real rules, the clock in the test's hand.
 * Every second the field moves on, its gateways are waited for, then the platform's time goes by.
 */
import { setImmediate as breath } from 'node:timers/promises';
import { readConfig } from '#config';
import type { Alarm } from '#domain/alarm.ts';
import { type CityPlan, planCity } from '#firmware-sim/city-plan.ts';
import type { Scenario } from '#firmware-sim/scenarios.ts';
import { openSimulation, type SteppedSimulation } from '#firmware-sim/simulation.ts';
import { type Api, logIn } from '#test/e2e/api.ts';
import { allAlarms } from '#test/e2e/clocked-city.ts';
import { createHandClock } from '#test/e2e/hand-clock.ts';
import { ADMIN_PASSWORD, freshDataDirectory } from '#test/e2e/platform-process.ts';
import { startPlatform } from '../../platform/platform.ts';

const SEED = 1;
/** As in the demo: model seconds per second, and between two reports. */
const PACE = 10;
const REPORT_INTERVAL_MS = 10_000;
const MORNING = Date.UTC(2026, 0, 12, 0, 0);
const PATIENCE_MS = 20_000;

/** One alarm and the second of the play at which it first had each of its colours. */
export type SeenAlarm = {
  readonly alarm: Alarm;
  readonly kind: string;
  readonly colourAtS: ReadonlyMap<string, number>;
  /** When its condition was over; null while it is not. */
  readonly overAtS: number | null;
};

/** Plays the scenarios together in these counties for `seconds`; every alarm that this raised. */
export async function rehearse(
  scenarios: readonly Scenario[],
  seconds: number,
  counties?: readonly string[],
): Promise<readonly SeenAlarm[]> {
  const directory = freshDataDirectory();
  const clock = createHandClock(MORNING);
  const config = readConfig({
    LIFELINE_DATA_DIR: directory.path,
    LIFELINE_HTTP_PORT: '0',
    LIFELINE_MQTT_PORT: '0',
    LIFELINE_ADMIN_PASSWORD: ADMIN_PASSWORD,
    LIFELINE_RESERVE_MB: '1',
    LIFELINE_FLOWS: 'off',
  });
  const platform = await startPlatform(config, { clock });
  const http = `http://127.0.0.1:${platform.httpPort}`;
  const api = await logIn(http);
  const plan = planCity({
    seed: SEED,
    wells: 4 * (counties?.length ?? 10),
    density: 'sparse',
    reportIntervalMs: REPORT_INTERVAL_MS,
    ...(counties === undefined ? {} : { counties }),
  });
  const simulation = openSimulation({
    plan,
    secrets: await register(api, plan),
    url: `mqtt://127.0.0.1:${platform.mqttPort}`,
    scenarios,
    seed: SEED,
    pace: PACE,
    say: () => {},
    clock,
  });
  await waitFor('every always-on gateway is there', () => isThere(simulation, plan));
  const startedAt = clock.wallMs();
  for (let second = 0; second < seconds; second += 1) {
    simulation.tick();
    await waitFor('everything reported is acknowledged', () => isDelivered(simulation));
    clock.pass(1_000);
  }
  // Half an hour of the platform's time ends an idle session.
  const seen = await seenIn(await logIn(http), plan, startedAt);
  await simulation.stop();
  await platform.close();
  directory.remove();
  return seen;
}

async function register(api: Api, plan: CityPlan): Promise<ReadonlyMap<string, string>> {
  const answer = await api.post<{ secrets: { id: string; secret: string }[] }>('/api/v1/import', plan);
  if (answer.status >= 300) throw new Error(JSON.stringify(answer.body).slice(0, 2_000));
  return new Map(answer.body.secrets.map(({ id, secret }) => [id, secret]));
}

type Event = { readonly at: number; readonly alarm: Alarm };

async function seenIn(api: Api, plan: CityPlan, startedAt: number): Promise<SeenAlarm[]> {
  const kinds = new Map(plan.facilities.map(({ id, kind }) => [id, kind]));
  const seconds = (at: number): number => Math.round((at - startedAt) / 1_000);
  const seen: SeenAlarm[] = [];
  for (const alarm of await allAlarms(api)) {
    const { items } = await api.get<{ items: Event[] }>(`/api/v1/alarms/${alarm.id}/events?limit=500`);
    const colourAtS = new Map<string, number>();
    for (const { at, alarm: then } of items.toSorted((a, b) => a.at - b.at)) {
      if (!colourAtS.has(then.colour)) colourAtS.set(then.colour, seconds(at));
    }
    const over = alarm.active ? null : alarm.returnedAt;
    const kind = kinds.get(alarm.facility ?? '') ?? 'platform';
    seen.push({ alarm, kind, colourAtS, overAtS: over === null ? null : seconds(over) });
  }
  return seen;
}

const isThere = ({ gateways }: SteppedSimulation, plan: CityPlan): boolean =>
  plan.gateways.every(({ id, session }) => session === 'sleepy' || gateways.get(id)?.connected() === true);

/** A gateway whose link is cut keeps what it has; a sleeper that waits for its turn, too. */
const isDelivered = ({ gateways }: SteppedSimulation): boolean =>
  [...gateways.values()].every((gateway) => !gateway.connected() || gateway.buffered() === 0);

async function waitFor(what: string, isSo: () => boolean): Promise<void> {
  const from = performance.now();
  while (!isSo()) {
    if (performance.now() - from > PATIENCE_MS) throw new Error(`not within ${PATIENCE_MS} ms: ${what}`);
    await breath();
  }
}
