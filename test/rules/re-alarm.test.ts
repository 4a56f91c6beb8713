/** 接警 is for a time: what stays active and is not taken again comes back to the duty room. */
import { describe, expect, it } from 'vitest';
import * as engine from '#rules/engine.ts';
import { DutyRoom, engineAt, moment, wall } from './duty-room.ts';

const MINUTE = 60;
/** Of the shipped settings. */
const RED = 30 * MINUTE;
const ORANGE = 60 * MINUTE;
const ORANGE_VALUE = 3;
const RED_VALUE = 4.5;

const take = { action: 'acknowledge' } as const;

/** A gas well whose value stays as it is: it reports twice a day, so that silence is no news here. */
function well(value: number): { duty: DutyRoom; point: number } {
  const duty = new DutyRoom();
  const point = duty.point('gas-valve-well', 'ch4', '%', { reportIntervalMs: 43_200_000 });
  duty.sample(0, point, value);
  return { duty, point };
}

const heard = (duty: DutyRoom) =>
  duty.events.map(({ at, change, by, announce }) => [(at - wall(0)) / 1_000, change, by, announce.reason]);

describe('an acknowledgement that is not renewed', () => {
  it('says until when it holds, and ends to the second with a ring', () => {
    const { duty } = well(RED_VALUE);
    duty.order(10, 'officer', take);
    expect(duty.latest()).toMatchObject({ state: 'acknowledged', acknowledgementExpiresAt: wall(10 + RED) });
    duty.pass(9 + RED);
    expect(duty.latest().state).toBe('acknowledged');
    duty.pass(10 + RED);
    expect(duty.latest()).toMatchObject({
      state: 'unacknowledged',
      acknowledgedAt: null,
      acknowledgedBy: null,
      revision: 3,
    });
    expect(duty.latest()).not.toHaveProperty('acknowledgementExpiresAt');
    expect(heard(duty)).toEqual([
      [0, 'raised', null, 'raised'],
      [10, 'acknowledged', 'officer', 'acknowledged'],
      [10 + RED, 're-alarmed', null, 're-alarm'],
    ]);
    expect(duty.events.at(-1)?.announce.ring).toBe(true);
  });

  it('is asked for again and again, each time somebody takes it and leaves it', () => {
    const { duty } = well(RED_VALUE);
    for (const round of [0, 1, 2]) {
      duty.pass(round * 2 * RED);
      duty.order(round * 2 * RED + 1, 'officer', take);
    }
    duty.pass(10 * RED);
    expect(duty.told().filter(([, change]) => change === 're-alarmed')).toHaveLength(3);
  });

  it('holds longer for orange than for red', () => {
    const { duty } = well(ORANGE_VALUE);
    duty.order(0, 'officer', take);
    duty.pass(RED);
    expect(duty.latest().state).toBe('acknowledged');
    duty.pass(ORANGE);
    expect(duty.latest().state).toBe('unacknowledged');
  });

  it('holds for ever where the settings name no time', () => {
    const shipped = engine.shippedCatalogue().catalogue as { settings: object };
    const duty = new DutyRoom({ ...shipped, settings: { ...shipped.settings, reAlarmMs: {} } });
    const point = duty.point('gas-valve-well', 'ch4', '%', { reportIntervalMs: 43_200_000 });
    duty.sample(0, point, RED_VALUE);
    duty.order(10, 'officer', take);
    expect(duty.latest()).not.toHaveProperty('acknowledgementExpiresAt');
    duty.pass(12 * 3_600);
    expect(duty.latest().state).toBe('acknowledged');
    expect(duty.order(12 * 3_600, 'officer', take)).toMatchObject({
      ok: false,
      code: 'already-acknowledged',
    });
  });

  it('is over with the alarm: a return ends it, and the next episode begins without it', () => {
    const { duty, point } = well(ORANGE_VALUE);
    duty.order(10, 'officer', take);
    duty.sample(20, point, 0.1);
    duty.pass(2 * ORANGE);
    expect(duty.told().map(([, change]) => change)).toEqual(['raised', 'acknowledged', 'normal']);
  });

  it('ends quietly under a shelf, which brings the alarm back when it is over', () => {
    const { duty } = well(ORANGE_VALUE);
    duty.order(10, 'officer', take);
    const shelf = { action: 'shelve', until: wall(2 * ORANGE), reason: 'crew on site', secondPerson: 'b' };
    duty.order(20, 'leader', shelf as Parameters<DutyRoom['order']>[2]);
    duty.pass(2 * ORANGE);
    expect(duty.events.slice(-2).map(({ change, announce }) => [change, announce])).toEqual([
      ['re-alarmed', { ring: false, reason: 'shelved' }],
      ['unshelved', { ring: true, reason: 'unshelved' }],
    ]);
  });
});

