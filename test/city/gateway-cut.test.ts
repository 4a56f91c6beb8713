/** The cable of a gateway with 300 sensors is cut, over the real pipeline, with a crash in the middle. */
import { describe, expect, it } from 'vitest';
import type { PresenceInput } from '#domain/input.ts';
import { openIncidents } from '#rules/engine.ts';
import { type OneCity, oneCity, RED } from './one-city.ts';

const SENSORS = 300;

const presence = (connections: number): PresenceInput => ({
  ...{ kind: 'presence', gateway: 'GW-1', client: 'box', address: 'test' },
  connected: connections > 0,
  connections,
});

/** 300 wells that report, on one connected gateway. */
async function city(): Promise<OneCity> {
  const one = oneCity();
  await one.open();
  await one.register(SENSORS);
  one.pipeline().submit(presence(1));
  for (let device = 1; device <= SENSORS; device += 1) one.send(0.1, `D-${device}`);
  await one.pass(1_000);
  return one;
}

const rings = (one: OneCity): string[] =>
  one.alarms.flatMap(({ announce, alarm }) => (announce.ring ? [`${alarm.rule} ${alarm.colour}`] : []));

describe('a gateway with 300 sensors', () => {
  it('rings once when its cable is cut, whatever crashes meanwhile, and says how many sensors are silent', async () => {
    const one = await city();
    one.pipeline().submit(presence(0));
    await one.pass(30_000);
    one.kill(5_000);
    await one.open();
    await one.pass(3_600_000);
    expect(rings(one)).toEqual(['gateway-absent yellow']);
    const [incident, ...others] = openIncidents(one.pipeline().city.rules);
    expect(others).toEqual([]);
    expect(incident).toMatchObject({ silentPoints: SENSORS, open: 1, causes: 1 });
    expect(one.ledger.incident(incident?.id ?? '')).toEqual(incident);
    expect(one.ledger.alarms({ scope: {}, limit: 10, incident: incident?.id ?? '' })).toHaveLength(1);
  });

  it('with a true gas red on one of them still rings, though the others stay silent', async () => {
    const one = await city();
    one.pipeline().submit(presence(0));
    await one.pass(120_000);
    one.pipeline().submit(presence(1));
    await one.pass(1_000);
    one.send(RED, 'D-151');
    await one.pass(1_000);
    expect(rings(one)).toEqual(['gateway-absent yellow', 'gas-well-ch4 red']);
    expect(one.alarms.at(-1)?.alarm).toMatchObject({ point: 'D-151/ch4', colour: 'red' });
    // The gateway is back and no sensor is: the one whose red is lost rings, the others are listed under it.
    await one.pass(900_000);
    expect(rings(one).slice(2)).toEqual(['sensor-lost red']);
    const silent = one.pipeline().city.rules.incidents.index.silent.get('GW-1');
    expect(silent?.size).toBe(SENSORS);
    const folded = openIncidents(one.pipeline().city.rules).map((incident) => incident.folded);
    expect(folded.reduce((sum, each) => sum + each, 0)).toBe(SENSORS - 1);
  });
});
