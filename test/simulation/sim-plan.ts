/** How large a simulated place is, how ill it fares, and what is registered of it. */
import type { Input } from '#domain/input.ts';
import type { Random } from './random.ts';

export type SimPoint = {
  readonly device: string;
  readonly channel: string;
  readonly gateway: string;
  readonly scale: number;
  readonly reportIntervalMs: number;
};

/** Means of what happens by chance; times in milliseconds. */
export type SimSize = {
  readonly points: (random: Random) => SimPoint[];
  readonly deathEveryMs: number;
  /** The disk begins to fail its syncs, and how long it goes on. */
  readonly diskFailsEveryMs: number;
  readonly diskFailsForMs: number;
  readonly officerEveryMs: number;
  readonly snapshotEveryMs: number;
  /** Per sample: something begins to leak; the gateway falls silent for a while; its line is down for long. */
  readonly leakChance: number;
  readonly silenceChance: number;
  readonly outageChance: number;
  readonly outageMsMax: number;
};

/** Three to six points that report often, where somebody dies every minute: for minutes. */
export const STREET: SimSize = {
  points: (random) =>
    Array.from({ length: 3 + random.int(4) }, (_, order) => pointOf(order, `GW-${1 + (order % 3)}`, 10_000)),
  deathEveryMs: 45_000,
  diskFailsEveryMs: 90_000,
  diskFailsForMs: 90_000,
  officerEveryMs: 20_000,
  snapshotEveryMs: 20_000,
  leakChance: 0.02,
  silenceChance: 0.004,
  outageChance: 0,
  outageMsMax: 0,
};

/** Twenty gateways and more, some with two devices, and lines that are down for most of an hour: for hours. */
export const CITY: SimSize = {
  points(random) {
    const gateways = 20 + random.int(5);
    return Array.from({ length: gateways + random.int(6) }, (_, order) =>
      pointOf(order, `GW-${1 + (order % gateways)}`, random.pick([60_000, 120_000, 120_000])),
    );
  },
  deathEveryMs: 30 * 60_000,
  diskFailsEveryMs: 25 * 60_000,
  diskFailsForMs: 90_000,
  officerEveryMs: 90_000,
  snapshotEveryMs: 600_000,
  leakChance: 0.008,
  silenceChance: 0.002,
  outageChance: 0.001,
  outageMsMax: 50 * 60_000,
};

/** Wells and underpasses in turn. */
const pointOf = (order: number, gateway: string, reportIntervalMs: number): SimPoint => ({
  gateway,
  device: `D-${order + 1}`,
  channel: order % 2 === 0 ? 'ch4' : 'depth',
  scale: order % 2 === 0 ? 5 : 35,
  reportIntervalMs,
});

/** Wells and underpasses, one each a device, as one change of the registry. Every well stands at one place. */
export function registryOf(points: readonly SimPoint[]): Extract<Input, { command: 'registry' }>['change'] {
  const item = (kind: string, value: unknown) => ({ op: 'create', kind, value });
  const gateways = [...new Set(points.map((point) => point.gateway))];
  const items = [
    ...gateways.map((id) =>
      item('gateways', { id, name: id, session: 'always-on', secretHmac: '0'.repeat(64) }),
    ),
    ...points.flatMap(({ device, gateway, channel, reportIntervalMs }) => [
      item('facilities', {
        id: `F-${device}`,
        name: device,
        kind: channel === 'ch4' ? 'gas-valve-well' : 'underpass',
        lifeline: channel === 'ch4' ? 'gas' : 'drainage',
        area: '371702',
        location: { lat: 35.2, lon: 115.4 },
      }),
      item('devices', { id: device, gateway, facility: `F-${device}` }),
      item('points', {
        device,
        channel,
        quantity: channel === 'ch4' ? 'ch4' : 'water-depth',
        unit: channel === 'ch4' ? '%' : 'cm',
        reportIntervalMs,
      }),
    ]),
  ];
  return { items } as Extract<Input, { command: 'registry' }>['change'];
}
