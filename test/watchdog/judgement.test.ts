/** When the watchdog rings, rings again, and says that it is over. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atStart, judge, type Word } from '../../watchdog/judgement.ts';

const BOUNDS = { patienceMs: 10_000, firstPatienceMs: 60_000, againMs: 300_000 };
const WELL = { well: true, detail: 'ok' };
const DEAD = { well: false, detail: 'ECONNREFUSED' };

/** Looks every two seconds from 0; `well(second)` says what is seen. */
function watch(seconds: number, well: (second: number) => boolean): { at: number; word: Word }[] {
  let state = atStart(0);
  const said: { at: number; word: Word }[] = [];
  for (let at = 0; at <= seconds * 1_000; at += 2_000) {
    const judged = judge(state, well(at / 1_000) ? WELL : DEAD, at, BOUNDS);
    state = judged.state;
    if (judged.word !== null) said.push({ at, word: judged.word });
  }
  return said;
}

describe('the watchdog', () => {
  it('says nothing while all is well, and nothing of a short silence', () => {
    expect(watch(3_600, () => true)).toEqual([]);
    expect(watch(3_600, (second) => second % 60 > 6)).toEqual([]);
  });

  it('rings ten seconds after the last sign of life, again every five minutes, and says once that it is over', () => {
    const said = watch(1_000, (second) => second < 100 || second >= 800);
    expect(said.map(({ at, word }) => [at / 1_000, word.kind])).toEqual([
      [108, 'down'],
      [408, 'down'],
      [708, 'down'],
      [800, 'up'],
    ]);
    expect(said.map(({ word }) => (word.kind === 'down' ? word.again : null))).toEqual([
      false,
      true,
      true,
      null,
    ]);
    expect(said.map(({ word }) => word.since / 1_000)).toEqual([98, 98, 98, 98]);
    expect(said[0]?.word).toMatchObject({ detail: 'ECONNREFUSED' });
  });

  it('gives a platform that starts a minute, and one that never comes is told too', () => {
    expect(watch(58, () => false)).toEqual([]);
    expect(watch(61, () => false).map(({ at }) => at)).toEqual([60_000]);
  });

  it('whatever is seen: downs and ups alternate, and no silence over 12 s goes unsaid', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 40, maxLength: 200 }), (seen) => {
        const wellAt = (second: number): boolean => second === 0 || seen[Math.floor(second / 2)] === true;
        const said = watch(seen.length * 2 - 2, wellAt);
        const firsts = said
          .filter(({ word }) => word.kind === 'up' || !word.again)
          .map(({ word }) => word.kind);
        expect(firsts).toEqual(firsts.map((_, at) => (at % 2 === 0 ? 'down' : 'up')));
        let quiet = 0;
        seen.forEach((_, at) => {
          quiet = wellAt(at * 2) ? 0 : quiet + 1;
          const rang = said.some(({ at: when, word }) => when === at * 2_000 && word.kind === 'down');
          expect(rang).toBe(quiet === 5);
        });
      }),
      { seed: 8, numRuns: 300 },
    );
  });
});
