/** The duty page of the built console in a real browser: floods, searching, paper, and the long watch. */
import { existsSync } from 'node:fs';
import { describe } from 'vitest';
import { floodOnThePage } from './page-flood.ts';
import { usePageHouse } from './page-house.ts';
import { printOnThePage } from './page-print.ts';
import { searchOnThePage } from './page-search.ts';
import { watchOnThePage } from './page-watch.ts';

describe.skipIf(!existsSync('/usr/bin/chromium'))('the duty page, under load and on paper', () => {
  const house = usePageHouse();
  floodOnThePage(house);
  searchOnThePage(house);
  printOnThePage(house);
  watchOnThePage(house);
});
