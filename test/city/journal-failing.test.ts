/** Invariant 12: a journal that fails for 2 s, a disk that lives off its reserve, a record log far behind. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_BOUNDS } from '#config';
import type { AlarmEvent } from '#domain/alarm.ts';
import { type OneCity, latest, OFFICER, oneCity, RED } from './one-city.ts';

const told = (events: readonly (AlarmEvent | null)[]) =>
  events.map((event) => (event === null ? 'over' : `${event.change} ${event.alarm.rule}`));
const raisedIn = (events: readonly AlarmEvent[], rule: string): number =>
  events.filter(({ change, alarm }) => change === 'raised' && alarm.rule === rule).length;

async function wellCity(changed: Parameters<OneCity['open']>[0] = {}): Promise<OneCity> {
  const city = oneCity();
  await city.open(changed);
  await city.register(3);
  city.send(0.1);
  await city.pass(1_000);
  expect(city.acked.has(0.1)).toBe(true);
  city.alarms.length = 0;
  return city;
}

describe('a journal that cannot sync', () => {
  it('acknowledges nothing, shows a red value as unjournaled within 2.3 s, and makes it real once afterwards', async () => {
    const city = await wellCity();
    city.disk.faults.sync = 1;
    city.send(RED);
    await city.pass(1_900);
    expect(city.shown).toEqual([]);
    await city.pass(400);
    expect(city.pipeline().status().journalFailing).toBe(true);
    expect(city.acked.has(RED)).toBe(false);
    expect(city.alarms).toEqual([]);
    const shadow = latest(city.shown, 'gas-well-ch4');
    expect(shadow).toMatchObject({
      change: 'raised',
      alarm: { colour: 'red', point: 'D-1/ch4', unjournaled: true },
      announce: { ring: true },
    });
    expect(latest(city.shown, 'journal-failing')).toMatchObject({ alarm: { unjournaled: true } });
    // A value that comes later still is shown at once.
    city.send(RED, 'D-2');
    expect(latest(city.shown, 'gas-well-ch4')?.alarm.point).toBe('D-2/ch4');
    await city.pass(10_000);
    city.disk.faults.sync = 0;
    await city.pass(5_000);
    expect(city.acked.has(RED)).toBe(true);
    expect(told(city.shown).filter((one) => one === 'over')).toHaveLength(1);
    expect(city.shown.at(-1)).toBeNull();
    expect(raisedIn(city.alarms, 'gas-well-ch4')).toBe(2);
    expect(city.alarms.every(({ alarm }) => alarm.unjournaled === undefined)).toBe(true);
    expect(city.pipeline().status().journalFailing).toBe(false);
    expect(told(city.alarms)).toEqual(
      expect.arrayContaining(['raised journal-failing', 'returned journal-failing']),
    );
  });

  it('raises and clears journal-slow and journal-failing exactly once', async () => {
    const city = await wellCity();
    city.disk.faults.sync = 1;
    city.send(0.2);
    await city.pass(5_000);
    city.disk.faults.sync = 0;
    await city.pass(120_000);
    const system = told(city.alarms).filter((one) => one.includes('journal-'));
    expect(system.toSorted()).toEqual([
      'raised journal-failing',
      'raised journal-slow',
      'returned journal-failing',
      'returned journal-slow',
    ]);
  });

  it('a stall of 1.2 s is slow, not failing, and shows nothing unjournaled', async () => {
    const city = await wellCity();
    city.disk.faults.sync = 1;
    city.send(RED);
    await city.pass(1_200);
    city.disk.faults.sync = 0;
    await city.pass(2_500);
    expect(city.shown).toEqual([]);
    expect(raisedIn(city.alarms, 'gas-well-ch4')).toBe(1);
  });

  it('delays run on the copy though nothing more comes in', async () => {
    const city = await wellCity();
    city.disk.faults.sync = 1;
    city.send(0.2);
    await city.pass(3_000);
    const before = told(city.shown).length;
    // Three intervals of silence: the sensors' absence falls due while the journal fails.
    await city.pass(600_000);
    expect(told(city.shown).slice(before).length).toBeGreaterThan(0);
  });

  it('an input that would break the fold does not silence the copy', async () => {
    const city = await wellCity({ onCrash: () => undefined as never });
    city.disk.faults.sync = 1;
    city.send(0.2);
    await city.pass(3_000);
    // What no edge would hand over.
    const broken = { kind: 'command', command: 'registry', by: OFFICER, change: null };
    expect(() => city.pipeline().submit(broken as never)).not.toThrow();
    city.send(RED);
    expect(latest(city.shown, 'gas-well-ch4')).toMatchObject({ change: 'raised' });
  });

  it('stops shadows when the process starts again, and the gateway`s redelivery rings once', async () => {
    const city = await wellCity();
    city.disk.faults.sync = 1;
    city.send(RED);
    await city.pass(4_000);
    city.kill(2_000);
    city.disk.powerCut();
    city.disk.faults.sync = 0;
    await city.open();
    city.send(RED);
    await city.pass(2_000);
    expect(city.acked.has(RED)).toBe(true);
    // The power cut may have spared the unsynced input: then recovery raised the alarm, and the redelivery adds none.
    const events = [...city.pipeline().recoveredEvents, ...city.alarms];
    const red = events.filter(({ alarm, change }) => alarm.point === 'D-1/ch4' && change === 'raised');
    expect(red).toHaveLength(1);
  });
});

describe('a disk that lives off its reserve', () => {
  it('holds publishes and shows them, lets people and system through, and releases in order', async () => {
    const city = await wellCity({ reserveBytes: 256 * 1024 });
    city.send(RED, 'D-3');
    await city.pass(5_000);
    const taken = city.alarms.at(-1)?.alarm;
    city.alarms.length = 0;
    expect(city.disk.exists('/data/reserve')).toBe(true);
    city.disk.capacityBytes = city.disk.usedBytes;
    city.send(0.3);
    await city.pass(500);
    expect(city.acked.has(0.3), 'the one that met the full disk is written in the reserve').toBe(true);
    expect(city.pipeline().status().holding).toBe(true);

    city.send(0.4);
    city.send(RED);
    await city.pass(3_000);
    expect(city.acked.has(0.4)).toBe(false);
    expect(latest(city.shown, 'gas-well-ch4')).toMatchObject({
      change: 'raised',
      alarm: { point: 'D-1/ch4', unjournaled: true },
    });
    expect(city.pipeline().status().journalFailing).toBe(false);
    const { id = '', revision = 0 } = taken ?? {};
    const action = { action: 'acknowledge' } as const;
    expect(
      await city.command({ kind: 'command', command: 'alarm', by: OFFICER, alarm: id, revision, action }),
    ).toMatchObject({ ok: true });
    city.pipeline().submit({ kind: 'condition', name: 'disk-full', subject: '', active: true, detail: {} });
    await city.pass(500);
    expect(raisedIn(city.alarms, 'disk-full')).toBe(1);
    expect(raisedIn(city.alarms, 'gas-well-ch4')).toBe(0);

    city.disk.capacityBytes = Number.MAX_SAFE_INTEGER;
    await city.pass(5_000);
    expect(city.pipeline().status().holding).toBe(false);
    expect(city.acked.has(0.4)).toBe(true);
    expect(raisedIn(city.alarms, 'gas-well-ch4')).toBe(1);
    expect(city.shown.at(-1)).toBeNull();
    const sent = (await city.journal()).flatMap((entry) =>
      entry.kind === 'publish' ? [JSON.parse(new TextDecoder().decode(entry.payload)).seq] : [],
    );
    expect(sent).toEqual(sent.toSorted((a, b) => a - b));
  });

  it('a publish held for minutes counts from when it came: it is live, and it rings', async () => {
    const city = await wellCity({ reserveBytes: 256 * 1024 });
    await city.pass(5_000);
    city.disk.capacityBytes = city.disk.usedBytes;
    city.send(0.3);
    await city.pass(500);
    expect(city.pipeline().status().holding).toBe(true);
    city.send(RED);
    await city.pass(20 * 60_000);
    city.disk.capacityBytes = Number.MAX_SAFE_INTEGER;
    await city.pass(10_000);
    expect(city.acked.has(RED)).toBe(true);
    const real = city.alarms.filter(({ alarm }) => alarm.point === 'D-1/ch4' && !alarm.historical);
    expect(real[0]).toMatchObject({ change: 'raised', alarm: { colour: 'red' }, announce: { ring: true } });
  });

  it('goes on showing when the reserve is used up too, without a break', async () => {
    const city = await wellCity({ reserveBytes: 8 * 1024 });
    await city.pass(5_000);
    city.disk.capacityBytes = city.disk.usedBytes;
    city.send(0.3);
    await city.pass(500);
    city.send(RED);
    await city.pass(500);
    expect(latest(city.shown, 'gas-well-ch4')).toMatchObject({ change: 'raised' });
    city.disk.capacityBytes = 0;
    city.pipeline().submit({ kind: 'tick' });
    await city.pass(10_000);
    expect(city.pipeline().status()).toMatchObject({ holding: true, journalFailing: true });
    expect(told(city.shown)).not.toContain('over');
    expect(told(city.shown).filter((one) => one === 'raised gas-well-ch4')).toHaveLength(1);
    city.disk.capacityBytes = Number.MAX_SAFE_INTEGER;
    await city.pass(10_000);
    expect(raisedIn(city.alarms, 'gas-well-ch4')).toBe(1);
    expect(city.pipeline().status()).toMatchObject({ holding: false, journalFailing: false });
    expect(city.shown.at(-1)).toBeNull();
  });
});

describe('a record log far behind', () => {
  it('holds publishes beyond 200,000 inputs of lag and takes them in when half is caught up', async () => {
    const waiting: (() => void)[] = [];
    let behind = false;
    const city = await wellCity({
      bounds: { ...DEFAULT_BOUNDS, commitEntriesMax: 50_000, snapshotEveryInputs: 1e9 },
      wrap: {
        outputs: (outputs) => ({
          ...outputs,
          append: (block) =>
            behind ? void waiting.push(() => outputs.append(block)) : outputs.append(block),
        }),
      },
    });
    behind = true;
    for (let tick = 0; tick < 201_000; tick++) city.pipeline().submit({ kind: 'tick' });
    await city.pass(1_000);
    expect(city.pipeline().status()).toMatchObject({ holding: true });
    city.send(RED);
    await city.pass(1_000);
    expect(city.acked.has(RED)).toBe(false);
    expect(latest(city.shown, 'gas-well-ch4')).toMatchObject({ change: 'raised' });
    behind = false;
    for (const append of waiting.splice(0)) append();
    await city.pass(1_000);
    expect(city.pipeline().status()).toMatchObject({ holding: false });
    expect(city.acked.has(RED)).toBe(true);
    expect(raisedIn(city.alarms, 'gas-well-ch4')).toBe(1);
    expect(city.shown.at(-1)).toBeNull();
  });
});
