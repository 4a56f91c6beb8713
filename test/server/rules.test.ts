/** From a draft to a version in force, over the API: who may do what, and what is refused on the way. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Check } from 'typebox/value';
import type { ShadowView } from '#domain/contract/shadow.ts';
import type { RuleDocument } from '#domain/rule-book.ts';
import { compareEpisodes } from '#rules/backtest-report.ts';
import { shippedCatalogue } from '#rules/engine.ts';
import { writeCursor } from '#server/paging.ts';
import { page } from '#server/schemas/basics.ts';
import { DraftShape, ShadowShape, UnboundShape, VersionShape } from '#server/schemas/rules.ts';
import { bookPort } from '../../platform/rules-port.ts';
import { createCity, createClock } from './fakes.ts';
import { type House, openHouse } from './house.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const rules = (shippedCatalogue().catalogue as { rules: RuleDocument[] }).rules;
const well = rules.find(({ id }) => id === 'gas-well-ch4') as RuleDocument;
const renamed = { ...well, name: { zh: '井', en: 'a well' } };
const draft = { id: 'wells', title: 'quieter wells', rules: [renamed] };

const NO_SHADOWS = {
  unbound: () => [],
  startShadow: () => ({ ok: false, code: 'too-many-shadows' }) as const,
  shadows: () => [],
  stopShadow: () => false,
};

const ask = (who: string, method: 'GET' | 'POST' | 'PATCH', path: string, body?: unknown) =>
  house.ask(who, method, `/api/v1/rules${path}`, body);

/** The back-test of the draft has finished, as its process would say. */
async function judged(): Promise<void> {
  const found = house.city.book.drafts.get('wells');
  const run = {
    ...{
      id: 'r',
      content: found?.content ?? '',
      base: found?.base ?? 0,
      from: 0,
      to: 7 * 86_400_000,
      finishedAt: 2,
      rows: 3,
    },
    ...{ alarmsBefore: 1, alarmsAfter: 1, added: 0, removed: 0, changed: 0 },
  };
  await house.city.command({
    ...{ kind: 'command', command: 'rules', order: { order: 'note-run', draft: 'wells', run } },
    by: { username: 'engineer', roles: ['engineer'], address: 'test' },
  });
}

