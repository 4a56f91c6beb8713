/** Published rules are inputs: they survive any crash, and no restart brings the shipped ones back. */
import { describe, expect, it } from 'vitest';
import type { Answer } from '#domain/event.ts';
import type { RuleDocument, RuleDraft, RulesOrder } from '#domain/rule-book.ts';
import { shippedCatalogue } from '#rules/engine.ts';
import { latest, NOON, oneCity, type OneCity, RED } from './one-city.ts';

const shipped = shippedCatalogue().catalogue as { rules: RuleDocument[] };
const well = shipped.rules.find(({ id }) => id === 'gas-well-ch4') as RuleDocument & {
  levels: { limit: number }[];
};
/** Every limit of the well twice as high: RED is no alarm any more. */
const higher = { ...well, levels: well.levels.map((level) => ({ ...level, limit: level.limit * 2 })) };

const order = (city: OneCity, username: string, what: RulesOrder): Promise<Answer> =>
  city.command({
    ...{ kind: 'command', command: 'rules', order: what },
    by: { username, roles: ['engineer'], address: 'test' },
  });

async function publishHigher(city: OneCity): Promise<void> {
  const changes = { rules: [higher], removed: [], settings: {} };
  const draft = 'wells';
  const saved = await order(city, 'ada', {
    ...{ order: 'save-draft', draft, revision: 0, title: 'wells', changes, merges: null },
  });
  if (!saved.ok) throw new Error(saved.detail);
  const { content, base } = saved.body as RuleDraft;
  const run = {
    ...{ id: 'r', content, base, from: 0, to: NOON, finishedAt: NOON, rows: 1 },
    ...{ alarmsBefore: 1, alarmsAfter: 0, added: 0, removed: 1, changed: 0 },
  };
  await order(city, 'ada', { order: 'note-run', draft, run });
  const answer = await order(city, 'ben', { order: 'publish', draft, revision: 1, why: 'biogas' });
  expect(answer).toMatchObject({ ok: true, body: { number: 2, origin: 'published', by: 'ben' } });
}

const limitIn = (city: OneCity): number | undefined => {
  const { inForce } = city.pipeline().city.ruleBook;
  return (inForce.rules.find(({ id }) => id === well.id) as typeof well).levels[0]?.limit;
};

describe('an order that no journal could keep', () => {
  it('is refused by itself: what stands beside it is judged, and the city starts again', async () => {
    const city = oneCity();
    await city.open();
    await city.register();
    const name: unknown = JSON.parse('['.repeat(5_000) + ']'.repeat(5_000));
    const deep = order(city, 'ada', {
      ...{ order: 'save-draft', draft: 'deep', revision: 0, title: '', merges: null },
      changes: { rules: [{ ...well, name }], removed: [], settings: {} },
    });
    city.send(RED);
    expect(await deep).toMatchObject({ ok: false, code: 'too-deep' });
    await city.pass(120_000);
    expect(latest(city.alarms, 'gas-well-ch4')?.alarm.colour).toBe('red');
    expect(city.pipeline().status().snapshotPosition).toBeGreaterThan(0);
    city.kill(1_000);
    await city.open();
    expect(city.pipeline().city.ruleBook.drafts.size).toBe(0);
  });
});

describe('rules that people published', () => {
  it('are in force at once, and after a crash, and again after a snapshot', async () => {
    const city = oneCity();
    await city.open();
    await city.register();
    await publishHigher(city);
    const limit = higher.levels[0]?.limit;
    expect(limitIn(city)).toBe(limit);
    city.kill(60_000);
    await city.open();
    expect(limitIn(city)).toBe(limit);
    await city.pass(120_000);
    expect(city.pipeline().status().snapshotPosition).toBeGreaterThan(0);
    city.kill(60_000);
    await city.open();
    expect(limitIn(city)).toBe(limit);
    expect(city.pipeline().city.ruleBook.versions.map(({ origin }) => origin)).toEqual([
      'shipped',
      'published',
    ]);
    const [red = NaN, orange = NaN] = well.levels.toReversed().map((level) => level.limit);
    city.send(red);
    await city.pass(1_000);
    expect(latest(city.alarms, 'gas-well-ch4')).toBeUndefined();
    city.send(orange * 2);
    await city.pass(1_000);
    const alarm = latest(city.alarms, 'gas-well-ch4')?.alarm;
    expect([alarm?.colour, alarm?.ruleVersion, alarm?.limitValue]).toEqual([
      'orange',
      well.version + 1,
      orange * 2,
    ]);
  });

  it('stand in the ledger for ever, version by version, with who, why and the run', async () => {
    const city = oneCity();
    await city.open();
    await publishHigher(city);
    await city.pass(2_000);
    expect(city.ledger.ruleSteps('gas-well-ch4')).toMatchObject([
      { version: { number: 1, origin: 'shipped', by: null }, rule: { version: well.version } },
      {
        version: { number: 2, by: 'ben', editors: ['ada'], why: 'biogas', run: { id: 'r' } },
        rule: { version: well.version + 1, levels: higher.levels },
      },
    ]);
    expect(city.ledger.ruleSteps('ponding-depth')).toHaveLength(1);
    expect(city.ledger.ruleContent(1)?.rules).toEqual(JSON.parse(JSON.stringify(shipped.rules)));
    expect(city.ledger.ruleContent(3)).toBeNull();
    expect(city.ledger.auditEntries(0, 10).map(({ action, username }) => `${username} ${action}`)).toEqual([
      'ada rules.save-draft',
      'ada rules.note-run',
      'ben rules.publish',
    ]);
  });

  it('are not touched by a newer product: its update waits, and says so until it is merged', async () => {
    const city = oneCity();
    await city.open();
    await publishHigher(city);
    const { catalogue } = shippedCatalogue();
    const rules = shipped.rules.filter(({ id }) => id !== 'battery-low' && id !== 'signal-weak');
    city
      .pipeline()
      .submit({ kind: 'catalogue', revision: 'newer', catalogue: { ...Object(catalogue), rules } });
    await city.pass(1_000);
    expect(city.pipeline().city.ruleBook.inForce.rules).toHaveLength(shipped.rules.length);
    expect(latest(city.alarms, 'catalogue-update')).toMatchObject({
      change: 'raised',
      alarm: { active: true },
    });
    const merge = await order(city, 'ada', {
      ...{ order: 'save-draft', draft: 'm', revision: 0, title: 'update', merges: 'newer' },
      changes: { rules: [], removed: ['battery-low', 'signal-weak'], settings: {} },
    });
    if (!merge.ok) throw new Error(merge.detail);
    const { content, base } = merge.body as RuleDraft;
    const run = {
      ...{ id: 'm', content, base, from: 0, to: NOON, finishedAt: NOON, rows: 1 },
      ...{ alarmsBefore: 0, alarmsAfter: 0, added: 0, removed: 0, changed: 0 },
    };
    await order(city, 'ada', { order: 'note-run', draft: 'm', run });
    await order(city, 'ben', { order: 'publish', draft: 'm', revision: 1, why: 'update' });
    expect(latest(city.alarms, 'catalogue-update')?.alarm.active).toBe(false);
    expect(limitIn(city)).toBe(higher.levels[0]?.limit);
  });
});
