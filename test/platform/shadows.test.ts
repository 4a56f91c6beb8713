/** Who looks after drafts in shadow: how many, how often their processes are started again, when they are over. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ShadowOutcome } from '#domain/contract/shadow.ts';
import { createRegistry } from '#domain/registry-change.ts';
import type { RuleDocument } from '#domain/rule-book.ts';
import { compareEpisodes } from '#rules/backtest-report.ts';
import { createRuleBook, takeShipped } from '#rules/book/book.ts';
import { orderRules } from '#rules/book/orders.ts';
import { createRules, onCondition, shippedCatalogue } from '#rules/engine.ts';
import { createClock, type ManualClock } from '#test/server/fakes.ts';
import type { Pipeline } from '../../pipeline.ts';
import type { Heard } from '../../platform/shadow-process.ts';
import { createShadows, DEATHS_MAX, SHADOWS_MAX } from '../../platform/shadows.ts';

const ADA = { username: 'ada', roles: ['engineer'], address: 'test' } as const;
const BEA = { ...ADA, username: 'bea' };
const SECOND = 1_000;
const well = (shippedCatalogue().catalogue as { rules: RuleDocument[] }).rules.find(
  ({ id }) => id === 'gas-well-ch4',
) as RuleDocument & { levels: { limit: number }[] };

type Fake = { readonly heard: Heard; readonly told: number[]; readonly folder: string; stopped: boolean };

let directory = '';
let clock: ManualClock;
let durable = 10;
let started: Fake[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'shadows-'));
  clock = createClock();
  durable = 10;
  started = [];
});
afterEach(() => rmSync(directory, { recursive: true }));

const OUTCOME: ShadowOutcome = {
  ...compareEpisodes([], [], { from: 0, shiftMs: 1, labels: [], listedMax: 1 }),
  ...{ rows: 7, judgedThrough: 1, registryRevision: 1, liveAlarms: 0, gaps: [] },
};

/** A book with drafts `d0`, `d1` and `d2`, and shadows over processes that do what they are told. */
function desk() {
  const ruleBook = createRuleBook();
  takeShipped(ruleBook, shippedCatalogue(), 0);
  const city = { site: 'heze', ruleBook, rules: createRules('heze'), registry: createRegistry() };
  const save = (draft: string, revision: number, factor: number): void => {
    const rules = [{ ...well, levels: well.levels.map((one) => ({ ...one, limit: one.limit * factor })) }];
    const changes = { rules, removed: [], settings: {} };
    const order = { order: 'save-draft', draft, revision, title: '', changes, merges: null } as const;
    expect(orderRules(ruleBook, order, 'ada', 0).answer.ok).toBe(true);
  };
  for (const at of [0, 1, 2]) save(`d${at}`, 0, 2 + at);
  let ids = 0;
  const open = () =>
    createShadows({
      ...{ pipeline: { city } as unknown as Pipeline, clock, directory, durable: () => durable },
      newId: () => String((ids += 1)).padStart(12, '0'),
      unkept: (cause) => {
        throw cause;
      },
      start: ({ folder }, heard) => {
        const fake: Fake = { heard, told: [], folder, stopped: false };
        started.push(fake);
        return {
          durable: (through) => void fake.told.push(through),
          stop: () => void (fake.stopped = true),
        };
      },
    });
  const disk = (active: boolean): void => {
    const condition = { name: 'disk-nearly-full', subject: '', active, detail: {} };
    onCondition(city.rules, city.registry, condition, { receivedAt: 0, engineTime: 0 }, { alarm: () => {} });
  };
  return { ...city, open, save, disk };
}

const judged = (through: number, whole = true) => ({ kind: 'judged', through, whole, over: null }) as const;

