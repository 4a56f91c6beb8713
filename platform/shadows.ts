/**
 * Shadows (影子运行): drafts that judge live data without ringing, a few at a time, each in a process of its own that
 * yields to everything else and only reads. It is never waited for: it is told how far the record log is durable, no
 * faster than it answers. A shadow outlives its process and the platform, pauses while the disk is nearly full, and ends
 * when a person says so, when the draft or the version beside it is another, and after a month.
 */
import type { Clock } from '#domain/clock.ts';
import type { ShadowView } from '#domain/contract/shadow.ts';
import type { Person } from '#domain/user.ts';
import { catalogueInForce, systemOf, versionInForce } from '#rules/book/book.ts';
import { wholeCatalogue } from '#rules/book/content.ts';
import { draftedContent } from '#rules/book/orders.ts';
import { openAlarms } from '#rules/engine.ts';
import type { RulesPort } from '#server/rules-port.ts';
import type { Pipeline } from '../pipeline.ts';
import { isOver, openShadowFiles } from './shadow-files.ts';
import type { FromShadow } from './shadow-child.ts';
import type { ShadowProcess, StartShadow } from './shadow-process.ts';

/** At once: each judges everything that comes, beside a city that must not notice. */
export const SHADOWS_MAX = 2;
/** Deaths of a process without getting further, after which nobody starts it again. */
export const DEATHS_MAX = 5;
const DAY_MS = 86_400_000;
const LONGEST_MS = 31 * DAY_MS;
const LOOK_MS = 1_000;
const RESTART_MS = 2_000;
const LISTED_MAX = 500;
/** A draft that raises more in a month is found out long before. */
const ALARMS_MAX = 20_000;

type Shadows = Pick<RulesPort, 'startShadow' | 'shadows' | 'stopShadow'> & { stop(): void };

type Watched = {
  view: ShadowView;
  process: ShadowProcess | null;
  /** It was told how far the log is, and has not said that it is there. */
  busy: boolean;
  judgedThrough: number;
  /** How far the process before got; deaths that got no further. */
  best: number;
  deaths: number;
  startAt: number;
};

