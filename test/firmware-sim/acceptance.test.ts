/** The scenarios that can be played side by side in two counties; test/long/scenarios.long.ts plays each of them alone. */
import { expect, it } from 'vitest';
import { EXPECTATIONS, judge, tableOf } from './expectations.ts';
import { rehearse } from './rehearsal.ts';

const TOGETHER = [
  'gas-leak',
  'sewer-gas',
  'pump-failure',
  'burst-heat-main',
  'tank-overfill',
  'toxic-leak',
  'gathering',
] as const;

it('every scene raises the right colour at the right place, and clears once it is mended', async () => {
  const expected = EXPECTATIONS.filter(({ scenario }) => TOGETHER.some((name) => name === scenario));
  const seen = await rehearse(TOGETHER, 480, ['371702', '371722']);
  const verdicts = judge(expected, seen);
  console.log(tableOf(verdicts));
  expect(verdicts.filter(({ ok }) => !ok)).toEqual([]);
}, 120_000);
