/** Late records in any order, in any pieces, judged between any of them, end in the same episodes. */
import { describe, expect, it } from 'vitest';
import { judgeLateOrders } from './sim-late.ts';

const SEEDS = 60;

describe('late data out of order', () => {
  it('ends in the episodes of late data in order of time', async () => {
    const breaches: string[] = [];
    let episodes = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const judged = await judgeLateOrders(seed);
      breaches.push(...judged.breaches.map((one) => `seed ${seed}: ${one}`));
      episodes += judged.episodes;
    }
    expect(breaches).toEqual([]);
    expect(episodes).toBeGreaterThan(SEEDS * 5);
  });

  it('counts a sample for what begins after it: a delay it keeps running, and the value it hands on', async () => {
    // Found by seed 503: the sample of the last minute before an onset came last.
    expect((await judgeLateOrders(503)).breaches).toEqual([]);
  });
});
