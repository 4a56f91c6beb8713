/** The networks behind the simulated sensors: pipes, pumps, heat and gas mains, boxes that run on a battery. */
import { describe, expect, it } from 'vitest';
import { createCrowd, peopleReading, stepCrowd } from '#firmware-sim/models/crowd.ts';
import { createGasMain, mainKpa, OUTLET_KPA, stepGasMain, useShare } from '#firmware-sim/models/gas-main.ts';
import {
  createHeatNetwork,
  type HeatNetwork,
  makeUpPercent,
  returnC,
  stepHeatNetwork,
  supplyMpa,
} from '#firmware-sim/models/heat-network.ts';
import { createHeatTrench, stepHeatTrench } from '#firmware-sim/models/heat-trench.ts';
import { flowShare, fullFlowM3PerS } from '#firmware-sim/models/manning.ts';
import { createPower, replaceBattery, stepPower } from '#firmware-sim/models/power.ts';
import {
  createPumpStation,
  currentOf,
  FOREBAY,
  START_M,
  stepPumpStation,
  STOP_M,
} from '#firmware-sim/models/pump-station.ts';
import { passingMm, rainAt, RISE_S, wayS } from '#firmware-sim/models/rain.ts';
import { createSewer, sewerLevelM, stepSewer } from '#firmware-sim/models/sewer.ts';
import { seededRandom } from '#firmware-sim/random.ts';

/** Lets `seconds` go by in steps of ten. */
function pass(seconds: number, step: (seconds: number) => void): void {
  for (let s = 0; s < seconds; s += 10) step(10);
}

describe("Manning's formula", () => {
  it('gives the flow of a full pipe in the worked examples', () => {
    expect(fullFlowM3PerS({ diameterM: 0.6, slope: 0.003, roughness: 0.013 })).toBeCloseTo(0.3363, 4);
    const eightInches = fullFlowM3PerS({ diameterM: 8 * 0.0254, slope: 0.005, roughness: 0.013 });
    expect(eightInches / 0.3048 ** 3).toBeCloseTo(0.854, 2);
  });

  it.each([
    [0.25, 0.137],
    [0.5, 0.5],
    [0.7, 0.837],
    [0.75, 0.912],
    [0.8, 0.978],
    [0.938, 1.076],
    [1, 1],
    [0, 0],
  ])('at h/D %d carries %d of the full flow', (fill, share) => {
    expect(flowShare(fill)).toBeCloseTo(share, 2);
  });
});

describe('a pump station', () => {
  it('pumps between its start and its stop, again and again', () => {
    const station = createPumpStation(1.5);
    const levels: number[] = [];
    pass(4 * 3_600, (s) => {
      stepPumpStation(station, 0, s);
      levels.push(station.levelM);
    });
    expect(Math.max(...levels)).toBeLessThan(START_M[0] + 0.05);
    expect(Math.min(...levels)).toBeGreaterThan(STOP_M - 0.05);
    expect(
      levels.filter((level, i) => level > STOP_M && (levels[i - 1] ?? 9) <= STOP_M).length,
    ).toBeGreaterThan(3);
  });

  it('with failed pumps commands them in vain: no run, no current, the forebay passes its limits', () => {
    const station = createPumpStation(1.5);
    for (const pump of station.pumps) pump.failed = true;
    pass(3_600, (s) => stepPumpStation(station, 0, s));
    expect(station.pumps.map(({ commanded, running }) => [commanded, running])).toEqual([
      [true, false],
      [true, false],
    ]);
    expect(station.pumps.map(currentOf)).toEqual([0, 0]);
    expect(station.levelM).toBeGreaterThan(FOREBAY.forebayHighHighM);
    for (const pump of station.pumps) pump.failed = false;
    pass(1_800, (s) => stepPumpStation(station, 0, s));
    expect(station.levelM).toBeLessThan(FOREBAY.forebayHighM);
  });
});

