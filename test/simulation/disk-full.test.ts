/** Cities whose disk fills up and has room again, while syncs fail and the process dies. */
import { describe, expect, it } from 'vitest';
import { simulateCity } from './sim-city.ts';
import { judgeCity } from './sim-oracles.ts';

const MINUTES = 6;

describe.each([
  ['without a reserve', 0],
  ['with a reserve', 64 * 1024],
])('a disk that fills up, %s', (_, reserveBytes) => {
  it.each([901, 902, 903, 904, 905])('loses nothing and recovers (seed %i)', async (seed) => {
    const spells = { full: 0, failing: 0 };
    const outcome = await simulateCity(seed, MINUTES * 60_000, {
      reserveBytes,
      everySecond(disk, random) {
        if (!random.chance(1 / 20)) return;
        const full = disk.capacityBytes < Number.MAX_SAFE_INTEGER;
        if (!full) spells.full += 1;
        disk.capacityBytes = full ? Number.MAX_SAFE_INTEGER : disk.usedBytes + random.int(2_000);
        disk.faults.sync = random.chance(0.3) ? 0.9 : 0;
        if (disk.faults.sync > 0) spells.failing += 1;
      },
    });
    const { breaches, acknowledged } = await judgeCity(outcome);
    expect(breaches.slice(0, 10)).toEqual([]);
    expect(acknowledged).toBeGreaterThan(20);
    expect(spells.full).toBeGreaterThan(0);
    expect(outcome.field.unacknowledged()).toBe(0);
  });
});
