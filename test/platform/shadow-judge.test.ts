/** A draft and the version in force on the same record log, stopped and taken up again anywhere. */
import { deserialize, serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { FLAG, type Measurement } from '#domain/measurement.ts';
import { applyRegistryChange, createRegistry } from '#domain/registry-change.ts';
import type { RuleDocument } from '#domain/rule-book.ts';
import { shippedCatalogue } from '#rules/engine.ts';
import type { KeyedEvent } from '#store/ports.ts';
import { wells } from '#test/city/one-city.ts';
import { measurement } from '#test/contract/measurement-store-contract.ts';
import {
  beginShadow,
  isOfThisEngine,
  resumeShadow,
  type RecordedBlock,
  type SavedShadow,
  type ShadowRequest,
} from '../../platform/shadow-judge.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 5, 1);
const POINTS = 3;

const { catalogue } = shippedCatalogue();
const lower = structuredClone(catalogue) as {
  rules: (RuleDocument & { levels: { limit: number }[] })[];
};
for (const { id, levels } of lower.rules)
  if (id === 'gas-well-ch4') for (const level of levels) level.limit /= 4;

const request: ShadowRequest = {
  ...{ site: 'heze', base: 1, before: shippedCatalogue(), after: { revision: 'draft', catalogue: lower } },
  ...{ startedAt: START, shiftMs: 720 * MINUTE, listedMax: 100, alarmsMax: 100 },
};

const known = () => {
  const registry = createRegistry();
  applyRegistryChange(registry, wells(POINTS));
  return { registry, position: 5 };
};

const row = (minute: number, pointIndex: number, value: number, flags = 0): Measurement => {
  const time = START + minute * MINUTE + pointIndex;
  return { ...measurement({ pointIndex, time, value }), receivedAt: time + 500, flags };
};

/** A block a minute; well 1 leaks a little from 20 to 30, well 2 much from 40 to 50. */
function blocks(from: number, to: number): RecordedBlock[] {
  const leak = (minute: number, point: number): number =>
    point === 1 && minute >= 20 && minute < 30
      ? 0.4
      : point === 2 && minute >= 40 && minute < 50
        ? 4.5
        : 0.01;
  return Array.from({ length: to - from }, (_, at) => ({
    rows: Array.from({ length: POINTS }, (_one, point) => row(from + at, point, leak(from + at, point))),
    events: [],
  }));
}

const kept = (saved: SavedShadow): SavedShadow => deserialize(serialize(saved));

describe('a draft with lower limits', () => {
  it('would have raised what the version in force did not, since it began', () => {
    const judge = beginShadow(request, known());
    for (const block of blocks(0, 60)) judge.take(block);
    const { added, removed, changed, before, after, rows, judgedThrough } = judge.outcome();
    expect(added).toMatchObject([
      { point: 'D-2/ch4', rule: 'gas-well-ch4', onsetAt: START + 22 * MINUTE + 501 },
    ]);
    expect([removed.length, changed.length, before.alarms, after.alarms]).toEqual([0, 0, 1, 2]);
    expect([before.perShift, after.perShift, rows]).toEqual([[1], [2], 180]);
    expect(judgedThrough).toBe(START + 59 * MINUTE + 502);
  });

  it('finds the same when it is taken up again after any block, from a saved state and from none', () => {
    const all = blocks(0, 60);
    const whole = beginShadow(request, known());
    for (const block of all) whole.take(block);
    for (let cut = 0; cut <= all.length; cut += 7) {
      const first = beginShadow(request, known());
      for (const block of all.slice(0, cut)) first.take(block);
      const second = resumeShadow(request, kept(first.save()));
      for (const block of all.slice(cut)) second.take(block);
      expect(second.outcome()).toEqual(whole.outcome());
    }
  });

  it('counts what stood when it began once, and nothing of before', () => {
    const late = { ...request, startedAt: START + 45 * MINUTE };
    const judge = beginShadow(late, known());
    for (const block of blocks(0, 60)) judge.take(block);
    const { added, before, after, rows } = judge.outcome();
    expect([added.length, before.alarms, after.alarms, rows]).toEqual([0, 1, 1, 45]);
  });

  it('judges late rows as live does: they do not stand in for fresh ones', () => {
    const alarms = (flags: number): number => {
      const judge = beginShadow(request, known());
      const leak = [0, 1, 2].map((minute) => row(minute, 1, 4.5, flags));
      judge.take({ rows: [...leak, row(3, 0, 0.01)], events: [] });
      return judge.outcome().after.alarms;
    };
    expect([alarms(0), alarms(FLAG.late)]).toEqual([1, 0]);
  });
});

describe('what else stands in the log', () => {
  const keyed = (position: number, event: KeyedEvent['event']): KeyedEvent => ({ position, index: 0, event });
  const registered = (position: number): KeyedEvent => {
    const { items } = wells(POINTS + 1);
    const last = items.slice(-2);
    return keyed(position, { kind: 'registry', at: START, revision: 2, change: { items: last } });
  };

  it('new points are judged from then on; changes known at the beginning are not made twice', () => {
    const judge = beginShadow(request, known());
    judge.take(blocks(0, 1)[0] ?? { rows: [], events: [] });
    const change = registered(6);
    judge.take({ rows: [1, 2, 3].map((minute) => row(minute, POINTS, 0.4)), events: [change] });
    expect(judge.outcome()).toMatchObject({ registryRevision: 2, added: [{ point: 'D-4/ch4' }] });
    const later = known();
    applyRegistryChange(later.registry, { items: wells(POINTS + 1).items.slice(-2) });
    const warm = beginShadow(request, { ...later, position: 6 });
    warm.take({ rows: [row(1, POINTS, 0.4)], events: [change] });
    expect(warm.outcome().registryRevision).toBe(2);
  });

  it('another version ends it, and so do more alarms than anybody reads', () => {
    const judge = beginShadow(request, known());
    const version = { number: 2 } as Extract<KeyedEvent['event'], { kind: 'rules' }>['version'];
    const content = { format: 1, settings: {}, rules: [] } as const;
    judge.take({
      rows: [row(0, 1, 4.5)],
      events: [keyed(9, { kind: 'rules', at: START, version, content })],
    });
    expect([judge.over(), judge.outcome().rows]).toEqual(['stale-base', 0]);
    expect(resumeShadow(request, kept(judge.save())).over()).toBe('stale-base');
    const few = beginShadow({ ...request, alarmsMax: 1 }, known());
    for (const block of blocks(0, 60)) few.take(block);
    expect(few.over()).toBe('too-many-alarms');
  });

  it('and what is gone from it is told as a gap, up to the next row', () => {
    const judge = beginShadow(request, known());
    judge.missed();
    const [first, , third] = blocks(0, 3);
    if (first === undefined || third === undefined) throw new Error('no blocks');
    judge.take(first);
    judge.missed();
    const again = resumeShadow(request, kept(judge.save()));
    again.take(third);
    expect(again.outcome().gaps).toEqual([{ from: START + 502, to: START + 2 * MINUTE + 500 }]);
    expect(isOfThisEngine({ ...again.save(), engine: 'rules-0' })).toBe(false);
  });
});
