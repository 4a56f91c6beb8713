/** The models behind the simulated sensors, against figures worked out by hand. */
import { describe, expect, it } from 'vitest';
import {
  createGasWell,
  type GasWell,
  leakHolding,
  leakReaching,
  methaneReading,
  stepGasWell,
} from '#firmware-sim/models/gas-well.ts';
import { FALL_S, rainAt, readGauge, RISE_S, totalMm } from '#firmware-sim/models/rain.ts';
import { createSewer, sewerLevelM, stepSewer } from '#firmware-sim/models/sewer.ts';
import { airReading, createSpaceAir, stepSpaceAir } from '#firmware-sim/models/space-air.ts';
import { createTank, rateReaching, stepTank } from '#firmware-sim/models/tank.ts';
import { createUnderpass, depthM, stepUnderpass, type Underpass } from '#firmware-sim/models/underpass.ts';
import { seededRandom } from '#firmware-sim/random.ts';

const well = (leakM3PerHour: number): GasWell => ({
  fraction: 0,
  leakM3PerHour,
  blowerM3PerHour: 0,
  ventilationM3PerHour: 0.2,
  volumeM3: 3,
  background: 0,
});

describe('methane in a well', () => {
  it('reaches 1 vol% after 36.9 minutes in the worked example, whatever the steps', () => {
    for (const stepS of [1, 10, 60]) {
      const box = well(0.05);
      let seconds = 0;
      while (box.fraction < 0.01) {
        stepGasWell(box, stepS);
        seconds += stepS;
      }
      expect(Math.abs(seconds / 60 - 36.9)).toBeLessThanOrEqual(0.05 + stepS / 60);
    }
  });

  it('settles at 20 vol% in the worked example', () => {
    const box = well(0.05);
    stepGasWell(box, 1_000 * 3_600);
    expect(box.fraction).toBeCloseTo(0.2, 9);
  });

  it('reaches a wanted fraction in the wanted time, and holds it', () => {
    const box = well(0);
    box.leakM3PerHour = leakReaching(box, 0.025, 400);
    stepGasWell(box, 400);
    expect(box.fraction).toBeCloseTo(0.025, 9);
    box.leakM3PerHour = leakHolding(box);
    stepGasWell(box, 7_200);
    expect(box.fraction).toBeCloseTo(0.025, 9);
  });

  it('is aired within minutes by a blower of 150 m3/h', () => {
    const box = { ...well(0), fraction: 0.05, blowerM3PerHour: 150 };
    stepGasWell(box, 300);
    expect(box.fraction).toBeLessThan(0.001);
  });

  it('reads zero or more, to two decimals', () => {
    const random = seededRandom(3);
    const tight = createGasWell(random);
    const readings = Array.from({ length: 500 }, () => methaneReading(tight, random));
    expect(Math.min(...readings)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...readings)).toBeLessThan(0.2);
    expect(readings.every((value) => Math.abs(value * 100 - Math.round(value * 100)) < 1e-9)).toBe(true);
  });
});

describe('a storm', () => {
  const over = { lat: 35.25, lon: 115.44 };
  const storm = { startS: 100, peakMmPerHour: 50, over };

  it('peaks where and when it should and is over afterwards', () => {
    expect(rainAt(storm, 100, over)).toBe(0);
    expect(rainAt(storm, 100 + RISE_S, over)).toBeCloseTo(50, 9);
    expect(rainAt(storm, 100 + RISE_S + FALL_S, over)).toBe(0);
  });

  it('brings 12.5 mm in all at a peak of 50 mm/h, and a gauge counts them', () => {
    let fallen = 0;
    let reported = 0;
    for (let nowS = 100; nowS < 3_000; nowS += 10) {
      fallen += (rainAt(storm, nowS, over) * 10) / 3_600;
      const { reportedMm, leftMm } = readGauge(fallen);
      reported += reportedMm;
      fallen = leftMm;
    }
    expect(totalMm(50)).toBeCloseTo(12.5, 9);
    expect(reported).toBeGreaterThan(12.2);
    expect(reported).toBeLessThanOrEqual(12.6);
  });

  it('thins out with distance: 7 km away 61 %, in the next county nearly nothing', () => {
    const peak = (place: { lat: number; lon: number }): number => rainAt(storm, 100 + RISE_S, place);
    expect(peak({ lat: 35.25 + 7 / 111.2, lon: 115.44 }) / 50).toBeCloseTo(0.6065, 3);
    expect(peak({ lat: 35.0713, lon: 115.5733 })).toBeLessThan(0.5);
  });
});

