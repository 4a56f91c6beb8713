/** Silence is not safety: what happens when nothing comes, or nothing usable. */
import { describe, expect, it } from 'vitest';
import { FLAG } from '#domain/measurement.ts';
import { onResumed } from '#rules/engine.ts';
import { DutyRoom, engineAt, moment } from './duty-room.ts';

/** A well with an orange alarm since second 0, report interval 60 s, gateway connected. */
function alarmed(): { room: DutyRoom; well: number } {
  const room = new DutyRoom();
  room.presence(0, 'G-1', true);
  const well = room.point('gas-valve-well', 'ch4', '%');
  room.sample(0, well, 3);
  return { room, well };
}

describe('nothing but a fresh, good, orderly value clears or downgrades', () => {
  const useless = [
    ['no data at all', null],
    ['a bad value', { quality: 'bad', flags: FLAG.sensorBad }],
    ['an absurd value', { quality: 'bad', flags: FLAG.absurd }],
    ['a value the sensor is not sure of', { quality: 'uncertain', flags: FLAG.valueUncertain }],
    ['an older value that arrived late', { flags: FLAG.outOfOrder }],
    ['backfilled data', { flags: FLAG.late | FLAG.backfill }],
    ['a value stamped tomorrow', { quality: 'uncertain', flags: FLAG.future }],
    ['a value below the range of the sensor', { quality: 'uncertain', flags: FLAG.underRange }],
  ] as const;
  it.each(useless)('%s', (_, how) => {
    const { room, well } = alarmed();
    for (let second = 30; second <= 900; second += 30) {
      if (how === null) room.pass(second);
      else room.sample(second, well, 0, how);
    }
    const alarm = room.open().find(({ rule }) => rule === 'gas-well-ch4');
    expect(alarm).toMatchObject({ active: true, colour: 'orange', state: 'unacknowledged' });
  });

  it.each([
    ['uncertain', FLAG.valueUncertain],
    ['out of order', FLAG.outOfOrder],
  ])('but a value that is %s may raise', (_, flags) => {
    const room = new DutyRoom();
    const well = room.point('gas-valve-well', 'ch4', '%');
    room.sample(0, well, 0.1);
    room.sample(30, well, 2.6, { flags, time: 20 });
    expect(room.latest()).toMatchObject({ colour: 'orange', rule: 'gas-well-ch4' });
  });

  it('a corrected clock does not keep an alarm from clearing', () => {
    const { room, well } = alarmed();
    const how = { flags: FLAG.timeOffset, quality: 'uncertain' } as const;
    room.sample(60, well, 0.1, how);
    room.sample(120, well, 0.1, how);
    expect(room.latest()).toMatchObject({ state: 'returned-unacknowledged', active: false });
  });

  it('a bad value while it was clearing starts the off-delay again', () => {
    const { room, well } = alarmed();
    room.sample(10, well, 0.1);
    room.sample(40, well, NaN, { quality: 'bad', flags: FLAG.sensorBad });
    room.pass(75);
    expect(room.latest().active).toBe(true);
    room.sample(80, well, 0.1);
    room.pass(140);
    expect(room.latest().active).toBe(false);
  });

  it('a stray value below the limit does not stop a delay that leads to an alarm, and neither does silence', () => {
    const room = new DutyRoom();
    const well = room.point('gas-valve-well', 'ch4', '%');
    room.sample(0, well, 1.1);
    room.sample(60, well, 0.1, { flags: FLAG.outOfOrder, time: -10 });
    room.pass(120);
    expect(room.told()).toEqual([[120, 'raised', 'gas-well-ch4', 'yellow', true]]);
  });
});

