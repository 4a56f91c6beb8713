/** An input that breaks the fold: first crash, second crash, then the city goes on without it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { JournalCore } from '#store/journal-core.ts';
import { createEntryEncoder } from '#store/journal-entry.ts';
import { noteCrash, readSetAside, setAside } from '#store/set-aside.ts';
import { OFFICER, oneCity, RED } from './one-city.ts';

const directory = mkdtempSync(join(tmpdir(), 'crash-'));
const unreadable = mkdtempSync(join(tmpdir(), 'unreadable-'));
afterAll(() => {
  for (const path of [directory, unreadable]) rmSync(path, { recursive: true });
});

class Crash extends Error {}

it('crashes twice, is set aside, and everything before and after it counts', async () => {
  const city = oneCity();
  const parts = () => ({
    skip: readSetAside(directory),
    onCrash(position: number): never {
      noteCrash(directory, position);
      throw new Crash(`input ${position}`);
    },
  });
  const pipeline = await city.open(parts());
  await city.register(2);
  city.send(RED);
  await city.pass(100);
  // What passes every edge today and breaks the fold of tomorrow.
  pipeline.submit({ kind: 'command', command: 'registry', by: OFFICER, change: null } as never);
  await expect(city.pass(100)).rejects.toThrow(Crash);
  city.kill();
  await expect(city.open(parts())).rejects.toThrow(Crash);
  expect(readSetAside(directory).size).toBe(1);
  city.kill();
  await city.open(parts());
  city.send(RED, 'D-2');
  await city.pass(200);
  const raised = city.alarms.filter(({ change, alarm }) => change === 'raised' && alarm.point !== null);
  expect(raised.map(({ alarm }) => alarm.point)).toEqual(['D-1/ch4', 'D-2/ch4']);
  const [aside] = readSetAside(directory);
  expect(
    (await city.journal()).find(({ position }) => position === aside),
    'it stays in the journal',
  ).toBeDefined();
});

it('cannot even be read: is passed over at once, named, and everything before and after it counts', async () => {
  const city = oneCity();
  const told: number[][] = [];
  const parts = {
    skip: new Set<number>(),
    onUnreadable(from: number, to: number) {
      told.push([from, to]);
      setAside(unreadable, from, to);
    },
  };
  await city.open(parts);
  await city.register(2);
  city.send(RED);
  await city.pass(100);
  city.kill();
  const [one] = (await city.journal()).slice(-1);
  if (one === undefined) throw new Error('no journal');
  const core = new JournalCore(city.disk, { directory: '/data', reserveBytes: 0, drawSalt: () => 7 });
  const bad = core.end + 2;
  const entries = [1, 2, 3].map((step) => ({
    ...{ kind: 'tick' as const, position: core.end + step },
    ...{ receivedAt: one.receivedAt, engineTime: one.engineTime },
  }));
  const block = createEntryEncoder().encode(entries, (bytes) => new ArrayBuffer(bytes));
  const second = Buffer.from(block.bytes.buffer).indexOf('{"kind"', 100);
  block.bytes[second] = 0x58;
  core.push(block);
  expect(core.flush().trouble).toBeNull();
  city.kill();
  for (const life of [1, 2]) {
    await city.open(parts);
    expect(told, `life ${life}`).toEqual(Array.from({ length: life }, () => [bad, bad]));
    city.kill();
  }
  expect(readSetAside(unreadable)).toEqual(new Set([bad]));
  await city.open(parts);
  city.send(RED, 'D-2');
  await city.pass(200);
  const raised = city.alarms.filter(({ change, alarm }) => change === 'raised' && alarm.point !== null);
  expect(raised.map(({ alarm }) => alarm.point)).toEqual(['D-1/ch4', 'D-2/ch4']);
  expect(city.pipeline().city.position).toBeGreaterThan(bad + 1);
});
