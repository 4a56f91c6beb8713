import { describe, expect, it } from 'vitest';
import { BACKLOG_EVENTS_MAX, createApplyQueue } from '#store/ledger/apply-queue.ts';
import { LedgerError } from '#store/ledger/errors.ts';
import type { KeyedEvent } from '#store/ports.ts';
import { alarmEvent, keyed } from './events.ts';

/** A queue over a disk that fails when told to, with a clock that moves when told to. */
function bench() {
  const said: string[] = [];
  const delays: number[] = [];
  let timer: (() => void) | null = null;
  let failure: Error | null = null;
  const queue = createApplyQueue({
    apply: (events, through) => {
      if (failure !== null) throw failure;
      said.push(`apply ${events.map(({ position }) => position).join(',')} through ${through}`);
    },
    applied: (through) => said.push(`applied ${through}`),
    trouble: (trouble) => said.push(`trouble ${trouble?.code ?? 'over'}`),
    after: (delayMs, run) => {
      delays.push(delayMs);
      timer = run;
      return () => {
        timer = null;
      };
    },
  });
  return {
    queue,
    said,
    delays,
    fail: (code: 'disk-full' | null) => {
      failure = code === null ? null : new LedgerError(code, 'as told');
    },
    breakDown: () => {
      failure = new Error('our own fault');
    },
    /** Runs the timer that is set, if any; returns whether there was one. */
    tick: () => {
      const run = timer;
      timer = null;
      run?.();
      return run !== null;
    },
  };
}
const at = (...positions: readonly number[]): KeyedEvent[] =>
  positions.flatMap((n) => keyed(n, alarmEvent(n)));

describe('batches on their way into the ledger', () => {
  it('that wait together share one transaction', () => {
    const { queue, said, tick } = bench();
    queue.push(at(1, 2), 2);
    queue.push([], 3);
    queue.push(at(4), 5);
    tick();
    expect(said).toEqual(['apply 1,2,4 through 5', 'applied 5']);
    expect(tick()).toBe(false);
  });

  it('that overlap are applied one after the other', () => {
    const { queue, said, tick } = bench();
    queue.push(at(1, 2), 2);
    queue.push(at(2, 3), 3);
    while (tick());
    expect(said).toEqual(['apply 1,2 through 2', 'applied 2', 'apply 2,3 through 3', 'applied 3']);
  });

  it('without events may wait a little, and no longer once events follow', () => {
    const { queue, delays } = bench();
    queue.push([], 1);
    queue.push([], 2);
    queue.push(at(3), 3);
    expect(delays).toEqual([200, 0]);
  });

  it('are tried again in order while the disk is full, ever more slowly, and trouble is told once', () => {
    const { queue, said, delays, fail, tick } = bench();
    fail('disk-full');
    queue.push(at(1), 1);
    for (let n = 0; n < 6; n++) tick();
    queue.push(at(2), 2);
    expect(said).toEqual(['trouble disk-full']);
    expect(delays).toEqual([0, 200, 400, 800, 1_600, 2_000, 2_000]);
    fail(null);
    tick();
    expect(said.slice(1)).toEqual(['apply 1,2 through 2', 'trouble over', 'applied 2']);
    expect(queue.pendingEvents()).toBe(0);
  });

  it('that pile up beyond the bound are kept and told as a backlog until half of them are gone', () => {
    const { queue, said, fail, tick } = bench();
    fail('disk-full');
    queue.push(at(1), 1);
    tick();
    const flood = Array.from({ length: BACKLOG_EVENTS_MAX }, (_, n) =>
      keyed(n + 2, alarmEvent(n + 2)),
    ).flat();
    for (let n = 0; n < flood.length; n += 5_000) queue.push(flood.slice(n, n + 5_000), n + 5_001);
    tick();
    expect(said).toEqual(['trouble disk-full', 'trouble ledger-backlog']);
    fail(null);
    while (tick());
    expect(said.filter((line) => line.startsWith('trouble'))).toEqual([
      'trouble disk-full',
      'trouble ledger-backlog',
      'trouble over',
    ]);
    expect(said.at(-1)).toBe(`applied ${BACKLOG_EVENTS_MAX + 1}`);
    expect(said.findIndex((line) => line === 'trouble over')).toBeGreaterThan(10);
  });

  it('are settled before a question, but not while the disk fails', () => {
    const { queue, said, fail, tick } = bench();
    queue.push(at(1), 1);
    queue.settle();
    expect(said).toEqual(['apply 1 through 1', 'applied 1']);
    fail('disk-full');
    queue.push(at(2), 2);
    tick();
    queue.settle();
    expect(said.slice(2)).toEqual(['trouble disk-full']);
  });

  it('get one last try at the end', () => {
    const { queue, fail, said, tick } = bench();
    fail('disk-full');
    queue.push(at(1), 1);
    tick();
    expect(queue.finish()).toBe(false);
    fail(null);
    expect(queue.finish()).toBe(true);
    expect(said).toContain('applied 1');
    expect(tick()).toBe(false);
  });

  it('that break an invariant of ours bring the thread down instead of being tried again', () => {
    const { queue, breakDown, tick } = bench();
    breakDown();
    queue.push(at(1), 1);
    expect(tick).toThrow('our own fault');
  });
});
