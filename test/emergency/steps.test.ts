/** Who is told of an alarm, when, and what stops it. */
import { describe, expect, it } from 'vitest';
import { findItem } from '#emergency/outbox.ts';
import { entry, listOf, MINUTE, person, PhoneRoom, well } from './phone-room.ts';

const ORANGE = 2.6;
const RED = 4.5;
const CLEAR = 0.1;

describe('the steps of an alarm', () => {
  it('tells the first person at once, and the next one after their minutes', () => {
    const room = new PhoneRoom();
    room.gas(10, ORANGE);
    room.tick(309);
    expect(room.told()).toEqual([[10, 'first', 'alert', 1]]);
    room.tick(310);
    room.tick(4_000);
    expect(room.told().filter(([, , kind]) => kind === 'alert')).toEqual([
      [10, 'first', 'alert', 1],
      [310, 'second', 'alert', 2],
      [610, 'leader', 'alert', 3],
    ]);
  });

  it('a late timer changes nothing: what was due before is stamped with its due time', () => {
    const room = new PhoneRoom();
    room.gas(10, ORANGE);
    room.tick(700);
    expect(room.told()).toEqual([
      [10, 'first', 'alert', 1],
      [310, 'second', 'alert', 2],
      [610, 'leader', 'alert', 3],
    ]);
  });

  it('keeps the messages of the longest list while no channel answers, and says what it lets go beyond', () => {
    const names = Array.from({ length: 10 }, (_, place) => `p${place}`);
    const steps = Array.from({ length: 10 }, () => ({ persons: names, waitMs: 1_000 }));
    const reminders = { afterMs: { red: MINUTE }, everyMs: MINUTE, max: 5 };
    const persons = names.map((name) => person(name));
    const room = new PhoneRoom(listOf({ persons, entries: [entry({ steps, leaders: names })], reminders }));
    room.gas(10, RED);
    room.tick(30);
    expect(room.queued()).toHaveLength(100);
    for (const { id } of room.queued()) expect(findItem(room.city.emergency, id)).toBeDefined();
    room.tick(600);
    const waiting = room.queued();
    expect(room.items()).toHaveLength(150);
    expect(waiting).toHaveLength(128);
    for (const { id } of waiting) expect(findItem(room.city.emergency, id)).toBeDefined();
    expect(room.items().filter(({ detail }) => detail === 'too-many')).toHaveLength(22);
  });

  it('stops when an officer takes it; what has not left yet does not leave', () => {
    const room = new PhoneRoom();
    room.gas(10, RED);
    room.order(20, { action: 'acknowledge' });
    room.tick(1_800);
    expect(room.items().map(({ state, detail }) => [state, detail])).toEqual([['cancelled', 'taken']]);
  });

  it('taking it in the very second the next person is due comes too late for that person', () => {
    const room = new PhoneRoom();
    room.gas(10, RED);
    room.order(310, { action: 'acknowledge' });
    expect(room.told().map(([second, who]) => [second, who])).toEqual([
      [10, 'first'],
      [310, 'second'],
    ]);
  });

  it('a value back to normal stops nothing: the alarm still needs its officer', () => {
    const room = new PhoneRoom();
    room.gas(10, ORANGE);
    room.gas(20, CLEAR);
    room.tick(400);
    expect(room.alarm().state).toBe('returned-unacknowledged');
    expect(room.told()).toHaveLength(2);
    room.order(410, { action: 'acknowledge' });
    room.tick(5_000);
    expect(room.told()).toHaveLength(2);
  });

  it('a rise from orange to red starts again from the first person', () => {
    const room = new PhoneRoom();
    room.gas(10, ORANGE);
    room.tick(320);
    room.gas(330, RED);
    room.tick(640);
    expect(room.told().map(([second, who]) => [second, who])).toEqual([
      [10, 'first'],
      [310, 'second'],
      [330, 'first'],
      [630, 'second'],
    ]);
    expect(new Set(room.items().map(({ id }) => id)).size).toBe(4);
  });

  it('a rise after it was taken rings anew', () => {
    const room = new PhoneRoom();
    room.gas(10, ORANGE);
    room.order(20, { action: 'acknowledge' });
    room.gas(30, RED);
    expect(room.told().map(([second]) => second)).toEqual([10, 30]);
  });

  it('an alarm that comes back while somebody is being told rings no second time', () => {
    const room = new PhoneRoom();
    room.gas(10, ORANGE);
    room.gas(20, CLEAR);
    room.gas(90, ORANGE);
    room.gas(100, CLEAR);
    room.gas(170, ORANGE);
    expect(room.told()).toHaveLength(1);
  });

  it('a shelved alarm tells nobody until it is brought back', () => {
    const room = new PhoneRoom();
    room.gas(10, ORANGE);
    const { receivedAt } = room.moment(20);
    room.order(20, { action: 'shelve', until: receivedAt + 3_600_000, reason: 'works', secondPerson: 'x' });
    room.tick(400);
    expect(room.told()).toHaveLength(1);
    room.order(410, { action: 'unshelve' });
    expect(room.told().map(([second, who]) => [second, who])).toEqual([
      [10, 'first'],
      [410, 'first'],
    ]);
  });

  it('yellow tells nobody at once', () => {
    const room = new PhoneRoom();
    room.gas(10, 1.5);
    room.gas(200, 1.5);
    expect(room.alarm().colour).toBe('yellow');
    expect(room.told()).toEqual([]);
  });

  it('a step of two tells both, and whoever stands in it twice once', () => {
    const list = listOf({
      entries: [entry({ steps: [{ persons: ['first', 'second', 'first'], waitMs: MINUTE }] })],
    });
    const room = new PhoneRoom(list);
    room.gas(10, RED);
    expect(room.told().map(([, who]) => who)).toEqual(['first', 'second']);
  });
});

