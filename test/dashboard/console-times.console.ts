/** Trends, the replay and the wall of the built console in a real browser. */
import { existsSync } from 'node:fs';
import { describe } from 'vitest';
import { usePageHouse } from './page-house.ts';
import { replayOnThePage } from './page-replay.ts';
import { trendOnThePage } from './page-trend.ts';
import { wallOnThePage } from './page-wall.ts';

describe.skipIf(!existsSync('/usr/bin/chromium'))('what was and what is seen from afar', () => {
  const house = usePageHouse();
  trendOnThePage(house);
  replayOnThePage(house);
  wallOnThePage(house);
});
