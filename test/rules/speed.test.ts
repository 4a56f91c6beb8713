/** A coarse guard for the hot path; the bench measures properly. */
import { expect, it } from 'vitest';
import * as engine from '#rules/engine.ts';
import { DutyRoom, engineAt, item, wall } from './duty-room.ts';

const POINTS = 1_000;
const MEASUREMENTS = 1_000_000;
const CPU_MS_MAX = 2_000;

it('a million measurements of a thousand points are judged within two seconds of processor time', () => {
  const room = new DutyRoom();
  room.presence(0, 'G-1', true);
  room.point('underpass', 'water-depth', 'cm');
  const device = (n: number) => ({ id: `P-${n}`, gateway: 'G-1', facility: 'gas-valve-well-1' });
  const point = (n: number) => ({
    device: `P-${n}`,
    channel: 'ch',
    quantity: 'ch4',
    unit: '%',
    reportIntervalMs: 60_000,
  });
  room.register(item('facilities', { ...room.registry.facilities.get('gas-valve-well-1') }));
  const numbers = Array.from({ length: POINTS }, (_, n) => n);
  room.register(
    ...numbers.map((n) => item('devices', device(n))),
    ...numbers.map((n) => item('points', point(n))),
  );
  const before = process.cpuUsage();
  for (let at = 0; at < MEASUREMENTS; at += 1) {
    const ms = at;
    const clock = { receivedAt: wall(0) + ms, engineTime: engineAt(0) + ms };
    engine.advance(room.state, room.registry, clock.engineTime, clock, room.sink);
    const m = {
      pointIndex: 1 + (at % POINTS),
      time: clock.receivedAt,
      deviceTime: clock.receivedAt,
      receivedAt: clock.receivedAt,
      value: (at % 97) / 200,
      quality: 'good',
      flags: 0,
    } as const;
    engine.onMeasurement(room.state, room.registry, m, clock, room.sink);
  }
  const { user } = process.cpuUsage(before);
  expect(room.told('gas-well-ch4')).toEqual([]);
  expect(user / 1_000).toBeLessThan(CPU_MS_MAX);
  process.stdout.write(`judged ${MEASUREMENTS} in ${Math.round(user / 1_000)} ms of processor time\n`);
});
