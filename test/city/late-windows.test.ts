/** Which stretches of late data wait to be judged, and what a judgement settles. */
import { describe, expect, it } from 'vitest';
import { FLAG, type Measurement } from '#domain/measurement.ts';
import {
  LATE_QUIET_MS,
  type LateWindow,
  noteLate,
  quietWindows,
  settleLate,
} from '../../city/late-windows.ts';

const late = (pointIndex: number, time: number, flags: number = FLAG.late): Measurement => ({
  ...{ pointIndex, time, deviceTime: time, receivedAt: 1_000_000, value: 1, quality: 'good', flags },
});

function windowsOf(...noted: readonly (readonly [Measurement, number])[]): Map<number, LateWindow> {
  const windows = new Map<number, LateWindow>();
  for (const [measurement, at] of noted) noteLate(windows, measurement, at);
  return windows;
}

describe('late windows', () => {
  it('grow over every late sample of a point, and live ones leave no trace', () => {
    const windows = windowsOf([late(1, 500), 10], [late(1, 300), 20], [late(2, 400), 5], [late(3, 1, 0), 30]);
    expect([...windows]).toEqual([
      [1, { from: 300, to: 500, touchedAt: 20 }],
      [2, { from: 400, to: 400, touchedAt: 5 }],
    ]);
  });

  it('are quiet exactly a minute after their last sample, in order of point', () => {
    const windows = windowsOf([late(7, 1), 0], [late(2, 1), 0], [late(5, 1), 1]);
    expect(quietWindows(windows, LATE_QUIET_MS - 1)).toEqual([]);
    expect(quietWindows(windows, LATE_QUIET_MS).map(([point]) => point)).toEqual([2, 7]);
  });

  it.each([
    ['judged to its end: gone', 500, LATE_QUIET_MS, null],
    ['judged beyond its end: gone', 900, LATE_QUIET_MS, null],
    ['judged in part: the rest stays', 400, LATE_QUIET_MS, { from: 400, to: 500, touchedAt: 0 }],
    ['touched meanwhile: all of it stays', 900, LATE_QUIET_MS - 1, { from: 300, to: 500, touchedAt: 0 }],
  ])('%s', (_, to, now, left) => {
    const windows = windowsOf([late(1, 300), 0], [late(1, 500), 0]);
    settleLate(windows, 1, to, now);
    expect(windows.get(1) ?? null).toEqual(left);
    settleLate(windows, 99, to, now);
  });
});
