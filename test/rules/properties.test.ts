/** What must hold in every history whatever happens: thousands of seeded ones. */
import { deserialize, serialize } from 'node:v8';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Alarm, AlarmEvent } from '#domain/alarm.ts';
import { FLAG } from '#domain/measurement.ts';
import * as engine from '#rules/engine.ts';
import { DutyRoom, engineAt, moment, wall } from './duty-room.ts';

type Step =
  | { readonly kind: 'sample'; readonly point: number; readonly value: number; readonly flags: number }
  | { readonly kind: 'presence'; readonly connected: boolean }
  | { readonly kind: 'order'; readonly what: 'acknowledge' | 'shelve' | 'unshelve' | 'reset' | 'note' }
  | { readonly kind: 'maintenance'; readonly lasts: number }
  | { readonly kind: 'down'; readonly lasts: number }
  | { readonly kind: 'condition'; readonly active: boolean }
  | { readonly kind: 'limits'; readonly high: number };
type Timed = { readonly wait: number; readonly step: Step };

const VALUES = [0, 0.4, 0.5, 0.9, 1, 2.4, 2.5, 3.95, 4, 6, 15, 19.5, 20, 27];
const FLAGS = [0, 0, 0, 0, FLAG.outOfOrder, FLAG.valueUncertain, FLAG.late, FLAG.overRange, FLAG.sensorBad];

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('sample' as const),
      point: fc.integer({ min: 0, max: 4 }),
      value: fc.constantFrom(...VALUES),
      flags: fc.constantFrom(...FLAGS),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('presence' as const), connected: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('order' as const),
      what: fc.constantFrom('acknowledge', 'shelve', 'unshelve', 'reset', 'note'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('maintenance' as const),
      lasts: fc.constantFrom(0, 100, 1_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('down' as const), lasts: fc.constantFrom(5, 500, 5_000) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('condition' as const), active: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('limits' as const), high: fc.constantFrom(1, 2, 3) }),
  },
);
const history = fc.array(fc.record({ wait: fc.constantFrom(0, 1, 10, 30, 60, 61, 180, 400), step }), {
  minLength: 5,
  maxLength: 60,
});

const newRoom = (): DutyRoom => {
  const room = new DutyRoom();
  room.presence(0, 'G-1', true);
  room.point('gas-valve-well', 'ch4', '%', { range: { min: 0, max: 5 } });
  room.point('gas-valve-well', 'ch4', '%', {
    limits: { L: 0.5, H: 2, HH: 4, onDelayMs: 20_000, offDelayMs: 20_000 },
  });
  room.point('underpass', 'water-depth', 'cm', { reportIntervalMs: 30_000 });
  room.point('rain-gauge', 'rain-increment', 'mm', { reportIntervalMs: 300_000 });
  room.point('manhole', 'o2', '%', { reportIntervalMs: 10_000 });
  return room;
};

type Watch = {
  readonly before?: (second: number, room: DutyRoom) => void;
  readonly after?: (room: DutyRoom) => void;
};

/** Plays a history in a new room; returns the room and the last second. */
function play(steps: readonly Timed[], watch: Watch = {}): { room: DutyRoom; end: number } {
  const room = newRoom();
  let second = 0;
  for (const { wait, step: what } of steps) {
    if (what.kind === 'down') {
      engine.onResumed(
        room.state,
        room.registry,
        engineAt(second),
        engineAt(second + what.lasts),
        moment(second + what.lasts),
        room.sink,
      );
      second += what.lasts;
    } else {
      watch.before?.(second + wait / 2, room);
      second += wait;
      apply(room, second, what);
    }
    watch.after?.(room);
  }
  room.pass(second + 20_000);
  return { room, end: second };
}

function apply(room: DutyRoom, second: number, what: Exclude<Step, { kind: 'down' }>): void {
  switch (what.kind) {
    case 'sample': {
      const bad = what.flags === FLAG.sensorBad;
      const age = what.flags === FLAG.late ? 1_000 : what.flags === FLAG.outOfOrder ? 5 : 0;
      room.sample(second, what.point, bad ? NaN : what.value, {
        flags: what.flags,
        quality: bad ? 'bad' : 'good',
        time: second - age,
      });
      return;
    }
    case 'presence':
      return room.presence(second, 'G-1', what.connected);
    case 'order':
      return order(room, second, what.what);
    case 'maintenance':
      return void room.maintenance(second, 'facilities', 'gas-valve-well-1', second + what.lasts);
    case 'condition':
      return room.condition(second, 'twin-identity', what.active, 'G-1');
    case 'limits':
      return room.registerAt(second, {
        op: 'upsert',
        kind: 'points',
        value: { id: 'D-2/ch', device: 'D-2', channel: 'ch', limits: { H: what.high, HH: 4 } },
      });
  }
}

/** Counts every open incident anew from the open alarms. */
function incidentsAgree(state: DutyRoom['state']): void {
  const open = engine.openAlarms(state);
  for (const alarm of open)
    if (alarm.incident?.folded === true) {
      expect([alarm.colour, alarm.highestColour]).not.toContain('red');
      expect(engine.incidentById(state, alarm.incident.id)).not.toBeNull();
    }
  for (const incident of engine.openIncidents(state)) {
    const members = open.filter((alarm) => alarm.incident?.id === incident.id);
    const how = (which: (alarm: Alarm) => boolean): number => members.filter(which).length;
    expect(incident).toMatchObject({
      open: members.length,
      active: how(({ active }) => active),
      unacknowledged: how(({ state }) => state !== 'acknowledged'),
      symptoms: how(({ incident: place }) => place?.role === 'symptom'),
      causes: how(({ incident: place }) => place?.role !== 'symptom'),
      folded: how(({ incident: place }) => place?.folded === true),
    });
    expect(incident.members).toBeGreaterThanOrEqual(members.length);
  }
}

