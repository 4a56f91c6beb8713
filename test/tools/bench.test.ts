/** The bench itself: its load reaches a contestant whole, its alarms are heard, and its table says what was met. */
import { describe, expect, it } from 'vitest';
import { quantile, median, tableOf, verdictOf, type Figure } from '#tools/bench/figures.ts';
import { idleConnections } from '#tools/bench/idle.ts';
import { runLoad } from '#tools/bench/load.ts';
import { startFloor } from '#tools/bench/others.ts';
import { startOurs } from '#tools/bench/ours.ts';

const LOAD = { messages: 500, window: 20, alarmEvery: null, lastPlace: 23 } as const;

describe('a contestant under the load', () => {
  it('the floor: every message is acknowledged, and the last alarm of each gateway is heard', async () => {
    const floor = await startFloor(5);
    try {
      const run = await runLoad(floor, { ...LOAD, ratePerS: null });
      expect([run.messages, run.sent.length, run.delaysMs.length, run.alarmsMissed]).toEqual([500, 5, 5, 0]);
      expect(run.cpuPerMillion).toBeGreaterThan(0);
    } finally {
      await floor.stop();
    }
  });

  it('the whole platform: as fast as it takes them, then paced with alarms on points that have not rung', async () => {
    const ours = await startOurs(5);
    try {
      const fast = await runLoad(ours, { ...LOAD, ratePerS: null });
      expect([fast.messages, fast.delaysMs.length, fast.alarmsMissed]).toEqual([500, 5, 0]);
      const paced = await runLoad(ours, { ...LOAD, ratePerS: 500, alarmEvery: 26, lastPlace: 24 });
      expect([paced.messages, paced.alarmsMissed]).toEqual([500, 0]);
      expect(paced.delaysMs.length).toBeGreaterThan(15);
      expect((await idleConnections(ours, 20)).connections).toBe(20);
    } finally {
      await ours.stop();
    }
  });
});

describe('the table', () => {
  const figure = (value: number | null, target: Figure['target']): Figure => ({
    ...{ section: 's', what: 'w', value, unit: 'ms', target, from: '1 2 3' },
  });

  it('says what was met, missed, and not measured', () => {
    expect(verdictOf(figure(20, { most: 20 }))).toBe('met');
    expect(verdictOf(figure(20.1, { most: 20 }))).toBe('missed');
    expect(verdictOf(figure(0.7, { least: 0.75 }))).toBe('missed');
    expect(verdictOf(figure(null, { least: 1 }))).toBe('not measured');
    expect(verdictOf(figure(Number.NaN, { most: 1 }))).toBe('not measured');
    expect(verdictOf(figure(3, null))).toBe('');
    expect(tableOf([figure(12.34, { most: 20 })])).toMatch(/12\.3 ms\s+<= 20\.0\s+met\s+1 2 3/);
  });

  it('takes the middle of the runs, and percentiles from the sorted', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
    expect(quantile([1, 2, 3, 4], 0.99)).toBe(4);
  });
});
