/** Neighbours along the network: a hundred metres of pipe are not a hundred metres of street. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Edge, RegistryItem } from '#domain/registry.ts';
import { parseCatalogue } from '#rules/engine.ts';
import { along, networkOf } from '#rules/network-distance.ts';
import { DutyRoom } from './duty-room.ts';

const CH4 = { quantity: 'ch4', unit: '%', reportIntervalMs: 60_000 };

const rule = (among: object) => ({
  id: 'two-along',
  version: 1,
  kind: 'k-of-n',
  binds: { quantities: ['ch4'], kinds: ['gas-valve-well'] },
  among,
  count: 'facilities',
  when: { side: 'high', unit: '%', limit: 1 },
  levels: [{ name: 'two', colour: 'orange', atLeast: 2 }],
});
const ALONG = { withinM: 100, along: ['gas-main'] };

const pipe = (from: number, to: number, more: Partial<Edge> = {}): RegistryItem => ({
  op: 'upsert',
  kind: 'edges',
  value: {
    id: `E-${from}-${to}`,
    kind: 'gas-main',
    lifeline: 'gas',
    from: `gas-valve-well-${from}`,
    to: `gas-valve-well-${to}`,
    ...more,
  },
});

/** Wells at so many metres, joined by `pipes`. */
function mains(east: readonly number[], ...pipes: RegistryItem[]) {
  const room = new DutyRoom({ format: 1, rules: [rule(ALONG)], system: [] });
  const wells = east.map((metres, at) =>
    room.pointAt({ kind: 'gas-valve-well', place: at + 1, east: metres }, CH4, { device: `W-${at + 1}` }),
  );
  room.register(...pipes);
  const gas = (second: number, ...which: number[]): void => {
    for (const [order, well] of which.entries()) room.sample(second + order, wells[well - 1] ?? -1, 1.5);
  };
  return { room, gas };
}

describe('two wells along the main', () => {
  it('are neighbours when the pipe between them is short, wherever they stand', () => {
    const { room, gas } = mains([0, 40, 80, 60], pipe(1, 2), pipe(2, 3));
    gas(0, 1, 3);
    expect(room.told('two-along').length).toBe(2);
    // The fourth stands between them, but no pipe leads to it.
    gas(10, 4);
    expect(room.told('two-along').length).toBe(2);
  });

  it('are none when the pipe goes round, as told or as drawn', () => {
    const told = mains([0, 40], pipe(1, 2, { attributes: { distanceM: 180 } }));
    told.gas(0, 1, 2);
    expect(told.room.events.filter(({ alarm }) => alarm.rule === 'two-along')).toEqual([]);
    const [lat, lon] = [35.24, 115.47];
    const round: Edge['path'] = [
      [lon, lat],
      [lon, lat + 0.0006],
      [lon + 0.00044, lat],
    ];
    const drawn = mains([0, 40], pipe(1, 2, { path: round }));
    drawn.gas(0, 1, 2);
    expect(drawn.room.told('two-along')).toEqual([]);
  });

  it('are counted over edges of the kinds named only, and over those in service', () => {
    const branch = mains([0, 40], pipe(1, 2, { kind: 'gas-branch' }));
    branch.gas(0, 1, 2);
    expect(branch.room.told('two-along')).toEqual([]);
    const cut = mains([0, 40], pipe(1, 2));
    cut.room.register({ op: 'retire', kind: 'edges', id: 'E-1-2' });
    cut.gas(0, 1, 2);
    expect(cut.room.told('two-along')).toEqual([]);
  });

  it('become neighbours when a pipe through a well without sensors is entered', () => {
    const { room, gas } = mains([0, 80], pipe(1, 2, { attributes: { distanceM: 500 } }));
    room.registerAt(5, {
      op: 'upsert',
      kind: 'facilities',
      value: {
        id: 'gas-valve-well-9',
        name: 'bare',
        kind: 'gas-valve-well',
        lifeline: 'gas',
        area: '371702',
        location: { lat: 35.24, lon: 115.4704 },
      },
    });
    room.registerAt(6, pipe(1, 9));
    gas(10, 1, 2);
    expect(room.told('two-along')).toEqual([]);
    room.registerAt(20, pipe(9, 2));
    gas(30, 1, 2);
    expect(room.told('two-along').length).toBe(2);
  });
});

describe('the way along the network', () => {
  it('is the shortest one, in either direction', () => {
    const { room } = mains(
      [0, 10, 20],
      pipe(1, 2, { attributes: { distanceM: 90 } }),
      pipe(3, 1, { attributes: { distanceM: 30 } }),
      pipe(3, 2, { attributes: { distanceM: 40 } }),
    );
    const network = networkOf(room.registry, ['gas-main']);
    expect(along(network, 'gas-valve-well-1', 69)).toEqual(['gas-valve-well-1', 'gas-valve-well-3']);
    expect(along(network, 'gas-valve-well-1', 70)).toHaveLength(3);
  });

  it('is as short as any way over random pipes', () => {
    const pipes = fc.array(fc.tuple(fc.nat(9), fc.nat(9), fc.integer({ min: 0, max: 40 })), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(pipes, fc.nat(100), (all, withinM) => {
        const network = new Map<string, { to: string; lengthM: number }[]>();
        const far = new Map([['0', 0]]);
        for (const [from, to, lengthM] of all) {
          for (const [a, b] of [
            [`${from}`, `${to}`],
            [`${to}`, `${from}`],
          ] as const)
            network.set(a, [...(network.get(a) ?? []), { to: b, lengthM }]);
        }
        // Ten places: after ten rounds over all pipes no way can become shorter.
        for (let round = 0; round < 10; round += 1)
          for (const [from, steps] of network)
            for (const { to, lengthM } of steps)
              far.set(to, Math.min(far.get(to) ?? Infinity, (far.get(from) ?? Infinity) + lengthM));
        const near = [...far].filter(([, metres]) => metres <= withinM).map(([id]) => id);
        expect(along(network, '0', withinM)).toEqual(near.sort());
      }),
      { seed: 5 },
    );
  });

  it('is found at a hub of thirty thousand pipes', () => {
    const spokes = Array.from({ length: 30_000 }, (_, at) => ({ to: `S-${at}`, lengthM: 1 + (at % 97) }));
    expect(along(new Map([['hub', spokes]]), 'hub', 50)).toHaveLength(
      1 + spokes.filter(({ lengthM }) => lengthM <= 50).length,
    );
  });

  it('is refused over a kind of edge that is none', () => {
    const parsed = parseCatalogue(
      { format: 1, rules: [rule({ withinM: 100, along: ['river'] })], system: [] },
      'x',
    );
    expect(parsed).toMatchObject({ ok: false, error: 'rules[0].among.along: no kind of edge river' });
  });
});
