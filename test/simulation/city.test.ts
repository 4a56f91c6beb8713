/**
 * Whole cities from seeds: twenty gateways and more for six hours, kills, power cuts, failing syncs, lines that are down,
 * a lossy network; judged by oracles and a second model. And streets where somebody dies every minute.
 */
import { describe, expect, it } from 'vitest';
import { simulateCity } from './sim-city.ts';
import { judgeCity } from './sim-oracles.ts';
import { addFigures, figuresLine, noFigures, repeatOf, runSeed } from './sim-run.ts';

const seedsFrom = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => first + index);
const STREET_MINUTES = 6;

describe('six hours of a city, and nothing acknowledged is lost, doubled or told otherwise', () => {
  const totals = noFigures();
  it.each(seedsFrom(501, 40))('seed %i', async (seed) => {
    const { breaches, figures } = await runSeed(seed);
    addFigures(totals, figures);
    expect(breaches.slice(0, 10), `repeat with: ${repeatOf(seed)}`).toEqual([]);
    expect(figures.faults, repeatOf(seed)).toBeGreaterThanOrEqual(200);
    expect(figures.kills + figures.powerCuts, repeatOf(seed)).toBeGreaterThanOrEqual(5);
    expect(figures.acknowledged, repeatOf(seed)).toBeGreaterThan(3_000);
  });

  it('and the seeds together met enough to mean something', () => {
    console.log(figuresLine(totals));
    expect(totals.kills).toBeGreaterThan(150);
    expect(totals.powerCuts).toBeGreaterThan(150);
    expect(totals.spans).toBeGreaterThan(2_000);
    expect(totals.told).toBeGreaterThan(10_000);
    expect(totals.lateEpisodes).toBeGreaterThan(300);
  });
});

describe('a street where somebody dies every minute', () => {
  const totals = { deaths: 0, spans: 0, told: 0, incidents: 0, folds: 0 };
  it.each(seedsFrom(501, 20))('seed %i', async (seed) => {
    const outcome = await simulateCity(seed, STREET_MINUTES * 60_000);
    const { breaches, spans, told, acknowledged, incidents, folds } = await judgeCity(outcome);
    totals.deaths += outcome.kills + outcome.powerCuts;
    totals.spans += spans;
    totals.told += told;
    totals.incidents += incidents;
    totals.folds += folds;
    expect(breaches.slice(0, 10)).toEqual([]);
    expect(acknowledged).toBeGreaterThan(20);
  });

  it('and the streets together met deaths and alarms enough to mean something', () => {
    expect(totals.deaths).toBeGreaterThan(100);
    expect(totals.spans).toBeGreaterThan(20);
    expect(totals.told).toBeGreaterThan(100);
    expect(totals.incidents).toBeGreaterThan(10);
    expect(totals.folds).toBeGreaterThan(3);
  });
});
