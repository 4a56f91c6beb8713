/** The battery of a device in the field, and how well its modem hears the network. */
import type { Random } from '../random.ts';

/** One device's supply and link. */
export type Power = {
  chargePercent: number;
  /** A sound battery loses a few per cent in a month, a sick one tens in a day. */
  drainPercentPerHour: number;
  /** RSRP, dB[mW]; a snow-covered or flooded cover takes up to thirty away. */
  signalDbm: number;
  coverLossDb: number;
};

const SOUND_PERCENT_PER_HOUR = 0.005;

/** A sound battery, at 60 to 100 %. */
export const createPower = (random: Random): Power => ({
  chargePercent: 60 + random.next() * 40,
  drainPercentPerHour: SOUND_PERCENT_PER_HOUR,
  signalDbm: -80 - random.next() * 20,
  coverLossDb: 0,
});

/** Moves the battery on by `seconds`. */
export function stepPower(power: Power, seconds: number): void {
  power.chargePercent = Math.max(0, power.chargePercent - (power.drainPercentPerHour * seconds) / 3_600);
}

/** A new battery: full, and sound. */
export function replaceBattery(power: Power): void {
  power.chargePercent = 100;
  power.drainPercentPerHour = SOUND_PERCENT_PER_HOUR;
}

/** A lead battery of nominal 12 V, to the tenth. */
export const voltageReading = ({ chargePercent }: Power): number => Math.round(118 + chargePercent / 8) / 10;
export const chargeReading = ({ chargePercent }: Power): number => Math.round(chargePercent);
export const signalReading = ({ signalDbm, coverLossDb }: Power, random: Random): number =>
  Math.round(signalDbm - coverLossDb + random.noise(1.5));
