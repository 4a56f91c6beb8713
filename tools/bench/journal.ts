/** What acknowledging costs the disk: publishes synced a second and how long one commit takes, by its size. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Journaled } from '#domain/input.ts';
import { openJournalClient } from '#store/journal-client.ts';
import { quantile, type Figure } from './figures.ts';

const COMMIT_SIZES = [1, 10, 100, 1_000];
const SECONDS_EACH = 3;
const PAYLOAD = new TextEncoder().encode(
  '{"device":"GW-0-D0","time":1763800000000,"seq":1,"values":{"a":0.123,"b":0.234,"c":0.345,"d":0.056,"e":0.167},"quality":"good"}',
);

/** One commit at a time, as the pipeline hands them over when nothing else waits. */
export async function journalRates(): Promise<Figure[]> {
  const directory = mkdtempSync(join(tmpdir(), 'lifeline-bench-'));
  const journal = await openJournalClient(directory, { reserveBytes: 0 });
  let synced: (through: number) => void = () => {};
  journal.onSynced((through) => synced(through));
  const figures: Figure[] = [];
  let position = 0;
  for (const size of COMMIT_SIZES) {
    const times: number[] = [];
    const from = performance.now();
    while (performance.now() - from < SECONDS_EACH * 1_000) {
      const entries = Array.from({ length: size }, () => publish((position += 1)));
      const started = performance.now();
      const done = new Promise<void>((resolve) => {
        synced = (through) => {
          if (through >= position) resolve();
        };
      });
      journal.commit(entries);
      await done;
      times.push(performance.now() - started);
    }
    times.sort((a, b) => a - b);
    const note = `${times.length} commits, sync p50 ${quantile(times, 0.5).toFixed(2)} ms, p99 ${quantile(times, 0.99).toFixed(2)} ms`;
    const perS = (times.length * size) / ((performance.now() - from) / 1_000);
    figures.push({
      section: 'journal',
      what: `${size} publishes a commit`,
      value: perS,
      unit: '/s',
      target: null,
      from: note,
    });
  }
  await journal.close();
  rmSync(directory, { recursive: true, force: true });
  return figures;
}

function publish(position: number): Journaled {
  return {
    ...{
      kind: 'publish',
      gateway: 'GW-0',
      client: 'c',
      topic: 'lifeline/v1/GW-0/telemetry',
      payload: PAYLOAD,
    },
    ...{ qos: 1, dup: false, packetId: position % 65_536, position, engineTime: position },
    receivedAt: 1_763_800_000_000 + position,
  };
}
