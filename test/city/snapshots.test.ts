/** A snapshot is the city at one position though the fold goes on meanwhile, and counts only once it rests on something. */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { DEFAULT_BOUNDS } from '#config';
import type { Journal, Snapshot, SnapshotPage } from '#store/ports.ts';
import { type City, createCity, FOLD_REVISION } from '../../city/city.ts';
import { type Column, rowsOf } from '../../city/columns.ts';
import { emptyOutput, fold } from '../../city/fold.ts';
import { keepSnapshots } from '../../city/snapshot-keeper.ts';
import { copyCity, restoreCity, takeSnapshot } from '../../city/snapshot-taker.ts';
import type { Input } from '#domain/input.ts';
import { shippedCatalogue } from '#rules/engine.ts';
import { SimClock, settle } from '#test/simulation/sim-clock.ts';
import { NOON, OFFICER, oneCity, RED, wells } from './one-city.ts';

const POINTS = 1_100;

/** Folds inputs by hand: one a second. */
function bigCity(points = POINTS) {
  const city = createCity('big');
  let seq = 0;
  const take = (input: Input): void => {
    const position = city.position + 1;
    const moment = { receivedAt: NOON + position * 1_000, engineTime: position * 1_000 };
    fold(city, { ...input, ...moment, position }, emptyOutput());
  };
  const send = (device: number, value: number): void => {
    seq += 1;
    const time = NOON + city.position * 1_000;
    const payload = new TextEncoder().encode(
      JSON.stringify({ device: `D-${device}`, time, seq, values: { ch4: value } }),
    );
    take({
      ...{ kind: 'publish', gateway: 'GW-1', client: 'box', topic: 'lifeline/v1/GW-1/telemetry' },
      ...{ payload, qos: 1, dup: false, packetId: (seq % 65_535) + 1 },
    });
  };
  take({ kind: 'resumed', from: 0, to: 0, boot: 'b', monotonicMs: 0 });
  take({ kind: 'catalogue', ...shippedCatalogue() });
  take({ kind: 'command', command: 'registry', by: OFFICER, change: wells(points) });
  return { city, take, send };
}

/** Plain data of the whole state; what is made from the registry when needed does not count. */
const plainOf = (city: City): unknown => {
  const { ingest, ...rest } = copyCity(city);
  return { ...rest, ingest: { ...ingest, profiles: [] } };
};

function memoryOutputs() {
  const taken: {
    header: Snapshot['header'];
    pages: SnapshotPage[];
    state: 'open' | 'visible' | 'abandoned';
  }[] = [];
  const world = { finishFails: false };
  return {
    taken,
    world,
    beginSnapshot(header: Snapshot['header']) {
      const one = { header, pages: [] as SnapshotPage[], state: 'open' as 'open' | 'visible' | 'abandoned' };
      taken.push(one);
      return {
        page: ({ name, page, bytes }: SnapshotPage) =>
          void one.pages.push({ name, page, bytes: bytes.slice() }),
        async finish() {
          if (world.finishFails) throw new Error('disk full');
          one.state = 'visible';
        },
        abandon: () => {
          one.state = 'abandoned';
        },
      };
    },
  };
}

/** A page of points as layout 7 held it. */
function asLayout7(page: readonly City['rules']['points']['pages'][number][number][]) {
  const clocks = [
    ...(['gatewayIndex', 'intervalMs', 'datesDue', 'newestTime', 'reportAt', 'dataAt'] as const),
    ...(['absenceFrom', 'absenceWake', 'delayWake'] as const),
  ];
  const bindings = [...new Set(page.map(({ binding }) => binding))];
  return {
    from: page[0]?.index ?? 0,
    columns: Object.fromEntries(
      clocks.map((name) => [name, Float64Array.from(page, (point) => point[name])]),
    ),
    units: page.map(({ unit }) => unit),
    bindingOf: Int16Array.from(page, ({ binding }) => bindings.indexOf(binding)),
    bindings,
    begun: page.map(({ rules, memberOf, unbound, history, noData, sensorLost, lived, past }, place) => [
      place,
      { rules, memberOf, unbound, history, noData, sensorLost, lived, past },
    ]),
  };
}

