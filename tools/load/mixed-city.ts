/** A large registry of several kinds of facilities, for measuring: two devices a facility, five values a device. */

/** Channel, quantity and unit; values under 0.4, as the load generator sends them, raise nothing. */
const KINDS = [
  {
    ...{ kind: 'gas-valve-well', lifeline: 'gas' },
    values: [
      ['a', 'ch4', '%'],
      ['b', 'h2s', '[ppm]'],
      ['c', 'co', '[ppm]'],
      ['d', 'cover-tilt', 'deg'],
      ['e', 'temperature', 'Cel'],
    ],
  },
  {
    ...{ kind: 'underpass', lifeline: 'drainage' },
    values: [
      ['a', 'water-depth', 'cm'],
      ['b', 'water-depth', 'mm'],
      ['c', 'ch4', '%'],
      ['d', 'h2s', '[ppm]'],
      ['e', 'temperature', 'Cel'],
    ],
  },
  {
    ...{ kind: 'manhole', lifeline: 'drainage' },
    values: [
      ['a', 'sewer-level', 'm'],
      ['b', 'h2s', '[ppm]'],
      ['c', 'ch4', '%'],
      ['d', 'cover-tilt', 'deg'],
      ['e', 'co', '[ppm]'],
    ],
  },
] as const;
const POINTS_PER_DEVICE = 5;
const DEVICES_PER_FACILITY = 2;
const FACILITIES_PER_GATEWAY = 30;

export type MixedPart = {
  readonly gateways: readonly { readonly id: string; readonly name: string; readonly session: string }[];
  readonly facilities: readonly object[];
  readonly devices: readonly { readonly id: string; readonly gateway: string; readonly facility: string }[];
  readonly points: readonly object[];
};

/** `points` in all, in parts of one gateway each: every part is complete with what its points stand on. */
export function* mixedCity(points: number): Generator<MixedPart> {
  const facilities = Math.ceil(points / POINTS_PER_DEVICE / DEVICES_PER_FACILITY);
  for (let first = 0; first < facilities; first += FACILITIES_PER_GATEWAY) {
    const gateway = `GW-${first / FACILITIES_PER_GATEWAY}`;
    const numbers = Array.from(
      { length: Math.min(FACILITIES_PER_GATEWAY, facilities - first) },
      (_, n) => first + n,
    );
    const devices = numbers.flatMap((n) =>
      Array.from({ length: DEVICES_PER_FACILITY }, (_, d) => ({
        ...{ id: `D-${n}-${d}`, gateway, facility: `F-${n}` },
      })),
    );
    yield {
      gateways: [{ id: gateway, name: gateway, session: 'always-on' }],
      facilities: numbers.map((n) => facilityAt(n)),
      devices,
      points: devices.flatMap((device, at) => {
        const n = numbers[Math.floor(at / DEVICES_PER_FACILITY)] ?? 0;
        return kindOf(n).values.map(([channel, quantity, unit]) => ({
          ...{ device: device.id, channel, quantity, unit, reportIntervalMs: 60_000 },
        }));
      }),
    };
  }
}

const kindOf = (n: number) => KINDS[n % KINDS.length] ?? KINDS[0];

/** About a kilometre apart; every well of its own depth, as in a city. */
function facilityAt(n: number): object {
  const { kind, lifeline } = kindOf(n);
  return {
    ...{ id: `F-${n}`, name: `F-${n}`, kind, lifeline, area: '371702' },
    location: { lat: 34.6 + (n % 100) / 100, lon: 114.8 + Math.floor(n / 100) / 100 },
    attributes: { coverLevelM: 50 + (n % 97) / 10, invertLevelM: 46 + (n % 89) / 10, diameterM: 0.8 },
  };
}
