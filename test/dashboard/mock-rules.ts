/** The rule book behind the mock server: the platform's own core, with back-tests that are told instead of run. */
import type { RuleChanges, RulesOrder, RuleVersionEvent } from '#domain/rule-book.ts';
import { createRuleBook, takeShipped } from '#rules/book/book.ts';
import { differenceOf } from '#rules/book/content.ts';
import { assessed, orderRules } from '#rules/book/orders.ts';
import { shippedCatalogue } from '#rules/engine.ts';
import { isRecord } from '../../dashboard/src/api/http.ts';
import { list, ok, refusal, type MockAnswer } from './mock-answers.ts';

export type MockRules = {
  answer(method: string, path: readonly string[], body: unknown, by: string): MockAnswer;
};
const DAY_MS = 86_400_000;

export function createMockRules(now: () => number): MockRules {
  const book = createRuleBook();
  const events: RuleVersionEvent[] = [];
  const keep = (event: RuleVersionEvent | null): void => {
    if (event !== null) events.push(event);
  };
  keep(takeShipped(book, shippedCatalogue(), now() - 10 * DAY_MS));
  const runs: Record<string, unknown>[] = [];
  const shadows: Record<string, unknown>[] = [];

  return {
    answer(method, [, , head = '', id = '', tail = ''], body, by) {
      const given = isRecord(body) ? body : {};
      const draft = book.drafts.get(id);
      if (head === 'settings')
        return ok({ version: book.versions.length, settings: book.inForce.settings, updateWaiting: null });
      if (head === 'unbound') return list([UNBOUND]);
      if (head === 'validate') return ok(assessed(book, changesIn(given)));
      if (head === 'backtest') return backtest(method, id, tail, given, by);
      if (head === 'shadows') return shadow(method, id, tail, given, by);
      if (head === 'versions') return versions(method, id, given, by);
      if (head === 'drafts' && method === 'GET') return list([...book.drafts.values()]);
      if (head === 'drafts' && tail === 'publish')
        return order(
          { order: 'publish', draft: id, revision: Number(given['revision']), why: String(given['why']) },
          by,
        );
      if (head === 'drafts' && tail === 'discard')
        return order({ order: 'discard-draft', draft: id, revision: Number(given['revision']) }, by);
      if (head === 'drafts')
        return order(
          {
            order: 'save-draft',
            draft: method === 'POST' ? String(given['id']) : id,
            revision: method === 'POST' ? 0 : Number(given['revision']),
            title: typeof given['title'] === 'string' ? given['title'] : (draft?.title ?? ''),
            changes: changesIn({ ...draft?.changes, ...given }),
            merges: null,
          },
          by,
        );
      if (head === '')
        return list(
          book.inForce.rules.map((rule) => ({ id: rule.id, version: rule.version, document: rule })),
        );
      const steps = events
        .filter(({ version }) => version.rulesChanged.includes(head))
        .map(({ version, content }) => ({
          version,
          rule: content.rules.find((rule) => rule.id === head) ?? null,
        }));
      return ok({
        id: head,
        rule: book.inForce.rules.find((rule) => rule.id === head) ?? null,
        versions: steps,
      });
    },
  };

  function order(given: RulesOrder, by: string): MockAnswer {
    const { answer, entered } = orderRules(book, given, by, now());
    keep(entered);
    if (answer.ok) return ok(answer.body);
    return refusal(
      answer.code === 'second-person-publishes' ? 403 : 409,
      answer.code,
      isRecord(answer.body) ? answer.body : {},
    );
  }

  function versions(method: string, number: string, given: Record<string, unknown>, by: string): MockAnswer {
    if (number === '') return list(book.versions.toReversed());
    const event = events.find(({ version }) => version.number === Number(number));
    if (event === undefined) return refusal(404, 'not-found');
    if (method === 'GET') return ok({ version: event.version, content: event.content });
    const changes = differenceOf(book.inForce, event.content);
    return order(
      { order: 'save-draft', draft: String(given['id']), revision: 0, title: number, changes, merges: null },
      by,
    );
  }

  function shadow(
    method: string,
    id: string,
    tail: string,
    given: Record<string, unknown>,
    by: string,
  ): MockAnswer {
    const found = shadows.find((one) => one['id'] === id);
    if (tail === 'stop')
      return ok(Object.assign(found ?? {}, { state: 'ended', endedAt: now(), endedBy: by }));
    if (method === 'GET') return id === '' ? list(shadows) : ok(found);
    const draft = book.drafts.get(String(given['draft']));
    const from = now() - 2 * DAY_MS;
    const told = { judgedThrough: now(), registryRevision: 1, liveAlarms: 16, gaps: [] };
    shadows.unshift({
      ...{ id: `s-${shadows.length + 1}`, draft: draft?.id, content: draft?.content, base: draft?.base, by },
      ...{ startedAt: from, state: 'running', trouble: null, endedAt: null, restarts: 0, behind: 3 },
      outcome: { ...Object(outcomeOf(from, now())), ...told },
    });
    return { status: 202, body: shadows[0] };
  }

  /** Half done when it is first asked for, done the next time. */
  function backtest(
    method: string,
    id: string,
    tail: string,
    given: Record<string, unknown>,
    by: string,
  ): MockAnswer {
    if (method === 'POST' && tail === 'cancel') {
      for (const run of runs)
        if (run['id'] === id) Object.assign(run, { state: 'cancelled', finishedAt: now() });
      return ok({});
    }
    if (method === 'POST') {
      const draft = book.drafts.get(String(given['draft']));
      const run = {
        ...{ id: `run-${runs.length + 1}`, draft: draft?.id, content: draft?.content, base: draft?.base, by },
        ...{ from: given['from'], to: given['to'], facilities: null, labels: [], startedAt: now() },
        ...{ state: 'running', progress: 0, trouble: null, finishedAt: null, outcome: null },
      };
      runs.unshift(run);
      return { status: 202, body: run };
    }
    if (id !== '') return ok(runs.find((run) => run['id'] === id));
    for (const run of runs) if (run['state'] === 'running') advance(run);
    return list(runs.map((run) => ({ ...run, outcome: null })));
  }

  function advance(run: Record<string, unknown>): void {
    if (run['progress'] === 0) {
      run['progress'] = 0.5;
      return;
    }
    const told = { alarmsBefore: 118, alarmsAfter: 41, added: 3, removed: 80, changed: 1 };
    const [from, to] = [Number(run['from']), Number(run['to'])];
    Object.assign(run, { state: 'finished', progress: 1, finishedAt: now(), outcome: outcomeOf(from, to) });
    const note = {
      id: String(run['id']),
      content: String(run['content']),
      base: Number(run['base']),
      finishedAt: now(),
    };
    orderRules(
      book,
      { order: 'note-run', draft: String(run['draft']), run: { ...note, ...told, from, to, rows: 90_000 } },
      String(run['by']),
      now(),
    );
  }
}

