/** Invariant 16 for InfluxDB, through the real pipeline: each alarm is raised once and cleared once. */
import { describe, expect, it } from 'vitest';
import { openAlarms } from '#rules/engine.ts';
import type { InfluxStatus } from '#store/influx/influx-status.ts';
import { NOON, oneCity } from '#test/city/one-city.ts';
import { influxConditions } from '../../platform/influx-conditions.ts';

const WELL: InfluxStatus = {
  ...{ profile: 'v1', state: 'writing', reason: null, readingTrouble: null, cursorPosition: 1 },
  ...{ backlogRows: 0, refillHours: 0, behindSince: null, deadLetters: 0, expiredLines: 0 },
  ...{ writtenLines: 1, lastWriteAt: NOON, short: 0, comparedAt: null },
};

async function watched(city = oneCity()) {
  const pipeline = await city.open();
  const conditions = influxConditions(({ name, subject, active, detail }) =>
    pipeline.submit({ kind: 'condition', name, subject, active, detail }),
  );
  const see = async (change: Partial<InfluxStatus>, died: string | null = null): Promise<void> => {
    conditions.look({ ...WELL, ...change }, died, NOON);
    await city.pass(100);
  };
  const takeUp = async (configured: boolean): Promise<void> => {
    conditions.takeUp(openAlarms(pipeline.city.rules), configured);
    await city.pass(100);
  };
  const told = (): string[] => city.alarms.map(({ alarm, change }) => `${alarm.rule} ${change}`);
  return { city, see, takeUp, told };
}

const CASES: [name: string, unwell: Partial<InfluxStatus>][] = [
  [
    'influx-backlog',
    { state: 'waiting', reason: 'ECONNREFUSED', behindSince: NOON - 10_001, backlogRows: 9 },
  ],
  ['influx-failing', { state: 'paused', reason: '401: expired token' }],
  ['dead-letters', { deadLetters: 2 }],
  ['influx-incomplete', { short: 3 }],
];

describe('a condition of InfluxDB', () => {
  it.each(CASES)('%s is raised once and cleared once', async (name, unwell) => {
    const { see, told } = await watched();
    await see({});
    for (let look = 0; look < 3; look += 1) await see(unwell);
    expect(told()).toEqual([`${name} raised`]);
    for (let look = 0; look < 3; look += 1) await see({});
    expect(told()).toEqual([`${name} raised`, `${name} returned`]);
  });

  it.each(CASES)('%s, active when we went down, is taken up and cleared', async (name, unwell) => {
    const { city, see, told } = await watched();
    await see(unwell);
    city.kill(5_000);
    const again = await watched(city);
    await again.takeUp(true);
    await again.see(unwell);
    expect(told(), 'it was never over: no second alarm').toEqual([`${name} raised`]);
    await again.see({});
    expect(told()).toEqual([`${name} raised`, `${name} returned`]);
  });

  it('is over when InfluxDB is no longer configured', async () => {
    const { city, see, told } = await watched();
    await see({ deadLetters: 1 });
    city.kill(5_000);
    await (await watched(city)).takeUp(false);
    expect(told()).toEqual(['dead-letters raised', 'dead-letters returned']);
  });

  it('a restart of the server, over within ten seconds, is no alarm', async () => {
    const { see, told } = await watched();
    await see({ state: 'waiting', behindSince: NOON - 9_000 });
    await see({});
    expect(told()).toEqual([]);
  });

  it('a forwarder that died is failing, whatever it said last', async () => {
    const { see, told } = await watched();
    await see({}, 'the forwarder stopped: out of memory');
    await see({});
    expect(told()).toEqual(['influx-failing raised', 'influx-failing returned']);
  });
});
