/** Every scenario of the simulated field, alone, in the whole city: what it must raise, and what was seen. */
import { afterAll, describe, expect, it } from 'vitest';
import { SCENARIOS } from '#firmware-sim/scenarios.ts';
import {
  EXPECTATIONS,
  judge,
  LASTS_S,
  LASTS_S_MOST,
  tableOf,
  type Verdict,
} from '#test/firmware-sim/expectations.ts';
import { rehearse } from '#test/firmware-sim/rehearsal.ts';

const all: Verdict[] = [];
afterAll(() => console.log(tableOf(all)));

describe('the simulated field', () => {
  const played = SCENARIOS.filter((scenario) => scenario !== 'city' && scenario !== 'quiet');

  it.each(played)('%s raises the right colours at the right places and clears', async (scenario) => {
    const seen = await rehearse([scenario], LASTS_S[scenario] ?? LASTS_S_MOST);
    const verdicts = judge(
      EXPECTATIONS.filter((one) => one.scenario === scenario),
      seen,
    );
    all.push(...verdicts);
    expect(verdicts.length).toBeGreaterThan(0);
    expect(verdicts.filter(({ ok }) => !ok)).toEqual([]);
  });

  it('a quiet city raises nothing for half an hour', async () => {
    const seen = await rehearse(['quiet'], 1_800);
    // A clock moved by hand makes the platform's own work look slow: its system alarms are not the field's.
    const ofTheField = seen.filter(({ kind }) => kind !== 'platform');
    expect(ofTheField.map(({ alarm }) => `${alarm.rule} ${alarm.facility}`)).toEqual([]);
  });
});