describe('renewing', () => {
  it('is taking it once more, by whoever has the duty: it counts as a revision and is silent', () => {
    const { duty } = well(RED_VALUE);
    duty.order(10, 'officer', take);
    expect(duty.order(1_000, 'leader', { ...take, note: 'crew is digging' })).toMatchObject({ ok: true });
    expect(duty.latest()).toMatchObject({
      acknowledgedBy: 'leader',
      acknowledgedAt: wall(1_000),
      acknowledgementExpiresAt: wall(1_000 + RED),
      revision: 3,
    });
    expect(duty.events.at(-1)).toMatchObject({
      change: 'acknowledged',
      by: 'leader',
      note: 'crew is digging',
      announce: { ring: false, reason: 'renewed' },
    });
    duty.pass(999 + RED);
    expect(duty.latest().state).toBe('acknowledged');
    duty.pass(1_000 + RED);
    expect(duty.latest().state).toBe('unacknowledged');
  });

  it('begins the time anew also where no latch holds the alarm', () => {
    const { duty } = well(ORANGE_VALUE);
    duty.order(10, 'officer', take);
    duty.order(1_000, 'officer', take);
    expect(duty.latest()).toMatchObject({
      state: 'acknowledged',
      acknowledgementExpiresAt: wall(1_000 + ORANGE),
    });
    duty.pass(1_000 + ORANGE);
    expect(duty.latest().state).toBe('unacknowledged');
  });

  it('needs the present revision like every order', () => {
    const { duty } = well(RED_VALUE);
    const seen = duty.latest();
    duty.order(10, 'officer', take);
    expect(duty.orderSeeing(20, 'leader', take, seen)).toMatchObject({ ok: false, code: 'stale-revision' });
  });

  it('a rise rings at once, and taking the red begins the time of red', () => {
    const { duty, point } = well(ORANGE_VALUE);
    duty.order(10, 'officer', take);
    duty.sample(100, point, RED_VALUE);
    expect(duty.latest()).not.toHaveProperty('acknowledgementExpiresAt');
    duty.order(200, 'officer', take);
    expect(duty.latest().acknowledgementExpiresAt).toBe(wall(200 + RED));
  });
});

describe('through a restart', () => {
  it('the time runs on from a snapshot, and during our own downtime', () => {
    const { duty } = well(RED_VALUE);
    duty.order(10, 'officer', take);
    const pages: Record<string, unknown[][]> = {};
    for (const [name, { pages: of }] of Object.entries(engine.pagesOf(duty.state))) pages[name] = of;
    const copy = structuredClone({ pages, rest: engine.restOf(duty.state) });
    duty.state = engine.restoreRules('heze', copy.pages, copy.rest);
    const back = 20 + RED;
    engine.onResumed(duty.state, duty.registry, engineAt(60), engineAt(back), moment(back), duty.sink);
    expect(duty.told('gas-well-ch4').at(-1)).toEqual([10 + RED, 're-alarmed', 'gas-well-ch4', 'red', true]);
  });
});
