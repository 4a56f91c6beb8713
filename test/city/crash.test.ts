/** An input that breaks the fold: first crash, second crash, then the city goes on without it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { noteCrash, readSetAside } from '#store/set-aside.ts';
import { OFFICER, oneCity, RED } from './one-city.ts';

const directory = mkdtempSync(join(tmpdir(), 'crash-'));
afterAll(() => rmSync(directory, { recursive: true }));

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
