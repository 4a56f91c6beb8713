/** What happens to the data directory: a second platform wants it, and its files rot. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Random } from '#test/simulation/random.ts';
import { openEmbeddedStore } from '#store/embedded/embedded-store.ts';
import { JournalCore } from '#store/journal-core.ts';
import { createEntryEncoder } from '#store/journal-entry.ts';
import { OutputCore } from '#store/output-core.ts';
import { realDisk } from '#store/real-disk.ts';
import { spawnPlatform } from '#test/e2e/platform-process.ts';
import { type Act, joined } from './act.ts';
import { inCity, type ProcessCity } from './process-city.ts';

const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const twoInstances: Act = {
  name: 'two-instances',
  does: 'a second platform started on the data directory of one that runs',
  counts: { test: 0, usual: 3, full: 20 },
  run: ({ count }) =>
    inCity({ alarms: count }, async (city) => {
      city.field.load(true);
      for (let time = 0; time < count; time++) {
        const second = spawnPlatform(city.directory);
        const end = await Promise.race([
          second.ended,
          second.listening.then(
            () => null,
            () => second.ended,
          ),
        ]);
        if (end === null) {
          city.breach('two platforms run on one directory');
          await second.kill('SIGKILL');
        } else if (end.code !== 2 || !end.output.includes('data-directory-locked'))
          city.breach(`the second one ended with ${end.code}: ${end.output}`);
        else city.told('refused to start: data-directory-locked');
        await city.ring();
      }
    }),
};

/** Snapshots are taken this often, so that there are some to damage. */
const SNAPSHOT_EVERY_MS = 1_000;
const LOADED_MS = 1_500;
/** The record log is a moment behind the acknowledgements. */
const SETTLE_MS = 300;
/** A new city after so many: one that was damaged often holds much set aside. */
const DAMAGES_A_CITY = 14;

type Damage = {
  readonly name: string;
  readonly snapshotEveryMs: number;
  /** Hurts the files of a platform that was killed. With something that puts them right again, it must not start before. */
  readonly hurt: (city: ProcessCity, random: Random) => (() => void) | null;
  /** Asked of the city when it runs again. */
  readonly look?: (city: ProcessCity) => Promise<void>;
};

const NEVER_MS = 3_600_000;

const DAMAGES: readonly Damage[] = [
  {
    // What a torn append leaves: bytes of nobody behind the last block.
    name: 'garbage behind the journal',
    snapshotEveryMs: NEVER_MS,
    hurt(city, random) {
      const path = newest(city, 'journal', '.log');
      const bytes = readFileSync(path);
      const junk = random.chance(0.5) ? bytes.subarray(0, random.int(bytes.length)) : random.bytes(4_000);
      writeFileSync(path, Buffer.concat([bytes, junk]));
      return null;
    },
  },
  {
    name: 'the tail of the record log',
    snapshotEveryMs: NEVER_MS,
    hurt(city, random) {
      const path = newest(city, 'records', '.log');
      const bytes = readFileSync(path);
      if (random.chance(0.5)) writeFileSync(path, bytes.subarray(0, bytes.length - 1 - random.int(40)));
      else flip(path, bytes.length - 1 - random.int(40));
      return null;
    },
  },
  {
    name: 'the newest snapshot',
    snapshotEveryMs: SNAPSHOT_EVERY_MS,
    hurt(city, random) {
      const path = newest(city, 'snapshots', '.snap');
      flip(path, random.int(statSync(path).size));
      return null;
    },
    look: (city) => city.alarmed('data-damaged'),
  },
  {
    name: 'an entry of the journal that nobody can read',
    snapshotEveryMs: NEVER_MS,
    hurt(city) {
      addUnreadableEntry(city.directory);
      return null;
    },
    look: (city) => city.alarmed('input-set-aside'),
  },
  {
    // Acknowledged inputs that must be replayed: going on without them would be a loss, silently.
    name: 'a byte in the midst of the journal',
    snapshotEveryMs: NEVER_MS,
    hurt(city, random) {
      // The newest segment: what is in an older one may be in a snapshot too, and then nobody needs it.
      const path = newest(city, 'journal', '.log');
      const size = statSync(path).size;
      return mendable(path, Math.floor(size / 4) + random.int(size / 4));
    },
  },
  {
    name: 'the last bytes of the journal',
    snapshotEveryMs: NEVER_MS,
    hurt(city, random) {
      const path = newest(city, 'journal', '.log');
      return mendable(path, statSync(path).size - 1 - random.int(30));
    },
  },
  {
    name: 'a chunk of measurements',
    snapshotEveryMs: NEVER_MS,
    hurt(city, random) {
      damageChunk(city.directory, random);
      city.destroyed(DAMAGED_DEVICE);
      return null;
    },
    async look(city) {
      const path = `/api/v1/points/${encodeURIComponent(`${DAMAGED_DEVICE}/ch4`)}/measurements`;
      const { items } = await city.api().get<{ items: unknown[] }>(`${path}?from=0&to=${Date.now()}`);
      if (items.length > 0) city.breach('a damaged chunk was read as if it were whole');
      await city.alarmed('data-damaged');
    },
  },
];

