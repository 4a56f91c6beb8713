import { describe, expect, test } from 'vitest';
import type { IncidentShown } from '#domain/incident.ts';
import { createBook, keepAlarm } from '../../dashboard/src/store/alarm-book.ts';
import { EVERYTHING } from '../../dashboard/src/store/filter.ts';
import { findPlaces } from '../../dashboard/src/store/find-places.ts';
import { floodGroups, GROUPS_MAX } from '../../dashboard/src/store/flood-groups.ts';
import {
  applyIncident,
  applyIncidents,
  changedUnseen,
  NO_INCIDENTS,
  ringsNow,
} from '../../dashboard/src/store/incident-book.ts';
import { meanwhile } from '../../dashboard/src/store/meanwhile.ts';
import { shiftSections, shiftStarts } from '../../dashboard/src/store/shift-list.ts';
import { initials } from '../../dashboard/src/text/pinyin.ts';
import { alarmOf, NOON } from './alarm-fixture.ts';
import { raiseFlood } from './incident-fixture.ts';
import { createMockCity, ORGANISATIONS } from './mock-city.ts';

const by = { textOf: () => '', districtOf: (area: string | null) => area };
const flooded = () => {
  const city = createMockCity(() => NOON);
  raiseFlood(city);
  return { city, incidents: applyIncidents(city.incidents) };
};

describe('incidents on the console', () => {
  test('an alarm placed without an event of its own carries its incident from then on', () => {
    const { incidents } = flooded();
    const book = createBook();
    keepAlarm(book, alarmOf('late'));
    const incident = incidents.open.get('in-12') as IncidentShown;
    const place = { id: 'in-12', role: 'symptom', by: 'al-0', why: null, folded: false } as const;
    const next = applyIncident(incidents, book, {
      incident: { ...incident, revision: 2 },
      placed: [{ alarm: 'late', incident: place }],
    });
    expect(book.open.get('late')?.incident).toEqual(place);
    expect(next.open.get('in-12')?.revision).toBe(2);
    const closed = applyIncident(next, book, { incident: { ...incident, state: 'closed' }, placed: [] });
    expect([...closed.open.keys()]).toEqual(['in-13']);
  });

  test('after a break, incidents that changed unseen ask for a fresh snapshot; the first telling never does', () => {
    const { city, incidents } = flooded();
    expect(changedUnseen(NO_INCIDENTS, incidents)).toBe(false);
    expect(changedUnseen(incidents, applyIncidents(city.incidents))).toBe(false);
    const changed = city.incidents.incidents.map((one) => ({ ...one, revision: 5 }));
    expect(changedUnseen(incidents, applyIncidents({ ...city.incidents, incidents: changed }))).toBe(true);
  });

  test('the bar counts the rings of the last ten minutes', () => {
    expect(ringsNow(flooded().incidents)).toBe(70);
  });
});

describe('groups of a flood', () => {
  test('one an incident, the rest by district, the worst untaken first; the cause leads its group', () => {
    const { city, incidents } = flooded();
    const { groups, more } = floodGroups(city.alarms.values(), incidents.open, EVERYTHING, by);
    expect(more).toBe(0);
    expect(groups.map(({ key }) => key).slice(0, 2)).toEqual(['in-12', 'in-13']);
    expect(groups[0]).toMatchObject({ waiting: 40, folded: 30, highest: 'red', area: null });
    expect(groups[0]?.alarms[0]?.id).toBe('al-0');
    const all = groups.flatMap(({ alarms }) => alarms.map(({ id }) => id));
    expect(new Set(all).size).toBe(100);
  });

  test('a group everybody has taken stands below one that nobody has, however bad it is', () => {
    const alarms = [
      alarmOf('taken', { colour: 'red', state: 'acknowledged', area: '371702' }),
      alarmOf('owed', { colour: 'blue', area: '371703' }),
    ];
    const { groups } = floodGroups(alarms, new Map(), EVERYTHING, by);
    expect(groups.map(({ area }) => area)).toEqual(['371703', '371702']);
  });

  test('twenty groups are shown, the others counted; suppressed alarms are in none', () => {
    const alarms = Array.from({ length: 25 }, (_, i) => alarmOf(`a${i}`, { area: `area-${i}` }));
    alarms.push(alarmOf('shelved', { suppression: 'shelved', area: 'quiet' }));
    const { groups, more } = floodGroups(alarms, new Map(), EVERYTHING, by);
    expect([groups.length, more]).toEqual([GROUPS_MAX, 5]);
  });
});

