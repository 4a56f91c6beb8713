/** The engine on labelled recordings must not fall behind what docs/scores.md says of it. */
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { haveRecordings, recordingPath } from '#test/oracle/recorded-data.ts';
import { scoreChilbolton } from '#tools/score/chilbolton.ts';
import { scoreHouseMill, scoreNyc } from '#tools/score/floods.ts';
import { scoreNab } from '#tools/score/nab.ts';
import type { ScoreLine } from '#tools/score/score-line.ts';

const folder = (name: string): string => `${dirname(recordingPath('INDEX.md'))}/${name}`;
const told = (lines: readonly ScoreLine[]) =>
  Object.fromEntries(lines.map(({ set, reached }) => [set, reached]));

it('the recordings are there in CI', () => {
  if (process.env['CI'] === 'true') expect(haveRecordings).toBe(true);
});

describe.skipIf(!haveRecordings)('on recordings', { timeout: 120_000 }, () => {
  it('methane releases are found as soon as by the 3 ppm rule, with no more false readings, at three of four', () => {
    expect(told(scoreChilbolton(folder('gas-methane-chilbolton')))).toMatchObject({
      'Chilbolton, releases no worse than the 3 ppm rule': true,
      'Chilbolton, rings at 3 ppm': true,
    });
  });

  it('anomalies are told better than by Windowed Gaussian at its best', () => {
    expect(Object.values(told(scoreNab(folder('anomaly-nab'))))).toEqual([true]);
  });

  it('no flood of the tide that a bare limit finds is missed', () => {
    expect(told(scoreHouseMill(folder('flood-tidal-housemill')))).toMatchObject({
      'House Mill, tides found in the raw sonar': true,
    });
  });

  it('every street flood of four inches has its alarm, with a fifth of the rings of a bare threshold at most', () => {
    expect(told(scoreNyc(folder('flood-street-nyc')))).toMatchObject({
      'New York, floods of 4 in and more that have an alarm': true,
      'New York, rings against bare limits by readings': true,
    });
  });
});