export const corruption: Act = {
  name: 'corruption',
  does: `damaged files: ${DAMAGES.map(({ name }) => name).join(', ')}`,
  counts: { test: 2, usual: DAMAGES.length * 2, full: DAMAGES.length * 15 },
  async run({ count, random, say }) {
    const accounts = [];
    for (let done = 0; done < count; done += DAMAGES_A_CITY) {
      const here = Math.min(DAMAGES_A_CITY, count - done);
      accounts.push(
        await inCity({ alarms: here + 1, platform: scriptOf(DAMAGES[0]) }, async (city) => {
          for (let place = 0; place < here; place++) {
            const damage = DAMAGES[(done + place) % DAMAGES.length];
            const next = DAMAGES[(done + place + 1) % DAMAGES.length];
            if (damage !== undefined) await damageOnce(city, damage, next, random);
            say(`${done + place + 1} of ${count} damages`);
          }
        }),
      );
    }
    return joined(`${count} damages of ${DAMAGES.length} kinds`, accounts);
  },
};

const scriptOf = (damage: Damage | undefined) => ({
  script: ['tools/destroy/victim.ts', String(damage?.snapshotEveryMs ?? NEVER_MS)],
});

async function damageOnce(
  city: ProcessCity,
  { name, hurt, look }: Damage,
  next: Damage | undefined,
  random: Random,
): Promise<void> {
  city.field.load(true);
  await pass(LOADED_MS);
  city.field.load(false);
  await pass(SETTLE_MS);
  await city.kill();
  const mend = hurt(city, random);
  // The life to come is already the one that the next damage wants.
  city.use(scriptOf(next));
  if (mend !== null) {
    const refused = await city.refuses();
    if (refused !== null) city.told(`refused to start: ${refused}`);
    else city.breach(`${name}: started, and never said a word`);
    mend();
  }
  await city.rise();
  await look?.(city);
}

function newest(city: ProcessCity, folder: string, ending: string): string {
  const directory = join(city.directory, folder);
  const name = readdirSync(directory)
    .filter((one) => one.endsWith(ending))
    .sort()
    .at(-1);
  if (name === undefined) throw new Error(`nothing to damage in ${directory}`);
  return join(directory, name);
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  writeFileSync(path, bytes);
}

/** Flips one bit, and gives back what flips it again. */
function mendable(path: string, at: number): () => void {
  flip(path, at);
  return () => flip(path, at);
}

/** A commit whose checksum is right and whose one entry is no JSON: what a later version might write. */
function addUnreadableEntry(directory: string): void {
  const core = new JournalCore(realDisk(), { directory, reserveBytes: 0, drawSalt: () => Date.now() });
  const entry = { kind: 'tick' as const, position: core.end + 1, receivedAt: Date.now(), engineTime: 0 };
  const block = createEntryEncoder().encode([entry], (bytes) => new ArrayBuffer(bytes));
  const json = Buffer.from(block.bytes.buffer).indexOf('{"kind"');
  block.bytes[json] = 0x58;
  core.push(block);
  const { trouble } = core.flush();
  core.close();
  if (trouble !== null) throw new Error(trouble.detail);
}

/** Rang when the city rose for the first damage; its values are in the damaged chunk. */
const DAMAGED_DEVICE = 'A-1';
const HOUR_MS = 3_600_000;
const TURNS_MAX = 100;

/**
 * Seals all rows as the store does after an hour, then changes one byte in each chunk of one point: anywhere, since the
 * same bits turned over a second time would make a chunk whole again.
 */
function damageChunk(directory: string, random: Random): void {
  const folder = join(directory, 'measurements');
  const store = openEmbeddedStore(folder, { graceMs: 0 });
  const core = new OutputCore(realDisk(), { directory, store, drawSalt: () => Date.now() });
  for (let turn = 0; turn < TURNS_MAX; turn++) core.maintain(Date.now() + 2 * HOUR_MS);
  core.close();
  let damaged = 0;
  for (const name of readdirSync(folder).filter((one) => /^data-\d{6}\.db$/.test(one))) {
    const db = new DatabaseSync(join(folder, name));
    for (const table of ['hour', 'day']) {
      const chunks = db.prepare(`SELECT t, part, b FROM ${table} WHERE s = ?`).all(DAMAGED_POINT);
      for (const { t, part, b } of chunks) {
        if (!(b instanceof Uint8Array)) throw new TypeError('a chunk that is no blob');
        const [place, bit] = [random.int(b.length), 1 << random.int(8)];
        const bytes = b.map((byte, at) => (at === place ? byte ^ bit : byte));
        db.prepare(`UPDATE ${table} SET b = ? WHERE t = ? AND s = ? AND part = ?`).run(
          ...[bytes, t ?? 0, DAMAGED_POINT, part ?? 0],
        );
        damaged += 1;
      }
    }
    db.close();
  }
  if (damaged === 0) throw new Error('no chunk to damage');
}

/** Index of `A-1/ch4`: points are numbered as they are registered, the four of the load first. */
const DAMAGED_POINT = 4;