describe('a changed rule', () => {
  it('goes live only after a back-test and by a second person', async () => {
    const saved = await ask('engineer', 'POST', '/drafts', draft);
    expect([saved.statusCode, Check(DraftShape, saved.json())]).toEqual([200, true]);
    const publish = (who: string, revision = 1) =>
      ask(who, 'POST', '/drafts/wells/publish', { revision, why: 'easier to read' });
    expect((await publish('duty-leader')).json()).toMatchObject({ status: 409, code: 'run-needed' });
    await judged();
    expect((await publish('engineer')).json()).toMatchObject({
      status: 403,
      code: 'second-person-publishes',
    });
    expect((await publish('duty-leader', 0)).json()).toMatchObject({
      code: 'stale-draft',
      draft: { id: 'wells', revision: 1 },
    });
    const version = await publish('duty-leader');
    expect([version.statusCode, Check(VersionShape, version.json())]).toEqual([200, true]);
    expect(version.json()).toMatchObject({ number: 2, by: 'duty-leader', editors: ['engineer'] });
    const listed = (await ask('viewer', 'GET', '/versions')).json();
    expect(listed.items.map(({ number }: { number: number }) => number)).toEqual([2, 1]);
    const one = (await ask('viewer', 'GET', '/gas-well-ch4')).json();
    expect(one.rule).toMatchObject({ name: { en: 'a well' }, version: well.version + 1 });
    expect((await ask('viewer', 'GET', '?limit=1000')).json().items).toHaveLength(rules.length);
  });

  it('is told rule by rule what is wrong with it, and keeps what was left out of an edit', async () => {
    const bad = { ...draft, rules: [{ ...renamed, colour: 'red' }] };
    expect((await ask('engineer', 'POST', '/validate', { rules: bad.rules })).json()).toMatchObject({
      faults: [{ rule: 'gas-well-ch4', code: 'unknown-field' }],
    });
    expect((await ask('engineer', 'POST', '/drafts', bad)).json()).toMatchObject({
      ...{ status: 422, code: 'rules-invalid' },
      errors: [{ rule: 'gas-well-ch4', code: 'unknown-field', detail: 'gas-well-ch4.colour: unknown field' }],
    });
    await ask('engineer', 'POST', '/drafts', draft);
    expect((await ask('engineer', 'POST', '/drafts', draft)).json().code).toBe('exists');
    const edited = await ask('engineer', 'PATCH', '/drafts/wells', {
      ...{ revision: 1, settings: { noDataIntervals: 9 } },
    });
    expect(edited.json()).toMatchObject({
      revision: 2,
      title: 'quieter wells',
      changes: { rules: [{ id: 'gas-well-ch4' }], settings: { noDataIntervals: 9 } },
    });
    expect((await ask('engineer', 'POST', '/drafts/wells/discard', { revision: 2 })).statusCode).toBe(200);
    expect((await ask('engineer', 'GET', '/drafts/wells')).statusCode).toBe(404);
  });

  it('nested deeper than anybody means is refused at the door, wherever it is sent', async () => {
    const deep = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
    const named = { ...well, name: deep(2_500) };
    for (const [path, body] of [
      ['/drafts', { id: 'deep', rules: [named] }],
      ['/validate', { rules: [named] }],
      ['/drafts', { id: 'deep', settings: { seasons: deep(20) } }],
    ] as const)
      expect((await ask('engineer', 'POST', path, body)).json()).toMatchObject({
        ...{ status: 422, code: 'too-deep' },
      });
    expect(house.city.book.drafts.size).toBe(0);
  });

  it('has an id that no other draft has, however it comes to be', async () => {
    await ask('engineer', 'POST', '/drafts', draft);
    for (const path of ['/drafts/merge', '/versions/1/draft'])
      expect((await ask('engineer', 'POST', path, { id: 'wells' })).json().code).toBe('exists');
  });

  it('is an engineer’s, of the whole city', async () => {
    for (const who of ['duty-officer', 'duty-leader', 'viewer', 'system-admin'])
      expect((await ask(who, 'POST', '/drafts', draft)).json().code).toBe('forbidden');
    expect((await ask('west-engineer', 'POST', '/drafts', draft)).json().code).toBe('out-of-scope');
    expect((await ask('audit-admin', 'GET', '')).json().code).toBe('forbidden');
  });

  it('has one back-test at a time', async () => {
    await ask('engineer', 'POST', '/drafts', draft);
    const from = '2026-06-01T00:00:00+08:00';
    const start = (to: string) => ask('engineer', 'POST', '/backtest', { draft: 'wells', from, to });
    expect((await start('2026-06-08T00:00:00+08:00')).json()).toMatchObject({
      status: 409,
      code: 'backtest-busy',
    });
    expect((await start('2026-05-01T00:00:00+08:00')).json().code).toBe('invalid-request');
    expect((await ask('engineer', 'POST', '/backtest/none/cancel')).statusCode).toBe(404);
    expect((await ask('viewer', 'GET', '/backtest')).json()).toEqual({ items: [], next: null });
  });

  it('and its results are those of the whole city: who sees a part neither tries nor ends one', async () => {
    for (const [method, path, body] of [
      ['POST', '/backtest/r/cancel', undefined],
      ['POST', '/validate', { rules: [renamed] }],
    ] as const)
      expect((await ask('west-engineer', method, path, body)).json()).toMatchObject({
        ...{ status: 403, code: 'out-of-scope' },
      });
  });

  it('and who started and who ended it stands in the audit log', async () => {
    await house.close();
    const run = {
      ...{ draft: 'wells', from: 0, to: 1, facilities: null, labels: [], id: 'r1', content: 'c', base: 1 },
      ...{ by: 'engineer', startedAt: 0, state: 'running' as const, progress: 0, trouble: null },
      ...{ finishedAt: null, outcome: null },
    };
    const city = createCity(createClock());
    house = await openHouse(
      {},
      {
        rules: {
          ...bookPort(() => city.book),
          ...{ startRun: () => ({ ok: true, run }), runs: () => [run], unkeptRuns: () => 0 },
          cancelRun: (id) => id === 'r1',
          ...NO_SHADOWS,
        },
      },
    );
    const looked = async (who: string) => (await ask(who, 'GET', '/backtest/r1')).statusCode;
    expect([await looked('west-engineer'), await looked('engineer')]).toEqual([403, 200]);
    const stretch = { from: '2026-06-01T00:00:00+08:00', to: '2026-06-08T00:00:00+08:00' };
    expect((await ask('engineer', 'POST', '/backtest', { draft: 'wells', ...stretch })).statusCode).toBe(202);
    expect((await ask('engineer', 'POST', '/backtest/none/cancel')).statusCode).toBe(404);
    expect((await ask('engineer', 'POST', '/backtest/r1/cancel')).statusCode).toBe(200);
    const audit = await house.ledger.auditEntries(0, 1_000);
    const lines = audit.filter(({ action }) => action.startsWith('backtest.'));
    expect(lines.map(({ username, action, subject }) => [username, action, subject])).toEqual([
      ['engineer', 'backtest.start', 'r1'],
      ['engineer', 'backtest.cancel', 'r1'],
    ]);
  });

  it('is listed from a cursor of this list, and from no other text', async () => {
    for (const [path, list, place] of [
      ['/versions', 'rule-versions', 'newest'],
      ['/drafts', 'rule-drafts', 7],
    ] as const) {
      const cursor = writeCursor(list, [place]);
      expect((await ask('viewer', 'GET', `${path}?cursor=${cursor}`)).json().code).toBe('invalid-cursor');
    }
  });

  it('of the product is merged only when it brings one', async () => {
    expect((await ask('engineer', 'POST', '/drafts/merge', { id: 'm' })).json().code).toBe('nothing-changed');
  });
});

