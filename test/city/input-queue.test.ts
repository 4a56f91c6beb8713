/** Group commits: at once while idle, gathered while one syncs, full at exactly the bound, answered in order. */
import { describe, expect, it } from 'vitest';
import type { Journaled } from '#domain/input.ts';
import type { Journal } from '#store/ports.ts';
import { SimClock } from '#test/simulation/sim-clock.ts';
import { startEngineClock } from '../../city/engine-clock.ts';
import { createInputQueue } from '../../city/input-queue.ts';
import { NOON } from './one-city.ts';

function queueOf(commitEntriesMax = 5, commitDelayMs = 5) {
  const clock = new SimClock(NOON);
  const engineClock = startEngineClock(clock, { engineTime: 0, receivedAt: null, anchor: null });
  const commits: number[][] = [];
  const done: number[] = [];
  let synced: (through: number) => void = () => {};
  const journal: Journal = {
    end: 0,
    commit: (entries: readonly Journaled[]) => void commits.push(entries.map(({ position }) => position)),
    onSynced: (listener) => {
      synced = listener;
    },
    onTrouble: () => {},
    read: async () => {},
    releaseThrough: () => {},
    close: async () => {},
  };
  const bounds = { commitEntriesMax, commitDelayMs };
  const queue = createInputQueue({ journal, clock, engineClock, bounds }, 0, (ready) =>
    done.push(...ready.map(({ entry }) => entry.position)),
  );
  const add = (count: number): void => {
    for (let one = 0; one < count; one++) queue.add({ kind: 'tick' }, null, null);
  };
  return { clock, queue, commits, done, add, synced: (through: number) => synced(through) };
}

describe('the input queue', () => {
  it('commits what came in one turn at once while the journal is idle', async () => {
    const { clock, commits, add } = queueOf();
    add(3);
    expect(commits).toEqual([]);
    await clock.step(0);
    expect(commits).toEqual([[1, 2, 3]]);
    expect(clock.monotonicMs()).toBe(1_000);
  });

  it('gathers while a commit syncs, for the delay at most', async () => {
    const { clock, commits, add } = queueOf();
    add(1);
    await clock.step(0);
    add(1);
    await clock.advance(4);
    add(1);
    expect(commits).toEqual([[1]]);
    await clock.advance(1);
    expect(commits).toEqual([[1], [2, 3]]);
  });

  it('commits what gathered as soon as the commit before it is synced', async () => {
    const { clock, commits, add, synced, done } = queueOf(5, 1_000);
    add(1);
    await clock.step(0);
    add(2);
    synced(1);
    expect(commits).toEqual([[1], [2, 3]]);
    expect(done).toEqual([1]);
  });

  it.each([
    [4, []],
    [5, [[1, 2, 3, 4, 5]]],
    [6, [[1, 2, 3, 4, 5]]],
    [
      10,
      [
        [1, 2, 3, 4, 5],
        [6, 7, 8, 9, 10],
      ],
    ],
  ])('of %i inputs in one turn hands over full commits without waiting', (count, wanted) => {
    const { commits, add } = queueOf();
    add(count);
    expect(commits).toEqual(wanted);
  });

  it('gives back in order, whatever stretch is synced, and never twice', async () => {
    const { clock, add, synced, done, queue } = queueOf();
    add(12);
    await clock.advance(5);
    synced(7);
    expect(done).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(queue.waiting().map(({ entry }) => entry.position)).toEqual([8, 9, 10, 11, 12]);
    synced(7);
    synced(12);
    expect(done).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(queue.waiting()).toEqual([]);
  });

  it('stamps each as it comes and knows the oldest that waits', async () => {
    const { clock, add, queue, synced } = queueOf();
    expect(queue.oldestAt()).toBeNull();
    add(1);
    await clock.advance(30);
    add(1);
    expect(queue.oldestAt()).toBe(0);
    synced(1);
    expect(queue.oldestAt()).toBe(30);
    expect(queue.lastPosition()).toBe(2);
  });
});
