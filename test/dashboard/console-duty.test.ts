/** The duty page of the built console in a real browser: what an officer does and sees. */
import { existsSync } from 'node:fs';
import { describe } from 'vitest';
import { usePageHouse } from './page-house.ts';
import { liveOnThePage } from './page-live.ts';
import { ordersOnThePage } from './page-orders.ts';

describe.skipIf(!existsSync('/usr/bin/chromium'))('the duty page', () => {
  const house = usePageHouse();
  ordersOnThePage(house);
  liveOnThePage(house);
});
