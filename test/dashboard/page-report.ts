/** The report on the page: figures against their targets, by group, as a file and on paper. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fromMenu, openAs } from './browser.ts';
import { everyoneCanUse, shows, type PageHouse } from './page-house.ts';

export function reportOnThePage(house: PageHouse): void {
  const open = () =>
    openAs(house.browser, house.server.origin, 'li', '/report?span=week&day=2026-11-18&by=organisation');

  describe('the report', { timeout: 120_000 }, () => {
    test('a week has each figure with its target and verdict, its charts, and its owner units', async () => {
      const page = await open();
      await shows(page, 'h2', '周报 · 11月16日 – 11月22日');
      const row = (name: string) =>
        page.locator('tr', { has: page.getByRole('rowheader', { name, exact: true }) });
      await shows(page, '.table', '每天报警数');
      expect(await row('每天报警数').first().innerText()).toMatch(/40\s+≤ 150，最多 300\s+达标/);
      expect(await row('报警洪峰次数').first().innerText()).toMatch(/7\s+0\s+未达标/);
      await shows(page, '.report-part', '菏泽燃气有限公司');
      await shows(page, '.report-part', 'G-0/ch4');
      expect(await page.locator('.chart svg').count()).toBe(3);
      await everyoneCanUse(page, 'report');
      await page.getByLabel('分组').selectOption('area');
      await shows(page, '.report-part', '牡丹区');
      expect(page.url()).toContain('by=area');
      await page.getByRole('button', { name: '下一期' }).click();
      await shows(page, 'h2', '11月23日');
    });

    test('the file carries the same, and the print is black on white without the console around it', async () => {
      const page = await open();
      await shows(page, 'h2', '周报');
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: '导出 CSV' }).click(),
      ]);
      const text = readFileSync(await file.path(), 'utf8');
      expect(text).toMatch(/^\uFEFF权属单位,报警数,/);
      expect(text).toMatch(/合计,280,/);
      expect(text).toContain('每天报警数,40,≤ 150，最多 300,达标');
      await page.emulateMedia({ media: 'print' });
      await page.setViewportSize({ width: 760, height: 1100 });
      const looks = () =>
        page.evaluate(`[
          getComputedStyle(document.querySelector('.header')).display,
          getComputedStyle(document.querySelector('.report-choice')).display,
          getComputedStyle(document.body).backgroundColor,
          getComputedStyle(document.querySelector('.report td')).color,
          document.documentElement.scrollWidth <= 760,
        ]`);
      await expect.poll(looks).toEqual(['none', 'none', 'rgb(255, 255, 255)', 'rgb(0, 0, 0)', true]);
    });

    test('it fits a phone, by day and in English', async () => {
      const page = await open();
      await shows(page, 'h2', '周报');
      await fromMenu(page, '日间');
      await fromMenu(page, 'English');
      await shows(page, 'h2', 'Weekly report');
      await everyoneCanUse(page, 'report, day, English');
      for (const width of [1366, 390]) {
        await page.setViewportSize({ width, height: 844 });
        await expect
          .poll(() =>
            page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth'),
          )
          .toBe(true);
      }
      await everyoneCanUse(page, 'report on a phone');
    });
  });
}
