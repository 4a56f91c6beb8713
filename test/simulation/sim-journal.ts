/** The journal's real heart over the simulated disk; only the thread is played: a commit is synced some ms later. */
import type { Clock } from '#domain/clock.ts';
import type { Input, Journaled } from '#domain/input.ts';
import { JournalCore } from '#store/journal-core.ts';
import { behind, createEntryEncoder, decodeEntries } from '#store/journal-entry.ts';
import type { Journal, StoreTrouble } from '#store/ports.ts';
import type { Random } from './random.ts';
import type { SimDisk } from './sim-disk.ts';

const HOUSEKEEPING_MS = 1_000;

/**
 * Opens what is on `disk`; with `reserveBytes` it keeps house as the thread does. Nothing runs after the clock forgets
 * its callbacks.
 */
export function openSimJournal(
  disk: SimDisk,
  clock: Clock,
  random: Random,
  syncMsMax: number,
  reserveBytes = 0,
): Journal {
  const core = new JournalCore(disk, {
    directory: '/data',
    segmentBytes: 64 * 1024,
    reserveBytes,
    drawSalt: () => random.int(2 ** 32),
  });
  const encoder = createEntryEncoder();
  let synced: (through: number) => void = () => {};
  let troubled: (trouble: StoreTrouble | null) => void = () => {};
  let scheduled = false;
  let told: string | null = null;
  if (reserveBytes > 0) clock.after(HOUSEKEEPING_MS, keepHouse);

  function keepHouse(): void {
    clock.after(HOUSEKEEPING_MS, keepHouse);
    while (core.step(clock.wallMs()).more);
    if (told !== null) flushIn(0);
  }

  function flushIn(delayMs: number): void {
    if (scheduled) return;
    scheduled = true;
    clock.after(delayMs, flush);
  }

  function flush(): void {
    scheduled = false;
    const { written, trouble, retryMs } = core.flush();
    if ((trouble?.code ?? null) !== told) {
      told = trouble?.code ?? null;
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
    async read(after, each, unreadable) {
      for (const block of [...core.read(after)]) {
        const later = (entry: Journaled<Input>): void => {
          if (entry.position > after) each(entry);
        };
        decodeEntries(block, later, unreadable && behind(after, unreadable));
      }
    },
    releaseThrough: () => {
      // The simulation keeps every input: its oracles read the whole journal at the end.
    },
    close: async () => core.close(),
  };
}
