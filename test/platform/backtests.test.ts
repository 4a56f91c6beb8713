/** A draft judged in a process of its own, from the files of a city: one at a time, to be stopped, and kept. */
import { execFileSync, fork } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answer } from '#domain/event.ts';
import type { Input } from '#domain/input.ts';
import { applyRegistryChange, createRegistry } from '#domain/registry-change.ts';
import type { RuleDocument } from '#domain/rule-book.ts';
import { createRuleBook, takeShipped } from '#rules/book/book.ts';
import { orderRules } from '#rules/book/orders.ts';
import { createRules, onCondition, shippedCatalogue } from '#rules/engine.ts';
import { openEmbeddedStore } from '#store/embedded/embedded-store.ts';
import { columnsOf } from '#store/measurement-columns.ts';
import { openLedger } from '#store/ledger/ledger.ts';
import { maintainForDays, measurement } from '#test/contract/measurement-store-contract.ts';
import { wells } from '#test/city/one-city.ts';
import { createClock, type ManualClock } from '#test/server/fakes.ts';
import type { Pipeline } from '../../pipeline.ts';
import type { ChildRequest } from '../../platform/backtest-child.ts';
import { judgeInProcess } from '../../platform/backtest-judging.ts';
import { createBacktests } from '../../platform/backtests.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 5, 1);
const ENGINEER = { username: 'ada', roles: ['engineer'], address: 'test' } as const;
const well = (shippedCatalogue().catalogue as { rules: RuleDocument[] }).rules.find(
  ({ id }) => id === 'gas-well-ch4',
) as RuleDocument & { levels: { limit: number }[] };

let directory = '';
let clock: ManualClock;
let submitted: Input[] = [];
/** Of the engine to what is noted. */
let answer: Answer = { ok: true, body: null };
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'backtests-'));
  clock = createClock();
  submitted = [];
  answer = { ok: true, body: null };
});
afterEach(() => rmSync(directory, { recursive: true }));

/** One well that leaks 4.5 % for a quarter of an hour in its fourth hour; a draft with limits twice as high. */
function city() {
  const change = wells(1);
  const ledger = openLedger(directory);
  ledger.apply([{ position: 1, index: 0, event: { kind: 'registry', at: START, revision: 1, change } }], 1);
  ledger.close();
  const store = openEmbeddedStore(join(directory, 'measurements'));
  const rows = Array.from({ length: 8 * 60 }, (_, minute) =>
    measurement({
      pointIndex: 0,
      time: START + minute * MINUTE,
      value: minute >= 200 && minute < 215 ? 4.5 : 0.1,
    }),
  );
  store.write(columnsOf(rows), 1);
  maintainForDays(store, START);
  store.close();
  const ruleBook = createRuleBook();
  takeShipped(ruleBook, shippedCatalogue(), START);
  const rules = [{ ...well, levels: well.levels.map((one) => ({ ...one, limit: one.limit * 2 })) }];
  const changes = { rules, removed: [], settings: {} };
  const order = { order: 'save-draft', draft: 'd', revision: 0, title: '', changes, merges: null } as const;
  expect(orderRules(ruleBook, order, 'ada', START).answer.ok).toBe(true);
  const registry = createRegistry();
  applyRegistryChange(registry, change);
  const state = { site: 'heze', ruleBook, rules: createRules('heze'), registry };
  const pipeline = {
    city: state,
    command(input: Input) {
      submitted.push(input);
      return Promise.resolve(answer);
    },
  };
  let runs = 0;
  const backtests = createBacktests({
    ...{ pipeline: pipeline as unknown as Pipeline, clock, directory },
    newId: () => String((runs += 1)).padStart(12, '0'),
  });
  return { ...state, backtests };
}

const request = { draft: 'd', from: START, to: START + 24 * HOUR, facilities: null, labels: [] };

