/** The oracles bite: a fault planted through the parts handed to the pipeline is found within a few seeds. */
import { describe, expect, it } from 'vitest';
import type { Journal, KeyedEvent, SnapshotPage } from '#store/ports.ts';
import { simulateCity, type SimTwist } from './sim-city.ts';
import { judgeCity } from './sim-oracles.ts';

const SEEDS_MAX = 12;
const MINUTES = 12;

/** Breaches of the first seed that shows any; a start that refuses counts as one. */
async function found(twist: SimTwist): Promise<readonly string[]> {
  for (let seed = 701; seed < 701 + SEEDS_MAX; seed++) {
    try {
      const { breaches } = await judgeCity(await simulateCity(seed, MINUTES * 60_000, twist));
      if (breaches.length > 0) return breaches;
    } catch (cause) {
      return [`did not run: ${cause instanceof Error ? cause.message : String(cause)}`];
    }
  }
  return [];
}

/** A journal that calls a commit synced as soon as it has it. */
function syncsOnPaper(journal: Journal, clock: { after(ms: number, run: () => void): unknown }): Journal {
  let synced: (through: number) => void = () => {};
  return {
    ...journal,
    commit(entries) {
      journal.commit(entries);
      clock.after(0, () => synced(entries.at(-1)?.position ?? 0));
    },
    onSynced(listener) {
      synced = listener;
      journal.onSynced(listener);
    },
  };
}

const isAlarm = ({ event }: KeyedEvent): boolean => event.kind === 'alarm';

describe('each planted fault is found', () => {
  it('no fault: nothing is found', async () => {
    expect(await found({})).toEqual([]);
  });

  it('acknowledging before the sync', async () => {
    const breaches = await found({ journal: syncsOnPaper });
    expect(breaches.join('\n')).toMatch(/lost after its acknowledgement|behind what was recorded/);
  });

  it('a row that is recorded twice', async () => {
    let blocks = 0;
    const breaches = await found({
      outputs: (outputs) => ({
        ...outputs,
        append(block) {
          const twice = ++blocks % 40 === 0 ? block.rows.slice(0, 1) : [];
          outputs.append({ ...block, rows: [...block.rows, ...twice] });
        },
      }),
    });
    expect(breaches.join('\n')).toMatch(/counted 2 times/);
  });

  it('a row that never reaches the record log', async () => {
    let blocks = 0;
    const breaches = await found({
      outputs: (outputs) => ({
        ...outputs,
        append: (block) => outputs.append({ ...block, rows: block.rows.slice(++blocks % 40 === 0 ? 1 : 0) }),
      }),
    });
    expect(breaches.join('\n')).toMatch(/lost after its acknowledgement/);
  });

  it('an alarm event that never reaches the record log', async () => {
    const breaches = await found({
      outputs: (outputs) => ({
        ...outputs,
        append(block) {
          const events = block.events.filter((keyed) => !(isAlarm(keyed) && keyed.position % 10 === 0));
          outputs.append({ ...block, events });
        },
      }),
    });
    expect(breaches.join('\n')).toMatch(/has sequence|recorded otherwise/);
  });

  it('a ledger that misses an event', async () => {
    let missed = 0;
    const breaches = await found({
      ledger: (ledger) => ({
        ...ledger,
        apply(events, through) {
          const first = events.findIndex(isAlarm);
          const miss = first >= 0 && ++missed % 10 === 0;
          ledger.apply(miss ? events.toSpliced(first, 1) : events, through);
        },
      }),
    });
    expect(breaches.join('\n')).toMatch(/the ledger has \d+ alarm events/);
  });

  it('an out-of-order value that clears', async () => {
    const breaches = await found({
      // What is not known to be older than the newest passes for in order.
      beforePublish({ city }) {
        const { points } = city.ingest;
        for (let index = 0; index < points.length; index++) points.forWrite(index).newest = null;
      },
    });
    expect(breaches.join('\n')).toMatch(/only the (second model|engine) has/);
  });

  it('a snapshot that mixes two moments', async () => {
    const first = new Map<string, SnapshotPage>();
    const breaches = await found({
      outputs: (outputs) => ({
        ...outputs,
        async loadSnapshot() {
          const snapshot = await outputs.loadSnapshot();
          if (snapshot === null) return null;
          const pages = snapshot.pages.map((page) => {
            const name = `${page.name} ${page.page}`;
            if (page.name !== 'rest' && !first.has(name)) first.set(name, page);
            return first.get(name) ?? page;
          });
          return { ...snapshot, pages };
        },
      }),
    });
    expect(breaches).not.toEqual([]);
  });
});
