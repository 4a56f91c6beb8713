/** Shifted datums against published pairs; and there and back is the same place. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bd09OfGcj02, fromGcj02, type LonLat, toGcj02, toWgs84 } from '#domain/datum.ts';

const near = (given: LonLat, wanted: LonLat, degrees: number): void => {
  expect(Math.abs(given[0] - wanted[0])).toBeLessThan(degrees);
  expect(Math.abs(given[1] - wanted[1])).toBeLessThan(degrees);
};

describe('shifted datums', () => {
  // The pairs that the coordtransform package publishes for 116.404, 39.915.
  it('are as published', () => {
    near(toGcj02([116.404, 39.915]), [116.41024449916938, 39.91640428150164], 1e-9);
    near(bd09OfGcj02([116.404, 39.915]), [116.41036949371029, 39.92133699351022], 1e-9);
  });

  it('are shifted back to a millimetre, all over the country', () => {
    const place = fc.tuple(
      fc.double({ min: 75, max: 134, noNaN: true }),
      fc.double({ min: 4, max: 53, noNaN: true }),
    );
    fc.assert(
      fc.property(place, (at) => {
        near(fromGcj02(toGcj02(at)), at, 1e-8);
        near(toWgs84('bd09', bd09OfGcj02(toGcj02(at))), at, 1e-8);
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  it('abroad, in WGS 84 and in CGCS 2000 nothing is shifted', () => {
    expect(toGcj02([2.35, 48.85])).toEqual([2.35, 48.85]);
    for (const datum of ['wgs84', 'cgcs2000'] as const)
      expect(toWgs84(datum, [115.4, 35.2])).toEqual([115.4, 35.2]);
  });
});
