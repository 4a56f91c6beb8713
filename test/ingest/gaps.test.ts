/** Numbers left out by a device: shown with their time, and closed when they come after all. */
import { describe, expect, test } from 'vitest';
import { gatewayIngestStatus, openGaps, sequenceGaps } from '#ingest/ingest.ts';
import { ch4, NOW, pass, publish, smallCity, type SmallCity } from './small-city.ts';

const send = (city: SmallCity, seq: number, backfill = false): void => {
  pass(city, 1_000);
  publish(city, ch4(0.1 + seq / 1_000, NOW + seq * 1_000, { seq, backfill }));
};
const open = (city: SmallCity) => gatewayIngestStatus(city.state, city.registry, 'GW-1')?.gaps;
const shown = (city: SmallCity) =>
  sequenceGaps(city.state, city.registry, 'GW-1').map(
    ({ from, to, missing, filledAt }) => `${from}-${to} ${missing}${filledAt === null ? '' : ' filled'}`,
  );

describe('numbers left out', () => {
  test('are open until a late record brings them', () => {
    const city = smallCity();
    for (const seq of [1, 2, 6, 9]) send(city, seq);
    expect([open(city), openGaps(city.state), shown(city)]).toEqual([5, 5, ['7-8 2', '3-5 3']]);
    for (const seq of [4, 3]) send(city, seq, true);
    expect([open(city), shown(city)]).toEqual([3, ['7-8 2', '3-5 1']]);
    send(city, 5, true);
    expect([open(city), shown(city)]).toEqual([2, ['7-8 2', '3-5 0 filled']]);
    const [, filled] = sequenceGaps(city.state, city.registry, 'GW-1');
    expect(filled).toMatchObject({ device: 'G-1', at: NOW + 3_000, filledAt: city.wall });
  });

  test('the same late record again fills nothing twice', () => {
    const city = smallCity();
    for (const seq of [1, 4]) send(city, seq);
    publish(city, ch4(0.2, NOW + 2_000, { seq: 2 }));
    publish(city, ch4(0.2, NOW + 2_000, { seq: 2 }));
    expect([open(city), shown(city)]).toEqual([1, ['2-3 1']]);
  });

  test('of many gaps the filled ones are forgotten first', () => {
    const city = smallCity();
    for (let seq = 1; seq <= 31; seq += 2) send(city, seq);
    send(city, 6, true);
    for (let seq = 33; seq <= 37; seq += 2) send(city, seq);
    const kept = shown(city);
    expect([kept.length, kept.includes('6-6 0 filled')]).toEqual([16, false]);
  });

  test('a device that starts counting anew leaves no gap', () => {
    const city = smallCity();
    for (const seq of [100, 101]) send(city, seq);
    pass(city, 200_000);
    publish(city, ch4(0.3, city.wall, { seq: 1 }));
    expect(shown(city)).toEqual([]);
  });
});