const UNBOUND = {
  ...{ point: 'G-0/ch4', facility: 'F-0' },
  levels: [{ rule: 'gas-well-ch4', level: '80%LEL', reason: 'attribute coverLevelM is missing' }],
};

const changesIn = (given: Record<string, unknown>): RuleChanges => ({
  rules: Array.isArray(given['rules']) ? given['rules'] : [],
  removed: Array.isArray(given['removed']) ? given['removed'] : [],
  settings: isRecord(given['settings']) ? given['settings'] : {},
});

/** As the specification words it: this version 41, in force 118, three more and eighty fewer. */
function outcomeOf(from: number, to: number): unknown {
  const load = (alarms: number, byColour: object, more: object) => ({
    ...{
      alarms,
      byColour,
      perShift: Array.from({ length: Math.round((to - from) / 43_200_000) }, (_, i) =>
        Math.round((alarms / 14) * (1 + Math.sin(i))),
      ),
    },
    ...more,
  });
  const episode = (at: number, colour: string, value: number) => ({
    ...{ rule: 'gas-well-ch4', ruleVersion: 2, point: 'G-0/ch4', facility: 'F-0', limit: '20%LEL', colour },
    ...{ onsetAt: at, returnedAt: at + 900_000, value, limitValue: 1, unit: '%' },
    trend: Array.from({ length: 40 }, (_, i) => ({
      ...{ from: at - 1_800_000 + i * 90_000, min: value * (0.4 + 0.6 * Math.sin(i / 13)) },
      max: value * (0.5 + 0.6 * Math.sin(i / 13)),
    })),
  });
  return {
    before: load(
      118,
      { red: 1, orange: 9, yellow: 36, blue: 72 },
      { peakPer10Min: 14, floods: 2, chattering: 30 },
    ),
    after: load(
      41,
      { red: 1, orange: 6, yellow: 12, blue: 22 },
      { peakPer10Min: 5, floods: 0, chattering: 0 },
    ),
    same: 37,
    added: [0, 1, 2].map((i) => episode(from + DAY_MS + i * 7_200_000, 'yellow', 1.2)),
    removed: Array.from({ length: 60 }, (_, i) => episode(from + 2 * DAY_MS + i * 3_600_000, 'blue', 0.6)),
    changed: [
      {
        before: episode(from + 3 * DAY_MS, 'yellow', 1.1),
        after: episode(from + 3 * DAY_MS + 60_000, 'orange', 2.6),
      },
    ],
    ...{ differences: { added: 3, removed: 80, changed: 1 }, unlisted: 20 },
    detection: [{ label: '中华路泄漏', before: 120_000, after: 60_000 }],
    ...{
      rows: 90_000,
      coveredThrough: to - 3_600_000,
      history: { from, through: to },
      damagedChunks: 0,
      cpuMs: 900,
    },
  };
}
