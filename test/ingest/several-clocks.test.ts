import { describe, expect, test } from 'vitest';
import { FLAG } from '#domain/measurement.ts';
import {
  HOUR,
  ch4,
  flagsOf,
  last,
  live,
  offset,
  pass,
  publish,
  reasons,
  register,
  row,
  smallCity,
  type SmallCity,
} from './small-city.ts';

const DAY = 24 * HOUR;

describe('several clocks behind one gateway', () => {
  const both = (city: SmallCity, offMs: number): void => {
    pass(city, 5000);
    publish(city, ch4(3, city.wall - offMs));
    publish(city, { device: 'G-2', time: city.wall, values: { ch4: 1 } });
  };

  test.each([8 * HOUR, -8 * HOUR])('one sensor off by %d ms rings though the others are right', (offMs) => {
    const city = smallCity();
    for (let i = 0; i < 8; i++) both(city, offMs);
    const ofPoint = (index: number) =>
      city.said.measurements.filter(({ pointIndex }) => pointIndex === index);
    expect(ofPoint(0).at(-1)).toMatchObject({ time: city.wall, flags: FLAG.timeOffset });
    expect(ofPoint(3).every(({ flags }) => flags === 0)).toBe(true);
    expect(city.said.conditions).toMatchObject([{ active: true, detail: { offsetMs: offMs, devices: 1 } }]);
    for (let i = 0; i < 20; i++) both(city, offMs);
    expect(city.said.conditions).toHaveLength(1);
    for (let i = 0; i < 2; i++) both(city, 0);
    expect(city.said.conditions.map(({ active }) => active)).toEqual([true, false]);
  });

  test('a sensor heard once a minute is corrected as soon as the gateway is known to be wrong', () => {
    const city = smallCity();
    live(city, 8, 5000, 8 * HOUR, 3);
    publish(city, { device: 'G-2', time: city.wall - 8 * HOUR, values: { ch4: 2 } });
    expect(last(city)).toMatchObject({ pointIndex: 3, time: city.wall, flags: FLAG.timeOffset });
  });

  test('a sensor off among others that seldom speak is one fault, not one a minute', () => {
    const city = smallCity();
    for (let second = 0; second < 900; second += 5) {
      live(city, 1, 5000, 8 * HOUR, 3);
      if (second % 60 === 55) publish(city, { device: 'G-2', time: city.wall, values: { ch4: 1 } });
    }
    expect(city.said.conditions.map(({ active }) => active)).toEqual([true, false, true]);
    expect(last(city)).toMatchObject({ pointIndex: 3, flags: 0 });
    expect(flagsOf(city).at(-2)).toEqual(['timeOffset']);
  });

  test('a daily sensor tells that the clock is right again, and is not shifted by the old error', () => {
    const city = smallCity();
    register(
      city,
      row('devices', { id: 'G-3', gateway: 'GW-1', facility: 'W-1' }),
      row('points', { device: 'G-3', channel: 'b', quantity: 'battery', unit: '%', reportIntervalMs: DAY }),
    );
    live(city, 8, 5000, -8 * HOUR, 3);
    publish(city, { device: 'G-3', time: city.wall, values: { b: 80 } });
    expect(last(city)).toMatchObject({ time: city.wall, flags: 0 });
    expect(offset(city)).toBeNull();
  });

  test('a sensor that is taken away takes its clock fault with it', () => {
    const city = smallCity();
    for (let i = 0; i < 8; i++) both(city, 8 * HOUR);
    const points = ['ch4', 'temperature', 'daily'].map((channel) => `G-1/${channel}`);
    register(city, ...points.map((id) => ({ op: 'retire', kind: 'points', id }) as const), {
      op: 'retire',
      kind: 'devices',
      id: 'G-1',
    });
    publish(city, { device: 'G-2', time: city.wall, values: { ch4: 1 } });
    expect(city.said.conditions.map(({ active }) => active)).toEqual([true, false]);
  });

  test('a daily value neither hides nor undoes the error of the others', () => {
    const city = smallCity();
    const daily = (): void => {
      pass(city, 1000);
      publish(city, { device: 'G-1', time: city.wall - 8 * HOUR, values: { daily: 80 } });
    };
    for (let i = 0; i < 8; i++) {
      live(city, 1, 5000, 8 * HOUR, 3);
      daily();
    }
    expect(offset(city)).toBe(8 * HOUR);
    daily();
    expect(last(city)).toMatchObject({ time: city.wall, flags: FLAG.timeOffset });
    expect(city.said.conditions).toHaveLength(1);
  });

  test('times we refused are refused no more', () => {
    const city = smallCity();
    live(city, 6, 6000, 1_763_827_200_000, 3);
    expect(reasons(city).every((reason) => reason === 'time-before-2000')).toBe(true);
    expect(reasons(city)).toHaveLength(5);
    expect(city.said.measurements).toHaveLength(1);
  });
});