describe('initials', () => {
  test('of roads, works and counties, with both readings where a character has two', () => {
    expect(initials('中华路燃气阀井')).toEqual(['zhlrqfj']);
    expect(initials('单县热力站 12 号')).toContain('sxrlz12h');
    expect(initials('长城路')).toEqual(['ccl', 'zcl']);
    expect(initials('菏泽')).toEqual(['hz']);
    expect(initials('鄄城郓城')).toEqual(['jcyc']);
    expect(initials('GW-1')).toEqual([]);
  });
});

describe('finding places', () => {
  const facility = (id: string, name: string, code?: string) =>
    [
      id,
      {
        id,
        name,
        kind: 'tank',
        lifeline: 'gas',
        area: '1',
        location: { lat: 0, lon: 0 },
        ...(code === undefined ? {} : { code }),
      },
    ] as const;
  const sources = {
    facilities: new Map([facility('F-1', '中华路阀井', 'RQ-0412'), facility('F-2', '人民路泵站')]),
    organisations: new Map(ORGANISATIONS.map((one) => [one.id, one] as const)),
    incidents: flooded().incidents.open,
    initials,
  };
  const ids = (text: string) => findPlaces(text, sources).map(({ kind, id }) => `${kind} ${id}`);

  test.each([
    ['', []],
    ['rq-0412', ['facility F-1']],
    ['rml', ['facility F-2']],
    ['555 0119', ['organisation gas-co']],
    ['#13', ['incident in-13']],
    ['nobody', []],
  ])('"%s" -> %j', (text, found) => {
    expect(ids(text)).toEqual(found);
  });
});

test('what happened meanwhile: counted by change and taker, each alarm once with its last event', () => {
  const event = (sequence: number, alarm: string, change: string, who: string | null = null) =>
    ({ sequence, alarm, at: NOON, change, colour: 'red', by: who }) as const;
  const sum = meanwhile([
    event(1, 'a', 'raised'),
    event(2, 'b', 'raised'),
    event(3, 'a', 'acknowledged', 'li'),
  ]);
  expect(sum).toMatchObject({
    changes: 3,
    byChange: [
      { change: 'raised', n: 2 },
      { change: 'acknowledged', n: 1 },
    ],
    takers: [{ who: 'li', n: 1 }],
  });
  expect(sum.last.map(({ alarm, sequence }) => [alarm, sequence])).toEqual([
    ['a', 3],
    ['b', 2],
  ]);
});

describe('the handover list', () => {
  test('each open alarm stands in one section', () => {
    const out = { kind: 'out-of-service', by: 'li', reason: 'r', since: 0, until: 1 } as const;
    const sections = shiftSections([
      alarmOf('open'),
      alarmOf('shelved', { suppression: 'shelved' }),
      alarmOf('lost', { rule: 'gateway-absent', point: null }),
      alarmOf('out', { suppression: 'out-of-service', suppressions: [out] }),
      alarmOf('over', { state: 'normal' }),
    ]);
    expect(sections.map(({ name, alarms }) => [name, alarms.map(({ id }) => id)])).toEqual([
      ['open', ['open']],
      ['shelved', ['shelved']],
      ['lost', ['lost']],
      ['out', ['out']],
    ]);
  });

  test('a shift begins at 08:00 or 20:00 of the city', () => {
    const at = (hour: number) => Date.UTC(2026, 10, 22, hour - 8);
    expect(shiftStarts(at(16))[0]).toBe(at(8));
    expect(shiftStarts(at(21))[0]).toBe(at(20));
    expect(shiftStarts(at(3))[0]).toBe(at(-4));
  });
});
