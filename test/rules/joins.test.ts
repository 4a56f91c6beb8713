/** Rules across points: what decides, what does not, and that the order of registration tells nothing. */
import { deserialize, serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { FLAG } from '#domain/measurement.ts';
import * as engine from '#rules/engine.ts';
import { DutyRoom, engineAt, item, moment } from './duty-room.ts';

const CH4 = { quantity: 'ch4', unit: '%', reportIntervalMs: 60_000 };
const NH3 = { quantity: 'nh3', unit: 'mg/m3', reportIntervalMs: 60_000 };
const PLANT = { kind: 'hazchem-plant' };

type RuleText = { readonly id: string; readonly levels?: readonly { name: string }[] };

function wells(...east: readonly number[]): { room: DutyRoom; wells: number[] } {
  const room = new DutyRoom();
  const points = east.map((metres, at) =>
    room.pointAt({ kind: 'gas-valve-well', place: at + 1, east: metres }, CH4, { device: `W-${at + 1}` }),
  );
  return { room, wells: points };
}

const pair = (room: DutyRoom) => room.open().filter(({ rule }) => rule === 'gas-wells-adjacent');

describe('two adjacent wells', () => {
  it('ring red at each of the two, and the alarm names what decided', () => {
    const { room, wells: all } = wells(0, 40, 85);
    room.sample(0, all[0] ?? -1, 1.2);
    room.sample(1, all[1] ?? -1, 1.4);
    const red = pair(room);
    expect(red.map(({ point }) => point).sort()).toEqual(['W-1/ch4', 'W-2/ch4']);
    expect(red[0]?.explanation).toMatchObject({
      code: 'k-of-n-near',
      params: { which: 'W-1/ch4 = 1.2, W-2/ch4 = 1.4', count: 2, withinM: 50 },
    });
    // The third is within 50 m of the second: it rings once it has gas itself.
    room.sample(2, all[2] ?? -1, 1);
    expect(pair(room)).toHaveLength(3);
  });

  it('neither silence nor a bad value ends it, a fresh good value does', () => {
    const { room, wells: all } = wells(0, 40);
    const [a = -1, b = -1] = all;
    room.sample(0, a, 1.2);
    room.sample(1, b, 1.4);
    room.pass(10_000);
    room.sample(10_001, a, NaN, { quality: 'bad', flags: FLAG.sensorBad });
    expect(pair(room).every(({ active }) => active)).toBe(true);
    room.sample(10_010, a, 0.2);
    room.pass(10_069);
    expect(pair(room).every(({ active }) => active)).toBe(true);
    room.pass(10_070);
    expect(pair(room).every(({ active }) => active)).toBe(false);
  });

  it('a bad value after the good one starts the wait for the end anew', () => {
    const { room, wells: all } = wells(0, 40);
    const [a = -1, b = -1] = all;
    room.sample(0, a, 1.2);
    room.sample(1, b, 1.4);
    room.sample(60, a, 0.2);
    room.sample(100, a, NaN, { quality: 'bad', flags: FLAG.sensorBad });
    room.pass(160);
    expect(pair(room).every(({ active }) => active)).toBe(true);
    room.sample(160, a, 0.2);
    room.pass(220);
    expect(pair(room).every(({ active }) => active)).toBe(false);
  });

  it('a value out of order may raise but never ends', () => {
    const { room, wells: all } = wells(0, 40);
    const [a = -1, b = -1] = all;
    room.sample(0, a, 1.2);
    room.sample(30, b, 1.4, { flags: FLAG.outOfOrder, time: 20 });
    expect(pair(room)).toHaveLength(2);
    room.sample(31, b, 0.1, { flags: FLAG.outOfOrder, time: 19 });
    room.pass(200);
    expect(pair(room).every(({ active }) => active)).toBe(true);
  });

  it('a well that is moved away is a neighbour no more', () => {
    const { room, wells: all } = wells(0, 40);
    const [a = -1, b = -1] = all;
    const second = room.registry.facilities.get('gas-valve-well-2');
    room.registerAt(1, item('facilities', { ...second, location: { lat: 35.3, lon: 115.5 } }));
    room.sample(2, a, 1.2);
    room.sample(3, b, 1.4);
    expect(pair(room)).toEqual([]);
  });
});

describe('two detectors of one plant', () => {
  const ids = (order: readonly string[]): string[] => {
    const room = new DutyRoom();
    const points = order.map((device) => room.pointAt(PLANT, NH3, { device }));
    points.forEach((point, at) => room.sample(at, point, 25));
    const red = room.open().filter(({ rule }) => rule === 'plant-two-detectors');
    return red.map(({ point, explanation }) => `${point}: ${explanation.code}`);
  };

  it('are one red, at the same point whatever the order of registration', () => {
    expect(ids(['A', 'B', 'C'])).toEqual(['A/nh3: k-of-n']);
    expect(ids(['C', 'B', 'A'])).toEqual(['A/nh3: k-of-n']);
  });

  it('stays where it stands while it is open, though a smaller id is registered', () => {
    const room = new DutyRoom();
    const [b = -1, c = -1] = ['B', 'C'].map((device) => room.pointAt(PLANT, NH3, { device }));
    room.sample(0, b, 25);
    room.sample(1, c, 25);
    room.pointAt(PLANT, NH3, { device: 'A' });
    expect(room.open().filter(({ rule }) => rule === 'plant-two-detectors')).toMatchObject([
      { point: 'B/nh3', active: true },
    ]);
  });

  it('whose level is renamed under a taken alarm ring anew when two are in alarm, and not at one', () => {
    const room = new DutyRoom();
    const [b = -1, c = -1] = ['B', 'C'].map((device) => room.pointAt(PLANT, NH3, { device }));
    room.sample(0, b, 25);
    room.sample(1, c, 25);
    room.pointAt(PLANT, NH3, { device: 'A' });
    const red = () => room.open().find(({ rule }) => rule === 'plant-two-detectors');
    room.order(2, 'officer', { action: 'acknowledge' }, red());
    room.sample(3, c, 0);
    const catalogue = structuredClone(engine.shippedCatalogue().catalogue) as { rules: RuleText[] };
    const rule = catalogue.rules.find(({ id }) => id === 'plant-two-detectors');
    for (const level of rule?.levels ?? []) level.name = `new-${level.name}`;
    room.publishCatalogue(4, catalogue);
    expect(red()).toBeUndefined();
    room.sample(100, b, 25);
    expect(red()).toBeUndefined();
    room.sample(101, c, 25);
    expect(red()).toMatchObject({ state: 'unacknowledged', active: true });
  });

  it('rings 失联 for the detectors in alarm that fall silent, not for the one it merely stands at', () => {
    const room = new DutyRoom();
    room.presence(0, 'G-1', true);
    const [, b = -1, c = -1] = ['A', 'B', 'C'].map((device) => room.pointAt(PLANT, NH3, { device }));
    room.sample(0, b, 25);
    room.sample(1, c, 25);
    room.pass(1_000);
    const lost = room.open().filter(({ rule }) => rule === 'sensor-lost');
    expect(lost.map(({ point }) => point).sort()).toEqual(['B/nh3', 'C/nh3']);
  });
});

describe('a restart', () => {
  it('changes nothing about rules across points, counted samples and dates', () => {
    const history = (restart: boolean): unknown => {
      const { room, wells: all } = wells(0, 40);
      const [a = -1, b = -1] = all;
      const states = [
        [0, a, 0.6],
        [60, a, 0.6],
        [120, a, 0.3],
        [180, a, 1.1],
        [190, b, 1.2],
        [250, b, 0.2],
        [300, a, 1.1],
        [400, b, 1.3],
        [460, a, 0.2],
        [520, a, 0.2],
      ] as const;
      for (const [second, point, value] of states) {
        room.sample(second, point, value);
        if (!restart) continue;
        const pages = engine.pagesOf(room.state);
        const copied: Record<string, unknown[][]> = {};
        for (const [name, array] of Object.entries(pages))
          copied[name] = array.pages.map((page) => deserialize(serialize(page)) as unknown[]);
        room.state = engine.restoreRules('heze', copied, deserialize(serialize(engine.restOf(room.state))));
      }
      room.pass(2_000);
      return room.events;
    };
    expect(history(true)).toEqual(history(false));
    expect(history(false)).not.toEqual([]);
  });

  it('our own downtime is no reason to call a neighbour stale', () => {
    const { room, wells: all } = wells(0, 40);
    const [a = -1, b = -1] = all;
    room.sample(0, a, 1.2);
    engine.onResumed(room.state, room.registry, engineAt(1), engineAt(3_600), moment(3_600), room.sink);
    room.sample(3_601, b, 1.4);
    expect(pair(room)).toHaveLength(2);
  });
});

describe('a calibration that falls due', () => {
  const DAY = 86_400;
  it('ends when the new date is entered, and no silence of the sensor is lost over it', () => {
    const room = new DutyRoom();
    room.presence(0, 'G-1', true);
    const due = { device: 'D-9', calibrationDueAt: moment(0).receivedAt - 1 };
    const well = room.pointAt({ kind: 'gas-valve-well' }, CH4, due);
    expect(room.latest()).toMatchObject({ rule: 'calibration-due', colour: 'yellow', point: 'D-9/ch4' });
    room.sample(1, well, 0.1);
    room.pass(250);
    expect(room.told('sensor-lost')).toEqual([]);
    room.order(
      300,
      'officer',
      { action: 'acknowledge' },
      room.open().find(({ rule }) => rule === 'calibration-due'),
    );
    const newDate = { id: 'D-9', calibrationDueAt: moment(400 * DAY).receivedAt };
    room.registerAt(400, { op: 'update', kind: 'devices', value: newDate });
    expect(room.open().filter(({ rule }) => rule === 'calibration-due')).toEqual([]);
  });

  it('stands once a device, however many points it has', () => {
    const room = new DutyRoom();
    const due = { device: 'D-9', calibrationDueAt: moment(0).receivedAt };
    room.pointAt({ kind: 'manhole' }, CH4, due);
    room.pointAt({ kind: 'manhole' }, { ...CH4, quantity: 'o2' }, due);
    expect(room.told('calibration-due').map(([, change]) => change)).toEqual(['raised']);
  });
});
