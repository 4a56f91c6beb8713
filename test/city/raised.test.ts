/** What flows and people ask for, through the whole pipeline: journaled, answered, and the same after a crash. */
import { describe, expect, it } from 'vitest';
import type { NoticeInput, RaiseInput } from '#domain/raise.ts';
import { openAlarms } from '#rules/engine.ts';
import { latest, NOON, OFFICER, oneCity } from './one-city.ts';

const FLOW = { id: 'f1', name: '日报', node: 'n1', nodeName: '通知' };
const PLACE = { facility: 'F-1', area: null, lifeline: null };
const RAISE: RaiseInput = {
  ...{ kind: 'raise', source: 'flow', flow: FLOW, ...PLACE },
  ...{ subject: 'mean', colour: 'blue', text: '均值偏高' },
};
const NOTICE: NoticeInput = {
  ...{ kind: 'notice', source: 'flow', flow: FLOW, ...PLACE },
  ...{ colour: 'blue', text: '昨日无报警' },
};

async function cityWithWell() {
  const city = oneCity();
  await city.open();
  await city.register();
  return city;
}

describe('what a flow asks for', () => {
  it('is journaled before it rings, and there once after any crash', async () => {
    const city = await cityWithWell();
    const answer = await city.command(RAISE);
    expect(answer).toMatchObject({ ok: true, body: { rule: 'raised-by-flow', facility: 'F-1' } });
    await city.pass(100);
    const before = latest(city.alarms, 'raised-by-flow')?.alarm;
    city.kill(60_000);
    const pipeline = await city.open();
    await city.pass(1_000);
    expect(openAlarms(pipeline.city.rules).filter(({ rule }) => rule === 'raised-by-flow')).toEqual([before]);
    expect(await city.command(RAISE)).toMatchObject({ ok: true, body: { id: before?.id } });
    expect((await city.journal()).filter(({ kind }) => kind === 'raise')).toHaveLength(2);
    expect(city.ledger.alarmEvents(before?.id ?? '')).toHaveLength(1);
  });

  it('survives a snapshot, and the officer ends it afterwards', async () => {
    const city = await cityWithWell();
    await city.command(RAISE);
    await city.pass(40_000);
    city.kill();
    const pipeline = await city.open();
    expect(pipeline.status().snapshotPosition).toBeGreaterThan(0);
    for (const action of ['acknowledge', 'reset'] as const) {
      const open = openAlarms(pipeline.city.rules).find(({ rule }) => rule === 'raised-by-flow');
      const { id = '', revision = 0 } = open ?? {};
      const order = { kind: 'command', command: 'alarm', by: OFFICER, alarm: id, revision } as const;
      expect(await city.command({ ...order, action: { action } })).toMatchObject({ ok: true });
    }
    expect(openAlarms(pipeline.city.rules).filter(({ rule }) => rule === 'raised-by-flow')).toEqual([]);
  });

  it('a notice is an event with a name of its own and the place of its facility, and no alarm', async () => {
    const city = await cityWithWell();
    const first = await city.command(NOTICE);
    const second = await city.command({ ...NOTICE, facility: null });
    expect(first).toMatchObject({ ok: true, body: { id: expect.stringMatching(/^[0-9a-f]{16}$/) } });
    expect(Object(second).body).not.toEqual(Object(first).body);
    expect(city.alarms).toEqual([]);
    expect((await city.journal()).filter(({ kind }) => kind === 'notice')).toHaveLength(2);
    expect(await city.command({ ...NOTICE, facility: 'F-9' })).toMatchObject({ code: 'unknown-facility' });
    expect(await city.command({ ...NOTICE, text: '' })).toMatchObject({ code: 'text-needed' });
  });
});

it('what a person asks for is in the audit log, done or refused', async () => {
  const city = await cityWithWell();
  const { flow: _, source: __, ...asked } = RAISE as Extract<RaiseInput, { source: 'flow' }>;
  await city.command({ ...asked, source: 'person', by: OFFICER });
  await city.command({ ...asked, source: 'person', by: OFFICER, facility: 'F-9' });
  await city.pass(1_000);
  const audited = city.ledger.auditEntries(0, 100).filter(({ action }) => action === 'alarm.raise');
  expect(audited.map(({ username, subject, outcome }) => [username, subject, outcome])).toEqual([
    ['duty', 'mean', 'done'],
    ['duty', 'mean', 'unknown-facility'],
  ]);
  expect(audited[0]?.at).toBeGreaterThan(NOON);
});