function order(room: DutyRoom, second: number, what: Extract<Step, { kind: 'order' }>['what']): void {
  room.pass(second);
  const alarm = room.open().at(-1);
  if (alarm === undefined) return;
  if (what === 'shelve') {
    const shelf = { action: 'shelve', until: wall(second + 300), reason: 'r', secondPerson: 'b' } as const;
    room.order(second, 'leader', shelf, alarm);
  } else if (what === 'note') room.order(second, 'leader', { action: 'note', text: 'seen' }, alarm);
  else room.order(second, 'leader', { action: what }, alarm);
}

const RUNS = { numRuns: 250, seed: 20_261_122 };

describe('in every history', () => {
  it('extra ticks anywhere change nothing', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const plain = play(steps).room;
        const ticking = play(steps, { before: (second, room) => room.pass(second) }).room;
        expect(ticking.events).toEqual(plain.events);
        expect(ticking.incidents).toEqual(plain.incidents);
        expect(ticking.floods).toEqual(plain.floods);
      }),
      RUNS,
    );
  });

  it('a restart from the pages after every input changes nothing', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const plain = play(steps).room;
        const restarted = play(steps, { after: (room) => (room.state = restored(room.state)) }).room;
        expect(restarted.events).toEqual(plain.events);
        expect(restarted.incidents).toEqual(plain.incidents);
        expect(restarted.floods).toEqual(plain.floods);
        expect(restarted.open()).toEqual(plain.open());
      }),
      { ...RUNS, numRuns: 60 },
    );
  });

  it('a page that changes was announced to the snapshot before', () => {
    fc.assert(
      fc.property(history, (steps) => {
        let copies = new Map<string, Buffer>();
        let announced = new Set<string>();
        const check = (room: DutyRoom): void => {
          for (const [key, bytes] of pagesNow(room.state))
            if (!announced.has(key) && copies.has(key))
              expect(bytes.equals(copies.get(key) ?? bytes)).toBe(true);
          copies = pagesNow(room.state);
          announced = new Set();
          for (const [name, array] of Object.entries(engine.pagesOf(room.state)))
            array.beforeWrite = (page) => void announced.add(`${name}/${page}`);
        };
        play(steps, { after: check });
      }),
      { ...RUNS, numRuns: 60 },
    );
  });

  it('sequence has no hole, and a revision moves by one or, for a note or a resurfacing, not at all', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const { events } = play(steps).room;
        const revisions = new Map<string, number>();
        events.forEach((event, at) => {
          expect(event.sequence).toBe(at + 1);
          expect(event.alarm.sequence).toBe(at + 1);
          const before = revisions.get(event.alarm.id) ?? 0;
          expect(event.alarm.revision - before).toBe(
            event.change === 'note' || event.change === 'resurfaced' ? 0 : 1,
          );
          revisions.set(event.alarm.id, event.alarm.revision);
        });
      }),
      RUNS,
    );
  });

  it('what an incident says is what its alarms say, and red is never folded', () => {
    fc.assert(
      fc.property(history, (steps) => {
        play(steps, { after: ({ state }) => incidentsAgree(state) });
      }),
      RUNS,
    );
  });

  it('nothing leaves an untaken state for normal without a person or the end of its rule', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const last = new Map<string, AlarmEvent>();
        for (const event of play(steps).room.events) {
          const before = last.get(event.alarm.id)?.alarm.state;
          const untaken = before === 'unacknowledged' || before === 'returned-unacknowledged';
          if (untaken && event.alarm.state === 'normal')
            expect(event.by !== null || event.announce.reason === 'closed').toBe(true);
          last.set(event.alarm.id, event);
        }
      }),
      RUNS,
    );
  });

  it('what rings is not suppressed, and red is never suppressed by design', () => {
    fc.assert(
      fc.property(history, (steps) => {
        for (const { alarm, announce } of play(steps).room.events) {
          if (announce.ring) expect(alarm.suppression).toBe('none');
          if (alarm.colour === 'red') expect(alarm.suppression).not.toBe('suppressed-by-design');
        }
      }),
      RUNS,
    );
  });

  it('one rule of one point has one open alarm at most, and every open alarm is found by its id', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const { room } = play(steps);
        const open = room.open();
        const places = open.map(({ point, gateway, rule }) => `${point ?? gateway}|${rule}`);
        expect(new Set(places).size).toBe(open.length);
        for (const alarm of open) expect(engine.alarmById(room.state, alarm.id)).toEqual(alarm);
      }),
      RUNS,
    );
  });

  it('waking only when something is due finds the same as waking all the time', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const { room, end } = play(steps);
        const due = engine.nextDeadline(room.state);
        expect(due === null || due > engineAt(end + 20_000)).toBe(true);
      }),
      RUNS,
    );
  });
});

/** What a snapshot would bring back. */
const same = (page: unknown[]): unknown[] => page;

function restored(state: engine.RulesState): engine.RulesState {
  const packing = engine.createPacking();
  const pages = Object.entries(engine.pagesOf(state)).map(([name, array]) => [
    name,
    array.pages.map((page): unknown[] => {
      const { pack, unpack } = packing[name] ?? { pack: same, unpack: same };
      return unpack(deserialize(serialize(pack(page))));
    }),
  ]);
  return engine.restoreRules('heze', Object.fromEntries(pages), deserialize(serialize(engine.restOf(state))));
}

function pagesNow(state: engine.RulesState): Map<string, Buffer> {
  const all = new Map<string, Buffer>();
  for (const [name, array] of Object.entries(engine.pagesOf(state)))
    array.pages.forEach((page, at) => all.set(`${name}/${at}`, serialize(page)));
  return all;
}
