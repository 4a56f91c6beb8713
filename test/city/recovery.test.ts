/** From disk to a running city: nothing recorded twice, nothing left out, whatever was durable when it died. */
import { describe, expect, it } from 'vitest';
import type { Journaled } from '#domain/input.ts';
import type { Journal, KeyedEvent, OutputStore, Snapshot } from '#store/ports.ts';
import { FOLD_REVISION } from '../../city/city.ts';
import { recover } from '../../city/recovery.ts';
import { latest, oneCity, RED } from './one-city.ts';

const never = (position: number, cause: unknown): never => {
  throw new Error(`input ${position}`, { cause });
};

/** A journal that had four wells, a red, a return and another red. */
async function history(): Promise<Journaled[]> {
  const city = oneCity();
  await city.open();
  await city.register(4);
  for (const value of [0.1, RED, 0.1, RED]) {
    city.send(value);
    city.send(value, 'D-2');
    await city.pass(130_000);
  }
  return city.journal();
}

const journalOf = (entries: readonly Journaled[]): Journal => ({
  end: entries.length,
  commit: () => {},
  onSynced: () => {},
  onTrouble: () => {},
  read: async (after, each) => {
    for (const entry of entries) if (entry.position > after) each(entry);
  },
  releaseThrough: () => {},
  close: async () => {},
});

const outputsOf = (recordEnd: number, snapshot: Snapshot | null = null): OutputStore =>
  ({ recordEnd, loadSnapshot: async () => snapshot }) as unknown as OutputStore;

type Emitted = { from: number; to: number; keys: string[]; rows: number };

async function recovered(entries: readonly Journaled[], recordEnd: number, skip: number[] = []) {
  const emitted: Emitted[] = [];
  const parts = {
    site: 'one',
    journal: journalOf(entries),
    outputs: outputsOf(recordEnd),
    skip: new Set(skip),
  };
  const result = await recover({ ...parts, onCrash: never, onUnreadable: never }, (from, to, out, counts) => {
    expect(counts).toHaveLength(to - from + 1);
    const keys: KeyedEvent[] = [];
    let next = 0;
    counts.forEach((count, offset) => {
      for (let index = 0; index < count; index++) {
        const event = out.events[next++];
        if (event !== undefined) keys.push({ position: from + offset, index, event });
      }
    });
    expect(next).toBe(out.events.length);
    emitted.push({ from, to, keys: keys.map((key) => JSON.stringify(key)), rows: out.rows.length });
  });
  return { ...result, emitted };
}

