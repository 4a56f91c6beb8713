/** Our own wall clock jumps, both ways, in the middle of an alarm's delay of 30 s: it stays one of 30 s. */
import { type PlannedPoint, startCity } from '#test/e2e/clocked-city.ts';
import { openAlarms, until } from '#test/e2e/api.ts';
import { account, type Act } from './act.ts';

const SECOND_MS = 1_000;
const DELAY_MS = 30 * SECOND_MS;
const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 1, 4);
/** From below a clock's ordinary correction to a battery that died. */
const JUMPS_MS = [3 * SECOND_MS, 90 * SECOND_MS, 3_600_000, 8 * 3_600_000, DAY_MS, 365 * DAY_MS];
const HOT = 99;
const COOL = 20;
const RULE = 'point-limits';
const PIPE: PlannedPoint = {
  ...{ gateway: 'GW-1', device: 'T-1', channel: 'temperature', quantity: 'temperature', unit: 'Cel' },
  ...{ kind: 'heat-station', reportIntervalMs: 60 * SECOND_MS },
  limits: { H: 95, onDelayMs: DELAY_MS },
};

export const clockJumps: Act = {
  name: 'clock-jumps',
  does: 'the wall clock jumps ahead and back by seconds to a year (a platform in this process, its clock in our hand)',
  counts: { test: 2, usual: 30, full: 300 },
  async run({ count, random, say }) {
    const city = await startCity(NOW, [PIPE]);
    try {
      const api = await city.logIn();
      const screen = await city.console();
      const pipe = await city.gateway('GW-1');
      let acknowledged = 0;
      const report = async (temperature: number): Promise<void> => {
        await pipe.send({ device: 'T-1', time: city.clock.wallMs(), values: { temperature } });
        acknowledged += 1;
      };
      const isActive = async (): Promise<boolean> =>
        (await openAlarms(api)).some(({ rule, active }) => rule === RULE && active);
      const breaches: string[] = [];
      let [lost, early, ahead] = [0, 0, 0];
      for (let jump = 0; jump < count; jump++) {
        // Back to where it came from, or the city would wander off into another century.
        const jumpMs = ahead === 0 ? random.pick(JUMPS_MS) * random.pick([1, -1]) : -ahead;
        ahead += jumpMs;
        const beforeMs = SECOND_MS * (1 + random.int(28));
        await report(HOT);
        await city.pass(beforeMs);
        city.clock.stepWall(jumpMs);
        await report(HOT);
        await city.pass(DELAY_MS - beforeMs - SECOND_MS);
        if (await isActive()) early += 1;
        await city.pass(SECOND_MS);
        if (!(await isActive())) lost += 1;
        await screen
          .saw(
            `a step of ${jumpMs} ms`,
            ({ alarm }) => alarm.rule === 'clock-step' && alarm.explanation.params['deltaMs'] === jumpMs,
          )
          .catch((cause: unknown) => breaches.push(String(cause)));
        await city.pass(SECOND_MS);
        await report(COOL);
        await until('the alarm is over', 10_000, isActive, (active) => !active);
        await city.pass(SECOND_MS);
        say(`${jump + 1} of ${count} jumps`);
      }
      if (early > 0) breaches.push(`${early} delays of 30 s were over after 29 s`);
      const rung = screen.events.filter(({ event, alarm }) => event.ring && alarm.rule === RULE).length;
      return account({
        did: `${count} jumps of 3 s to a year`,
        ...{ acknowledged, alarms: count, alarmsLost: lost, alarmsDoubled: Math.max(0, rung - count) },
        told: ['clock-step'],
        breaches,
      });
    } finally {
      await city.close();
    }
  },
};
