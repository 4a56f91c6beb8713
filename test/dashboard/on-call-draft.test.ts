/** The on-call list as a form: nothing is lost on the way in and out, and people leave all their places at once. */
import { describe, expect, test } from 'vitest';
import type { OnCallList } from '#domain/notification.ts';
import {
  addEntry,
  addPerson,
  draftOf,
  freeId,
  listOf,
  missingIn,
  move,
  removePerson,
} from '../../dashboard/src/on-call/on-call-draft.ts';

const LIST: OnCallList = {
  persons: [
    { id: 'wang', name: '王五', phone: '13800000000', channels: [{ channel: 'sms' }] },
    {
      id: 'li',
      name: '李四',
      phone: '13900000000',
      channels: [{ channel: 'wecom', address: 'lisi' }, { channel: 'sms' }],
    },
  ],
  entries: [
    {
      id: 'gas',
      areas: ['371702'],
      lifelines: ['gas'],
      steps: [
        { persons: ['wang'], waitMs: 90_000 },
        { persons: ['li', 'wang'], waitMs: 600_000 },
      ],
      leaders: ['li'],
    },
    { id: 'rest', steps: [{ persons: ['wang'], waitMs: 180_000 }], leaders: [] },
  ],
  reminders: { afterMs: { red: 60_000, yellow: 900_000 }, everyMs: 600_000, max: 3 },
};

describe('the on-call list under the pen', () => {
  test('a list that nobody changed is sent as it came, absent areas and colours absent', () => {
    expect(listOf(draftOf(LIST))).toEqual(LIST);
  });

  test('the list that was read is not touched by the pen', () => {
    const before = structuredClone(LIST);
    const draft = draftOf(LIST);
    removePerson(draft, 'wang');
    draft.entries[0]?.areas.push('371703');
    expect(LIST).toEqual(before);
  });

  test('a person who goes leaves every step; a step without anybody goes too, and the form says so', () => {
    const draft = draftOf(LIST);
    removePerson(draft, 'wang');
    expect(draft.entries.map(({ steps }) => steps.map(({ persons }) => persons))).toEqual([[['li']], []]);
    expect(missingIn(draft)).toBe('step');
  });

  test('a new person needs name, phone and channel before the list can be sent', () => {
    const draft = draftOf(LIST);
    addPerson(draft, undefined);
    const added = draft.persons.at(-1);
    if (added === undefined) throw new Error('nobody was added');
    expect(missingIn(draft)).toBe('person');
    Object.assign(added, { name: '赵六', phone: '13700000000' });
    expect(missingIn(draft)).toBe('channel');
    added.channels.push({ channel: 'sms', address: ' ' });
    expect(missingIn(draft)).toBe(null);
    expect(listOf(draft).persons.at(-1)?.channels).toEqual([{ channel: 'sms' }]);
  });

  test('a new entry covers everything and has one step to fill', () => {
    const draft = draftOf(LIST);
    addEntry(draft);
    expect(listOf(draft).entries.at(-1)).toEqual({
      id: 'entry-3',
      steps: [{ persons: [], waitMs: 180_000 }],
      leaders: [],
    });
    expect(missingIn(draft)).toBe('step');
  });

  test('ids are never given twice, and entries move one place, never off the list', () => {
    expect(freeId('person', [{ id: 'person-2' }])).toBe('person-3');
    const items = ['a', 'b', 'c'];
    move(items, 0, -1);
    move(items, 0, 1);
    move(items, 2, 1);
    expect(items).toEqual(['b', 'a', 'c']);
  });
});
