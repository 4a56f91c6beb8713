/** Wrong clocks, jumping clocks, silence and our own downtime: what must ring rings, what is red stays red. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Alarm } from '#domain/alarm.ts';
import { type Api, openAlarms, until } from './api.ts';
import {
  type ClockedCity,
  type Console,
  type Gateway,
  type PlannedPoint,
  startCity,
} from './clocked-city.ts';

const NOW = Date.UTC(2026, 10, 1, 4);
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const YEAR = 365 * 24 * HOUR;
const RULE = 'gas-well-ch4';

const WELL: PlannedPoint = {
  gateway: 'GW-1',
  device: 'G-1',
  channel: 'ch4',
  quantity: 'ch4',
  unit: '%',
  kind: 'gas-valve-well',
  reportIntervalMs: MINUTE,
};
const PIPE: PlannedPoint = {
  gateway: 'GW-2',
  device: 'T-1',
  channel: 'temperature',
  quantity: 'temperature',
  unit: 'Cel',
  kind: 'heat-station',
  reportIntervalMs: MINUTE,
  limits: { H: 95, onDelayMs: 30 * SECOND },
};

let city: ClockedCity;
let api: Api;
let console_: Console;
let gateway: Gateway;

beforeEach(async () => {
  city = await startCity(NOW, [WELL, PIPE]);
  api = await city.logIn();
  console_ = await city.console();
  gateway = await city.gateway('GW-1');
});
afterEach(() => city.close());

const now = (): number => city.clock.wallMs();
const report = (ch4: number | null, time = now()): Promise<void> =>
  gateway.send({ device: 'G-1', time, values: { ch4 } });
const rings = () => console_.of('G-1/ch4').filter(({ event, alarm }) => event.ring && alarm.rule === RULE);
/** The open alarm of `rule`: what was acknowledged before is decided. */
async function alarmOf(rule: string): Promise<Alarm | undefined> {
  return (await openAlarms(api)).find((alarm) => alarm.rule === rule);
}

describe('a sample stamped tomorrow', () => {
  it('is not the latest, rings nothing, and holds up nothing that comes after it', async () => {
    await report(0.2);
    await report(4.9, NOW + 20 * HOUR);
    const latest = (): Promise<unknown> => api.get('/api/v1/points/G-1%2Fch4/latest');
    expect(await latest()).toMatchObject({ time: NOW, value: 0.2 });
    expect(await alarmOf(RULE)).toBeUndefined();
    await city.pass(MINUTE);
    await report(3);
    expect(await latest()).toMatchObject({ time: NOW + MINUTE, value: 3 });
    expect(await alarmOf(RULE)).toMatchObject({ colour: 'orange', onsetAt: NOW + MINUTE });
  }, 180_000);
});

describe.each([
  ['behind', -8 * HOUR],
  ['ahead', 8 * HOUR],
])('a gateway whose clock is 8 h %s', (_, wrongMs) => {
  it('rings with the first publish after five and 30 s, and goes on live when it is corrected', async () => {
    for (let publish = 1; publish <= 4; publish++) {
      await report(3, now() + wrongMs);
      expect(await alarmOf(RULE), `publish ${publish}`).toBeUndefined();
      await city.pass(10 * SECOND);
    }
    await report(3, now() + wrongMs);
    expect(await alarmOf(RULE)).toMatchObject({ colour: 'orange', active: true, historical: false });
    expect(await alarmOf('gateway-clock')).toMatchObject({ gateway: 'GW-1', active: true });
    await console_.saw('the ring', ({ event, alarm }) => event.ring && alarm.rule === RULE);
    expect(rings()).toHaveLength(1);

    await city.pass(10 * SECOND);
    await report(0.1);
    expect(await alarmOf('gateway-clock')).toMatchObject({ active: false });
    await city.pass(MINUTE);
    await report(0.1);
    expect(await alarmOf(RULE)).toMatchObject({ active: false, returnedAt: NOW + 50 * SECOND + MINUTE });
    await city.pass(MINUTE);
    await report(4.5);
    expect(await alarmOf(RULE)).toMatchObject({ active: true, colour: 'red' });
  }, 180_000);
});

