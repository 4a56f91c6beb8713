/** Finding by code, name, initials, phone and number of an incident, by keyboard alone. */
import { describe, expect, test } from 'vitest';
import { logIn, rowIds } from './browser.ts';
import { raiseFlood } from './incident-fixture.ts';
import { everyoneCanUse, shows, type PageHouse } from './page-house.ts';

export function searchOnThePage(house: PageHouse): void {
  describe('searching', { timeout: 120_000 }, () => {
    test('the list narrows by initials, phone digits, code and incident number', async () => {
      raiseFlood(house.city);
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      // Names are read after the alarms.
      await shows(page, '.grid-row', '中华路燃气阀井');
      await page.keyboard.press('/');
      for (const [text, count] of [
        ['zhlrqfj', 20],
        ['sxrlz', 20],
        ['5550112', 40],
        ['G-7/', 1],
        ['#13', 20],
      ] as const) {
        await page.fill('input[type=search]', text);
        await expect
          .poll(() => page.getAttribute('.grid', 'aria-rowcount'), { message: text })
          .toBe(String(count));
      }
    });

    test('facilities, units and incidents are offered below; arrows choose, Enter goes there', async () => {
      raiseFlood(house.city);
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      await shows(page, '.grid-row', '中华路燃气阀井');
      await page.keyboard.press('/');
      await page.keyboard.type('hzrq');
      await shows(page, '.found [role=option]', '菏泽燃气有限公司');
      await everyoneCanUse(page, 'search results');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await expect.poll(() => page.inputValue('input[type=search]')).toBe('菏泽燃气有限公司');
      await page.fill('input[type=search]', '#12');
      await shows(page, '.found [role=option]', '事件 #12');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await shows(page, '.flood-group', '事件 #12');
      expect(await page.locator('.flood-group').count()).toBe(1);
    });

    test('Enter without a choice goes on to the first row', async () => {
      for (let i = 0; i < 5; i++) house.city.raise(i, 'orange');
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      await shows(page, '.grid-row', '单县热力站');
      await page.keyboard.press('/');
      await page.keyboard.type('sx');
      await expect.poll(() => rowIds(page)).toEqual(['al-4']);
      await page.keyboard.press('Enter');
      await shows(page, '.detail-pane h2', '单县热力站');
    });
  });
}
