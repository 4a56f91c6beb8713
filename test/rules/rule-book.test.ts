/** Rules change only through a draft, a back-test of exactly that draft, and a second person. */
import { describe, expect, it } from 'vitest';
import type { Answer } from '#domain/event.ts';
import type { DraftRun, RuleChanges, RuleDocument, RuleDraft, RulesOrder } from '#domain/rule-book.ts';
import {
  catalogueInForce,
  createRuleBook,
  mergeOf,
  noteRegistry,
  type RuleBook,
  takeShipped,
  updateWaits,
  versionInForce,
} from '#rules/book/book.ts';
import { differenceOf } from '#rules/book/content.ts';
import { assessed, DRAFT_CHARACTERS_MAX, DRAFTS_MAX, orderRules } from '#rules/book/orders.ts';
import { parseCatalogue, shippedCatalogue } from '#rules/engine.ts';

const DAY = 86_400_000;
const WEEK = 7 * DAY;
const NONE: RuleChanges = { rules: [], removed: [], settings: {} };
const shipped = shippedCatalogue().catalogue as { rules: RuleDocument[]; settings: object; system: object[] };
const well = shipped.rules.find(({ id }) => id === 'gas-well-ch4') as RuleDocument & {
  levels: { limit: number }[];
};

/** The gas well rule with its first limit moved. */
const wellAt = (limit: number): RuleDocument => ({
  ...well,
  levels: well.levels.map((level, at) => (at === 0 ? { ...level, limit } : level)),
});
const withWellAt = (limit: number): RuleChanges => ({ ...NONE, rules: [wellAt(limit)] });

class Desk {
  readonly book: RuleBook = createRuleBook();
  at = 1_000;

  constructor() {
    this.product(shipped);
  }
  product(catalogue: unknown): void {
    takeShipped(this.book, { revision: JSON.stringify(catalogue).length.toString(), catalogue }, this.at);
  }
  order(by: string, order: RulesOrder): Answer {
    return orderRules(this.book, order, by, (this.at += 1)).answer;
  }
  save(by: string, changes: RuleChanges, draft = 'd', merges: string | null = null): RuleDraft {
    const revision = this.book.drafts.get(draft)?.revision ?? 0;
    const answer = this.order(by, { order: 'save-draft', draft, revision, title: 'well', changes, merges });
    if (!answer.ok) throw new Error(answer.code);
    return answer.body as RuleDraft;
  }
  run(draft: RuleDraft, content = draft.content, what: Partial<DraftRun> = {}): Answer {
    const run: DraftRun = {
      ...{ id: 'r1', content, base: draft.base, from: 0, to: WEEK, finishedAt: WEEK, rows: 3 },
      ...{ alarmsBefore: 4, alarmsAfter: 4, added: 0, removed: 0, changed: 1 },
      ...what,
    };
    return this.order('ada', { order: 'note-run', draft: draft.id, run });
  }
  publish(by: string, draft: RuleDraft, why = 'too many false rings'): Answer {
    const { id, revision } = draft;
    return this.order(by, { order: 'publish', draft: id, revision, why });
  }
  /** Ada writes it, it is judged, Ben publishes it. */
  change(changes: RuleChanges): void {
    const draft = this.save('ada', changes);
    expect(this.run(draft).ok).toBe(true);
    expect(this.publish('ben', draft).ok).toBe(true);
  }
  limit(): number {
    const rule = this.book.inForce.rules.find(({ id }) => id === well.id) as typeof well;
    return rule.levels[0]?.limit ?? NaN;
  }
  version(): number {
    return this.book.inForce.rules.find(({ id }) => id === well.id)?.version ?? NaN;
  }
}

const codeOf = (answer: Answer): string => (answer.ok ? 'ok' : answer.code);

