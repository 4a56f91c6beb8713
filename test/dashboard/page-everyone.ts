/** For every eye, hand, language and screen. */
import { describe, expect, test } from 'vitest';
import { fromMenu, logIn } from './browser.ts';
import { dialogListens, everyoneCanUse, type PageHouse } from './page-house.ts';

export function everyoneOnThePage(house: PageHouse): void {
  describe('for everyone', { timeout: 120_000 }, () => {
    const sizes = [
      { width: 1920, height: 1080 },
      { width: 1366, height: 768 },
      { width: 390, height: 844 },
    ];

    test('axe finds nothing: log-in, empty, alarms with detail, dialogs, day colours, English, line down', async () => {
      const page = await house.browser.open();
      await page.goto(`${house.server.origin}/login`);
      await page.waitForSelector('form');
      await everyoneCanUse(page);
      await logIn(page, house.server.origin, 'li');
      await everyoneCanUse(page);
      for (let i = 0; i < 12; i++)
        house.city.raise(i, (['red', 'orange', 'yellow', 'blue'] as const)[i % 4] ?? 'blue');
      await page.waitForSelector('[data-id=al-11]');
      await page.keyboard.press('j');
      await page.waitForSelector('.trend canvas');
      await page.waitForSelector('.timeline li');
      await everyoneCanUse(page);
      for (const key of ['a', 's', 'f', 'n', '?']) {
        await page.keyboard.press(key);
        await dialogListens(page);
        await everyoneCanUse(page, key);
        await page.keyboard.press('Escape');
        await page.locator('dialog').waitFor({ state: 'detached' });
      }
      await fromMenu(page, '日间');
      await fromMenu(page, 'English');
      // English is fetched when somebody wants it.
      await expect.poll(() => page.getAttribute('html', 'lang')).toBe('en');
      await everyoneCanUse(page);
      house.server.cut();
      await page.locator('.bar-stale').waitFor();
      await everyoneCanUse(page);
    });

    test('axe finds nothing on the map, its table, and the owner units, by night and by day', async () => {
      for (let i = 0; i < 4; i++) house.city.raise(i, i === 0 ? 'red' : 'yellow');
      const page = await house.browser.open({ width: 1600, height: 900 });
      await logIn(page, house.server.origin, 'admin');
      for (const light of [false, true]) {
        if (light) await fromMenu(page, '日间');
        for (const [address, shown] of [
          ['/map?facility=F-0', '.facility-points'],
          ['/map?table=1', '.map-table [data-id=al-2]'],
          ['/cfg/organisations', '.table tbody tr'],
        ] as const) {
          await page.goto(`${house.server.origin}${address}`);
          await page.waitForSelector(shown);
          await everyoneCanUse(page, `${address}, ${light ? 'day' : 'night'}`);
        }
      }
    });

    test.each(sizes)(
      'at $width x $height nothing scrolls sideways and no button is clipped, in both languages',
      async (size) => {
        for (let i = 0; i < 8; i++)
          house.city.raise(i, (['red', 'orange', 'yellow', 'blue'] as const)[i % 4] ?? 'blue');
        const page = await house.browser.open(size);
        await logIn(page, house.server.origin, 'li');
        for (const language of ['zh', 'en']) {
          for (const chosen of [false, true]) {
            if (chosen) await page.keyboard.press('j');
            else await page.keyboard.press('Escape');
            await page.locator('.detail-pane h2').waitFor({ state: chosen ? 'visible' : 'detached' });
            const clipped = () =>
              page.evaluate(
                `[document.documentElement, ...document.querySelectorAll('button, .header, .detail-pane, .list-head')]
                .filter((e) => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0).map((e) => e.className + ': ' + e.textContent)`,
              );
            await expect
              .poll(clipped, { message: `${language}, ${chosen ? 'chosen' : 'nothing chosen'}` })
              .toEqual([]);
          }
          if (language !== 'zh') continue;
          await fromMenu(page, 'English');
          await expect.poll(() => page.getAttribute('html', 'lang')).toBe('en');
        }
      },
    );

    test('no saturated colour is on screen while nothing is wrong', async () => {
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      const picture = (await page.screenshot()).toString('base64');
      // A blank page reads it: the console's own policy allows no such thing.
      const blank = await house.browser.open();
      const share = await blank.evaluate(`new Promise((done) => {
        const image = new Image();
        image.onload = () => {
          const canvas = new OffscreenCanvas(image.width, image.height);
          const context = canvas.getContext('2d');
          context.drawImage(image, 0, 0);
          const { data } = context.getImageData(0, 0, image.width, image.height);
          let loud = 0;
          for (let i = 0; i < data.length; i += 4) {
            const max = Math.max(data[i], data[i + 1], data[i + 2]);
            if (max > 40 && 1 - Math.min(data[i], data[i + 1], data[i + 2]) / max > 0.5) loud++;
          }
          done(loud);
        };
        image.onerror = () => done('the picture cannot be read');
        image.src = 'data:image/png;base64,${picture}';
      })`);
      expect(share).toBe(0);
    });

    test('no request leaves the origin', () => {
      const outside = house.browser.requests.filter(
        (address) => !/^(http:\/\/127\.0\.0\.1|data:)/.test(address),
      );
      expect(house.browser.requests.length).toBeGreaterThan(50);
      expect(outside).toEqual([]);
    });
  });
}