describe('a draft in shadow', () => {
  it('is started and stopped by an engineer of the whole city, read by all, and stands in the audit', async () => {
    await house.close();
    const city = createCity(createClock());
    const shadow: ShadowView = {
      ...{ id: 's1', draft: 'wells', content: 'c', base: 1, by: 'engineer', startedAt: 5, state: 'running' },
      ...{ trouble: null, endedAt: null, restarts: 0, behind: 3 },
      outcome: {
        ...compareEpisodes([], [], { from: 5, shiftMs: 1, labels: [], listedMax: 1 }),
        ...{ rows: 2, judgedThrough: 6, registryRevision: 1, liveAlarms: 0, gaps: [{ from: 5, to: 6 }] },
      },
    };
    const startShadow = (draft: string) =>
      draft === 'wells' ? ({ ok: true, shadow } as const) : ({ ok: false, code: 'unknown-draft' } as const);
    house = await openHouse(
      {},
      {
        rules: {
          ...{ ...house.ports.rules, ...bookPort(() => city.book) },
          ...{ startShadow, shadows: () => [shadow], stopShadow: (id) => id === 's1' },
        },
      },
    );
    const start = (who: string, draft = 'wells') => ask(who, 'POST', '/shadows', { draft });
    expect((await start('viewer')).statusCode).toBe(403);
    expect((await start('west-engineer')).json().code).toBe('out-of-scope');
    expect((await start('engineer', 'none')).statusCode).toBe(404);
    const started = await start('engineer');
    expect([started.statusCode, Check(ShadowShape, started.json())]).toEqual([202, true]);
    const listed = (await ask('viewer', 'GET', '/shadows')).json();
    expect(listed.items).toMatchObject([{ id: 's1', behind: 3, outcome: null }]);
    expect((await ask('viewer', 'GET', '/shadows/s1')).json().outcome.gaps).toEqual([{ from: 5, to: 6 }]);
    expect((await ask('viewer', 'GET', '/shadows/none')).statusCode).toBe(404);
    expect((await ask('viewer', 'POST', '/shadows/s1/stop')).statusCode).toBe(403);
    expect((await ask('engineer', 'POST', '/shadows/none/stop')).statusCode).toBe(404);
    expect((await ask('engineer', 'POST', '/shadows/s1/stop')).statusCode).toBe(200);
    const audit = await house.ledger.auditEntries(0, 1_000);
    const lines = audit.filter(({ action }) => action.startsWith('shadow.'));
    expect(lines.map(({ username, action, subject }) => [username, action, subject])).toEqual([
      ['engineer', 'shadow.start', 's1'],
      ['engineer', 'shadow.stop', 's1'],
    ]);
  });
});

describe('levels that could not bind', () => {
  it('are told point by point with the reason, to each those of their own, and counted', async () => {
    await house.close();
    const texts = ['gas-well-ch4/10%LEL: no ch4-limit: set one', 'well-both: 9 values to look at'];
    const unbound = (index: number): string[] => (index <= 1 ? texts.slice(index) : []);
    house = await openHouse({}, { rules: { ...house.ports.rules, unbound } });
    const points = house.city.registry().pointsByIndex.slice(0, 2);
    const list = async (who: string, query = '') => (await ask(who, 'GET', `/unbound${query}`)).json();
    const all = await list('viewer');
    expect(Check(page(UnboundShape), all)).toBe(true);
    expect(all.items.map(({ point }: { point: string }) => point)).toEqual(points.map(({ id }) => id).sort());
    const first = all.items.find(({ point }: { point: string }) => point === points[0]?.id);
    expect(first.levels).toEqual([
      { rule: 'gas-well-ch4', level: '10%LEL', reason: 'no ch4-limit: set one' },
      { rule: 'well-both', level: null, reason: '9 values to look at' },
    ]);
    const half = await list('viewer', '?limit=1');
    expect((await list('viewer', `?cursor=${half.next}`)).items).toEqual(all.items.slice(1));
    const west = await list('west-engineer');
    const own = all.items.filter(({ facility }: { facility: string }) => facility.startsWith('W-'));
    expect(west.items).toEqual(own);
    expect(await house.server.metrics.text()).toContain('unbound_levels 3');
  });
});