describe('after a restart', () => {
  it('the next person is told after the remaining minutes, the time down included', () => {
    const room = new PhoneRoom();
    room.gas(10, ORANGE);
    room.tick(100);
    room.restart(200);
    expect(room.next()).toBe(310);
    room.tick(310);
    expect(room.told().map(([second, who]) => [second, who])).toEqual([
      [10, 'first'],
      [310, 'second'],
    ]);
  });

  it('what fell due while we were down is told at once, stamped as it was due, and once', () => {
    const room = new PhoneRoom();
    room.gas(10, ORANGE);
    room.restart(1_000);
    room.restart(1_100);
    expect(room.told()).toEqual([
      [10, 'first', 'alert', 1],
      [310, 'second', 'alert', 2],
      [610, 'leader', 'alert', 3],
    ]);
  });

  it('a wall clock set a year ahead and back changes no delay', () => {
    const room = new PhoneRoom();
    room.gas(10, ORANGE);
    room.wallAheadMs += 365 * 86_400_000;
    room.give(20, { kind: 'wall-step', deltaMs: 365 * 86_400_000 });
    room.tick(309);
    expect(room.items()).toHaveLength(1);
    room.tick(310);
    expect(room.items()).toHaveLength(2);
  });
});

describe('reminders of an alarm that nobody takes', () => {
  it('go to the leader after half an hour, again every ten minutes, and end', () => {
    const room = new PhoneRoom();
    room.gas(10, RED);
    room.tick(20_000);
    expect(room.told().filter(([, , kind]) => kind === 'reminder')).toEqual([
      [1_810, 'leader', 'reminder', 1],
      [2_410, 'leader', 'reminder', 2],
    ]);
  });

  it('yellow is reminded of too, later', () => {
    const room = new PhoneRoom();
    room.gas(10, 1.5);
    room.tick(5_000);
    expect(room.told()).toEqual([
      [130 + 3_600, 'leader', 'reminder', 1],
      [130 + 4_200, 'leader', 'reminder', 2],
    ]);
  });

  it('go on after 收到, for nobody took the alarm, and end with taking it', () => {
    const room = new PhoneRoom();
    room.gas(10, RED);
    const { id } = room.deliver(11, 'first');
    room.report(12, id, { report: 'answer', answer: 'received', address: '10.0.0.9' });
    room.tick(1_900);
    expect(room.told().map(([, who, kind]) => [who, kind])).toEqual([
      ['first', 'alert'],
      ['leader', 'reminder'],
    ]);
    room.order(2_000, { action: 'acknowledge' });
    room.tick(3_700);
    expect(room.told()).toHaveLength(2);
  });
});