describe('a snapshot taken a page at a time', () => {
  it('restores the state at its position exactly, with publishes folded in between every two pages', async () => {
    const { city, send } = bigCity();
    for (let device = 1; device <= POINTS; device++) send(device, device % 5 === 0 ? RED : 0.1);
    const wanted = plainOf(city);
    const { position } = city;
    const outputs = memoryOutputs();
    const taking = takeSnapshot(city, outputs as never);
    let slices = 0;
    // The clock runs on by 4 ms with each look: one page a slice.
    let now = 0;
    const slowClock = (): number => (now += 4);
    for (let whole = false; !whole; slices++) {
      whole = taking.slice(slowClock);
      // Pages copied long ago, pages not yet copied, alarms raised and cleared.
      send(1 + (slices % POINTS), RED);
      send(POINTS - (slices % POINTS), 0.1);
      send(1 + ((slices * 37) % POINTS), slices % 2 === 0 ? RED : 0.2);
    }
    expect(slices).toBeGreaterThan(20);
    await taking.finish();
    const [snapshot] = outputs.taken;
    if (snapshot === undefined) throw new Error('none taken');
    expect(snapshot.header.position).toBe(position);
    const restored = restoreCity('big', snapshot);
    expect(isDeepStrictEqual(plainOf(restored), wanted)).toBe(true);
    expect(isDeepStrictEqual(plainOf(city), wanted)).toBe(false);
    const names = snapshot.pages.map(({ name, page }) => `${name} ${page}`);
    expect(new Set(names).size, 'no page twice').toBe(names.length);
  });

  it('goes on from the restored state as the city itself did', async () => {
    const { city, send, take } = bigCity(5);
    for (const value of [0.1, RED, 0.1]) send(1, value);
    const outputs = memoryOutputs();
    const taking = takeSnapshot(city, outputs as never);
    while (!taking.slice(() => 0));
    await taking.finish();
    const [snapshot] = outputs.taken;
    if (snapshot === undefined) throw new Error('none taken');
    const twin = restoreCity('big', snapshot);
    const out = emptyOutput();
    const inputs: Input[] = [
      { kind: 'tick' },
      { kind: 'condition', name: 'disk-full', subject: '', active: true, detail: {} },
    ];
    for (const input of inputs) {
      const position = twin.position + 1;
      fold(
        twin,
        { ...input, position, receivedAt: NOON + position * 1_000, engineTime: position * 1_000 },
        out,
      );
      take(input);
    }
    expect(isDeepStrictEqual(plainOf(twin), plainOf(city))).toBe(true);
    expect(out.events.length).toBeGreaterThan(0);
  });

  it('reads layout 7, of the release before, as well: an update needs neither the old release nor a replay', async () => {
    const { city, send } = bigCity(300);
    for (let device = 1; device <= 300; device++) send(device, device % 5 === 0 ? RED : 0.1);
    const outputs = memoryOutputs();
    const taking = takeSnapshot(city, outputs as never);
    while (!taking.slice(() => 0));
    await taking.finish();
    const [snapshot] = outputs.taken;
    if (snapshot === undefined) throw new Error('none taken');
    const pages = snapshot.pages.map(({ name, page, bytes }) => {
      if (name === 'rest') return { name, page, bytes };
      if (name === 'rules/points')
        return { name, page, bytes: serialize([asLayout7(city.rules.points.pages[page] ?? [])]) };
      if (name === 'ingest/points') return { name, page, bytes: serialize(city.ingest.points.pages[page]) };
      return { name, page, bytes: serialize(rowsOf(deserialize(bytes) as Column)) };
    });
    const restored = restoreCity('big', { ...snapshot, pages });
    expect(isDeepStrictEqual(plainOf(restored), plainOf(city))).toBe(true);
  });

  it('leaves the city alone once it is abandoned', () => {
    const { city, send } = bigCity(5);
    const outputs = memoryOutputs();
    takeSnapshot(city, outputs as never).abandon();
    const pages = outputs.taken[0]?.pages.length;
    send(1, RED);
    expect(outputs.taken[0]?.state).toBe('abandoned');
    expect(outputs.taken[0]?.pages.length).toBe(pages);
  });
});

function keeperOf(bounds = { snapshotEveryMs: 30_000, snapshotEveryInputs: 1_000 }) {
  const clock = new SimClock(NOON);
  const { city, send } = bigCity(3);
  const outputs = memoryOutputs();
  const released: number[] = [];
  const journal = { releaseThrough: (through: number) => void released.push(through) } as unknown as Journal;
  const logs = { durable: 0 };
  const keeper = keepSnapshots({
    ...{ city, clock, outputs: outputs as never, journal, bounds, snapshotPosition: 0 },
    durable: () => logs.durable,
  });
  const folded = async (count: number): Promise<void> => {
    for (let one = 0; one < count; one++) send(1, 0.1);
    keeper.folded(count);
    await clock.advance(200);
    await settle();
  };
  return { clock, city, outputs, released, logs, keeper, folded };
}

