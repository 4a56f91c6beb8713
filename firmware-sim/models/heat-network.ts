/**
 * The primary network of one heat source: a main of some kilometres with stations along it. Pressure falls with the
 * square of the flow; a burst adds its flow on the way to it, so everything behind loses pressure, and the make-up water
 * that replaces what runs out rises until it can no more; then the whole network's pressure sinks.
 */
export type HeatNetwork = {
  readonly lengthKm: number;
  /** Where the main is open and how much runs out there; null when it is tight. */
  burst: { readonly atKm: number; readonly m3PerHour: number } | null;
  /** What runs out now: a burst opens within seconds. */
  leakM3PerHour: number;
  makeUpM3PerHour: number;
  /** Water missing in the network, m3. */
  missingM3: number;
  pumpOn: boolean;
  circulationM3PerHour: number;
};

export const CIRCULATION_M3_PER_HOUR = 900;
const LOSS_M3_PER_HOUR = 2.2;
const MAKE_UP_MAX_M3_PER_HOUR = 60;
const STATIC_MPA = 0.3;
/** Head of the circulation pump at rest and its fall at nominal flow, MPa. */
const PUMP_MPA = 0.6;
const PUMP_FALL_MPA = 0.02;
/** Loss along the whole main at nominal flow, MPa. */
const MAIN_LOSS_MPA = 0.15;
const MPA_PER_MISSING_M3 = 0.0008;
/** Then the valves at the source close by themselves. */
const MISSING_MAX_M3 = 200;
const OPENING_S = 15;
const MAKE_UP_S = 60;
const SPIN_S = 20;
const SUPPLY_C = 98;
const RETURN_C = 48;
const COLD_C = 15;
/** Design return temperature for the registry, Cel. */
export const DESIGN_RETURN_C = 50;
const C_PER_KM = 0.4;

/** A tight network at its working point. */
export const createHeatNetwork = (lengthKm: number): HeatNetwork => ({
  lengthKm,
  burst: null,
  leakM3PerHour: 0,
  makeUpM3PerHour: LOSS_M3_PER_HOUR,
  missingM3: 0,
  pumpOn: true,
  circulationM3PerHour: CIRCULATION_M3_PER_HOUR,
});

/** Moves the network on by `seconds`. */
export function stepHeatNetwork(network: HeatNetwork, seconds: number): void {
  const towards = (from: number, to: number, constantS: number): number =>
    to + (from - to) * Math.exp(-seconds / constantS);
  network.leakM3PerHour = towards(network.leakM3PerHour, network.burst?.m3PerHour ?? 0, OPENING_S);
  const circulation = network.pumpOn ? CIRCULATION_M3_PER_HOUR : 0;
  network.circulationM3PerHour = towards(network.circulationM3PerHour, circulation, SPIN_S);
  const refill = network.missingM3 > 0.01 ? MAKE_UP_MAX_M3_PER_HOUR : 0;
  const wanted = Math.min(MAKE_UP_MAX_M3_PER_HOUR, LOSS_M3_PER_HOUR + network.leakM3PerHour + refill);
  network.makeUpM3PerHour = towards(network.makeUpM3PerHour, wanted, MAKE_UP_S);
  const lost = LOSS_M3_PER_HOUR + network.leakM3PerHour - network.makeUpM3PerHour;
  network.missingM3 = Math.min(MISSING_MAX_M3, Math.max(0, network.missingM3 + (lost * seconds) / 3_600));
}

/** Pressure in the supply main `atKm` from the source, MPa. */
export function supplyMpa(network: HeatNetwork, atKm: number): number {
  const { circulationM3PerHour, leakM3PerHour, lengthKm } = network;
  const burstKm = network.burst?.atKm ?? lengthKm;
  const share = (flow: number): number => (flow / CIRCULATION_M3_PER_HOUR) ** 2;
  const before = share(circulationM3PerHour + leakM3PerHour);
  const behind = share(circulationM3PerHour);
  const lossPerKm = MAIN_LOSS_MPA / lengthKm;
  const along = lossPerKm * (before * Math.min(atKm, burstKm) + behind * Math.max(0, atKm - burstKm));
  const pump = circulationM3PerHour > 1 ? PUMP_MPA * Math.min(1, behind) - PUMP_FALL_MPA * before : 0;
  return Math.max(0.02, returnMpa(network) + pump - along);
}

/** Pressure before the circulation pump, which the make-up holds, MPa. */
export const returnMpa = (network: HeatNetwork): number =>
  Math.max(0.02, STATIC_MPA - MPA_PER_MISSING_M3 * network.missingM3);

/** Make-up in % of the circulating flow; 0 while nothing circulates. */
export const makeUpPercent = ({ makeUpM3PerHour, circulationM3PerHour }: HeatNetwork): number =>
  circulationM3PerHour < 1 ? 0 : (makeUpM3PerHour / circulationM3PerHour) * 100;

/** Supply temperature `atKm` from the source, Cel. */
export const supplyC = (atKm: number): number => SUPPLY_C - C_PER_KM * atKm;

/** Return temperature at the source, Cel: cold make-up water mixes in. */
export const returnC = ({ makeUpM3PerHour, circulationM3PerHour }: HeatNetwork): number =>
  (RETURN_C * circulationM3PerHour + COLD_C * makeUpM3PerHour) /
  Math.max(1, circulationM3PerHour + makeUpM3PerHour);