describe('who is on call where', () => {
  const both = [person('gas-man'), person('any-man')];
  const step = (who: string) => [{ persons: [who], waitMs: MINUTE }];

  it('the first entry that covers area and lifeline is told', () => {
    const entries = [
      entry({ id: 'other', areas: ['371721'], steps: step('any-man') }),
      entry({ id: 'gas', areas: ['371702'], lifelines: ['gas'], steps: step('gas-man'), leaders: [] }),
    ];
    const room = new PhoneRoom(listOf({ persons: [...both, person('leader')], entries }));
    room.gas(10, RED);
    expect(room.told().map(([, who]) => who)).toEqual(['gas-man']);
  });

  it('an area stands for its townships', () => {
    const entries = [entry({ areas: ['371702'], steps: step('any-man') })];
    const room = new PhoneRoom(listOf({ persons: [...both, person('leader')], entries }));
    room.register(
      1,
      { kind: 'areas', value: { id: 'T-1', name: '镇', parent: '371702' } },
      ...well('W-9', 'T-1'),
    );
    room.gas(10, RED, 9);
    expect(room.told().map(([, who]) => who)).toEqual(['any-man']);
  });

  it('nobody on call for an area is a system alarm, which ends when somebody is', () => {
    const room = new PhoneRoom(listOf({ entries: [entry({ areas: ['371721'] })] }));
    expect(room.faults()).toEqual(['on-call-missing 371702/gas']);
    room.gas(10, RED);
    expect(room.told()).toEqual([]);
    room.onCall(20, listOf());
    expect(room.faults()).toEqual([]);
  });

  it('an alarm that had nobody is told as soon as somebody is on call', () => {
    const room = new PhoneRoom(listOf({ entries: [] }));
    room.gas(10, RED);
    room.onCall(60, listOf());
    expect(room.told()).toEqual([[60, 'first', 'alert', 1]]);
  });

  it('a new facility where nobody is on call is noticed when it is registered', () => {
    const room = new PhoneRoom(listOf({ entries: [entry({ areas: ['371702'] })] }));
    expect(room.faults()).toEqual([]);
    room.register(5, ...well('W-9', '371721'));
    expect(room.faults()).toEqual(['on-call-missing 371721/gas']);
  });

  it('before any list was given nobody is told and nothing is missing', () => {
    const room = new PhoneRoom(null);
    room.gas(10, RED);
    expect([room.told(), room.faults()]).toEqual([[], []]);
  });

  it('a list edited from an old one is refused, and so is one that names a stranger', () => {
    const room = new PhoneRoom();
    expect(room.onCall(5, listOf(), 0)).toMatchObject({ ok: false, code: 'stale-on-call' });
    const stranger = listOf({ entries: [entry({ steps: step('stranger') })] });
    expect(room.onCall(6, stranger)).toMatchObject({ ok: false, code: 'invalid-on-call' });
    expect(room.city.emergency.revision).toBe(1);
  });

  it('a running alarm goes on along the list it began with; a corrected number counts at once', () => {
    const room = new PhoneRoom();
    room.gas(10, RED);
    const entries = [entry({ steps: step('leader') })];
    room.onCall(20, listOf({ entries }));
    room.tick(310);
    expect(room.told().map(([, who]) => who)).toEqual(['first', 'second']);
    expect(room.city.emergency.lists.size).toBe(2);
    room.order(320, { action: 'acknowledge' });
    room.gas(330, CLEAR);
    room.tick(400);
    room.onCall(410, listOf());
    expect([...room.city.emergency.lists.keys()]).toContain(3);
  });
});

describe('a flow’s notice', () => {
  const flow = { id: 'f', name: '雨情', node: 'n', nodeName: '提醒' };
  const notice = {
    kind: 'notice',
    source: 'flow',
    flow,
    facility: 'F-W-1',
    area: null,
    lifeline: null,
    colour: 'yellow',
    text: '请检查排水口',
  } as const;

  it('is told to whoever is on call first at its place, and is neither escalated nor reminded of', () => {
    const room = new PhoneRoom();
    room.give(10, notice);
    room.tick(9_000);
    expect(room.told()).toEqual([[10, 'first', 'notice', 1]]);
    expect(room.items()[0]).toMatchObject({ alarm: null, notice: { text: '请检查排水口', area: '371702' } });
  });

  it('is over once it has left', () => {
    const room = new PhoneRoom();
    room.give(10, notice);
    room.deliver(11, 'first');
    expect(room.city.emergency.bySlot.closed).toHaveLength(1);
  });
});
