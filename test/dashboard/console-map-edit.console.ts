/** Networks, base maps and placing on the map of the built console, in a real browser. */
import { existsSync } from 'node:fs';
import { describe } from 'vitest';
import { usePageHouse } from './page-house.ts';
import { mapEditOnThePage } from './page-map-edit.ts';

describe.skipIf(!existsSync('/usr/bin/chromium'))('the map page', () => {
  const house = usePageHouse();
  mapEditOnThePage(house);
});
