/** Alarms that a flow or a person asks for: they can only be raised, and only a person ends them. */
import { describe, expect, it } from 'vitest';
import type { RaiseInput } from '#domain/raise.ts';
import * as engine from '#rules/engine.ts';
import { RAISED_OPEN_MAX, RAISED_OPEN_PER_ORIGIN_MAX } from '#rules/raised.ts';
import { DutyRoom, moment, person } from './duty-room.ts';

const FLOW = { id: 'f1', name: '甲烷均值', node: 'n1', nodeName: '提请报警' };
const MEAN = {
  ...{ kind: 'raise', source: 'flow', flow: FLOW, subject: 'mean', facility: 'gas-valve-well-1' },
  ...{ area: null, lifeline: null, colour: 'blue', text: '两点平均 1.2 %' },
} as const satisfies RaiseInput;

class RaisingRoom extends DutyRoom {
  raise(second: number, change: Partial<RaiseInput> = {}) {
    this.pass(second);
    const input = { ...MEAN, ...change } as RaiseInput;
    return engine.onRaise(this.state, this.registry, input, moment(second), this.sink);
  }
}

describe('an alarm raised by a flow', () => {
  it('rings, lies where its facility lies, and says which flow wants what of whom', () => {
    const room = new RaisingRoom();
    expect(room.raise(5)).toMatchObject({ ok: true });
    expect(room.told()).toEqual([[5, 'raised', 'raised-by-flow', 'blue', true]]);
    expect(room.latest()).toMatchObject({
      ...{ facility: 'gas-valve-well-1', area: '371702', lifeline: 'gas', point: null, gateway: null },
      ...{ state: 'unacknowledged', active: true, latched: true, value: null },
      explanation: {
        code: 'raised-by-flow',
        params: { flow: 'f1', flowName: '甲烷均值', nodeName: '提请报警', text: '两点平均 1.2 %' },
      },
    });
  });

  it('asked for again while it is open is the same alarm, said once', () => {
    const room = new RaisingRoom();
    const first = room.raise(0);
    for (let second = 10; second <= 100; second += 10) {
      expect(room.raise(second, { text: 'again' })).toMatchObject({ ok: true, body: { id: idOf(first) } });
    }
    expect(room.events).toHaveLength(1);
  });

  it('of another subject, place or flow is another alarm', () => {
    const room = new RaisingRoom();
    room.point('underpass', 'water-depth', 'cm');
    room.raise(0);
    room.raise(1, { subject: 'max' });
    room.raise(2, { facility: 'underpass-1' });
    room.raise(3, { flow: { ...FLOW, id: 'f2' } } as Partial<RaiseInput>);
    expect(new Set(room.open().map(({ id }) => id)).size).toBe(4);
  });

  it('may be asked for in a worse colour, and then rings again even when taken; never in a milder one', () => {
    const room = new RaisingRoom();
    room.raise(0, { colour: 'yellow' });
    room.order(1, 'officer', { action: 'acknowledge' });
    room.raise(2, { colour: 'blue' });
    expect(room.latest()).toMatchObject({ colour: 'yellow', state: 'acknowledged' });
    room.raise(3, { colour: 'red', text: '快速上升' });
    expect(room.told().at(-1)).toEqual([3, 'colour', 'raised-by-flow', 'red', true]);
    expect(room.latest()).toMatchObject({ state: 'unacknowledged', highestColour: 'red' });
  });

  it('waits for a person: time, a restart and the flow itself end nothing', () => {
    const room = new RaisingRoom();
    room.raise(0);
    room.pass(100 * 86_400);
    const at = moment(100 * 86_400);
    engine.onResumed(room.state, room.registry, at.engineTime, at.engineTime + 5_000, at, room.sink);
    expect(room.open()).toHaveLength(1);
  });

  it('ends when an officer takes it and then resets it; a reset alone is refused', () => {
    const room = new RaisingRoom();
    room.raise(0);
    expect(room.order(1, 'officer', { action: 'reset' })).toMatchObject({ code: 'not-acknowledged' });
    room.order(2, 'officer', { action: 'acknowledge' });
    expect(room.latest()).toMatchObject({ state: 'acknowledged', active: true });
    expect(room.order(3, 'officer', { action: 'reset', note: '现场正常' })).toMatchObject({ ok: true });
    expect(room.latest()).toMatchObject({ state: 'normal', active: false, latched: false });
    expect(room.latest().returnedAt).toBe(moment(3).receivedAt);
    expect(room.open()).toEqual([]);
  });

  it('after its end is a new alarm with a new id', () => {
    const room = new RaisingRoom();
    const first = room.raise(0);
    room.order(1, 'officer', { action: 'acknowledge' });
    room.order(2, 'officer', { action: 'reset' });
    expect(idOf(room.raise(3))).not.toBe(idOf(first));
    expect(room.told().map(([, change]) => change)).toEqual(['raised', 'acknowledged', 'reset', 'raised']);
  });

  it('is shelved like any other, and its shelf ends by itself', () => {
    const room = new RaisingRoom();
    room.raise(0);
    room.order(1, 'officer', { action: 'shelve', until: moment(3_601).receivedAt, reason: '演练' });
    room.raise(2);
    expect(room.latest().suppression).toBe('shelved');
    room.pass(3_700);
    expect(room.latest().suppression).toBe('none');
  });

  it('takes notes and a verdict', () => {
    const room = new RaisingRoom();
    room.raise(0);
    room.order(1, 'officer', { action: 'note', text: '已电话核实' });
    room.order(2, 'officer', { action: 'verdict', verdict: 'false-alarm' });
    expect(room.latest().verdict).toBe('false-alarm');
  });

  it('survives a snapshot whole: the same question finds the same alarm', () => {
    const room = new RaisingRoom();
    const first = room.raise(0);
    room.order(1, 'officer', { action: 'shelve', until: moment(600).receivedAt, reason: '演练' });
    const pages = Object.fromEntries(
      Object.entries(engine.pagesOf(room.state)).map(([name, array]) => [
        name,
        structuredClone(array.pages) as unknown[][],
      ]),
    );
    room.state = engine.restoreRules('heze', pages, structuredClone(engine.restOf(room.state)));
    expect(idOf(room.raise(2))).toBe(idOf(first));
    expect(room.events).toHaveLength(2);
    room.pass(700);
    expect(room.latest().suppression).toBe('none');
  });

  it.each([
    ['no-place', { facility: null }],
    ['no-place', { facility: null, area: '371702' }],
    ['unknown-facility', { facility: 'nowhere' }],
    ['unknown-area', { facility: null, area: '999', lifeline: 'gas' }],
    ['unknown-lifeline', { facility: null, area: '371702', lifeline: 'ether' }],
    ['text-needed', { text: '  ' }],
    ['text-too-long', { text: 'x'.repeat(501) }],
    ['subject-needed', { subject: '' }],
    ['subject-too-long', { subject: 'x'.repeat(101) }],
  ] as const)('is refused with %s', (code, change) => {
    const room = new RaisingRoom();
    expect(room.raise(0, change as Partial<RaiseInput>)).toMatchObject({ ok: false, code });
    expect(room.events).toEqual([]);
  });

  it('by area and lifeline needs no facility', () => {
    const room = new RaisingRoom();
    room.raise(0, { facility: null, area: '371702', lifeline: 'drainage' });
    expect(room.latest()).toMatchObject({ facility: null, area: '371702', lifeline: 'drainage' });
  });

  it('that is over but out of service still takes its room, until it is back in service', () => {
    const room = new RaisingRoom();
    const aside = Array.from({ length: RAISED_OPEN_PER_ORIGIN_MAX }, (_, n) => {
      room.raise(n, { subject: `s${n}` });
      room.order(n, 'officer', { action: 'acknowledge' });
      const until = { reviewAt: moment(86_400).receivedAt, reason: '检修' };
      room.order(n, 'leader', { action: 'out-of-service', ...until });
      room.order(n, 'officer', { action: 'reset' });
      return room.latest();
    });
    expect(room.open()).toEqual([]);
    expect(room.raise(100, { subject: 'more' })).toMatchObject({ code: 'too-many-raised' });
    expect(room.raise(101, { subject: 's0' })).toMatchObject({ ok: true });
    room.order(102, 'leader', { action: 'in-service' }, aside[1]);
    expect(room.raise(103, { subject: 'more' })).toMatchObject({ ok: true });
  });

  it('of one flow are bounded, and another flow still has room, up to a bound for all', () => {
    const room = new RaisingRoom();
    const flows = RAISED_OPEN_MAX / RAISED_OPEN_PER_ORIGIN_MAX;
    for (let flow = 0; flow < flows; flow += 1) {
      const by = { flow: { ...FLOW, id: `f${flow}` } } as Partial<RaiseInput>;
      for (let n = 0; n < RAISED_OPEN_PER_ORIGIN_MAX; n += 1) {
        expect(room.raise(0, { ...by, subject: `s${n}` })).toMatchObject({ ok: true });
      }
      expect(room.raise(0, { ...by, subject: 'more' })).toMatchObject({ code: 'too-many-raised' });
    }
    const other = { flow: { ...FLOW, id: 'other' } } as Partial<RaiseInput>;
    expect(room.raise(0, other)).toMatchObject({ code: 'too-many-raised' });
    expect(room.open()).toHaveLength(RAISED_OPEN_MAX);
    expect(
      room.raise(1, { flow: { ...FLOW, id: 'f0' }, subject: 's0' } as Partial<RaiseInput>),
    ).toMatchObject({
      ok: true,
    });
  });
});

it('an alarm raised by a person carries the name of that person', () => {
  const room = new RaisingRoom();
  const by = person('officer');
  const { flow: _, ...asked } = MEAN;
  engine.onRaise(room.state, room.registry, { ...asked, source: 'person', by }, moment(0), room.sink);
  expect(room.events.at(-1)).toMatchObject({ by: 'officer', alarm: { rule: 'raised-by-person' } });
  expect(room.latest().explanation).toMatchObject({ code: 'raised-by-person', params: { by: 'officer' } });
});

const idOf = (answer: { ok: boolean }): unknown => Object(Object(answer).body).id;
