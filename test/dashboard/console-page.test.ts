/** The built console in a real browser: what an officer does and sees. One browser for all of it. */
import { existsSync } from 'node:fs';
import { describe } from 'vitest';
import { configOnThePage, registryOnThePage } from './page-config.ts';
import { everyoneOnThePage } from './page-everyone.ts';
import { usePageHouse } from './page-house.ts';
import { liveOnThePage } from './page-live.ts';
import { mapOnThePage } from './page-map.ts';
import { ordersOnThePage } from './page-orders.ts';

describe.skipIf(!existsSync('/usr/bin/chromium'))('the console', () => {
  const house = usePageHouse();
  ordersOnThePage(house);
  liveOnThePage(house);
  mapOnThePage(house);
  configOnThePage(house);
  registryOnThePage(house);
  everyoneOnThePage(house);
});
