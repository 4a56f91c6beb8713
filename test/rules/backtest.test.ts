/** A changed rule is tried on last month before it goes live: what would have rung, what would have been spared. */
import { describe, expect, it } from 'vitest';
import type { Measurement } from '#domain/measurement.ts';
import { type BacktestEpisode, createBacktest } from '#rules/backtest.ts';
import { compareEpisodes, detect, loadOf } from '#rules/backtest-report.ts';
import { shippedCatalogue } from '#rules/engine.ts';
import { DutyRoom, START, wall } from './duty-room.ts';

const SHIFT_MS = 12 * 3_600_000;

type Raw = { rules: { id: string; version: number; levels: { name: string; limit: unknown }[] }[] };

/** The shipped catalogue with one level's limit moved. */
function withLimit(rule: string, level: string, limit: number): unknown {
  const catalogue = structuredClone(shippedCatalogue().catalogue) as Raw;
  const found = catalogue.rules.find(({ id }) => id === rule);
  if (found === undefined) throw new Error(rule);
  found.version += 1;
  for (const one of found.levels) if (one.name === level) one.limit = limit;
  return catalogue;
}

function city() {
  const room = new DutyRoom();
  const depth = room.point('underpass', 'water-depth', 'cm');
  return { registry: room.registry, depth, id: room.registry.pointsByIndex[depth]?.id ?? '' };
}

const sample = (pointIndex: number, second: number, value: number, flags = 0): Measurement => ({
  pointIndex,
  time: wall(second),
  deviceTime: wall(second),
  receivedAt: wall(second) + 5_000_000,
  value,
  quality: 'good',
  flags,
});

function judged(catalogue: unknown, rows: (depth: number) => Measurement[], from = START): BacktestEpisode[] {
  const { registry, depth } = city();
  const test = createBacktest({ site: 'heze', registry, catalogue, revision: 'draft', from });
  const history = rows(depth);
  for (const row of history) test.take(row);
  return test.finish((history.at(-1)?.time ?? START) + 3_600_000);
}

/** Rises to `peak` cm in a minute's steps, stands, and falls. */
const flood = (depth: number, startMin: number, peak: number): Measurement[] =>
  [0, 2, peak, peak, peak, 2, 0, 0].map((value, i) => sample(depth, (startMin + i) * 60, value));

describe('one catalogue on history', () => {
  it('finds each flood once, at its worst colour, with its return', () => {
    const found = judged(shippedCatalogue().catalogue, (depth) => [
      ...flood(depth, 0, 21),
      ...flood(depth, 60, 30),
    ]);
    const floods = found.filter(({ rule }) => rule === 'ponding-depth');
    expect(floods.map(({ colour, onsetAt, returnedAt }) => [colour, onsetAt, returnedAt !== null])).toEqual([
      // 21 cm that come within a minute are one colour worse than 21 cm.
      ['red', wall(120), true],
      ['red', wall(62 * 60), true],
    ]);
  });

  it('judges late records like any others: in history nothing is late', () => {
    const late = judged(shippedCatalogue().catalogue, (depth) =>
      flood(depth, 0, 30).map((row) => ({ ...row, flags: 8 | 16 })),
    );
    expect(late.map(({ rule }) => rule)).toContain('ponding-depth');
  });

  it('warms up on what came before the stretch, without counting it', () => {
    const rows = (depth: number): Measurement[] => [...flood(depth, 0, 30), ...flood(depth, 60, 30)];
    const found = judged(shippedCatalogue().catalogue, rows, wall(30 * 60));
    expect(found.filter(({ rule }) => rule === 'ponding-depth').map(({ onsetAt }) => onsetAt)).toEqual([
      wall(62 * 60),
    ]);
  });

  it('leaves a flood that still stands open', () => {
    const found = judged(shippedCatalogue().catalogue, (depth) => flood(depth, 0, 30).slice(0, 5));
    expect(found.find(({ rule }) => rule === 'ponding-depth')?.returnedAt).toBeNull();
  });

  it('says nothing of a city without history', () => {
    expect(judged(shippedCatalogue().catalogue, () => [])).toEqual([]);
  });
});

