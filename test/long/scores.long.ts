/** Attacks on a water network, half a year of them: above the target, and not by always standing in alarm. */
import { describe, expect, it } from 'vitest';
import { haveRecordings, recordingPath } from '#test/oracle/recorded-data.ts';
import { scoreBatadal } from '#tools/score/batadal.ts';

describe.skipIf(!haveRecordings)('BATADAL', () => {
  it('is scored above 0.75, with every attack found and hours told apart', () => {
    const [line] = scoreBatadal(recordingPath('water-batadal'));
    expect(line).toMatchObject({ reached: true });
    // An alarm that always stands would be told apart at 0.5.
    expect(Number(/classification ([\d.]+)/.exec(line?.figure ?? '')?.[1])).toBeGreaterThan(0.6);
    expect(line?.figure).toContain('7 of 7 attacks found');
  }, 120_000);
});
