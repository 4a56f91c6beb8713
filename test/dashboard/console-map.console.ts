/** The city map of the built console in a real browser. */
import { existsSync } from 'node:fs';
import { describe } from 'vitest';
import { usePageHouse } from './page-house.ts';
import { mapOnThePage } from './page-map.ts';

describe.skipIf(!existsSync('/usr/bin/chromium'))('the map page', () => {
  const house = usePageHouse();
  mapOnThePage(house);
});