const episode = (change: Partial<BacktestEpisode>): BacktestEpisode => ({
  rule: 'gas-well-ch4',
  ruleVersion: 1,
  point: 'D-1/ch4',
  facility: 'V-1',
  limit: 'orange',
  colour: 'orange',
  onsetAt: START,
  returnedAt: START + 60_000,
  value: 3,
  limitValue: 2.5,
  unit: '%',
  ...change,
});

describe('two catalogues side by side', () => {
  const options = { from: START, shiftMs: SHIFT_MS, labels: [], listedMax: 100 };

  it('says what a higher limit spares and what a lower one adds', () => {
    const rows = (depth: number): Measurement[] => [...flood(depth, 0, 21), ...flood(depth, 60, 30)];
    const now = judged(shippedCatalogue().catalogue, rows);
    const higher = judged(withLimit('ponding-depth', 'prepare-closure', 25), rows);
    const report = compareEpisodes(now, higher, options);
    expect(report.changed.map(({ before, after }) => [before.colour, after.colour])).toEqual([
      ['red', 'orange'],
    ]);
    expect(report.after.byColour.red).toBe(report.before.byColour.red - 1);
    expect(compareEpisodes(higher, now, options).changed).toHaveLength(1);
  });

  it('finds no difference between a catalogue and itself', () => {
    const rows = (depth: number): Measurement[] => flood(depth, 0, 30);
    const found = judged(shippedCatalogue().catalogue, rows);
    const report = compareEpisodes(found, found, options);
    expect(report).toMatchObject({ same: found.length, added: [], removed: [], changed: [], unlisted: 0 });
    expect(found.length).toBeGreaterThan(0);
  });

  it('pairs an episode with the one that overlaps it, and each only once', () => {
    const long = episode({ returnedAt: START + 600_000 });
    const early = episode({ returnedAt: START + 60_000 });
    const late = episode({ onsetAt: START + 120_000, returnedAt: START + 600_000 });
    const elsewhere = episode({ point: 'D-2/ch4' });
    const report = compareEpisodes([long], [early, elsewhere, late], options);
    expect(report.changed).toEqual([{ before: long, after: early }]);
    expect(report.added).toEqual([elsewhere, late]);
  });

  it('lists no more differences than asked for and counts the rest', () => {
    const many = Array.from({ length: 30 }, (_, i) => episode({ point: `D-${i}/ch4` }));
    const report = compareEpisodes([], many, { ...options, listedMax: 10 });
    expect([report.added.length, report.unlisted]).toEqual([10, 20]);
  });
});

describe('the burden on an officer', () => {
  const options = { from: START, shiftMs: SHIFT_MS };
  const at = (...minutes: number[]): BacktestEpisode[] =>
    minutes.map((minute, i) => episode({ point: `D-${i}/ch4`, onsetAt: START + minute * 60_000 }));

  it('counts a flood from the eleventh alarm in ten minutes until fewer than five', () => {
    const load = loadOf(at(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 40, 41), options);
    expect([load.floods, load.peakPer10Min]).toEqual([1, 12]);
    expect(loadOf(at(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), options).floods).toBe(0);
  });

  it('counts alarms per shift and colour', () => {
    const load = loadOf([episode({}), episode({ onsetAt: START + SHIFT_MS, colour: 'red' })], options);
    expect([load.perShift, load.byColour.red, load.byColour.orange]).toEqual([[1, 1], 1, 1]);
  });

  it('calls three onsets of one alarm within a minute chattering', () => {
    const onsets = (...seconds: number[]): BacktestEpisode[] =>
      seconds.map((second) => episode({ onsetAt: START + second * 1_000 }));
    expect(loadOf(onsets(0, 20, 50, 300), options).chattering).toBe(3);
    expect(loadOf(onsets(0, 40, 80), options).chattering).toBe(0);
  });

  it('measures the delay to a known event and says when it was missed', () => {
    const label = { name: 'release', point: 'D-1/ch4', from: START, to: START + 600_000 };
    expect(detect([episode({ onsetAt: START + 6_000 })], [label])[0]?.delayMs).toBe(6_000);
    expect(detect([episode({ onsetAt: START - 6_000 })], [label])[0]?.delayMs).toBe(0);
    expect(detect([episode({ point: 'D-2/ch4' })], [label])[0]?.delayMs).toBeNull();
  });
});
