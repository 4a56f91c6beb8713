/** Whole cities from seeds: kills, power cuts, failing syncs, a lossy network; judged by oracles and a second model. */
import { afterAll, describe, expect, it } from 'vitest';
import { simulateCity } from './sim-city.ts';
import { judgeCity } from './sim-oracles.ts';

const SEEDS = Array.from({ length: 20 }, (_, index) => 501 + index);
const MINUTES = 6;
const totals = {
  kills: 0,
  powerCuts: 0,
  acknowledged: 0,
  spans: 0,
  alarmEvents: 0,
  told: 0,
  repeated: 0,
  breaches: 0,
};

describe('a city dies at any moment, and nothing acknowledged is lost, doubled or told otherwise', () => {
  it.each(SEEDS)('seed %i', async (seed) => {
    const again = `npm run simulate -- --seed ${seed} --minutes ${MINUTES}`;
    const outcome = await simulateCity(seed, MINUTES * 60_000);
    const verdict = await judgeCity(outcome);
    totals.kills += outcome.kills;
    totals.powerCuts += outcome.powerCuts;
    totals.acknowledged += verdict.acknowledged;
    totals.spans += verdict.spans;
    totals.alarmEvents += verdict.alarmEvents;
    totals.told += verdict.told;
    totals.repeated += verdict.repeated;
    totals.breaches += verdict.breaches.length;
    expect(verdict.breaches.slice(0, 10), `repeat with: ${again}`).toEqual([]);
    expect(verdict.acknowledged, `repeat with: ${again}`).toBeGreaterThan(20);
  });

  afterAll(() => {
    const { kills, powerCuts, acknowledged, spans, alarmEvents, told, repeated, breaches } = totals;
    console.log(
      `${SEEDS.length} seeds: ${kills} kills, ${powerCuts} power cuts, ${acknowledged} acknowledged records, ` +
        `${spans} alarm spans, ${alarmEvents} alarm events, ${told} messages to people (${repeated} twice at a vendor), ` +
        `${breaches} breaches`,
    );
  });

  it('and the seeds together met deaths and alarms enough to mean something', () => {
    expect(totals.kills).toBeGreaterThan(50);
    expect(totals.powerCuts).toBeGreaterThan(50);
    expect(totals.spans).toBeGreaterThan(20);
    expect(totals.told).toBeGreaterThan(100);
  });
});
