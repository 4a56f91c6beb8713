/** Rules, the report and people in a real browser: what an engineer, a leader and an administrator do and see. */
import { existsSync } from 'node:fs';
import { describe } from 'vitest';
import { usePageHouse } from './page-house.ts';
import { reportOnThePage } from './page-report.ts';
import { rulesOnThePage } from './page-rules.ts';
import { usersOnThePage } from './page-users.ts';

describe.skipIf(!existsSync('/usr/bin/chromium'))('the console’s rules', () => {
  const house = usePageHouse();
  rulesOnThePage(house);
  reportOnThePage(house);
  usersOnThePage(house);
});
