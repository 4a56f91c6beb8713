/** What the sensors of one box show, by channel: the model behind it, its noise, and the decimals of the display. */
import { currentOf, outflowOf } from './models/pump-station.ts';
import { makeUpPercent, returnC, returnMpa, supplyC, supplyMpa } from './models/heat-network.ts';
import { INLET_KPA, mainKpa, stationFlow } from './models/gas-main.ts';
import { GROUND_C } from './models/heat-trench.ts';
import { methaneReading } from './models/gas-well.ts';
import { peopleReading } from './models/crowd.ts';
import { chargeReading, signalReading, voltageReading } from './models/power.ts';
import { readGauge } from './models/rain.ts';
import { sewerReading } from './models/sewer.ts';
import { airReading } from './models/space-air.ts';
import { tankReading } from './models/tank.ts';
import { pondingReading } from './models/underpass.ts';
import type { Random } from './random.ts';
import { airGasesOf, mainKmOf, type Site } from './site.ts';

type Values = Record<string, number>;

/** Readings of the box whose id ends in `suffix` (the first box has none); reading a rain gauge empties it. */
export function readBox(site: Site, suffix: string, random: Random): Values {
  switch (site.facility.kind) {
    case 'gas-valve-well':
      return {
        ...methane(site, random),
        temperature: noisy(12, 0.2, 1, random),
        ...tilt(site, random),
        ...power(site, random),
      };
    case 'adjacent-space':
      return { ...methane(site, random), ...power(site, random) };
    case 'gas-main-point':
      return { ...mainPoint(site, random), ...power(site, random) };
    case 'gas-station':
      return gasStation(site, suffix, random);
    case 'utility-tunnel':
      return {
        ...methane(site, random),
        ...air(site, 0, random),
        temperature: noisy(19, 0.2, 1, random),
        humidity: noisy(68, 0.5, 0, random),
      };
    case 'underpass':
      return { ...depth(site, random), pump: site.underpass?.pumpOn === true ? 1 : 0 };
    case 'road-low-point':
      return { ...depth(site, random), ...power(site, random) };
    case 'rain-gauge':
      return { rain: emptyGauge(site), battery: voltageReading(site.power) };
    case 'manhole':
      return manhole(site, random);
    case 'pump-station':
      return pumpStation(site, suffix, random);
    case 'heat-source':
      return heatSource(site, random);
    case 'heat-station':
      return { ...heat(site, random), 'make-up-ratio': noisy(0.3, 0.02, 2, random) };
    case 'heat-trench':
      return trench(site, suffix, random);
    case 'tank':
      return tank(site, random);
    case 'hazchem-plant':
      return plant(site, suffix, random);
  }
}

function noisy(value: number, spread: number, decimals: number, random: Random): number {
  const scale = 10 ** decimals;
  return Math.round((value + random.noise(spread)) * scale) / scale;
}

const methane = ({ well }: Site, random: Random): Values =>
  well === undefined ? {} : { ch4: methaneReading(well, random) };

const power = ({ power: one }: Site, random: Random): Values => ({
  battery: chargeReading(one),
  signal: signalReading(one, random),
});

const tilt = ({ tiltDeg }: Site, random: Random): Values => ({
  tilt: Math.abs(noisy(tiltDeg, 0.2, 1, random)),
});

const depth = ({ underpass }: Site, random: Random): Values =>
  underpass === undefined ? {} : { depth: pondingReading(underpass, random) };

function air(site: Site, detector: number, random: Random): Values {
  const one = site.airs[detector];
  if (one === undefined) return {};
  return Object.fromEntries(airGasesOf(site.facility).map((gas) => [gas, airReading(one, gas, random)]));
}

function mainPoint({ facility, networks }: Site, random: Random): Values {
  const step = Number(facility.attributes['mainStep'] ?? 1);
  return {
    pressure: noisy(mainKpa(networks.gas, step), 0.4, 1, random),
    flow: noisy(stationFlow(networks.gas) / (step + 1), 3, 1, random),
  };
}

function gasStation(site: Site, suffix: string, random: Random): Values {
  const { gas } = site.networks;
  if (suffix === '-reg')
    return { pressure: noisy(gas.outletKpa, 0.4, 1, random), flow: noisy(stationFlow(gas), 5, 1, random) };
  if (suffix === '-in') return { pressure: noisy(INLET_KPA / 1_000, 0.002, 3, random) };
  return methane(site, random);
}

function emptyGauge(site: Site): number {
  const { reportedMm, leftMm } = readGauge(site.caughtMm);
  site.caughtMm = leftMm;
  return reportedMm;
}

function manhole(site: Site, random: Random): Values {
  return {
    ...(site.sewer === undefined ? {} : { level: sewerReading(site.sewer, random) }),
    ...methane(site, random),
    ...air(site, 0, random),
    ...tilt(site, random),
    battery: chargeReading(site.power),
  };
}

function pumpStation({ pumping }: Site, suffix: string, random: Random): Values {
  if (pumping === undefined) return {};
  if (suffix === '')
    return { level: noisy(pumping.levelM, 0.01, 2, random), flow: noisy(outflowOf(pumping), 0, 1, random) };
  const pump = pumping.pumps[suffix === '-p1' ? 0 : 1];
  const current = currentOf(pump);
  return {
    command: pump.commanded ? 1 : 0,
    running: pump.running ? 1 : 0,
    current: current === 0 ? 0 : noisy(current, 1.2, 1, random),
  };
}

function heat({ facility, networks }: Site, random: Random): Values {
  const km = mainKmOf(facility);
  return {
    supply: noisy(supplyC(km), 0.15, 1, random),
    return: noisy(returnC(networks.heat), 0.15, 1, random),
    pressure: noisy(supplyMpa(networks.heat, km), 0.0015, 3, random),
  };
}

function heatSource(site: Site, random: Random): Values {
  const { heat: network } = site.networks;
  return {
    ...heat(site, random),
    circulation: noisy(network.circulationM3PerHour, 2, 1, random),
    'make-up': Math.max(0, noisy(network.makeUpM3PerHour, 0.05, 2, random)),
    'make-up-ratio': Math.max(0, noisy(makeUpPercent(network), 0.01, 2, random)),
    pump: network.pumpOn && returnMpa(network) > 0 ? 1 : 0,
  };
}

function trench({ trench: one, power: supply }: Site, suffix: string, random: Random): Values {
  if (one === undefined) return {};
  if (suffix === '-ref') return { ground: noisy(GROUND_C, 0.1, 1, random) };
  return {
    ground: noisy(one.groundC, 0.1, 1, random),
    humidity: noisy(one.humidity, 0.3, 1, random),
    battery: chargeReading(supply),
  };
}

function tank(site: Site, random: Random): Values {
  const { tank: one } = site;
  if (one === undefined) return {};
  return {
    level: tankReading(one, random),
    ...air(site, 0, random),
    temperature: noisy(16, 0.1, 1, random),
    pressure: noisy(820 + 2 * one.level, 1, 0, random),
  };
}

function plant(site: Site, suffix: string, random: Random): Values {
  const { crowd } = site;
  if (suffix === '-people') return crowd === undefined ? {} : { people: peopleReading(crowd) };
  const detector = ['', '-b', '-c'].indexOf(suffix);
  return { ...air(site, detector, random), ...methane(site, random) };
}
