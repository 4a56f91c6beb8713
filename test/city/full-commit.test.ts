/** The last publish of all fills its commit exactly, with its last value: its acknowledgement waits for nothing else. */
import { DEFAULT_BOUNDS } from '#config';
import { describe, expect, it } from 'vitest';
import { oneCity } from './one-city.ts';

describe('a commit that is full', () => {
  it.each([
    [4, 4],
    [4, 8],
    [4, 7],
    [1, 3],
  ])(
    'of %i inputs: each of %i publishes in one turn is acknowledged and folded',
    async (commitEntriesMax, count) => {
      const city = oneCity();
      await city.open({ bounds: { ...DEFAULT_BOUNDS, commitEntriesMax } });
      await city.register();
      const before = city.pipeline().city.position;
      const wanted = Array.from({ length: count }, (_, n) => (n + 1) / 100);
      for (const value of wanted) city.send(value);
      await city.pass(100);
      expect([...city.acked.keys()]).toEqual(wanted);
      expect(city.pipeline().city.position).toBe(before + count);
      expect(city.pipeline().status().waiting).toBe(0);
    },
  );
});