describe('a sensor that falls silent', () => {
  it('is missed after six intervals, blue, and forgiven by the next value', () => {
    const room = new DutyRoom();
    room.presence(0, 'G-1', true);
    const point = room.point('underpass', 'water-depth', 'cm');
    room.sample(100, point, 1);
    room.pass(459);
    expect(room.events).toEqual([]);
    room.pass(460);
    expect(room.told()).toEqual([[460, 'raised', 'no-data', 'blue', true]]);
    expect(room.latest().explanation.code).toBe('no-data');
    room.sample(500, point, 1);
    expect(room.latest()).toMatchObject({ state: 'returned-unacknowledged', active: false });
  });

  it('sends only bad values: missed too, and the alarm says so', () => {
    const room = new DutyRoom();
    room.presence(0, 'G-1', true);
    const point = room.point('underpass', 'water-depth', 'cm');
    for (let second = 0; second <= 360; second += 60)
      room.sample(second, point, NaN, { quality: 'bad', flags: FLAG.sensorBad });
    expect(room.latest()).toMatchObject({ rule: 'no-data', explanation: { code: 'no-data-only-bad' } });
  });

  it('backfill alone does not count as life', () => {
    const room = new DutyRoom();
    room.presence(0, 'G-1', true);
    const point = room.point('underpass', 'water-depth', 'cm');
    for (let second = 0; second <= 360; second += 60)
      room.sample(second, point, 1, { flags: FLAG.late, time: second - 7_200 });
    expect(room.told('no-data')).toHaveLength(1);
  });

  it('while its alarm is active: 失联 in the colour of that alarm after three intervals, not blue after six', () => {
    const { room, well } = alarmed();
    room.pass(179);
    expect(room.told('sensor-lost')).toEqual([]);
    room.pass(5_000);
    expect(room.told('sensor-lost')).toEqual([[180, 'raised', 'sensor-lost', 'orange', true]]);
    expect(room.told('no-data')).toEqual([]);
    expect(room.latest().explanation).toMatchObject({
      code: 'sensor-lost',
      params: { of: 'gas-well-ch4', silentMs: 180_000 },
    });
    room.sample(5_001, well, 3);
    expect(room.latest()).toMatchObject({ rule: 'sensor-lost', active: false });
    expect(room.open().find(({ rule }) => rule === 'gas-well-ch4')).toMatchObject({ active: true });
  });

  it('is at least yellow when a blue alarm loses its sensor', () => {
    const room = new DutyRoom();
    room.presence(0, 'G-1', true);
    const point = room.point('underpass', 'water-depth', 'cm');
    room.sample(0, point, 6);
    room.pass(60);
    room.pass(180);
    expect(room.told('sensor-lost')).toEqual([[180, 'raised', 'sensor-lost', 'yellow', true]]);
  });
});

describe('a lost sensor', () => {
  it('stops an off-delay that was running on its last value', () => {
    const room = new DutyRoom();
    room.presence(0, 'G-1', true);
    const limits = { H: 10, offDelayMs: 60_000 };
    const point = room.point('heat-station', 'temperature', 'Cel', { limits, reportIntervalMs: 10_000 });
    room.sample(0, point, 11);
    room.sample(5, point, 9);
    room.pass(500);
    expect(room.told()).toEqual([
      [0, 'raised', 'point-limits', 'yellow', true],
      [35, 'raised', 'sensor-lost', 'yellow', true],
    ]);
  });
});

describe('a gateway that pushes over HTTP, without a connection', () => {
  /** It reports every 30 s, and the well only at the start. */
  function pushed(value: number): DutyRoom {
    const room = new DutyRoom();
    const well = room.point('gas-valve-well', 'ch4', '%');
    for (let second = 0; second <= 900; second += 30) {
      room.report(second, 'G-1');
      if (second === 0) room.sample(second, well, value);
    }
    return room;
  }

  it('is not absent, and a sensor behind it that falls silent is missed', () => {
    expect(pushed(0.1).told()).toEqual([[360, 'raised', 'no-data', 'blue', true]]);
  });

  it('and one with an open alarm is lost', () => {
    const lost = pushed(3).told('sensor-lost');
    expect(lost).toEqual([[180, 'raised', 'sensor-lost', 'orange', true]]);
  });
});

describe('a gateway that goes while an alarm is open', () => {
  it('decides first, within its minute, whether sensor or gateway is lost; a red sensor does not wait', () => {
    const lostAt = (value: number): unknown => {
      const room = new DutyRoom();
      room.presence(0, 'G-1', true);
      const well = room.point('gas-valve-well', 'ch4', '%', { reportIntervalMs: 10_000 });
      room.sample(0, well, value);
      room.presence(5, 'G-1', false);
      room.pass(600);
      return room.told('sensor-lost');
    };
    expect(lostAt(3)).toEqual([[65, 'raised', 'sensor-lost', 'orange', true]]);
    expect(lostAt(20)).toEqual([[30, 'raised', 'sensor-lost', 'red', true]]);
  });
});

