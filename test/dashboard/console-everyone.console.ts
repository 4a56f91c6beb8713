/** The built console for every eye, hand, language and screen. */
import { existsSync } from 'node:fs';
import { describe } from 'vitest';
import { everyoneOnThePage } from './page-everyone.ts';
import { usePageHouse } from './page-house.ts';

describe.skipIf(!existsSync('/usr/bin/chromium'))('the console', () => {
  const house = usePageHouse();
  everyoneOnThePage(house);
});