describe('publishing a rule', () => {
  it('needs a back-test of exactly what is published', () => {
    const desk = new Desk();
    const draft = desk.save('ada', withWellAt(0.9));
    expect(codeOf(desk.publish('ben', draft))).toBe('run-needed');
    expect(codeOf(desk.run(draft, 'another content'))).toBe('stale-draft');
    expect(desk.run(draft).ok).toBe(true);
    const edited = desk.save('ada', withWellAt(0.8));
    expect(codeOf(desk.publish('ben', edited))).toBe('run-needed');
    expect(desk.run(edited).ok).toBe(true);
    expect(codeOf(desk.publish('ben', edited))).toBe('ok');
    expect([desk.limit(), desk.version()]).toEqual([0.8, well.version + 1]);
  });

  it.each([
    ['an empty stretch', { to: 0 }, false],
    ['no row', { rows: 0 }, false],
    ['six days of a year', { to: WEEK - DAY, history: { from: -WEEK, through: WEEK } }, false],
    ['a week that ended two days ago', { history: { from: -WEEK, through: WEEK + 2 * DAY } }, false],
    ['the last week', { history: { from: -WEEK, through: WEEK + DAY / 2 } }, true],
    ['the two days since the city began', { to: 2 * DAY, history: { from: DAY, through: 2 * DAY } }, true],
  ])('a run over %s: counts or does not', (_what, what, counts) => {
    const desk = new Desk();
    const draft = desk.save('ada', withWellAt(0.9));
    expect(desk.run(draft, draft.content, what).ok).toBe(true);
    expect(codeOf(desk.publish('ben', draft))).toBe(counts ? 'ok' : 'run-too-little');
  });

  it.each([
    ['as many points changed as one in twenty', 5, true],
    ['more did', 6, false],
  ])(
    'a run before which the registry stood still, and since which %s: counts or does not',
    (_what, touched, counts) => {
      const desk = new Desk();
      noteRegistry(desk.book, { revision: 1, points: 100, touched: 100 });
      const draft = desk.save('ada', withWellAt(0.9));
      const { revision, touched: then } = desk.book.registry;
      expect(desk.run(draft, draft.content, { registry: { revision, touched: then } }).ok).toBe(true);
      noteRegistry(desk.book, { revision: 2, points: 100, touched });
      expect(codeOf(desk.publish('ben', draft))).toBe(counts ? 'ok' : 'run-registry-changed');
    },
  );

  it('needs a second person: nobody who wrote at it', () => {
    const desk = new Desk();
    desk.save('ada', withWellAt(0.9));
    const draft = desk.save('ben', withWellAt(0.8));
    desk.run(draft);
    expect(codeOf(desk.publish('ada', draft))).toBe('second-person-publishes');
    expect(codeOf(desk.publish('ben', draft))).toBe('second-person-publishes');
    expect(codeOf(desk.publish('eve', draft))).toBe('ok');
    expect(versionInForce(desk.book)).toMatchObject({
      number: 2,
      origin: 'published',
      by: 'eve',
      editors: ['ada', 'ben'],
      why: 'too many false rings',
      rulesChanged: ['gas-well-ch4'],
    });
    expect(versionInForce(desk.book)?.run?.id).toBe('r1');
  });

  it('needs a reason, the newest revision of the draft, and a change', () => {
    const desk = new Desk();
    const draft = desk.save('ada', withWellAt(0.9));
    desk.run(draft);
    expect(codeOf(desk.publish('ben', draft, '  '))).toBe('reason-needed');
    expect(codeOf(desk.publish('ben', { ...draft, revision: 7 }))).toBe('stale-draft');
    expect(codeOf(desk.publish('ben', desk.save('ada', NONE)))).toBe('nothing-changed');
  });

  it('is refused when another version took force meanwhile, until it is saved and judged again', () => {
    const desk = new Desk();
    const stale = desk.save('ada', { ...NONE, settings: { noDataIntervals: 9 } }, 'other');
    desk.run(stale);
    desk.change(withWellAt(0.9));
    expect(codeOf(desk.publish('ben', stale))).toBe('stale-base');
    const fresh = desk.save('ada', { ...NONE, settings: { noDataIntervals: 9 } }, 'other');
    expect(codeOf(desk.publish('ben', fresh))).toBe('run-needed');
    desk.run(fresh);
    expect(codeOf(desk.publish('ben', fresh))).toBe('ok');
    expect(desk.limit()).toBe(0.9);
  });

  it('keeps no draft with a fault, and says rule by rule what is wrong', () => {
    const desk = new Desk();
    const save = (changes: RuleChanges): Answer =>
      desk.order('ada', { order: 'save-draft', draft: 'd', revision: 0, title: '', changes, merges: null });
    const rules = [{ ...wellAt(1), colour: 'red' }, { ...shipped.rules[2], unit: 7 }, 'no rule'];
    expect(save({ ...NONE, rules: rules.slice(0, 2) })).toMatchObject({
      code: 'rules-invalid',
      body: {
        errors: [
          { rule: 'gas-well-ch4', code: 'unknown-field', detail: 'gas-well-ch4.colour: unknown field' },
          { rule: shipped.rules[2]?.id, code: 'not-a-text' },
        ],
      },
    });
    expect(save({ ...NONE, rules })).toMatchObject({
      body: { errors: [{ rule: null, code: 'not-an-object' }] },
    });
    expect(save({ ...NONE, settings: { noDataIntervals: 0 } })).toMatchObject({
      body: { errors: [{ rule: null, code: 'too-small' }] },
    });
    expect(desk.book.drafts.size).toBe(0);
  });

  it.each([
    ['an id with a slash', { id: 'a/b' }, 'not-an-object'],
    ['an id of an object’s own', { id: '__proto__' }, 'not-an-object'],
    ['an id longer than any', { id: 'x'.repeat(65) }, 'not-an-object'],
    ['a version that nobody counts to', { id: 'mine', version: 1e15 }, 'not-an-object'],
    ['the name of a built-in alarm', { id: 'gateway-absent' }, 'not-allowed'],
    ['the name of an alarm that people raise', { id: 'raised-by-person' }, 'not-allowed'],
    ['the name of an alarm of the system', { id: String(Object(shipped.system[0]).name) }, 'not-allowed'],
    ['more levels than colours and seasons make', { levels: Array(17).fill(well.levels[0]) }, 'too-large'],
    ['more text than a draft may have', { more: 'x'.repeat(DRAFT_CHARACTERS_MAX) }, 'too-large'],
  ])('is told of %s', (_what, fault, code) => {
    const rules = [{ ...well, ...fault }];
    expect(assessed(new Desk().book, { ...NONE, rules }).faults).toMatchObject([{ code }]);
  });

  it('is told of a rule that is to go and is not there', () => {
    expect(assessed(new Desk().book, { ...NONE, removed: ['no-such-rule'] }).faults).toMatchObject([
      { rule: 'no-such-rule', code: 'unknown-rule' },
    ]);
  });

  it('holds a bounded number of drafts', () => {
    const desk = new Desk();
    for (let n = 0; n < DRAFTS_MAX; n += 1) desk.save('ada', withWellAt(0.9), `d${n}`);
    expect(() => desk.save('ada', NONE, 'one too many')).toThrow('too-many-drafts');
    expect(codeOf(desk.order('ada', { order: 'discard-draft', draft: 'd0', revision: 1 }))).toBe('ok');
    expect(desk.save('ada', NONE, 'now there is room').revision).toBe(1);
  });
});

