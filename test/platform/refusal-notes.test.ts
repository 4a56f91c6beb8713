/** A gateway is told why its records are refused; neither it nor the log is flooded. */
import { describe, expect, it } from 'vitest';
import type { Rejection } from '#domain/rejection.ts';
import { SimClock } from '#test/simulation/sim-clock.ts';
import { createRefusalNotes } from '../../platform/refusal-notes.ts';

const refusal = (over: Partial<Rejection> = {}): Rejection => ({
  reason: 'not-json',
  gateway: 'GW-1',
  device: null,
  detail: 'unexpected end',
  sample: '{"dev',
  record: null,
  ...over,
});

function house() {
  const clock = new SimClock(0);
  const told: unknown[] = [];
  const logged: unknown[] = [];
  const notes = createRefusalNotes({
    clock,
    toGateway: (gateway, note) => told.push([gateway, note]),
    log: (line) => logged.push(line),
  });
  return { clock, told, logged, notes };
}

describe('notes of refusals', () => {
  it('tell the gateway reason, detail and a sample', () => {
    const { notes, told } = house();
    notes.rejected(refusal());
    expect(told).toEqual([['GW-1', { reason: 'not-json', detail: 'unexpected end', sample: '{"dev' }]]);
  });

  it('go out once a second for each gateway, and one gateway does not silence another', async () => {
    const { notes, told, clock } = house();
    for (let i = 0; i < 500; i++) notes.rejected(refusal());
    notes.rejected(refusal({ gateway: 'GW-2' }));
    expect(told).toHaveLength(2);
    await clock.advance(1_000);
    notes.rejected(refusal());
    expect(told).toHaveLength(3);
  });

  it('leave repeats alone: they are how MQTT keeps its promise', () => {
    const { notes, told } = house();
    notes.rejected(refusal({ reason: 'duplicate' }));
    expect(told).toEqual([]);
  });

  it('name address and detail of what the broker refused, one line a second for each reason', () => {
    const { notes, logged } = house();
    for (let i = 0; i < 100; i++) notes.refused('bad-credentials', '10.0.0.7', 'GW-9');
    notes.refused('packet-too-large', '10.0.0.8', '1 MiB');
    expect(logged).toEqual([
      { reason: 'bad-credentials', subject: '10.0.0.7', detail: 'GW-9' },
      { reason: 'packet-too-large', subject: '10.0.0.8', detail: '1 MiB' },
    ]);
  });
});
