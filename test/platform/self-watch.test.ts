/** Invariant 16 through the real pipeline: what the platform sees of itself is raised once and cleared once. */
import { describe, expect, it } from 'vitest';
import type { Rejection } from '#domain/rejection.ts';
import type { OutputStoreStatus } from '#store/ports.ts';
import { type OneCity, oneCity } from '#test/city/one-city.ts';
import { type SelfWatch, watchSelf } from '../../platform/self-watch.ts';

const RESERVE = 256 * 1024 * 1024;
const LOOK_MS = 10_000;

type World = {
  freeBytes: number;
  statusFails: boolean;
  over: Partial<ReturnType<ReturnType<OneCity['pipeline']>['status']>>;
};

/** A city with a watch whose world is set by hand. */
async function watched(city = oneCity(), setAside: number[] = []) {
  const opened = await city.open();
  const world: World = { freeBytes: RESERVE * 100, statusFails: false, over: {} };
  const pipeline = { ...opened, status: () => ({ ...opened.status(), ...world.over }) };
  const outputs = {
    async status(): Promise<OutputStoreStatus> {
      if (world.statusFails) throw new Error('EIO: statfs');
      return { usedBytes: 0, freeBytes: world.freeBytes, openRows: 0, recordLogBytes: 0 };
    },
  };
  const watch: SelfWatch = watchSelf({
    pipeline,
    outputs: outputs as never,
    clock: city.clock,
    bounds: { lookEveryMs: LOOK_MS, reserveBytes: RESERVE, snapshotEveryMs: 30_000 },
    setAside: new Set(setAside),
  });
  await city.pass(100);
  return { city, world, watch };
}

const told = (city: OneCity, rule: string): string[] =>
  city.alarms.filter(({ alarm }) => alarm.rule === rule).map(({ change }) => change);
const refusal = (reason: string, gateway = 'GW-1'): Rejection =>
  ({ reason, gateway }) as unknown as Rejection;
const looks = (city: OneCity, count: number): Promise<void> => city.pass(count * LOOK_MS);

type Case = {
  readonly begin: (world: World, watch: SelfWatch) => void;
  readonly end: (world: World, watch: SelfWatch) => void;
};
const flood = (watch: SelfWatch): void => {
  for (let one = 0; one < 501; one++) watch.rejected(refusal('unknown-device'));
};
const housekeeping = (trouble: { code: string; detail: string } | null) =>
  ({ kind: 'housekeeping', trouble }) as const;

const LASTING: Record<string, Case> = {
  'disk-nearly-full': {
    begin: (world) => (world.freeBytes = RESERVE * 3),
    end: (world) => (world.freeBytes = RESERVE * 100),
  },
  'disk-full': { begin: (world) => (world.freeBytes = 0), end: (world) => (world.freeBytes = RESERVE * 100) },
  'store-backlog': {
    begin: (world) => (world.over = { recordLag: 50_001 }),
    end: (world) => (world.over = {}),
  },
  'store-failing': {
    begin: (_, watch) => watch.trouble('store', 'EIO: write'),
    end: (_, watch) => watch.trouble('store', null),
  },
  'ledger-failing': {
    begin: (_, watch) => watch.trouble('ledger', 'disk I/O error'),
    end: (_, watch) => watch.trouble('ledger', null),
  },
  'housekeeping-failing': {
    begin: (_, watch) => watch.report(housekeeping({ code: 'disk-error', detail: 'EACCES' })),
    end: (_, watch) => watch.report(housekeeping(null)),
  },
};

