/** What a gateway owes the platform: in order, each once, bounded. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOutbox, type Kept } from '#firmware-sim/outbox.ts';

const kept = (seq: number): Kept => ({
  record: { device: 'D', time: seq, seq, values: { ch4: 0 } },
  measuredAtMs: 0,
});
const numbers = (batch: readonly Kept[] | undefined): number[] =>
  (batch ?? []).map(({ record }) => record.seq);

describe('the outbox', () => {
  it('puts what was under way back in front, in its old order', () => {
    const outbox = createOutbox(100);
    for (let seq = 1; seq <= 10; seq += 1) outbox.add(kept(seq));
    const first = outbox.take(3);
    outbox.take(3);
    expect(outbox.acknowledged(first?.ticket ?? 0)).toBe(true);
    outbox.add(kept(11));
    outbox.requeue();
    expect(numbers(outbox.take(100)?.batch)).toEqual([4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('counts a late acknowledgement while nothing was sent again, and ignores it afterwards', () => {
    const outbox = createOutbox(100);
    outbox.add(kept(1));
    const ticket = outbox.take(1)?.ticket ?? 0;
    expect(outbox.acknowledged(ticket)).toBe(true);
    expect(outbox.acknowledged(ticket)).toBe(false);
    expect(outbox.size()).toBe(0);
    outbox.add(kept(2));
    const old = outbox.take(1)?.ticket ?? 0;
    outbox.requeue();
    expect(outbox.acknowledged(old)).toBe(false);
    expect(outbox.size()).toBe(1);
  });

  it('gives up the oldest waiting records when it is full, and says how many', () => {
    const outbox = createOutbox(5);
    for (let seq = 1; seq <= 8; seq += 1) outbox.add(kept(seq));
    expect(outbox.size()).toBe(5);
    expect(outbox.dropped()).toBe(3);
    expect(numbers(outbox.take(10)?.batch)).toEqual([4, 5, 6, 7, 8]);
  });

  it('loses nothing and keeps the order through any history of sends, acknowledgements and cuts', () => {
    const step = fc.oneof(
      fc.constant('add' as const),
      fc.constant('take' as const),
      fc.constant('cut' as const),
      fc.constant('ack' as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), fc.integer({ min: 1, max: 7 }), (steps, batchMax) => {
        const outbox = createOutbox(10_000);
        const acknowledged: number[] = [];
        let underWay: { ticket: number; batch: readonly Kept[] }[] = [];
        let added = 0;
        for (const one of steps) {
          if (one === 'add') outbox.add(kept(++added));
          if (one === 'take') {
            const taken = outbox.take(batchMax);
            if (taken !== null) underWay.push(taken);
          }
          if (one === 'cut') {
            outbox.requeue();
            underWay = [];
          }
          const first = one === 'ack' ? underWay.shift() : undefined;
          if (first !== undefined && outbox.acknowledged(first.ticket))
            acknowledged.push(...numbers(first.batch));
        }
        outbox.requeue();
        const rest = numbers(outbox.take(10_000)?.batch);
        expect([...acknowledged, ...rest]).toEqual(Array.from({ length: added }, (_, index) => index + 1));
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});
