/** Incidents: one cause rings, its symptoms are listed under it, and nothing that needs a person stays quiet. */
import { deserialize, serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import type { Alarm } from '#domain/alarm.ts';
import { EDGE_KINDS } from '#domain/catalogue.ts';
import * as engine from '#rules/engine.ts';
import { LAWS } from '#rules/incidents/laws.ts';
import { SHIPPED_RULES } from '#rules/shipped.ts';
import { DutyRoom, engineAt, item, moment, wall } from './duty-room.ts';

const rings = (room: DutyRoom): [number, string, string][] =>
  room.told().flatMap(([second, change, rule, , ring]) => (ring ? [[second, change, rule]] : []));

const alarmOf = (room: DutyRoom, point: string, rule: string): Alarm => {
  const alarm = room.open().find((one) => one.point === point && one.rule === rule);
  if (alarm === undefined) throw new Error(`no ${rule} at ${point}`);
  return alarm;
};

/** Wells `W-<n>` on gateway G-1, one at each place 1 km apart, connected. */
function wells(count: number): { room: DutyRoom; points: number[] } {
  const room = new DutyRoom();
  room.presence(0, 'G-1', true);
  const points = Array.from({ length: count }, (_, at) =>
    room.pointAt(
      { kind: 'gas-valve-well', place: at + 1, east: at * 1_000 },
      { quantity: 'ch4', unit: '%', reportIntervalMs: 60_000 },
      { device: `W-${at + 1}` },
    ),
  );
  return { room, points };
}

describe('the cable of a gateway with 300 sensors is cut', () => {
  it('rings once, and the incident says that 300 points are silent', () => {
    const { room, points } = wells(300);
    for (const point of points) room.sample(10, point, 0.1);
    room.presence(20, 'G-1', false);
    room.pass(7_200);
    expect(rings(room)).toEqual([[80, 'raised', 'gateway-absent']]);
    expect(room.incident()).toMatchObject({ silentPoints: 300, members: 1, causes: 1, folded: 0 });
    expect(room.incident().cause).toBe(room.latest().id);
  });

  it('sensors whose alarms were open are lost: listed under the gateway, not rung; a red one rings', () => {
    const { room, points } = wells(300);
    for (const point of points.slice(0, 40)) room.sample(0, point, 1.1);
    room.sample(0, points[299] ?? -1, 20);
    for (const point of [...points.slice(0, 40), points[299] ?? -1])
      room.sample(125, point, point === points[299] ? 20 : 1.1);
    const before = rings(room).length;
    room.presence(130, 'G-1', false);
    room.pass(3_600);
    expect(rings(room).slice(before)).toEqual([
      [190, 'raised', 'gateway-absent'],
      [190, 'raised', 'sensor-lost'],
    ]);
    expect(alarmOf(room, 'W-300/ch4', 'sensor-lost')).toMatchObject({
      colour: 'red',
      incident: { role: 'symptom', folded: false },
    });
    expect(alarmOf(room, 'W-7/ch4', 'sensor-lost').incident).toMatchObject({
      role: 'symptom',
      folded: true,
      by: room.open().find(({ rule }) => rule === 'gateway-absent')?.id,
      why: { code: 'incident-gateway', params: { gateway: 'G-1' } },
    });
    const incident = engine.openIncidents(room.state).find(({ silentPoints }) => silentPoints > 0);
    expect(incident).toMatchObject({ members: 42, causes: 1, symptoms: 41, folded: 40 });
  });

  it('a gas red that comes through rings, whatever is folded there', () => {
    const { room, points } = wells(300);
    for (const point of points) room.sample(10, point, 0.1);
    room.presence(20, 'G-1', false);
    room.pass(100);
    room.report(200, 'G-1');
    room.sample(200, points[150] ?? -1, 20);
    expect(rings(room).at(-1)).toEqual([200, 'raised', 'gas-well-ch4']);
    expect(room.latest()).toMatchObject({ colour: 'red', point: 'W-151/ch4' });
  });

  it('a bus behind a gateway that stays connected: the first missing sensor rings, the others stand under it', () => {
    const { room, points } = wells(300);
    points.forEach((point, at) => room.sample(at / 10, point, 0.1));
    room.pass(3_600);
    expect(rings(room)).toEqual([[360, 'raised', 'no-data']]);
    expect(room.incident()).toMatchObject({ members: 300, causes: 1, symptoms: 299, folded: 299 });
    expect(alarmOf(room, 'W-300/ch4', 'no-data').incident?.why?.code).toBe('incident-silent-together');
  });
});

describe('when the cause is over', () => {
  /** A yellow well lost with its gateway at 190 s; the gateway is back at 300 s. */
  function lost(): DutyRoom {
    const { room, points } = wells(3);
    for (const second of [0, 60, 125]) for (const point of points) room.sample(second, point, 1.1);
    room.presence(130, 'G-1', false);
    room.pass(195);
    room.presence(300, 'G-1', true);
    return room;
  }

  it('a symptom that is over too stays quiet', () => {
    const room = lost();
    const told = rings(room).length;
    for (let second = 330; second <= 2_000; second += 60)
      for (const point of [0, 1, 2]) room.sample(second, point, 1.1);
    expect(
      rings(room)
        .slice(told)
        .filter(([, , rule]) => rule === 'sensor-lost'),
    ).toEqual([]);
  });

  it('one that goes on rings by itself after three report intervals, once, and says why', () => {
    const room = lost();
    for (let second = 330; second <= 450; second += 60)
      for (const point of [0, 1]) room.sample(second, point, 1.1);
    room.pass(470);
    expect(alarmOf(room, 'W-3/ch4', 'sensor-lost').incident).toMatchObject({ folded: true });
    const told = rings(room).length;
    const { revision } = alarmOf(room, 'W-3/ch4', 'sensor-lost');
    room.pass(490);
    expect(rings(room).slice(told)).toEqual([[480, 'resurfaced', 'sensor-lost']]);
    expect(room.latest()).toMatchObject({ revision, incident: { role: 'related', by: null, folded: false } });
    expect(room.events.at(-1)?.announce).toEqual({ ring: true, reason: 'resurfaced' });
  });

  it('a cause that comes back in time keeps its symptoms folded', () => {
    const room = lost();
    room.presence(310, 'G-1', false);
    room.pass(7_200);
    expect(rings(room).filter(([, , rule]) => rule === 'sensor-lost')).toEqual([]);
  });

  it('of sensors that fell silent together one takes the place of the first that returns', () => {
    const { room, points } = wells(5);
    points.forEach((point, at) => room.sample(at, point, 0.1));
    room.pass(400);
    room.sample(500, points[0] ?? -1, 0.1);
    room.pass(900);
    expect(rings(room)).toEqual([
      [360, 'raised', 'no-data'],
      [680, 'resurfaced', 'no-data'],
    ]);
    const second = alarmOf(room, 'W-2/ch4', 'no-data');
    expect(alarmOf(room, 'W-5/ch4', 'no-data').incident).toMatchObject({ by: second.id, folded: true });
  });

  it('an officer who takes a folded alarm has been told of it', () => {
    const room = lost();
    room.order(310, 'officer', { action: 'acknowledge' }, alarmOf(room, 'W-3/ch4', 'sensor-lost'));
    const told = rings(room).length;
    room.pass(2_000);
    expect(
      rings(room)
        .slice(told)
        .filter(([, , rule]) => rule === 'sensor-lost'),
    ).toHaveLength(1);
    expect(alarmOf(room, 'W-3/ch4', 'sensor-lost').incident?.folded).toBe(false);
  });

  it('our own downtime does not count: nobody could report', () => {
    const room = lost();
    engine.onResumed(room.state, room.registry, engineAt(310), engineAt(5_000), moment(5_000), room.sink);
    room.presence(5_001, 'G-1', true);
    room.pass(5_169);
    expect(room.told('sensor-lost').filter(([, change]) => change === 'resurfaced')).toEqual([]);
    room.pass(5_170);
    expect(room.told('sensor-lost').filter(([, change]) => change === 'resurfaced')).toHaveLength(1);
  });
});

describe('somebody has been told, or it rings', () => {
  it('a symptom worse than anything the incident has rung at rings', () => {
    const { room, points } = wells(2);
    for (const point of points) room.sample(0, point, 3);
    room.presence(10, 'G-1', false);
    room.pass(80);
    // The gateway is yellow, the lost sensors are orange: the first of them rings, the second follows it.
    expect(rings(room).filter(([, , rule]) => rule === 'sensor-lost')).toEqual([
      [70, 'raised', 'sensor-lost'],
    ]);
  });

  it('under a cause that is silenced by maintenance nothing is folded', () => {
    const { room, points } = wells(2);
    for (const second of [0, 60, 125]) for (const point of points) room.sample(second, point, 1.1);
    room.maintenance(126, 'gateways', 'G-1', 10_000);
    room.presence(130, 'G-1', false);
    room.pass(140);
    room.maintenance(150, 'gateways', 'G-1', 150);
    room.pass(300);
    expect(room.told('sensor-lost').map(([, change, , , ring]) => [change, ring])).toEqual([
      ['raised', false],
      ['raised', false],
    ]);
  });
});

/** Gas mains M-1 -> M-2 -> M-3 on a line, and a drain D beside M-1; pressures in kPa on a band of 300. */
function mains(): { room: DutyRoom; main: number[]; drain: number } {
  const room = new DutyRoom();
  room.presence(0, 'G-1', true);
  const pressure = {
    quantity: 'pressure',
    unit: 'kPa',
    reportIntervalMs: 60_000,
    attributes: { bandKpa: 300 },
  };
  const main = [1, 2, 3].map((place) =>
    room.pointAt({ kind: 'gas-main-point', place, east: place * 1_000 }, pressure, { device: `M-${place}` }),
  );
  const gas = { quantity: 'ch4', unit: '%', reportIntervalMs: 60_000 };
  room.pointAt({ kind: 'gas-valve-well', place: 1, east: 1_000 }, gas, { device: 'V-1' });
  const drain = room.pointAt({ kind: 'adjacent-space', place: 1, east: 1_400 }, gas, { device: 'D-1' });
  const edge = (id: string, kind: string, from: string, to: string) =>
    item('edges', { id, kind, lifeline: 'gas', from, to });
  room.register(
    edge('E-1', 'gas-main', 'gas-main-point-1', 'gas-main-point-2'),
    edge('E-2', 'gas-main', 'gas-main-point-2', 'gas-main-point-3'),
    edge('E-3', 'adjacent', 'gas-valve-well-1', 'adjacent-space-1'),
  );
  return { room, main, drain };
}

describe('along the facility graph', () => {
  it('pressure lost upstream explains pressure lost downstream, not the other way round', () => {
    const { room, main } = mains();
    room.sample(0, main[0] ?? -1, 230);
    room.sample(60, main[2] ?? -1, 230);
    room.pass(100);
    expect(rings(room)).toEqual([[15, 'raised', 'gas-pressure-low']]);
    expect(alarmOf(room, 'M-3/pressure', 'gas-pressure-low').incident).toMatchObject({
      role: 'symptom',
      folded: true,
      why: { code: 'incident-gas-supply', params: { facility: 'gas-main-point-1', hops: 2 } },
    });
    expect(room.incident()).toMatchObject({
      cause: alarmOf(room, 'M-1/pressure', 'gas-pressure-low').id,
      firstOut: alarmOf(room, 'M-1/pressure', 'gas-pressure-low').id,
      facilities: ['gas-main-point-1', 'gas-main-point-3'],
      areas: { 371702: 2 },
      lifelines: { gas: 2 },
    });
  });

  it('found downstream first: both ring, the cause takes the symptom up, and the first-out stays marked', () => {
    const { room, main } = mains();
    room.sample(0, main[2] ?? -1, 230);
    room.pass(20);
    expect(engine.openIncidents(room.state)).toEqual([]);
    room.sample(60, main[0] ?? -1, 230);
    room.pass(80);
    expect(rings(room)).toHaveLength(2);
    const symptom = alarmOf(room, 'M-3/pressure', 'gas-pressure-low');
    const cause = alarmOf(room, 'M-1/pressure', 'gas-pressure-low');
    expect(room.incident()).toMatchObject({ cause: cause.id, firstOut: symptom.id, causes: 1, symptoms: 1 });
    expect(symptom.incident).toMatchObject({ role: 'symptom', by: cause.id, folded: false });
    // The symptom had no event of its own: the incident says where it stands now.
    expect(room.incidents.at(-1)?.placed.map(({ alarm }) => alarm)).toContain(symptom.id);
  });

  it('a retired main explains nothing any more', () => {
    const { room, main } = mains();
    room.register({ op: 'retire', kind: 'edges', id: 'E-2' });
    room.sample(0, main[0] ?? -1, 230);
    room.sample(60, main[2] ?? -1, 230);
    room.pass(100);
    expect(rings(room)).toHaveLength(2);
  });

  it('gas in the drain beside a leaking well is its symptom; orange there still rings, it is another place to go to', () => {
    const { room, drain } = mains();
    room.sample(0, 3, 3);
    room.sample(60, drain, 1.2);
    expect(rings(room)).toEqual([
      [0, 'raised', 'gas-well-ch4'],
      [60, 'raised', 'adjacent-space-ch4'],
    ]);
    expect(room.latest().incident).toMatchObject({
      role: 'symptom',
      folded: false,
      why: { code: 'incident-gas-spread' },
    });
  });

  it('yellow there is folded, also where the drain lies beside the next piece of the main', () => {
    const { room, drain } = mains();
    const [leak, tail] = [
      { id: 'E-4', kind: 'gas-main', lifeline: 'gas', from: 'gas-valve-well-2', to: 'gas-valve-well-1' },
      { kind: 'gas-valve-well', place: 2, east: -3_000 },
    ];
    const gas = { quantity: 'ch4', unit: '%', reportIntervalMs: 3_600_000 };
    const well = room.pointAt(tail, gas, { device: 'V-2' });
    room.register(item('edges', leak));
    room.sample(0, well, 3);
    for (let second = 60; second <= 420; second += 60) room.sample(second, drain, 0.6);
    expect(rings(room).filter(([, , rule]) => rule !== 'no-data')).toEqual([[0, 'raised', 'gas-well-ch4']]);
    expect(alarmOf(room, 'D-1/ch4', 'adjacent-space-ch4').incident).toMatchObject({
      folded: true,
      why: { code: 'incident-gas-spread', params: { facility: 'gas-valve-well-2', hops: 2 } },
    });
  });

  it('what begins much later than the law allows is another matter', () => {
    const { room, main } = mains();
    room.sample(0, main[0] ?? -1, 230);
    for (let second = 60; second <= 4_000; second += 60) room.sample(second, main[0] ?? -1, 230);
    room.sample(4_010, main[1] ?? -1, 230);
    room.pass(4_100);
    expect(rings(room).at(-1)).toEqual([4_025, 'raised', 'gas-pressure-low']);
  });
});

describe('pumps and power', () => {
  /** Manholes MH-1 -> MH-2 -> pump station PS-1 along a sewer, an underpass drained into the station. */
  function drains(): { room: DutyRoom; level: number[]; underpass: number; forebay: number } {
    const room = new DutyRoom();
    room.presence(0, 'G-1', true);
    const sewer = {
      ...{ quantity: 'sewer-level', unit: 'm', reportIntervalMs: 60_000 },
      attributes: { invertLevelM: 48, diameterM: 0.6, coverLevelM: 51 },
    };
    const level = [1, 2].map((place) =>
      room.pointAt({ kind: 'manhole', place, east: place * 1_000 }, sewer, { device: `MH-${place}` }),
    );
    const depth = { quantity: 'water-depth', unit: 'cm', reportIntervalMs: 60_000 };
    const underpass = room.pointAt({ kind: 'underpass', place: 1, east: 4_000 }, depth, { device: 'U-1' });
    const bay = {
      ...{ quantity: 'forebay-level', unit: 'm', reportIntervalMs: 60_000 },
      attributes: { forebayHighM: 3, forebayHighHighM: 3.5 },
    };
    const forebay = room.pointAt({ kind: 'pump-station', place: 1, east: 6_000 }, bay, { device: 'PS-1' });
    const edge = (id: string, kind: string, from: string, to: string) =>
      item('edges', { id, kind, lifeline: 'drainage', from, to });
    room.register(
      edge('S-1', 'sewer', 'manhole-1', 'manhole-2'),
      edge('S-2', 'sewer', 'manhole-2', 'pump-station-1'),
      edge('S-3', 'drain', 'underpass-1', 'pump-station-1'),
    );
    return { room, level, underpass, forebay };
  }

  it('a station that does not pump explains full manholes upstream; water on a road rings for itself', () => {
    const { room, level, underpass, forebay } = drains();
    for (let second = 0; second <= 2_000; second += 60) {
      room.sample(second, forebay, 3.6);
      room.sample(second, underpass, 1);
      for (const point of level) room.sample(second, point, 48.5);
    }
    room.sample(2_001, underpass, 21);
    expect(rings(room)).toEqual([
      [0, 'raised', 'forebay-high'],
      [2_001, 'raised', 'ponding-depth'],
    ]);
    expect(alarmOf(room, 'MH-1/sewer-level', 'sewer-level').incident).toMatchObject({
      folded: true,
      why: { code: 'incident-pump', params: { facility: 'pump-station-1', hops: 2 } },
    });
    expect(alarmOf(room, 'U-1/water-depth', 'ponding-depth').incident).toMatchObject({
      role: 'symptom',
      folded: false,
    });
  });

  it('a manhole near its cover is red, and rings whatever explains it', () => {
    const { room, level, forebay } = drains();
    room.sample(0, forebay, 3.6);
    room.sample(60, level[0] ?? -1, 50.8);
    expect(rings(room).at(-1)).toEqual([60, 'raised', 'sewer-level']);
    expect(room.latest()).toMatchObject({ colour: 'red', incident: { role: 'symptom', folded: false } });
  });

  it('a place without power takes the gateways it feeds with it', () => {
    const room = new DutyRoom();
    const place = (n: number) =>
      item('facilities', {
        ...{ id: `P-${n}`, name: 'p', kind: 'pump-station', lifeline: 'drainage', area: '371702' },
        location: { lat: 35.3, lon: 115.5 + n / 10 },
      });
    const gateway = (n: number) =>
      item('gateways', {
        ...{ id: `GP-${n}`, name: 'g', session: 'always-on', facility: `P-${n}` },
        secretHmac: 'c'.repeat(64),
      });
    const feed = { id: 'PF-1', kind: 'power-feed', lifeline: 'drainage', from: 'P-1', to: 'P-2' };
    room.register(place(1), place(2), gateway(1), gateway(2), item('edges', feed));
    for (const id of ['GP-1', 'GP-2']) room.presence(0, id, true);
    room.presence(10, 'GP-1', false);
    room.presence(20, 'GP-2', false);
    room.pass(1_000);
    expect(rings(room)).toEqual([[70, 'raised', 'gateway-absent']]);
    expect(room.incident()).toMatchObject({ members: 2, causes: 1, folded: 1, gateways: ['GP-1', 'GP-2'] });
    room.presence(1_000, 'GP-1', true);
    room.pass(1_299);
    expect(rings(room)).toHaveLength(1);
    room.pass(1_300);
    expect(rings(room).at(-1)).toEqual([1_300, 'resurfaced', 'gateway-absent']);
  });
});

describe('at one place at one time', () => {
  it('a fault of the box that hangs there is no part of what happens there', () => {
    const { room, points } = wells(1);
    room.condition(0, 'twin-identity', true, 'G-1');
    room.sample(10, points[0] ?? -1, 3);
    expect(room.open()).toHaveLength(2);
    expect(engine.openIncidents(room.state)).toEqual([]);
  });

  it('alarms of one facility, and of one rule next door, are one incident and ring each', () => {
    const room = new DutyRoom();
    room.presence(0, 'G-1', true);
    const depth = { quantity: 'water-depth', unit: 'cm', reportIntervalMs: 60_000 };
    const near = [0, 200].map((east, at) =>
      room.pointAt({ kind: 'underpass', place: at + 1, east }, depth, { device: `U-${at + 1}` }),
    );
    const far = room.pointAt({ kind: 'underpass', place: 3, east: 5_000 }, depth, { device: 'U-3' });
    for (const [second, point] of [...near, far].entries()) room.sample(second * 10, point, 20);
    expect(rings(room)).toHaveLength(3);
    expect(room.incident()).toMatchObject({ open: 2, causes: 2, symptoms: 0, cause: null });
    expect(alarmOf(room, 'U-2/water-depth', 'ponding-depth').incident).toMatchObject({
      role: 'related',
      why: { code: 'incident-neighbours', params: { facility: 'underpass-1' } },
    });
    expect(alarmOf(room, 'U-3/water-depth', 'ponding-depth').incident).toBeUndefined();
  });

  it('is over when its last alarm is, and the next one begins another', () => {
    const { room, points } = wells(1);
    room.sample(0, points[0] ?? -1, 3);
    room.presence(10, 'G-1', false);
    room.pass(80);
    const { id } = room.incident();
    room.presence(100, 'G-1', true);
    room.sample(110, points[0] ?? -1, 0.1);
    room.sample(180, points[0] ?? -1, 0.1);
    room.pass(300);
    for (const alarm of room.open()) room.order(310, 'officer', { action: 'acknowledge' }, alarm);
    expect(engine.openIncidents(room.state)).toEqual([]);
    const last = room.incidents.findLast(({ incident }) => incident.id === id)?.incident;
    expect(last).toMatchObject({ state: 'closed', closedAt: wall(310), open: 0, number: 1 });
    room.presence(400, 'G-1', false);
    room.pass(500);
    expect(room.incident()).toMatchObject({ number: 2, members: 1 });
  });
});

describe('the laws', () => {
  it('name only rules that there are, and what some kind of edge carries', () => {
    const rules = new Set<unknown>(SHIPPED_RULES.map((rule) => Object(rule).id));
    for (const id of ['gateway-absent', 'no-data', 'sensor-lost']) rules.add(id);
    const carried = new Set(EDGE_KINDS.map(({ carries }) => carries));
    for (const { why, causes, symptoms, carries } of LAWS) {
      expect([why, [...causes, ...symptoms].filter((rule) => !rules.has(rule))]).toEqual([why, []]);
      expect([why, carries.filter((what) => !carried.has(what))]).toEqual([why, []]);
    }
  });
});

describe('a restart in the middle', () => {
  it('changes no incident, no fold and no flood', () => {
    const play = (restart: boolean): DutyRoom => {
      const { room, points } = wells(30);
      const again = (): void => {
        if (!restart) return;
        const pages: Record<string, unknown[][]> = {};
        for (const [name, array] of Object.entries(engine.pagesOf(room.state)))
          pages[name] = deserialize(serialize(array.pages));
        room.state = engine.restoreRules('heze', pages, deserialize(serialize(engine.restOf(room.state))));
      };
      for (const point of points) {
        room.sample(point, point, 3);
        again();
      }
      room.presence(40, 'G-1', false);
      for (let second = 50; second < 3_000; second += 50) {
        room.pass(second);
        again();
        if (second === 500) room.presence(second, 'G-1', true);
        if (second === 550) room.sample(second, 0, 3);
      }
      return room;
    };
    const [plain, restarted] = [play(false), play(true)];
    expect(restarted.events).toEqual(plain.events);
    expect(restarted.incidents).toEqual(plain.incidents);
    expect(restarted.floods).toEqual(plain.floods);
    expect(plain.floods).not.toEqual([]);
    expect(plain.told().some(([, change]) => change === 'resurfaced')).toBe(true);
  });
});