describe('recovery', () => {
  it('records from every cut on exactly what a run without a cut records after it', async () => {
    const entries = await history();
    const whole = await recovered(entries, 0);
    const all = whole.emitted.flatMap(({ keys }) => keys);
    expect(all.length).toBeGreaterThan(10);
    const positionOf = (key: string): number => JSON.parse(key).position;
    for (let cut = 0; cut <= entries.length; cut++) {
      const { emitted, city, events } = await recovered(entries, cut);
      expect(emitted.flatMap(({ keys }) => keys)).toEqual(all.filter((key) => positionOf(key) > cut));
      expect(emitted[0]?.from ?? cut + 1).toBe(cut + 1);
      expect(emitted.at(-1)?.to ?? cut).toBe(entries.length);
      expect(city.position).toBe(entries.length);
      // Consoles may ask for all of them again, recorded or not.
      expect(events).toEqual(whole.events);
    }
  });

  it('refuses a journal that ends before what was recorded of it, and says what to do', async () => {
    const entries = await history();
    await expect(recovered(entries.slice(0, 5), 9)).rejects.toMatchObject({
      code: 'journal-behind',
      message: expect.stringContaining('the journal ends at 5, the record log at 9'),
    });
  });

  it('refuses a snapshot of another layout by name', async () => {
    const header = { position: 3, engineRevision: '9:rules-9', takenAt: 0 };
    const outputs = outputsOf(3, { header, pages: [] });
    const parts = { site: 'one', journal: journalOf(await history()), outputs, skip: new Set<number>() };
    await expect(recover({ ...parts, onCrash: never, onUnreadable: never }, () => {})).rejects.toMatchObject({
      code: 'engine-layout',
      message: expect.stringContaining(`9:rules-9, this is ${FOLD_REVISION}`),
    });
  });

  it('refuses a snapshot from before joins and counted delays: read as ours, its points would judge nothing', async () => {
    const header = { position: 3, engineRevision: '1:rules-2', takenAt: 0 };
    const outputs = outputsOf(3, { header, pages: [] });
    const parts = { site: 'one', journal: journalOf(await history()), outputs, skip: new Set<number>() };
    await expect(recover({ ...parts, onCrash: never, onUnreadable: never }, () => {})).rejects.toMatchObject({
      code: 'engine-layout',
    });
  });

  it('hands an input that breaks the fold to the crash, by its position', async () => {
    const entries = await history();
    const broken = entries.map((entry) =>
      entry.position === 6
        ? ({ ...entry, kind: 'command', command: 'registry', change: null } as never)
        : entry,
    );
    await expect(recovered(broken, 0)).rejects.toThrow('input 6');
  });

  it('passes over an input set aside; its place and its clocks still count', async () => {
    const entries = await history();
    const broken = entries.map((entry) =>
      entry.position === 6
        ? ({ ...entry, kind: 'command', command: 'registry', change: null } as never)
        : entry,
    );
    const { city, emitted } = await recovered(broken, 0, [6]);
    expect(city.position).toBe(entries.length);
    expect(emitted.at(-1)?.to).toBe(entries.length);
  });

  it('runs an on-delay on through a kill, and down-time counts for it', async () => {
    const city = oneCity();
    await city.open();
    await city.register();
    // Yellow after 120 s at 1 % or more; down from second 60 to second 80.
    city.send(1.2);
    await city.pass(60_000);
    city.send(1.2);
    await city.pass(10);
    city.kill(20_000);
    await city.open();
    city.send(1.2);
    await city.pass(39_000);
    expect(latest(city.alarms, 'gas-well-ch4')).toBeUndefined();
    await city.pass(2_000);
    expect(latest(city.alarms, 'gas-well-ch4')).toMatchObject({
      change: 'raised',
      alarm: { colour: 'yellow' },
    });
  });

  it('runs an off-delay on through a kill, without the time we were down', async () => {
    const city = oneCity();
    await city.open();
    await city.register();
    city.send(RED);
    await city.pass(1_000);
    // Back to normal after 60 s; down for an hour from second 30 of them.
    city.send(0.1);
    await city.pass(30_000);
    // What is journaled last tells the next start how long we lived.
    city.send(0.1);
    await city.pass(10);
    city.kill(3_600_000);
    await city.open();
    await city.pass(25_000);
    expect(latest(city.alarms, 'gas-well-ch4')?.change).toBe('raised');
    await city.pass(6_000);
    expect(latest(city.alarms, 'gas-well-ch4')?.change).toBe('returned');
    expect(city.alarms.filter(({ alarm }) => alarm.rule === 'gas-well-ch4')).toHaveLength(2);
  });

  it('through the whole pipeline: a red alarm taken before a kill is the same one after it', async () => {
    const city = oneCity();
    await city.open();
    await city.register();
    city.send(RED);
    await city.pass(200);
    const before = latest(city.alarms, 'gas-well-ch4');
    city.kill(3_000);
    const pipeline = await city.open();
    expect(pipeline.recoveredEvents.find(({ alarm }) => alarm.id === before?.alarm.id)).toEqual(before);
    expect(
      city.alarms.filter(({ change, alarm }) => change === 'raised' && alarm.point !== null),
    ).toHaveLength(1);
  });
});