export function createShadows(parts: {
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  readonly directory: string;
  readonly newId: () => string;
  /** Position through which the record log is durable. */
  readonly durable: () => number;
  readonly start: StartShadow;
  /** What a shadow found could not be written; it is shown until the next start. */
  readonly unkept: (cause: unknown) => void;
}): Shadows {
  const { pipeline, clock, directory } = parts;
  const { city } = pipeline;
  const files = openShadowFiles(directory);
  let over = files.all();
  let watched = over.filter((view) => !isOver(view)).map((view) => watch(view));
  over = over.filter(isOver);
  let cancel = clock.after(0, look);

  function watch(view: ShadowView): Watched {
    const none = { process: null, busy: false, judgedThrough: 0, best: -1, deaths: 0 };
    return { ...none, view, startAt: clock.monotonicMs() };
  }

  const diskNearlyFull = (): boolean =>
    openAlarms(city.rules).some(({ rule, active }) => rule.startsWith('disk-') && active);

  function look(): void {
    cancel = clock.after(LOOK_MS, look);
    if (watched.length === 0) return;
    const full = diskNearlyFull();
    for (const one of [...watched]) {
      const reason = whyOver(one.view);
      if (reason !== null) end(one, 'ended', reason);
      else if (full) pause(one);
      else goOn(one);
    }
  }

  /** Its draft or the version beside it is no longer what it judges; null while it is. */
  function whyOver({ draft: id, content, base, startedAt }: ShadowView): string | null {
    const draft = city.ruleBook.drafts.get(id);
    if (draft === undefined) return 'unknown-draft';
    if (versionInForce(city.ruleBook)?.number !== base) return 'stale-base';
    if (draft.content !== content) return 'stale-draft';
    return clock.wallMs() - startedAt > LONGEST_MS ? 'time-up' : null;
  }

  function pause(one: Watched): void {
    if (one.view.state === 'paused') return;
    one.process?.stop();
    one.process = null;
    one.view = { ...one.view, state: 'paused', trouble: 'disk-nearly-full' };
  }

  function goOn(one: Watched): void {
    if (one.view.state === 'paused') one.view = { ...one.view, state: 'running', trouble: null };
    if (one.process === null && clock.monotonicMs() >= one.startAt) begin(one);
    if (one.process === null || one.busy) return;
    const through = parts.durable();
    if (through <= one.judgedThrough) return;
    one.busy = true;
    one.process.durable(through);
  }

  function begin(one: Watched): void {
    one.busy = false;
    one.judgedThrough = 0;
    const mine: ShadowProcess = parts.start(
      { directory, folder: files.folderOf(one.view) },
      {
        judged: (message) => one.process === mine && judged(one, message),
        ended: (detail) => one.process === mine && died(one, detail),
      },
    );
    one.process = mine;
  }

  function judged(one: Watched, { through, whole, over: reason, outcome }: Judged): void {
    one.judgedThrough = through;
    if (whole) one.busy = false;
    if (through > one.best) {
      one.best = through;
      one.deaths = 0;
    }
    one.view = { ...one.view, trouble: null, ...(outcome === undefined ? {} : { outcome }) };
    if (reason !== null) end(one, 'ended', reason);
  }

  /** Started again a little later each time; one that gets no further is given up, and says so. */
  function died(one: Watched, detail: string): void {
    one.process = null;
    one.deaths += 1;
    one.view = { ...one.view, trouble: detail, restarts: one.view.restarts + 1 };
    if (one.deaths >= DEATHS_MAX) end(one, 'failed', detail);
    else one.startAt = clock.monotonicMs() + RESTART_MS * 2 ** (one.deaths - 1);
  }

  function end(one: Watched, state: 'ended' | 'failed', trouble: string | null, by?: string): void {
    one.process?.stop();
    one.process = null;
    const told = by === undefined ? {} : { endedBy: by };
    one.view = { ...one.view, state, trouble, endedAt: clock.wallMs(), ...told };
    watched = watched.filter((other) => other !== one);
    over = [one.view, ...over];
    try {
      files.keep(one.view);
      over = files.prune(over);
    } catch (cause) {
      // It is shown until the next start, which takes it up again and ends it again.
      parts.unkept(cause);
    }
  }

  const shown = ({ view, judgedThrough }: Watched): ShadowView => ({
    ...view,
    behind: judgedThrough === 0 ? view.behind : Math.max(0, parts.durable() - judgedThrough),
  });

  return {
    startShadow(id, by) {
      const book = city.ruleBook;
      const draft = book.drafts.get(id);
      if (draft === undefined) return { ok: false, code: 'unknown-draft' };
      if (draft.base !== versionInForce(book)?.number) return { ok: false, code: 'stale-base' };
      if (watched.some(({ view }) => view.draft === id && view.content === draft.content))
        return { ok: false, code: 'already-in-shadow' };
      if (watched.length >= SHADOWS_MAX) return { ok: false, code: 'too-many-shadows' };
      if (diskNearlyFull()) return { ok: false, code: 'disk-nearly-full' };
      const { content, base } = draft;
      const startedAt = clock.wallMs();
      const view: ShadowView = {
        ...{ id: parts.newId(), draft: id, content, base, by: by.username, startedAt },
        ...{ state: 'running', trouble: null, endedAt: null, restarts: 0, behind: 0, outcome: null },
      };
      const after = {
        revision: content,
        catalogue: wholeCatalogue(draftedContent(book, draft), systemOf(book)),
      };
      files.begin(view, {
        ...{ site: city.site, base, before: catalogueInForce(book), after, startedAt },
        ...{ shiftMs: DAY_MS / 2, listedMax: LISTED_MAX, alarmsMax: ALARMS_MAX },
      });
      watched = [watch(view), ...watched];
      return { ok: true, shadow: view };
    },
    shadows: () => [...watched.map(shown), ...over],
    stopShadow(id: string, by: Person) {
      const one = watched.find(({ view }) => view.id === id);
      if (one === undefined) return false;
      end(one, 'ended', null, by.username);
      return true;
    },
    /** With the platform: they go on with it. */
    stop() {
      cancel();
      for (const { process } of watched) process?.stop();
    },
  };
}

type Judged = Exclude<FromShadow, { kind: 'failed' }>;
