/** The configuration pages of the built console in a real browser. */
import { existsSync } from 'node:fs';
import { describe } from 'vitest';
import { configOnThePage, registryOnThePage } from './page-config.ts';
import { usePageHouse } from './page-house.ts';
import { productsOnThePage } from './page-products.ts';

describe.skipIf(!existsSync('/usr/bin/chromium'))('the configuration pages', () => {
  const house = usePageHouse();
  configOnThePage(house);
  registryOnThePage(house);
  productsOnThePage(house);
});