describe('a draft in shadow', () => {
  it('is told how far the log is no faster than it answers', () => {
    const shadows = desk().open();
    expect(shadows.startShadow('d0', ADA)).toMatchObject({ ok: true, shadow: { by: 'ada', base: 1 } });
    clock.advance(5 * SECOND);
    expect(started.map(({ told }) => told)).toEqual([[10]]);
    durable = 40;
    started[0]?.heard.judged(judged(8, false));
    clock.advance(SECOND);
    expect(shadows.shadows()).toMatchObject([{ state: 'running', behind: 32 }]);
    started[0]?.heard.judged({ ...judged(10), outcome: OUTCOME });
    clock.advance(SECOND);
    expect(started[0]?.told).toEqual([10, 40]);
    expect(shadows.shadows()).toMatchObject([{ behind: 30, outcome: { rows: 7 } }]);
  });

  it('is one of few, and none twice', () => {
    const { open, save } = desk();
    const shadows = open();
    const start = (draft: string) => shadows.startShadow(draft, ADA);
    expect(start('none')).toEqual({ ok: false, code: 'unknown-draft' });
    expect(start('d0').ok).toBe(true);
    expect(start('d0')).toEqual({ ok: false, code: 'already-in-shadow' });
    expect([start('d1').ok, SHADOWS_MAX]).toEqual([true, 2]);
    expect(start('d2')).toEqual({ ok: false, code: 'too-many-shadows' });
    clock.advance(SECOND);
    save('d0', 1, 7);
    clock.advance(SECOND);
    expect(shadows.shadows().map(({ draft, state, trouble }) => [draft, state, trouble])).toEqual([
      ['d1', 'running', null],
      ['d0', 'ended', 'stale-draft'],
    ]);
    expect(start('d2').ok).toBe(true);
  });

  it('whose process dies is started again, later each time, and failed when it gets no further', () => {
    const shadows = desk().open();
    shadows.startShadow('d0', ADA);
    clock.advance(SECOND);
    started[0]?.heard.judged({ ...judged(10), outcome: OUTCOME });
    started[0]?.heard.ended('ended with SIGKILL');
    clock.advance(SECOND);
    expect([started.length, shadows.shadows()[0]?.trouble]).toEqual([1, 'ended with SIGKILL']);
    clock.advance(2 * SECOND);
    expect(started).toHaveLength(2);
    // It got further: what it died of before is forgotten.
    durable = 50;
    started[1]?.heard.judged(judged(20));
    for (let death = 0; death < DEATHS_MAX; death += 1) {
      started.at(-1)?.heard.judged(judged(20, false));
      started.at(-1)?.heard.ended('ended with 1');
      expect(shadows.shadows()[0]?.state).toBe(death === DEATHS_MAX - 1 ? 'failed' : 'running');
      clock.advance(120 * SECOND);
    }
    expect(started).toHaveLength(1 + DEATHS_MAX);
    expect(shadows.shadows()).toMatchObject([
      { state: 'failed', trouble: 'ended with 1', restarts: 1 + DEATHS_MAX, outcome: { rows: 7 } },
    ]);
  });

  it('goes on after a restart of the platform; one that is over is kept with what it found', () => {
    const { open } = desk();
    const first = open();
    first.startShadow('d0', ADA);
    first.startShadow('d1', ADA);
    clock.advance(SECOND);
    for (const { heard } of started) heard.judged({ ...judged(10), outcome: OUTCOME });
    const id = first.shadows().find(({ draft }) => draft === 'd1')?.id ?? '';
    expect(first.stopShadow(id, BEA)).toBe(true);
    expect(first.stopShadow(id, BEA)).toBe(false);
    first.stop();
    expect(started.every(({ stopped }) => stopped)).toBe(true);
    const again = open();
    clock.advance(SECOND);
    expect(started).toHaveLength(3);
    expect(started[2]?.folder).toBe(started.find(({ folder }) => !folder.includes(id))?.folder);
    expect(again.shadows()).toMatchObject([
      { draft: 'd0', state: 'running' },
      { draft: 'd1', state: 'ended', endedBy: 'bea', outcome: { rows: 7 } },
    ]);
    expect(readdirSync(join(directory, 'shadows'))).toHaveLength(2);
  });

  it('rests while the disk is nearly full, and then goes on', () => {
    const { open, disk } = desk();
    const shadows = open();
    shadows.startShadow('d0', ADA);
    clock.advance(SECOND);
    disk(true);
    clock.advance(SECOND);
    expect(shadows.shadows()).toMatchObject([{ state: 'paused', trouble: 'disk-nearly-full' }]);
    expect([started.length, started[0]?.stopped]).toEqual([1, true]);
    expect(shadows.startShadow('d1', ADA)).toEqual({ ok: false, code: 'disk-nearly-full' });
    disk(false);
    clock.advance(2 * SECOND);
    expect(shadows.shadows()).toMatchObject([{ state: 'running', trouble: null }]);
    expect(started).toHaveLength(2);
  });

  it('ends with its draft, with another version, after a month, and when its process says so', () => {
    const { open, ruleBook } = desk();
    const shadows = open();
    const last = () => shadows.shadows().map(({ state, trouble }) => [state, trouble])[0];
    shadows.startShadow('d0', ADA);
    clock.advance(SECOND);
    started[0]?.heard.judged({ ...judged(10), over: 'too-many-alarms' });
    expect([last(), started[0]?.stopped]).toEqual([['ended', 'too-many-alarms'], true]);
    shadows.startShadow('d0', ADA);
    orderRules(ruleBook, { order: 'discard-draft', draft: 'd0', revision: 1 }, 'ada', 0);
    clock.advance(SECOND);
    expect(last()).toEqual(['ended', 'unknown-draft']);
    shadows.startShadow('d1', ADA);
    clock.advance(32 * 86_400_000);
    expect(last()).toEqual(['ended', 'time-up']);
    shadows.startShadow('d1', ADA);
    const { catalogue } = shippedCatalogue();
    const rules = (catalogue as { rules: RuleDocument[] }).rules.slice(1);
    takeShipped(ruleBook, { revision: 'next', catalogue: { ...Object(catalogue), rules } }, 0);
    clock.advance(SECOND);
    expect(last()).toEqual(['ended', 'stale-base']);
    expect(shadows.startShadow('d1', ADA)).toEqual({ ok: false, code: 'stale-base' });
  });
});
