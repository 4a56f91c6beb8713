/** The journal's real heart over the simulated disk; only the thread is played: a commit is synced some ms later. */
import type { Clock } from '#domain/clock.ts';
import type { Input, Journaled } from '#domain/input.ts';
import { JournalCore } from '#store/journal-core.ts';
import { createEntryEncoder, decodeEntries } from '#store/journal-entry.ts';
import type { Journal, StoreTrouble } from '#store/ports.ts';
import type { Random } from './random.ts';
import type { SimDisk } from './sim-disk.ts';

/** Opens what is on `disk`. Nothing runs after the clock forgets its callbacks. */
export function openSimJournal(disk: SimDisk, clock: Clock, random: Random, syncMsMax: number): Journal {
  const core = new JournalCore(disk, {
    directory: '/data',
    segmentBytes: 64 * 1024,
    reserveBytes: 0,
    drawSalt: () => random.int(2 ** 32),
  });
  const encoder = createEntryEncoder();
  let synced: (through: number) => void = () => {};
  let troubled: (trouble: StoreTrouble | null) => void = () => {};
  let scheduled = false;
  let inTrouble = false;

  function flushIn(delayMs: number): void {
    if (scheduled) return;
    scheduled = true;
    clock.after(delayMs, flush);
  }

  function flush(): void {
    scheduled = false;
    const { written, trouble, retryMs } = core.flush();
    if ((trouble !== null) !== inTrouble) {
      inTrouble = trouble !== null;
      troubled(trouble);
    }
    if (retryMs !== null) flushIn(retryMs);
    const last = written.at(-1);
    if (last !== undefined) synced(last.lastPosition);
  }

  return {
    end: core.end,
    commit(entries) {
      core.push(encoder.encode(entries, (bytes) => new ArrayBuffer(bytes)));
      flushIn(random.int(syncMsMax + 1));
    },
    onSynced: (listener) => {
      synced = listener;
    },
    onTrouble: (listener) => {
      troubled = listener;
    },
    async read(after, each) {
      for (const entry of readAll(core, after)) each(entry);
    },
    releaseThrough: () => {
      // The simulation keeps every input: its oracles read the whole journal at the end.
    },
    close: async () => core.close(),
  };
}

function readAll(core: JournalCore, after: number): Journaled<Input>[] {
  const entries: Journaled<Input>[] = [];
  for (const block of core.read(after)) {
    decodeEntries(block, (entry) => {
      if (entry.position > after) entries.push(entry);
    });
  }
  return entries;
}