describe('a back-test of a draft', () => {
  it('is judged beside the version in force, noted with the draft, and kept over a restart', async () => {
    const { backtests, ruleBook } = city();
    expect(backtests.startRun(request, ENGINEER).ok).toBe(true);
    expect(backtests.startRun(request, ENGINEER)).toEqual({ ok: false, code: 'backtest-busy' });
    await expect.poll(() => backtests.runs()[0]?.state).toBe('finished');
    const outcome = backtests.runs()[0]?.outcome;
    expect([outcome?.rows, outcome?.before.byColour.red, outcome?.after.byColour.red]).toEqual([480, 1, 0]);
    expect(outcome?.changed).toMatchObject([
      {
        before: { colour: 'red', rule: 'gas-well-ch4', ruleVersion: well.version, limitValue: 4 },
        after: { colour: 'yellow', ruleVersion: well.version + 1 },
      },
    ]);
    expect(submitted).toMatchObject([
      {
        ...{ kind: 'command', command: 'rules', by: { username: 'ada' } },
        order: {
          ...{ order: 'note-run', draft: 'd' },
          run: {
            ...{ content: ruleBook.drafts.get('d')?.content, base: 1, alarmsBefore: 1, changed: 1 },
            history: { from: START },
            registry: { revision: 0, touched: 0 },
          },
        },
      },
    ]);
    const again = createBacktests({
      ...{ pipeline: { city: { ruleBook } } as unknown as Pipeline, clock, directory },
      newId: () => '',
    });
    expect(again.runs()).toEqual(backtests.runs());
  });

  it('is the same from the command line, beside the rules that people published', () => {
    city();
    writeFileSync(join(directory, 'site-id'), 'heze');
    const file = join(directory, 'draft.json');
    writeFileSync(
      file,
      JSON.stringify({ ...well, levels: well.levels.map((one) => ({ ...one, limit: 9 })) }),
    );
    const stretch = ['--from', '2026-06-01T00:00:00Z', '--to', '2026-06-02T00:00:00Z'];
    const replay = (): { before: { alarms: number }; after: { alarms: number } } =>
      JSON.parse(
        execFileSync(
          process.execPath,
          ['tools/replay.ts', '--data', directory, '--rule', file, '--json', ...stretch],
          { encoding: 'utf8' },
        ),
      );
    expect([replay().before.alarms, replay().after.alarms]).toEqual([1, 0]);
    const ledger = openLedger(directory);
    const book = createRuleBook();
    const { system, ...content } = Object(shippedCatalogue().catalogue);
    const rules = content.rules.filter(({ id }: RuleDocument) => id !== well.id);
    const event = takeShipped(book, { revision: '', catalogue: { ...content, system, rules } }, START);
    if (event === null) throw new Error('no version');
    ledger.apply([{ position: 2, index: 0, event }], 2);
    ledger.close();
    expect(replay().before.alarms).toBe(0);
  });

  it('is measured by a command that says what it found', () => {
    const asked = ['tools/measure-backtest.ts', '--days', '1', '--points', '3'];
    const said = execFileSync(process.execPath, asked, { encoding: 'utf8' });
    expect(said).toMatch(/^draft: 4320 rows, 5 and 5 alarms: .* evaluations/);
  });

  it('whose file cannot be written counts all the same, and the missing file is counted', async () => {
    const { backtests } = city();
    rmSync(join(directory, 'backtests'), { recursive: true });
    writeFileSync(join(directory, 'backtests'), 'no folder');
    backtests.startRun(request, ENGINEER);
    await expect.poll(() => backtests.runs()[0]?.state).toBe('finished');
    expect(submitted).toMatchObject([{ order: { order: 'note-run', draft: 'd' } }]);
    expect(backtests.unkeptRuns()).toBe(1);
  });

  it('of a draft that was saved meanwhile says so itself', async () => {
    const { backtests } = city();
    answer = { ok: false, code: 'stale-draft', detail: '' };
    backtests.startRun(request, ENGINEER);
    await expect.poll(() => backtests.runs()[0]?.trouble).toBe('stale-draft');
    expect(backtests.runs()[0]).toMatchObject({ state: 'finished', outcome: { rows: 480 } });
  });

  it('of a part of the city is shown, and counts for nothing', async () => {
    const { backtests } = city();
    backtests.startRun({ ...request, facilities: ['F-2'] }, ENGINEER);
    await expect.poll(() => backtests.runs()[0]?.state).toBe('finished');
    expect([backtests.runs()[0]?.outcome?.rows, submitted]).toEqual([0, []]);
  });

  it('ends when a person says so, when the disk is nearly full, and with the platform', () => {
    const { backtests, rules, registry } = city();
    const end = (): [string | undefined, string | null | undefined] => {
      const [last] = backtests.runs();
      return [last?.state, last?.trouble];
    };
    backtests.startRun(request, ENGINEER);
    expect(backtests.cancelRun(backtests.runs()[0]?.id ?? '', ENGINEER)).toBe(true);
    expect(backtests.runs()[0]?.endedBy).toBe('ada');
    expect(end()).toEqual(['cancelled', null]);
    backtests.startRun(request, ENGINEER);
    backtests.stop();
    expect(end()).toEqual(['cancelled', 'stopped']);
    backtests.startRun(request, ENGINEER);
    const full = { name: 'disk-nearly-full', subject: '', active: true, detail: {} };
    onCondition(rules, registry, full, { receivedAt: START, engineTime: 0 }, { alarm: () => {} });
    clock.advance(5_000);
    expect(end()).toEqual(['cancelled', 'disk-nearly-full']);
    expect(readdirSync(join(directory, 'backtests'))).toHaveLength(2);
    expect(backtests.startRun(request, ENGINEER)).toEqual({ ok: false, code: 'disk-nearly-full' });
    expect([backtests.cancelRun('none', ENGINEER), submitted]).toEqual([false, []]);
  });
});

describe('a process of a back-test', () => {
  const CHILD = join(import.meta.dirname, '../../platform/backtest-child.ts');
  /** How it ends, and what it said before. */
  const ended = (starter: number): Promise<{ code: number | null; said: unknown[] }> =>
    new Promise((resolve) => {
      const child = fork(CHILD, { execArgv: [], serialization: 'advanced' });
      const said: unknown[] = [];
      child.on('message', (message) => void said.push(message));
      child.on('exit', (code) => resolve({ code, said }));
      child.send({ starter, second: true, directory });
    });

  it('ends at once when who asked is gone before it begins', async () => {
    expect(await ended(process.pid)).toMatchObject({ code: 0, said: [{ kind: 'failed' }] });
    expect(await ended(process.ppid)).toEqual({ code: 0, said: [] });
  });

  it('that ends without an answer is told to who waits for one', async () => {
    const judging = judgeInProcess({ directory } as ChildRequest);
    judging.stop();
    await expect(judging.answer).rejects.toThrow('ended with SIGKILL');
    await expect(judgeInProcess({ directory } as ChildRequest).answer).rejects.toThrow();
  });
});