describe('rolling back', () => {
  it('brings an older version back under its own numbers, with a second person but without a new run', () => {
    const desk = new Desk();
    const first = desk.book.inForce;
    desk.change(withWellAt(0.9));
    const back = desk.save('ada', differenceOf(desk.book.inForce, first));
    expect(codeOf(desk.publish('ada', back))).toBe('second-person-publishes');
    expect(codeOf(desk.publish('ben', back))).toBe('ok');
    expect(versionInForce(desk.book)).toMatchObject({ number: 3, origin: 'rolled-back', of: 1 });
    expect(versionInForce(desk.book)?.revision).toBe(desk.book.versions[0]?.revision);
    expect(desk.version()).toBe(well.version);
  });

  it('needs no new run for a version that the product had only numbered anew', () => {
    const desk = new Desk();
    const renumbered = shipped.rules.map((rule) => (rule === well ? { ...well, version: 90 } : rule));
    desk.product({ ...shipped, rules: renumbered, settings: { ...shipped.settings, noDataIntervals: 9 } });
    const second = desk.book.inForce;
    desk.change(withWellAt(0.9));
    const back = desk.save('ada', differenceOf(desk.book.inForce, second));
    expect(codeOf(desk.publish('ben', back))).toBe('ok');
    expect(versionInForce(desk.book)).toMatchObject({ origin: 'rolled-back', of: 2 });
  });

  it('never gives a number of a rule to another content', () => {
    const desk = new Desk();
    const first = desk.book.inForce;
    desk.change(withWellAt(0.9));
    desk.change(differenceOf(desk.book.inForce, first));
    desk.change(withWellAt(0.7));
    expect(desk.version()).toBe(well.version + 2);
    desk.change(withWellAt(0.9));
    expect(desk.version()).toBe(well.version + 1);
  });
});

describe('an update of the product', () => {
  const update = {
    ...shipped,
    rules: shipped.rules.map((rule) => (rule === well ? { ...wellAt(0.6), version: 2 } : rule)),
  };

  it('takes force at once while nobody ever published', () => {
    const desk = new Desk();
    desk.product(update);
    expect([desk.limit(), versionInForce(desk.book)?.origin, updateWaits(desk.book)]).toEqual([
      0.6,
      'shipped',
      false,
    ]);
  });

  it('changes nothing of a city that publishes its own rules, and waits to be merged', () => {
    const desk = new Desk();
    desk.change({ ...NONE, settings: { noDataIntervals: 9 } });
    desk.product(update);
    expect([desk.limit(), updateWaits(desk.book)]).toEqual([well.levels[0]?.limit, true]);
    const { changes, conflicts } = mergeOf(desk.book);
    expect(conflicts).toEqual([]);
    const draft = desk.save('ada', changes, 'merge', desk.book.shipped?.revision);
    desk.run(draft);
    expect(codeOf(desk.publish('ben', draft))).toBe('ok');
    expect([desk.limit(), updateWaits(desk.book)]).toEqual([0.6, false]);
    expect(desk.book.inForce.settings['noDataIntervals']).toBe(9);
  });

  it('leaves a rule that both changed as the city has it, and names it', () => {
    const desk = new Desk();
    desk.change(withWellAt(0.9));
    desk.product(update);
    expect(mergeOf(desk.book)).toMatchObject({ conflicts: ['gas-well-ch4'], changes: { rules: [] } });
  });

  it('brings its system alarms with it in any case', () => {
    const desk = new Desk();
    desk.change(withWellAt(0.9));
    const system = shipped.system.slice(0, 5);
    desk.product({ ...shipped, system });
    const { catalogue, revision } = catalogueInForce(desk.book);
    const parsed = parseCatalogue(catalogue, revision);
    expect(parsed.ok && parsed.catalogue.system.size).toBe(5);
    expect([desk.limit(), updateWaits(desk.book)]).toEqual([0.9, false]);
  });
});
