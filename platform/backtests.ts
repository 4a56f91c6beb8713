/**
 * Back-tests of drafts, one at a time: each in a process of its own that yields to everything else and only reads. It
 * ends when a person says so, when the disk is nearly full, and with the platform. Finished ones are kept in files, so
 * that their differences can be looked at later; that a draft was judged stands in the journal.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '#domain/clock.ts';
import type { RunOutcome, RunRequest, RunView } from '#domain/contract/rules.ts';
import type { DraftRun } from '#domain/rule-book.ts';
import type { Person } from '#domain/user.ts';
import type { RulesPort } from '#server/rules-port.ts';
import { catalogueInForce, systemOf, versionInForce } from '#rules/book/book.ts';
import { wholeCatalogue } from '#rules/book/content.ts';
import { draftedContent } from '#rules/book/orders.ts';
import { openAlarms } from '#rules/engine.ts';
import type { Pipeline } from '../pipeline.ts';
import { type Judging, judgeInProcess } from './backtest-judging.ts';
import type { ChildRequest } from './backtest-child.ts';

/** Runs kept on disk. */
const KEPT_MAX = 20;
const DAY_MS = 86_400_000;
const LISTED_MAX = 500;
const DISK_LOOK_MS = 2_000;

type Backtests = Pick<RulesPort, 'startRun' | 'runs' | 'cancelRun' | 'unkeptRuns'> & { stop(): void };
type Running = { view: RunView; readonly judging: Judging };

export function createBacktests(parts: {
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  readonly directory: string;
  readonly newId: () => string;
}): Backtests {
  const { pipeline, clock } = parts;
  const folder = join(parts.directory, 'backtests');
  let done = readKept(folder);
  let running: Running | null = null;
  let unkept = 0;
  let stopLooking = (): void => {};

  const diskNearlyFull = (): boolean =>
    openAlarms(pipeline.city.rules).some(({ rule, active }) => rule.startsWith('disk-') && active);

  function startRun(request: RunRequest, by: Person): ReturnType<RulesPort['startRun']> {
    const { city } = pipeline;
    const book = city.ruleBook;
    const draft = book.drafts.get(request.draft);
    if (draft === undefined) return { ok: false, code: 'unknown-draft' };
    if (draft.base !== versionInForce(book)?.number) return { ok: false, code: 'stale-base' };
    if (running !== null) return { ok: false, code: 'backtest-busy' };
    if (diskNearlyFull()) return { ok: false, code: 'disk-nearly-full' };
    const { content, base } = draft;
    const view: RunView = {
      ...{ ...request, id: parts.newId(), content, base, by: by.username, startedAt: clock.wallMs() },
      registry: { revision: book.registry.revision, touched: book.registry.touched },
      ...{ state: 'running', progress: 0, trouble: null, finishedAt: null, outcome: null },
    };
    const after = {
      revision: content,
      catalogue: wholeCatalogue(draftedContent(book, draft), systemOf(book)),
    };
    const { from, to, facilities, labels } = request;
    begin(view, by, {
      ...{ directory: parts.directory, site: city.site, before: catalogueInForce(book), after, from, to },
      ...{ facilities, labels, lookBackMs: DAY_MS, shiftMs: DAY_MS / 2, listedMax: LISTED_MAX },
    });
    return { ok: true, run: view };
  }

  function begin(view: RunView, by: Person, request: ChildRequest): void {
    const judging = judgeInProcess(request, (share) => {
      mine.view = { ...mine.view, progress: share };
    });
    const mine: Running = { view, judging };
    running = mine;
    judging.answer.then(
      (outcome) => finish(mine, by, outcome),
      (cause: Error) => end(mine, 'failed', cause.message),
    );
    lookAtDisk(mine);
  }

  function lookAtDisk(mine: Running): void {
    stopLooking = clock.after(DISK_LOOK_MS, () => {
      if (running !== mine) return;
      if (diskNearlyFull()) end(mine, 'cancelled', 'disk-nearly-full');
      else lookAtDisk(mine);
    });
  }

  function finish(mine: Running, by: Person, outcome: RunOutcome): void {
    mine.view = { ...mine.view, progress: 1, outcome };
    if (!close(mine, 'finished', null)) return;
    const { view } = mine;
    // A part of the city says nothing about the rest: such a run is to look at, not to publish on.
    if (view.facilities === null) void note(mine, by, noteOf(view, outcome));
    keep(view);
  }

  /** The draft may have changed meanwhile: then the run says so itself. */
  async function note(mine: Running, by: Person, run: DraftRun): Promise<void> {
    const order = { order: 'note-run', draft: mine.view.draft, run } as const;
    const answer = await pipeline.command({ kind: 'command', command: 'rules', by, order });
    if (answer.ok) return;
    const told = { ...mine.view, trouble: answer.code };
    done = done.map((view) => (view.id === told.id ? told : view));
    keep(told);
  }

  function end(mine: Running, state: RunView['state'], trouble: string | null): void {
    // On a disk that is nearly full, what is not finished is not worth its place.
    if (close(mine, state, trouble) && trouble !== 'disk-nearly-full') keep(mine.view);
  }

  /** The first word counts: what follows of the same process is its dying. */
  function close(mine: Running, state: RunView['state'], trouble: string | null): boolean {
    if (running !== mine) return false;
    running = null;
    stopLooking();
    mine.judging.stop();
    mine.view = { ...mine.view, state, trouble, finishedAt: clock.wallMs() };
    done = [mine.view, ...done].slice(0, KEPT_MAX);
    return true;
  }

  /** A run is to look at: one that cannot be written is shown until the next start, and counted. */
  function keep(view: RunView): void {
    try {
      writeKept(folder, view);
    } catch {
      unkept += 1;
    }
  }

  return {
    startRun,
    runs: () => (running === null ? done : [running.view, ...done]),
    unkeptRuns: () => unkept,
    cancelRun(id, by) {
      if (running?.view.id !== id) return false;
      running.view = { ...running.view, endedBy: by.username };
      end(running, 'cancelled', null);
      return true;
    },
    stop() {
      if (running !== null) end(running, 'cancelled', 'stopped');
    },
  };
}