describe('a condition of the platform', () => {
  it.each(Object.entries(LASTING))('%s is raised once and cleared once', async (name, { begin, end }) => {
    const { city, world, watch } = await watched();
    begin(world, watch);
    await looks(city, 4);
    expect(told(city, name)).toEqual(['raised']);
    end(world, watch);
    await looks(city, 4);
    expect(told(city, name)).toEqual(['raised', 'returned']);
  });

  it.each(Object.entries(LASTING))(
    '%s, active when we went down, is taken up and cleared',
    async (name, one) => {
      const { city, world, watch } = await watched();
      one.begin(world, watch);
      await looks(city, 2);
      city.kill(5_000);
      const again = await watched(city);
      one.begin(again.world, again.watch);
      await looks(city, 2);
      expect(told(city, name), 'it was never over: no second alarm').toEqual(['raised']);
      one.end(again.world, again.watch);
      await looks(city, 2);
      expect(told(city, name)).toEqual(['raised', 'returned']);
    },
  );

  it('a watchdog that looks no more is missed after a minute; one that never looked is not', async () => {
    const { city, watch } = await watched();
    await looks(city, 20);
    expect(told(city, 'watchdog-lost')).toEqual([]);
    watch.watched();
    await looks(city, 6);
    expect(told(city, 'watchdog-lost')).toEqual([]);
    await looks(city, 1);
    expect(told(city, 'watchdog-lost')).toEqual(['raised']);
    watch.watched();
    await city.pass(100);
    expect(told(city, 'watchdog-lost')).toEqual(['raised', 'returned']);
  });

  it('a stall of the alarm path is told once it is over, and waits for an officer', async () => {
    const { city, watch } = await watched();
    watch.stalled(21_000);
    await city.pass(100);
    expect(told(city, 'alarm-path-stalled')).toEqual(['raised', 'returned']);
    const alarm = city.alarms.find(({ alarm: { rule } }) => rule === 'alarm-path-stalled')?.alarm;
    expect(alarm?.explanation.params['quietMs']).toBe(21_000);
  });

  it('a ledger that cannot be fed is a failing ledger, and unhealthy', async () => {
    const { city, world, watch } = await watched();
    world.over = { feedTrouble: 'EIO: read' };
    await looks(city, 2);
    expect([told(city, 'ledger-failing'), watch.troubles().ledger]).toEqual([['raised'], 'EIO: read']);
    world.over = {};
    await looks(city, 2);
    expect([told(city, 'ledger-failing'), watch.troubles().ledger]).toEqual([['raised', 'returned'], null]);
  });

  it('a store that cannot say how full the disk is fails, and the look after it goes on', async () => {
    const { city, world } = await watched();
    world.statusFails = true;
    await looks(city, 3);
    expect(told(city, 'store-failing')).toEqual(['raised']);
    world.statusFails = false;
    await looks(city, 3);
    expect(told(city, 'store-failing')).toEqual(['raised', 'returned']);
  });

  it('more than 500 refusals between two looks are a flood; as many duplicates are not', async () => {
    const { city, watch } = await watched();
    for (let one = 0; one < 600; one++) watch.rejected(refusal('duplicate'));
    await looks(city, 1);
    expect(told(city, 'quarantine-growth')).toEqual([]);
    flood(watch);
    await looks(city, 1);
    expect(told(city, 'quarantine-growth')).toEqual(['raised']);
    await looks(city, 1);
    expect(told(city, 'quarantine-growth')).toEqual(['raised', 'returned']);
  });

  it('foreign topics are one alarm a gateway, over after a quiet minute', async () => {
    const { city, watch } = await watched();
    watch.rejected(refusal('foreign-topic', 'GW-1'));
    watch.rejected(refusal('foreign-topic', 'GW-2'));
    await looks(city, 5);
    watch.rejected(refusal('foreign-topic', 'GW-2'));
    await looks(city, 2);
    const foreign = city.alarms.filter(({ alarm }) => alarm.rule === 'foreign-topic');
    const subject = (event: (typeof foreign)[number]) => event.alarm.explanation.params['subject'];
    expect(foreign.map((event) => [event.change, subject(event)])).toEqual([
      ['raised', 'GW-1'],
      ['raised', 'GW-2'],
      ['returned', 'GW-1'],
    ]);
  });

  it('a foreign topic that was active when we went down ends after a quiet minute', async () => {
    const { city, watch } = await watched();
    watch.rejected(refusal('foreign-topic', 'GW-1'));
    await looks(city, 1);
    city.kill();
    await watched(city);
    await looks(city, 7);
    expect(told(city, 'foreign-topic')).toEqual(['raised', 'returned']);
  });

  it('an old snapshot is told while inputs come, and ends with the next one', async () => {
    const { city, world } = await watched();
    world.over = { snapshotPosition: 0 };
    await city.pass(320_000);
    expect(told(city, 'snapshot-age')).toEqual(['raised']);
    world.over = { snapshotPosition: 1 };
    await looks(city, 1);
    expect(told(city, 'snapshot-age')).toEqual(['raised', 'returned']);
  });

  it('damage is told, over at once, and each further damage again', async () => {
    const { city, watch } = await watched();
    const damage = { file: 'a.log', keptAs: 'a.log.corrupt', fromPosition: 1, toPosition: 2, detail: 'rot' };
    watch.report({ kind: 'damage', damage });
    watch.report({ kind: 'damage', damage: { ...damage, file: 'b.log' } });
    await city.pass(100);
    expect(told(city, 'data-damaged')).toEqual(['raised', 'returned', 'reactivated', 'returned']);
  });

  it('an input set aside is an alarm until no input is', async () => {
    const { city } = await watched(oneCity(), [41]);
    expect(told(city, 'input-set-aside')).toEqual(['raised']);
    city.kill();
    await watched(city, [41]);
    expect(told(city, 'input-set-aside')).toEqual(['raised']);
    city.kill();
    await watched(city);
    expect(told(city, 'input-set-aside')).toEqual(['raised', 'returned']);
  });

  it.each(['journal-slow', 'journal-failing', 'slow-client', 'twin-identity', 'bad-credentials'])(
    '%s ended with the process that saw it',
    async (name) => {
      const { city } = await watched();
      city.pipeline().submit({ kind: 'condition', name, subject: 'GW-1', active: true, detail: {} });
      await city.pass(100);
      city.kill();
      await watched(city);
      expect(told(city, name)).toEqual(['raised', 'returned']);
    },
  );
});