describe('an underpass', () => {
  const dry = (pumpFailed: boolean): Underpass => ({
    volumeM3: 0,
    pumpOn: false,
    pumpFailed,
    catchmentM2: 18_000,
    pumpM3PerHour: 1_300,
    bowlM2PerM: 3_000,
  });

  it('stands 27 cm deep with 109.35 m3', () => {
    expect(depthM({ ...dry(false), volumeM3: 109.35 })).toBeCloseTo(0.27, 9);
  });

  it('floods within minutes when the pump fails, and hardly when it runs', () => {
    const failed = dry(true);
    const running = dry(false);
    for (let s = 0; s < 1_200; s += 10) {
      stepUnderpass(failed, 50, 10);
      stepUnderpass(running, 50, 10);
    }
    expect(depthM(failed)).toBeGreaterThan(0.27);
    expect(failed.pumpOn).toBe(false);
    expect(depthM(running)).toBeLessThan(0.05);
    expect(running.pumpOn || depthM(running) < 0.03).toBe(true);
  });

  it('is pumped dry after the rain, and the pump stops', () => {
    const flooded = { ...createUnderpass(seededRandom(1)), volumeM3: 400 };
    for (let s = 0; s < 3_600; s += 10) stepUnderpass(flooded, 0, 10);
    expect(depthM(flooded)).toBeLessThan(0.02);
    expect(flooded.pumpOn).toBe(false);
  });
});

describe('a sewer', () => {
  const levels = { invertLevelM: 42, diameterM: 0.8, coverLevelM: 45, catchmentM2: 60_000 };

  it('carries dry weather and a shower, backs up in a downpour, never above the cover, and empties', () => {
    const sewer = createSewer(levels);
    expect(sewerLevelM(sewer)).toBeCloseTo(42.12, 9);
    for (let s = 0; s < 1_200; s += 10) stepSewer(sewer, 30, 10);
    expect(sewerLevelM(sewer)).toBeLessThan(42.8);
    for (let s = 0; s < 3_600; s += 10) stepSewer(sewer, 200, 10);
    expect(sewerLevelM(sewer)).toBeCloseTo(45, 9);
    for (let s = 0; s < 3_600; s += 10) stepSewer(sewer, 0, 10);
    expect(sewerLevelM(sewer)).toBeLessThan(42.2);
  });
});

it('a tank reaches the wanted level in the wanted time and never runs over its gauge', () => {
  const tank = { ...createTank(seededRandom(1)), level: 60 };
  tank.ratePerHour = rateReaching(tank, 97, 1_800);
  for (let s = 0; s < 1_800; s += 10) stepTank(tank, 10);
  expect(tank.level).toBeCloseTo(97, 6);
  stepTank(tank, 3_600);
  expect(tank.level).toBe(100);
});

it('foul air turns hydrogen sulphide up and oxygen down, within five minutes by 63 %', () => {
  const air = createSpaceAir();
  air.source = 1;
  stepSpaceAir(air, 300);
  expect(air.foulness).toBeCloseTo(0.632, 3);
  stepSpaceAir(air, 36_000);
  const random = seededRandom(1);
  expect(airReading(air, 'h2s', random)).toBeGreaterThan(34);
  expect(airReading(air, 'o2', random)).toBeLessThan(18.5);
});