function noteOf(view: RunView, outcome: RunOutcome): DraftRun {
  const { id, content, base, from, finishedAt } = view;
  return {
    ...{
      id,
      content,
      base,
      from,
      to: outcome.coveredThrough,
      finishedAt: finishedAt ?? 0,
      rows: outcome.rows,
    },
    alarmsBefore: outcome.before.alarms,
    alarmsAfter: outcome.after.alarms,
    added: outcome.differences.added,
    removed: outcome.differences.removed,
    ...(view.registry === undefined ? {} : { registry: view.registry }),
    ...(outcome.history == null ? {} : { history: outcome.history }),
    changed: outcome.differences.changed,
  };
}

const NAME = /^\d{15}-[0-9a-f]{12}\.json$/;

function readKept(folder: string): RunView[] {
  const kept: RunView[] = [];
  for (const name of namesIn(folder)) {
    try {
      kept.push(JSON.parse(readFileSync(join(folder, name), 'utf8')) as RunView);
    } catch {
      // Torn by a power cut: a run to look at is no record of anything.
      rmSync(join(folder, name));
    }
  }
  return kept;
}

/** Newest first. */
function namesIn(folder: string): string[] {
  mkdirSync(folder, { recursive: true });
  return readdirSync(folder)
    .filter((name) => NAME.test(name))
    .sort()
    .reverse();
}

function writeKept(folder: string, view: RunView): void {
  const path = join(folder, `${String(view.startedAt).padStart(15, '0')}-${view.id}.json`);
  writeFileSync(`${path}.new`, JSON.stringify(view));
  renameSync(`${path}.new`, path);
  for (const name of namesIn(folder).slice(KEPT_MAX)) rmSync(join(folder, name));
}
