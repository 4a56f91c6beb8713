/** What is noted of each gateway beside the alarm path: enough for a field engineer, never too much. */
import { describe, expect, test, vi } from 'vitest';
import type { CityEvent } from '#domain/event.ts';
import type { Journaled, PublishInput } from '#domain/input.ts';
import {
  countedSince,
  createPacketNotes,
  refusalsOf,
  type PacketNotes,
} from '../../platform/packet-notes.ts';

const NOON = Date.UTC(2026, 5, 1, 12);
const entry = (at: number, payload = new Uint8Array(10), gateway = 'GW-1'): Journaled<PublishInput> => ({
  ...{ kind: 'publish', gateway, client: 'box', topic: `lifeline/v1/${gateway}/telemetry`, payload },
  ...{ qos: 1, dup: false, packetId: 1, position: 1, receivedAt: at, engineTime: at },
});
const refusal = (at: number, detail: string): CityEvent => ({
  kind: 'rejected',
  at,
  rejection: {
    reason: 'shape',
    gateway: 'GW-1',
    device: null,
    detail,
    sample: 's'.repeat(900),
    record: null,
  },
});
const notes = (): PacketNotes => createPacketNotes(NOON, (id) => id.startsWith('GW'));
const kept = (all: PacketNotes, gateway = 'GW-1') => all.of(gateway)?.packets ?? [];

describe('of one gateway', () => {
  test('the last twenty packets are kept, the newest at the end', () => {
    const all = notes();
    for (let i = 0; i < 30; i++) all.received(entry(NOON + i * 1_000), 1, [], 0);
    expect(kept(all).map(({ at }) => (at - NOON) / 1_000)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 10),
    );
  });

  test('a flood is sampled, five a second, and counted whole', () => {
    const all = notes();
    for (let i = 0; i < 10_000; i++) all.received(entry(NOON + i), 1, [], 0);
    const spread = kept(all).map(({ at }) => at - NOON);
    expect(Math.max(...spread) - Math.min(...spread)).toBeGreaterThan(3_000);
    const one = all.of('GW-1');
    expect(one && countedSince(one, NOON + 10_000, 1)).toBe(10_000);
  });

  test('a packet’s bytes are its own, and no more than 2 KiB of them', () => {
    const all = notes();
    const socket = new Uint8Array(65_536);
    all.received(entry(NOON, socket.subarray(0, 5_000)), 1, [], 0);
    const [packet] = kept(all);
    expect([packet?.bytes, packet?.payload.length, packet?.payload.buffer.byteLength]).toEqual([
      5_000, 2_048, 2_048,
    ]);
  });

  test('what was refused is counted by reason, with the last sample', () => {
    const all = notes();
    const events = [refusal(NOON, 'of another'), refusal(NOON, 'first'), refusal(NOON + 1, 'second')];
    all.received(entry(NOON + 1), 0, events, 1);
    expect(kept(all)[0]?.refusals).toEqual(['shape: first', 'shape: second']);
    const one = all.of('GW-1');
    expect(one && refusalsOf(one)).toMatchObject([
      { reason: 'shape', count: 2, detail: 'second', lastAt: NOON + 1 },
    ]);
  });

  test('counts fall away with their hour, also when the clock is set back', () => {
    const all = notes();
    for (let minute = 0; minute < 120; minute++) all.received(entry(NOON + minute * 60_000), 1, [], 0);
    all.received(entry(NOON), 1, [], 0);
    const one = all.of('GW-1');
    if (one === null) throw new Error('nothing noted');
    const now = NOON + 119 * 60_000 + 30_000;
    expect([1, 5, 60].map((minutes) => countedSince(one, now, minutes))).toEqual([3, 7, 62]);
    expect(countedSince(one, now + 3_600_000 * 3, 60)).toBe(0);
  });

  test('its refused log-ins and its newest connection are told', () => {
    const all = notes();
    all.refused('bad-credentials', 'GW-1', 'wrong-secret from 10.0.0.7', NOON);
    all.presence(
      {
        kind: 'presence',
        gateway: 'GW-1',
        client: 'box',
        connected: true,
        connections: 1,
        address: '10.0.0.7',
      },
      NOON + 1,
    );
    expect(all.of('GW-1')).toMatchObject({
      refusedLogin: { count: 1, lastAt: NOON, detail: 'wrong-secret from 10.0.0.7' },
      connection: { client: 'box', address: '10.0.0.7', at: NOON + 1 },
    });
  });
});

describe('in all', () => {
  test('the oldest packets of one after another make room, and everybody keeps the last', () => {
    const all = notes();
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < 1_500; i++)
        all.received(entry(NOON + round, new Uint8Array(2_048), `GW-${i}`), 1, [], 0);
    }
    let packets = 0;
    let least = Infinity;
    for (let i = 0; i < 1_500; i++) {
      packets += kept(all, `GW-${i}`).length;
      least = Math.min(least, kept(all, `GW-${i}`).length);
    }
    expect(packets * 2_330).toBeLessThan(34 * 1024 * 1024);
    expect(packets).toBeGreaterThan(10_000);
    expect(least).toBeGreaterThanOrEqual(1);
  });

  test('a packet looks for room with a few gateways only, also when thousands have one packet each', () => {
    const all = notes();
    for (let i = 0; i < 15_000; i++) all.received(entry(NOON, new Uint8Array(2_048), `GW-${i}`), 1, [], 0);
    const walk: Iterator<unknown> = Object.getPrototypeOf(new Map().values());
    const looks = vi.spyOn(walk, 'next');
    all.received(entry(NOON, new Uint8Array(2_048), 'GW-late'), 1, [], 0);
    const { length } = looks.mock.calls;
    looks.mockRestore();
    expect(length).toBeGreaterThan(0);
    expect(length).toBeLessThanOrEqual(32);
    expect(kept(all, 'GW-late')).toHaveLength(1);
  });

  test('strangers push out nobody but the oldest stranger', () => {
    const all = notes();
    all.received(entry(NOON), 1, [], 0);
    for (let i = 0; i < 1_100; i++) all.stranger(`guess-${i}`, NOON + i);
    all.received(entry(NOON, new Uint8Array(1), 'nobody'), 1, [], 0);
    expect([all.strangerOf('guess-0'), all.strangerOf('guess-1099')?.count, all.of('nobody')]).toEqual([
      null,
      1,
      null,
    ]);
    expect(kept(all)).toHaveLength(1);
  });
});
