/** What only time, a missing sense or another's role brings out on the duty page, in a real browser. */
import { existsSync } from 'node:fs';
import { describe } from 'vitest';
import { usePageHouse } from './page-house.ts';
import { rolesOnThePage } from './page-roles.ts';
import { sightOnThePage } from './page-sight.ts';
import { silenceOnThePage } from './page-silence.ts';

describe.skipIf(!existsSync('/usr/bin/chromium'))('silence, sight and roles', () => {
  const house = usePageHouse();
  silenceOnThePage(house);
  sightOnThePage(house);
  rolesOnThePage(house);
});
