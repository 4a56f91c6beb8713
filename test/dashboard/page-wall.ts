/** The wall in a real browser: to be read from afar, through losses of the network, for days. */
import type { CDPSession, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { logIn, openAs, openBrowser } from './browser.ts';
import { everyoneCanUse, shows, text, type PageHouse } from './page-house.ts';

const FULL = { width: 1920, height: 1080 };

/** The least of a few looks: timers, sockets and images let go of their own only some time after a collection. */
async function usedHeap(page: Page, session: CDPSession): Promise<number> {
  let least = Infinity;
  for (let look = 0; look < 5; look += 1) {
    await session.send('HeapProfiler.collectGarbage');
    least = Math.min(least, (await session.send('Runtime.getHeapUsage')).usedSize);
    await page.waitForTimeout(400);
  }
  return least;
}

/** The smallest text that is shown, px. */
const smallest = (page: Page): Promise<number> =>
  page.evaluate<number>(`Math.min(...[...document.querySelectorAll('.wall *')]
    .filter((e) => !e.closest('svg, .hidden-text, .map-holder') && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim() !== ''))
    .map((e) => parseFloat(getComputedStyle(e).fontSize)))`);

export function wallOnThePage(house: PageHouse): void {
  describe('the wall', { timeout: 240_000 }, () => {
    test('has clock, counts, panel, map with its caption and the six worst, in text of 28 px and more', async () => {
      for (let i = 0; i < 9; i++)
        house.city.raise(i, (['yellow', 'red', 'orange'] as const)[i % 3] ?? 'blue', {
          onsetAt: Date.now() - 3 * 3_600_000 - i * 1_000,
        });
      for (const [width, height, px] of [
        [1920, 1080, 28],
        [3840, 2160, 56],
      ] as const) {
        const page = await house.browser.open({ width, height });
        await logIn(page, house.server.origin, 'view');
        await page.goto(`${house.server.origin}/wall/1`);
        await shows(page, '.wall-rows [data-id=al-1]', '3:0');
        expect(
          await page
            .locator('.wall-rows [data-id]')
            .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-id'))),
        ).toEqual(['al-1', 'al-4', 'al-7', 'al-2', 'al-5', 'al-8']);
        await shows(page, '.wall-more', '另有 3 条');
        await shows(page, '.wall-duty', '值班 张三带班 李四');
        await shows(page, '.wall-caption', '底图为示意图，非测绘成果');
        expect(await text(page, '.wall-counts li:first-child')).toMatch(/一级\s*3\s*未接警 3/);
        expect(await page.locator('.wall-areas .area-cell.red').count()).toBeGreaterThan(0);
        expect(await smallest(page)).toBeGreaterThanOrEqual(px - 0.01);
        const over = await page.evaluate<number[]>(
          '[document.documentElement.scrollWidth - innerWidth, document.querySelector(".wall-board").scrollHeight - innerHeight]',
        );
        expect(over).toEqual([0, 0]);
        expect(await page.locator('.wall button, .wall a, .wall input, .header').count()).toBe(0);
        await page.close();
      }
    });

    test('gets its link from the system administrator, and the link alone opens it on a screen', async () => {
      const page = await openAs(house.browser, house.server.origin, 'admin', '/cfg/walls');
      await page.getByRole('row', { name: '王五' }).getByRole('button', { name: '生成链接' }).click();
      const address = await text(page, '.secret code');
      expect(address).toBe(`${house.server.origin}/wall/1#token=wall-view`);
      await everyoneCanUse(page, 'links of walls');
      const screen = await house.browser.open(FULL);
      await screen.goto(address);
      await shows(screen, '.wall-link', '实时连接 正常');
      expect(new URL(screen.url()).hash).toBe('');
    });

    test('turns only while nothing grave is open, and comes back to its overview when something is', async () => {
      house.city.raise(0, 'yellow');
      const page = await house.browser.open(FULL);
      await page.clock.install();
      await logIn(page, house.server.origin, 'view');
      await page.goto(`${house.server.origin}/wall/1`);
      await page.locator('.wall-overview').waitFor();
      await page.clock.runFor(31_000);
      await page.waitForURL(/\/wall\/2$/);
      await page.locator('.wall-list [data-id=al-0]').waitFor();
      await page.clock.runFor(31_000);
      await page.waitForURL(/\/wall\/3$/);
      await page.locator('.wall-large').waitFor();
      house.city.raise(1, 'orange');
      await page.locator('.wall-overview [data-id=al-1]').waitFor();
      const before = page.url();
      await page.clock.runFor(95_000);
      expect(page.url()).toBe(before);
    });

    test('begins with its token, without a form, and the token does not stay in the address', async () => {
      house.city.raise(0, 'orange');
      const page = await house.browser.open(FULL);
      await page.goto(`${house.server.origin}/wall/1#token=wall-view`);
      await page.locator('.wall-rows [data-id=al-0]').waitFor();
      expect(page.url()).toBe(`${house.server.origin}/wall/1`);
      const other = await house.browser.open(FULL);
      await other.goto(`${house.server.origin}/wall/1#token=wall-nobody`);
      await other.waitForURL(/\/login\?next=/);
    });

    test('without WebGL the alarms that follow stand in the map’s place', async () => {
      for (let i = 0; i < 8; i++) house.city.raise(i, 'orange');
      const plain = await openBrowser(['--disable-3d-apis']);
      try {
        const page = await plain.open(FULL);
        await logIn(page, house.server.origin, 'view');
        await page.goto(`${house.server.origin}/wall/1`);
        await expect.poll(() => page.locator('.wall-instead [data-id]').count()).toBe(2);
        expect(plain.complaints).toEqual([]);
      } finally {
        await plain.close();
      }
    });

    test('a day’s worth of alarms leaves the heap as it was, and a lost network is survived', async () => {
      const page = await house.browser.open(FULL);
      const session = await page.context().newCDPSession(page);
      await logIn(page, house.server.origin, 'view');
      await page.goto(`${house.server.origin}/wall/1`);
      await page.locator('.wall-overview').waitFor();
      let episodes = 0;
      /** Comes, is taken and goes, as a hundred and forty-four times a day. */
      const episode = (): void => {
        for (const number of [0, 1, 2]) {
          const { id, revision } = house.city.raise(number, number === 0 ? 'red' : 'yellow', {
            id: `episode-${(episodes += 1)}`,
          });
          house.city.order(id, 'acknowledge', { revision }, 'zhang');
          house.city.change(id, 'normal', { state: 'normal', active: false });
        }
      };
      const settle = async (): Promise<number> => {
        const { id } = house.city.raise(5, 'yellow', { id: `last-${episodes}` });
        await page.locator(`[data-id=${id}]`).waitFor();
        house.city.change(id, 'normal', { state: 'normal', active: false });
        await page.locator(`[data-id=${id}]`).waitFor({ state: 'detached' });
        return usedHeap(page, session);
      };
      const part = async (count: number): Promise<number> => {
        for (let i = 0; i < count; i++) {
          episode();
          if (i % 8 === 7) await page.waitForTimeout(50);
        }
        return settle();
      };
      // Code, caches and the bounded memories are full by then.
      const warm = await part(400);
      house.server.cut();
      await page.locator('.wall.lost').waitFor();
      await shows(page, '.wall-link', '实时连接中断');
      house.city.raise(3, 'red');
      house.server.mend();
      await page.locator('[data-id=al-3]').waitFor();
      await page.locator('.wall:not(.lost)').waitFor();
      house.city.change('al-3', 'normal', { state: 'normal', active: false });
      const after = await part(400);
      expect(
        after / warm,
        `${Math.round(warm / 1e5) / 10} MB -> ${Math.round(after / 1e5) / 10} MB`,
      ).toBeLessThan(1.2);
    });

    test('axe finds nothing: quiet, with alarms, line down, by night and by day', async () => {
      const page = await house.browser.open(FULL);
      await logIn(page, house.server.origin, 'view');
      await page.goto(`${house.server.origin}/wall/1`);
      await page.locator('.wall-calm').waitFor();
      await everyoneCanUse(page, 'quiet');
      for (let i = 0; i < 8; i++) house.city.raise(i, 'red');
      await page.locator('[data-id=al-5]').waitFor();
      for (const theme of ['dark', 'light']) {
        await page.evaluate(`document.documentElement.dataset.theme = '${theme}'`);
        await everyoneCanUse(page, `alarms, ${theme}`);
      }
      house.server.cut();
      await page.locator('.wall.lost').waitFor();
      await everyoneCanUse(page, 'line down');
    });
  });
}