describe('the keeper of snapshots', () => {
  it('takes one when its time has come and something was folded, not before', async () => {
    const { clock, outputs, folded } = keeperOf();
    await folded(5);
    expect(outputs.taken).toHaveLength(0);
    await clock.advance(30_000);
    expect(outputs.taken).toHaveLength(0);
    await folded(1);
    expect(outputs.taken).toHaveLength(1);
  });

  it('takes one after so many inputs, however soon', async () => {
    const { outputs, folded } = keeperOf();
    await folded(999);
    expect(outputs.taken).toHaveLength(0);
    await folded(1);
    expect(outputs.taken).toHaveLength(1);
  });

  it('makes it visible only once record log and ledger hold everything through it', async () => {
    const { clock, city, outputs, logs, keeper, folded } = keeperOf();
    await folded(1_000);
    const position = outputs.taken[0]?.header.position ?? 0;
    expect(position).toBe(city.position);
    logs.durable = position - 1;
    await clock.advance(60_000);
    expect([outputs.taken[0]?.state, keeper.position()]).toEqual(['open', 0]);
    logs.durable = position;
    await clock.advance(100);
    expect([outputs.taken[0]?.state, keeper.position()]).toEqual(['visible', position]);
  });

  it('lets the journal go only to the older of the two newest', async () => {
    const { outputs, released, logs, folded } = keeperOf();
    logs.durable = 1e9;
    for (let round = 0; round < 3; round++) await folded(1_000);
    const [first, second, third] = outputs.taken.map(({ header }) => header.position);
    expect(third).toBeGreaterThan(second ?? 0);
    expect(released).toEqual([first, second]);
  });

  it('lets nothing go when one fails, and takes the next at its time', async () => {
    const { outputs, released, logs, folded, keeper } = keeperOf();
    logs.durable = 1e9;
    await folded(1_000);
    const first = keeper.position();
    outputs.world.finishFails = true;
    await folded(1_000);
    expect([keeper.position(), released]).toEqual([first, []]);
    outputs.world.finishFails = false;
    await folded(1_000);
    expect(keeper.position()).toBeGreaterThan(first);
    expect(released).toEqual([first]);
  });

  it('abandons what is under way when it stops, and takes no more', async () => {
    const { outputs, keeper, folded } = keeperOf();
    await folded(1_000);
    keeper.stop();
    expect(outputs.taken[0]?.state).toBe('abandoned');
    await folded(5_000);
    expect(outputs.taken).toHaveLength(1);
  });
});

describe('through the whole pipeline', () => {
  it('an idle city is snapshotted too: what came last is not replayed, and its age never rings', async () => {
    const city = oneCity();
    await city.open();
    await city.pass(100_000);
    const { position } = city.pipeline().city;
    expect(position).toBeGreaterThan(0);
    expect(city.pipeline().status().snapshotPosition).toBe(position);
  });

  it('a city with a snapshot starts from it and ends in the same alarms', async () => {
    const bounds = { snapshotEveryMs: 2_000, snapshotEveryInputs: 1e9 };
    const city = oneCity();
    await city.open({ bounds: { ...DEFAULT_BOUNDS, ...bounds } });
    await city.register(3);
    city.send(RED);
    for (let second = 0; second < 10; second++) {
      city.send(0.1, 'D-2');
      await city.pass(1_000);
    }
    const position = city.pipeline().status().snapshotPosition;
    expect(position).toBeGreaterThan(0);
    const open = [...city.alarms];
    city.kill();
    const again = await city.open({ bounds: { ...DEFAULT_BOUNDS, ...bounds } });
    expect(again.recoveredEvents.every(({ sequence }) => sequence > 0)).toBe(true);
    expect(again.city.rules.sequence).toBeGreaterThanOrEqual(open.at(-1)?.sequence ?? 0);
    expect(again.status().snapshotPosition).toBeGreaterThanOrEqual(position);
    expect(
      city.alarms.filter(({ change, alarm }) => change === 'raised' && alarm.point !== null),
    ).toHaveLength(1);
  });
});

/** Names of an object's parts, three levels down; lists and maps are data. */
function partsOf(value: unknown, levels = 3): unknown {
  if (levels === 0 || typeof value !== 'object' || value === null) return '';
  if (Array.isArray(value) || value instanceof Map || value instanceof Set || ArrayBuffer.isView(value))
    return value.constructor.name;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, part]) => [name, partsOf(part, levels - 1)]);
}

describe('the layout of a snapshot', () => {
  it('has a number of its own: raise FOLD_REVISION when this fails, and only then write down the new hash', async () => {
    const { city, send } = bigCity(2);
    send(1, RED);
    const outputs = memoryOutputs();
    const taking = takeSnapshot(city, outputs as never);
    while (!taking.slice(() => 0));
    await taking.finish();
    const pages = (outputs.taken[0]?.pages ?? []).map(({ name, bytes }): [string, unknown] => {
      const value: unknown = deserialize(bytes);
      return [name, partsOf(name === 'rest' ? value : rowsOf(value as Column)[0])];
    });
    const text = JSON.stringify(pages.sort(([a], [b]) => (a < b ? -1 : 1)));
    const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
    expect([FOLD_REVISION.split(':')[0], hash], text).toEqual(['8', 'e0df526a4771452c']);
  });
});
