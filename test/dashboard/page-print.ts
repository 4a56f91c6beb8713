/** What leaves the screen: the first report, the alarm sheet, the handover list. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { logIn } from './browser.ts';
import { dialogListens, everyoneCanUse, shows, type PageHouse } from './page-house.ts';

export function printOnThePage(house: PageHouse): void {
  describe('reports and paper', { timeout: 120_000 }, () => {
    test('from an open 一级, one key leads to phone, guidance and the prepared 初报', async () => {
      const alarm = house.city.raise(0, 'red');
      house.city.order(alarm.id, 'note', { revision: alarm.revision, text: '已电话核实' }, 'li');
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      await page.keyboard.press('j');
      await shows(page, '.detail-pane h2', '中华路燃气阀井');
      await page.keyboard.press('u');
      await dialogListens(page);
      await shows(page, '.report-dialog .phone', '0530-555 0119');
      await shows(page, '.report-dialog .advice', '一级（红色）立即疏散');
      await page.waitForSelector('.report-dialog textarea[aria-busy=false]');
      const text = await page.inputValue('.report-dialog textarea');
      for (const part of [
        /地点：牡丹区，中华路燃气阀井，371702\d+，115\.\d{5}°E 35\.\d{5}°N/,
        /情况：燃气 甲烷，一级报警/,
        /报警时间：\d+月\d+日 (\d\d:\d\d:\d\d)\n状态：至 .+ 仍未恢复，已持续 \d\d:\d\d/,
        /报警时（.+）：2\.6 %/,
        /限值：2\.5 %/,
        /菏泽燃气有限公司，值班电话 0530-555 0119/,
        /李四 备注 已电话核实/,
        /处置要点：接警后电话核实现场/,
        /报告人：张三/,
      ])
        expect(text).toMatch(part);
      await everyoneCanUse(page, 'first report');
      await page.emulateMedia({ media: 'print' });
      await shows(page, 'pre.print-only', '城市生命线突发情况初报');
      expect(await seen(page)).toEqual({ list: false, header: false, sheet: false, report: true });
    });

    test('the chosen alarm prints as a sheet: no list, no buttons, black on white', async () => {
      house.city.raise(0, 'red');
      const page = await house.browser.open();
      await logIn(page, house.server.origin, 'li');
      await page.keyboard.press('j');
      await shows(page, '.timeline li', '报警');
      await page.emulateMedia({ media: 'print' });
      await expect.poll(() => seen(page)).toEqual({ list: false, header: false, sheet: true, report: false });
      // A duty leader has one more: 检修窗口.
      for (const buttons of ['.actions', '.maintenance-button'])
        expect(await page.locator(`.detail-pane ${buttons}`).isVisible()).toBe(false);
      expect(await inks(page, '.detail-pane h2, .detail-pane .glyph path')).toEqual(['rgb(0, 0, 0)']);
    });

    test('本班交接清单: open, shelved with its end, silent, notes; axe finds nothing; A4 without colour', async () => {
      house.city.raise(0, 'red');
      const shelved = house.city.raise(1, 'yellow');
      const until = house.city.now() + 3_600_000;
      house.city.order(shelved.id, 'shelve', { revision: shelved.revision, until, reason: '清洗探头' }, 'li');
      house.city.raise(2, 'orange', { rule: 'gateway-absent', point: null });
      house.city.order('al-0', 'note', { revision: 1, text: '已派单' }, 'zhang');
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      await page.route('**/replay/events*', (route) => route.abort());
      await page.keyboard.press('h');
      await shows(page, 'h1', '本班交接清单');
      await shows(page, '.shift [role=alert]', '变化读取失败');
      await page.unroute('**/replay/events*');
      await page.getByRole('button', { name: '重试' }).click();
      expect(new URL(page.url()).pathname).toBe('/shift');
      const section = (name: string) => page.locator('.shift section', { hasText: name }).first();
      await section('本班经过').locator('.tag', { hasText: '备注 1' }).waitFor();
      await section('未结束的报警').locator('[data-id=al-0]').waitFor();
      await section('搁置与抑制')
        .locator('[data-id=al-1]', { hasText: /李四 清洗探头 至 / })
        .waitFor();
      await section('失联').locator('[data-id=al-2]').waitFor();
      await section('本班备注')
        .locator('li', { hasText: /张三 · .*已派单/ })
        .waitFor();
      await everyoneCanUse(page, 'handover list');
      await page.emulateMedia({ media: 'print' });
      await page.locator('.shift-sign').waitFor({ state: 'visible' });
      expect(await page.locator('.header').isVisible()).toBe(false);
      expect(await inks(page, '.shift td, .shift h2, .shift .glyph path')).toEqual(['rgb(0, 0, 0)']);
      const pdf = await page.pdf({ format: 'A4' });
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    });
  });
}

const seen = async (page: Page) => ({
  list: await page.locator('.grid').isVisible(),
  header: await page.locator('.header').isVisible(),
  sheet: await page.locator('.detail-pane').isVisible(),
  report: await page.locator('pre.print-only').isVisible(),
});

/** The colours that texts and outlines are drawn in, each once. */
const inks = (page: Page, selector: string): Promise<string[]> =>
  page.evaluate(`[...new Set([...document.querySelectorAll('${selector}')].map((one) => {
    const style = getComputedStyle(one);
    return one instanceof SVGElement ? style.stroke : style.color;
  }))]`);