describe('a true backlog of 8 h, sent fast', () => {
  it('is no wrong clock and rings nothing', async () => {
    const from = NOW - 8 * HOUR;
    for (let publish = 0; publish < 48; publish++) {
      const records = Array.from({ length: 10 }, (_, i) => {
        const minute = publish * 10 + i;
        return {
          device: 'G-1',
          time: from + minute * MINUTE,
          values: { ch4: minute < 240 ? 3 : 0.1 },
          seq: minute,
        };
      });
      await gateway.send(records);
      await city.pass(SECOND);
    }
    expect(await alarmOf('gateway-clock')).toBeUndefined();
    await report(3);
    await console_.saw('the live alarm', ({ event, alarm }) => event.ring && alarm.rule === RULE);
    expect(rings().map(({ alarm }) => alarm.onsetAt)).toEqual([now()]);
  }, 180_000);
});

describe('our wall clock jumps a year ahead and back', () => {
  it('and a delay of 30 s stays one of 30 s', async () => {
    const pipe = await city.gateway('GW-2');
    const hot = (value: number): Promise<void> =>
      pipe.send({ device: 'T-1', time: now(), values: { temperature: value } });
    for (const jumpMs of [YEAR, -YEAR]) {
      await hot(99);
      await city.pass(10 * SECOND);
      city.clock.stepWall(jumpMs);
      await hot(99);
      await city.pass(19 * SECOND);
      expect((await alarmOf('point-limits'))?.active ?? false, 'after 29 s').toBe(false);
      await city.pass(SECOND);
      const raised = await alarmOf('point-limits');
      expect(raised, 'after 30 s').toMatchObject({ active: true });
      expect(Number(raised?.explanation.params['since'])).toBe(now());
      await console_.saw(
        `a step of ${jumpMs} ms`,
        ({ alarm, event }) =>
          alarm.rule === 'clock-step' && event.ring && alarm.explanation.params['deltaMs'] === jumpMs,
      );
      await city.pass(SECOND);
      await hot(20);
      expect(await alarmOf('point-limits')).toMatchObject({ active: false });
      await city.pass(SECOND);
    }
  }, 180_000);
});

describe('a gateway killed while its sensor is red', () => {
  it('leaves the alarm red, is missed itself, and only fresh good values end it', async () => {
    await report(4.5);
    const red = await alarmOf(RULE);
    expect(red).toMatchObject({ colour: 'red', active: true });
    gateway.client.stream.destroy();
    const gone = (): Promise<boolean> =>
      Promise.resolve(console_.gateways.some((one) => one.gateway === 'GW-1' && !one.connected));
    await until('the lost connection', 60_000, gone, (is) => is);
    await city.pass(61 * SECOND);
    expect(await alarmOf('gateway-absent')).toMatchObject({ gateway: 'GW-1', active: true });
    expect(await alarmOf('sensor-lost')).toMatchObject({ point: 'G-1/ch4', colour: 'red', active: true });
    expect(await alarmOf(RULE)).toMatchObject({ id: red?.id, colour: 'red', active: true });

    gateway = await city.gateway('GW-1');
    await report(0.1);
    expect(await alarmOf('gateway-absent')).toMatchObject({ active: false });
    expect(await alarmOf('sensor-lost')).toMatchObject({ active: false });
    expect(await alarmOf(RULE)).toMatchObject({ id: red?.id, active: true });
    await city.pass(MINUTE);
    // Back below its limit, but latched: a person resets it.
    expect(await alarmOf(RULE)).toMatchObject({ id: red?.id, active: false, latched: true });
  }, 180_000);
});

describe('silence', () => {
  it('clears nothing: neither no data, nor null values, nor our own downtime', async () => {
    await report(3);
    const orange = await alarmOf(RULE);
    const still = async (): Promise<void> =>
      expect(await alarmOf(RULE)).toMatchObject({ id: orange?.id, active: true, colour: 'orange' });
    for (let minute = 0; minute < 5; minute++) {
      await city.pass(MINUTE);
      await report(null);
    }
    await still();
    await city.pass(20 * MINUTE);
    await still();
    await city.restart(2 * HOUR);
    api = await city.logIn();
    await still();
    gateway = await city.gateway('GW-1');
    await city.pass(2 * MINUTE);
    await still();
    await report(0.1);
    await report(null, now() + 1);
    await city.pass(5 * MINUTE);
    await still();
    await report(0.1);
    await city.pass(MINUTE);
    expect(await alarmOf(RULE)).toMatchObject({ id: orange?.id, active: false });
  }, 180_000);
});