describe('a gateway that falls silent', () => {
  /** Three points under G-1, all heard at 0. */
  function three(gateway = 'G-1', intervalMs = 60_000) {
    const room = new DutyRoom();
    room.presence(0, gateway, true);
    const points = [1, 2, 3].map(() =>
      room.point('gas-valve-well', 'ch4', '%', { reportIntervalMs: intervalMs }, gateway),
    );
    room.report(0, gateway);
    for (const point of points) room.sample(0, point, 0.1);
    return { room, points };
  }

  it('is one alarm with its points listed on it, and none for each of them', () => {
    const { room } = three();
    room.presence(10, 'G-1', false);
    room.pass(69);
    expect(room.events).toEqual([]);
    room.pass(5_000);
    expect(room.told()).toEqual([[70, 'raised', 'gateway-absent', 'yellow', true]]);
    expect(room.latest()).toMatchObject({
      point: null,
      device: null,
      gateway: 'G-1',
      facility: 'gas-valve-well-1',
      explanation: { params: { points: 3, first: 'D-1/ch, D-2/ch, D-3/ch' } },
    });
  });

  it('does not fold a sensor whose alarm is open: that one is lost at once', () => {
    const { room, points } = three();
    room.sample(5, points[1] ?? -1, 4.5);
    room.presence(10, 'G-1', false);
    room.pass(5_000);
    expect(room.told().slice(1)).toEqual([
      [70, 'raised', 'gateway-absent', 'yellow', true],
      [70, 'raised', 'sensor-lost', 'red', true],
    ]);
  });

  it('when it is back each point has a full interval of its own before it is missed', () => {
    const { room, points } = three();
    room.presence(10, 'G-1', false);
    room.presence(1_000, 'G-1', true);
    expect(room.latest()).toMatchObject({ rule: 'gateway-absent', active: false });
    room.sample(1_030, points[0] ?? -1, 0.1);
    room.pass(1_359);
    expect(room.told('no-data')).toEqual([]);
    room.pass(1_360);
    expect(room.told('no-data')).toHaveLength(2);
  });

  it('a short break is nobody’s alarm', () => {
    const { room } = three();
    room.presence(10, 'G-1', false);
    room.presence(60, 'G-1', true);
    room.pass(300);
    expect(room.events).toEqual([]);
  });

  it('one that flaps does not hide a dead sensor', () => {
    const duty = new DutyRoom();
    duty.presence(0, 'G-1', true);
    const dead = duty.point('gas-valve-well', 'ch4', '%');
    duty.sample(0, dead, 0.1);
    duty.presence(300, 'G-1', false);
    duty.presence(310, 'G-1', true);
    duty.pass(5_000);
    expect(duty.told()).toEqual([[360, 'raised', 'no-data', 'blue', true]]);
  });

  it('a sleepy one may close its connection, but must report: three of its longest intervals', () => {
    const { room } = three('S-1', 600_000);
    room.presence(10, 'S-1', false);
    room.pass(1_799);
    expect(room.events).toEqual([]);
    room.pass(1_800);
    expect(room.told()).toEqual([[1_800, 'raised', 'gateway-absent', 'yellow', true]]);
    room.report(2_000, 'S-1');
    expect(room.latest()).toMatchObject({ rule: 'gateway-absent', active: false });
  });

  it('one that was never seen is not commissioned yet and not missed', () => {
    const room = new DutyRoom();
    room.point('gas-valve-well', 'ch4', '%');
    room.pass(100_000);
    expect(room.events).toEqual([]);
  });
});

describe('our own downtime', () => {
  const resume = (room: DutyRoom, from: number, to: number): void =>
    onResumed(room.state, room.registry, engineAt(from), engineAt(to), moment(to), room.sink);

  it('misses nobody: absence and off-delays skip the gap', () => {
    const { room, well } = alarmed();
    room.sample(10, well, 0.1);
    resume(room, 20, 3_620);
    expect(room.latest().active).toBe(true);
    room.pass(3_669);
    expect(room.latest().active).toBe(true);
    room.pass(3_670);
    expect(room.latest()).toMatchObject({ rule: 'gas-well-ch4', active: false });
    expect(room.told('no-data')).toEqual([]);
    room.pass(3_680);
    expect(room.told('gateway-absent')).toEqual([[3_680, 'raised', 'gateway-absent', 'yellow', true]]);
  });

  it('on-delays run on, and are stamped with the instant they were over', () => {
    const room = new DutyRoom();
    room.presence(0, 'G-1', true);
    const well = room.point('gas-valve-well', 'ch4', '%');
    room.sample(0, well, 1.1);
    resume(room, 60, 1_000);
    expect(room.told()).toEqual([[120, 'raised', 'gas-well-ch4', 'yellow', true]]);
  });

  it('what fell due before it happened before it', () => {
    const room = new DutyRoom();
    room.presence(0, 'G-1', true);
    const point = room.point('underpass', 'water-depth', 'cm');
    room.sample(0, point, 1);
    resume(room, 400, 4_000);
    expect(room.told('no-data')).toEqual([[360, 'raised', 'no-data', 'blue', true]]);
  });

  it('a point that was silent before has the rest of its time after', () => {
    const room = new DutyRoom();
    room.presence(0, 'G-1', true);
    const point = room.point('underpass', 'water-depth', 'cm');
    room.sample(0, point, 1);
    resume(room, 20, 3_620);
    room.presence(3_625, 'G-1', true);
    room.pass(5_000);
    expect(room.told()).toEqual([[3_960, 'raised', 'no-data', 'blue', true]]);
  });

  it('gateways that reconnect in time are not missed', () => {
    const { room, well } = alarmed();
    resume(room, 20, 3_620);
    room.presence(3_650, 'G-1', true);
    room.sample(3_660, well, 3);
    room.pass(3_700);
    expect(room.told('gateway-absent')).toEqual([]);
    expect(room.told('sensor-lost')).toEqual([]);
  });
});