describe('a heat network', () => {
  const burst = (): HeatNetwork => {
    const network = createHeatNetwork(6);
    pass(600, (s) => stepHeatNetwork(network, s));
    network.burst = { atKm: 3, m3PerHour: 400 };
    return network;
  };

  it('at its working point makes up a quarter of a per cent and loses pressure along the main', () => {
    const network = createHeatNetwork(6);
    pass(3_600, (s) => stepHeatNetwork(network, s));
    expect(makeUpPercent(network)).toBeCloseTo(0.244, 2);
    expect(supplyMpa(network, 0)).toBeCloseTo(0.88, 3);
    expect(supplyMpa(network, 6)).toBeCloseTo(0.73, 3);
  });

  it('that bursts loses more than 0.05 MPa within a minute at its stations, most behind the burst', () => {
    const before = createHeatNetwork(6);
    const network = burst();
    pass(60, (s) => stepHeatNetwork(network, s));
    const dropAt = (km: number): number => supplyMpa(before, km) - supplyMpa(network, km);
    for (const km of [2, 3, 6]) expect(dropAt(km)).toBeGreaterThan(0.05);
    expect(dropAt(3)).toBeGreaterThan(dropAt(1));
    expect(dropAt(6)).toBeCloseTo(dropAt(3), 6);
    expect(dropAt(0)).toBeLessThan(0.05);
  });

  it('makes up what it can, with cold water, and recovers once the main is closed off', () => {
    const network = burst();
    const warm = returnC(network);
    pass(600, (s) => stepHeatNetwork(network, s));
    expect(makeUpPercent(network)).toBeGreaterThan(2);
    expect(returnC(network)).toBeLessThan(warm - 1);
    network.burst = null;
    pass(2 * 3_600, (s) => stepHeatNetwork(network, s));
    expect(makeUpPercent(network)).toBeLessThan(0.5);
    expect(supplyMpa(network, 6)).toBeCloseTo(0.73, 2);
  });

  it('stands still when its pump stops', () => {
    const network = createHeatNetwork(6);
    network.pumpOn = false;
    pass(600, (s) => stepHeatNetwork(network, s));
    expect(network.circulationM3PerHour).toBeLessThan(1);
    expect(supplyMpa(network, 0)).toBeCloseTo(0.3, 2);
    expect(makeUpPercent(network)).toBe(0);
  });

  it('warms and wets the ground over its burst within minutes; the ground dries over hours', () => {
    const trench = createHeatTrench();
    pass(900, (s) => stepHeatTrench(trench, true, s));
    expect(trench.groundC).toBeGreaterThan(24);
    expect(trench.humidity).toBeGreaterThan(97);
    pass(3 * 3_600, (s) => stepHeatTrench(trench, false, s));
    expect(trench.humidity).toBeLessThan(65);
  });
});

describe('a gas main', () => {
  it('stands within a tenth of its pressure at every hour, lowest at supper', () => {
    const main = createGasMain();
    for (let hour = 0; hour < 24; hour += 0.5) {
      stepGasMain(main, hour, 60);
      for (const step of [0, 1, 6]) expect(Math.abs(mainKpa(main, step) / OUTLET_KPA - 1)).toBeLessThan(0.1);
    }
    expect(useShare(18.3)).toBeGreaterThan(useShare(11.7));
    expect(useShare(3)).toBeLessThan(0.6);
  });

  it('rises a quarter when its regulator fails open', () => {
    const main = createGasMain();
    main.regulatorShare = 1.25;
    pass(600, (s) => stepGasMain(main, 3, s));
    expect(mainKpa(main, 0)).toBeCloseTo(375, 0);
  });
});

describe('a storm that crosses the city', () => {
  const [west, east] = [
    { lat: 35.25, lon: 115 },
    { lat: 35.25, lon: 116 },
  ];
  const storm = { startS: 0, peakMmPerHour: 90, over: west, towards: { place: east, kmPerHour: 90 } };

  it('takes an hour for ninety kilometres and rains on one place after another', () => {
    expect(wayS(storm) / 60).toBeCloseTo(60.5, 0);
    const peakAt = (lon: number): number => {
      let best = 0;
      for (let s = 0; s < 6_000; s += 10)
        if (rainAt(storm, s, { lat: 35.25, lon }) > rainAt(storm, best, { lat: 35.25, lon })) best = s;
      return best;
    };
    expect(peakAt(115)).toBeLessThan(RISE_S + 30);
    expect(Math.abs(peakAt(115.5) - (RISE_S + wayS(storm) / 2))).toBeLessThan(30);
    expect(peakAt(116)).toBeGreaterThan(peakAt(115.5) + 1_500);
  });

  it('drops on a place under its path what its speed leaves', () => {
    let mm = 0;
    for (let s = 0; s < 8_000; s += 10) mm += (rainAt(storm, s, { lat: 35.25, lon: 115.5 }) * 10) / 3_600;
    expect(mm).toBeCloseTo(passingMm(90, 90), 0);
  });
});

it('a blocked sewer fills in dry weather and empties once it is free', () => {
  const sewer = createSewer({ invertLevelM: 42, diameterM: 0.8, coverLevelM: 45, catchmentM2: 60_000 });
  sewer.freeShare = 0.05;
  const before = sewerLevelM(sewer);
  pass(3_600, (s) => stepSewer(sewer, 0, s));
  expect(sewerLevelM(sewer)).toBeGreaterThan(before + 0.1);
  sewer.freeShare = 1;
  pass(3_600, (s) => stepSewer(sewer, 0, s));
  expect(sewerLevelM(sewer)).toBeLessThan(before + 0.02);
});

it('a sick battery is empty within days, a sound one lasts, a new one is full', () => {
  const power = createPower(seededRandom(1));
  const before = power.chargePercent;
  stepPower(power, 7 * 86_400);
  expect(before - power.chargePercent).toBeLessThan(1);
  power.drainPercentPerHour = 3;
  stepPower(power, 2 * 86_400);
  expect(power.chargePercent).toBe(0);
  replaceBattery(power);
  expect(power).toMatchObject({ chargePercent: 100 });
});

it('a crowd gathers within minutes and is counted in whole people', () => {
  const crowd = createCrowd();
  crowd.target = 12;
  pass(180, (s) => stepCrowd(crowd, s));
  expect(peopleReading(crowd)).toBe(12);
});
