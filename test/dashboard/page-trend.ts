/** Trends in a real browser: points, curves, gaps, limits, the table, the file, and the address that holds it all. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { fromMenu, logIn } from './browser.ts';
import { pointIdOf, type MockSample } from './mock-city.ts';
import { everyoneCanUse, shows, type PageHouse } from './page-house.ts';

/** Pixels with any ink. */
const inked = (page: Page): Promise<number> =>
  page.evaluate<number>(`(() => {
    const canvas = document.querySelector('.trends-holder canvas');
    if (canvas === null) return 0;
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i] > 0) count++;
    return count;
  })()`);

/** On how many heights a part of the plot (0 to 1 of its width) has the first curve's ink; a limit line is one or two. */
const curveIn = (page: Page, from: number, to: number): Promise<number> =>
  page.evaluate<number>(`(() => {
    const canvas = document.querySelector('.trends-holder canvas');
    const over = document.querySelector('.trends-holder .u-over').getBoundingClientRect();
    const box = canvas.getBoundingClientRect();
    const scale = canvas.width / box.width;
    const left = (over.left - box.left + over.width * ${from}) * scale;
    const wide = over.width * (${to} - ${from}) * scale;
    const { data } = canvas.getContext('2d').getImageData(Math.floor(left), (over.top - box.top + 20) * scale, Math.floor(wide), (over.height - 40) * scale);
    const rows = new Set();
    for (let i = 0; i < data.length; i += 4) if (data[i] > 200 && data[i + 1] > 200 && data[i + 2] > 200 && data[i + 3] > 200) rows.add(Math.floor(i / 4 / Math.floor(wide)));
    return rows.size;
  })()`);

/** A sample a second over the last hours, with a hole in the middle third of the last hour. */
function seconds(count: number, hole = true): MockSample[] {
  const end = Date.now();
  const samples: MockSample[] = [];
  for (let i = 0; i < count; i++) {
    const time = end - (count - i) * 1_000;
    const ago = (end - time) / 3_600_000;
    if (hole && ago > 0.4 && ago < 0.6) continue;
    const bad = ago > 0.2 && ago < 0.25;
    const quality = bad ? 'bad' : i % 500 === 0 ? 'uncertain' : 'good';
    samples.push({ time, value: bad ? null : 3 + Math.sin(i / 700), quality });
  }
  return samples;
}

export function trendOnThePage(house: PageHouse): void {
  describe('trends', { timeout: 120_000 }, () => {
    test('points are found by words, drawn with their limits, and kept in the address over a reload', async () => {
      house.city.raise(0, 'orange', { onsetAt: Date.now() - 600_000 });
      house.city.raise(1, 'red');
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      await page.goto(`${house.server.origin}/trend`);
      await page.fill('.point-search input', '中华路 ch4');
      await page.locator('.point-found button').first().click();
      await page.waitForURL(/points=G-0\/ch4/);
      await page.fill('.point-search input', 'g-1/depth');
      await page.waitForSelector('.point-found button');
      await page.keyboard.press('Enter');
      await page.waitForURL(/points=G-0\/ch4,G-1\/depth-1/);
      await shows(page, '.trend-keys li', '② 人民路下穿立交');
      await expect.poll(() => page.locator('.trends-holder .u-axis').count()).toBe(3);
      await page.reload();
      await expect.poll(() => page.locator('.trend-keys li').count()).toBe(2);
      await shows(page, '.trend-keys li', '最低');
      await page.getByRole('button', { name: '移除 ① 中华路燃气阀井 甲烷' }).click();
      await page.waitForURL((url) => url.search === '?points=G-1/depth-1');
    });

    test('a half-written time stays while the axis moves on; when it is whole, it is where the curve begins', async () => {
      const page = await house.browser.open({ width: 1366, height: 768 });
      await logIn(page, house.server.origin);
      await page.goto(`${house.server.origin}/trend?points=${pointIdOf(0)}`);
      await shows(page, '.trend-keys li', '中华路燃气阀井');
      const to = page.getByLabel('至', { exact: true });
      const from = page.getByLabel('从', { exact: true });
      await from.focus();
      await page.keyboard.press('Backspace');
      expect(await from.inputValue()).toBe('');
      // The axis ends at the present: its own field says so each second, and the one being written does not.
      const before = await to.inputValue();
      await expect.poll(() => to.inputValue(), { timeout: 20_000 }).not.toBe(before);
      expect(await from.inputValue()).toBe('');
      await from.fill('2026-01-05T06:30:00');
      await page.waitForURL(/from=\d+/);
      expect(await from.inputValue()).toMatch('2026-01-05T06:30');
    });

    test('a hundred thousand samples open in a second; a gap is a gap, and the table and the file say the same', async () => {
      const point = pointIdOf(0);
      house.city.samples.set(point, seconds(100_000));
      const small = pointIdOf(5);
      house.city.samples.set(small, seconds(100, false));
      const page = await house.browser.open({ width: 1366, height: 768 });
      await logIn(page, house.server.origin);
      // The code of the page is there from here on: what is measured is opening a trend.
      await page.goto(`${house.server.origin}/trend`);
      await page.waitForSelector('.trends-empty');
      const opened = async (shown: string): Promise<number> => {
        const began = Date.now();
        const address = `/trend?points=${shown}&from=${began - 28 * 3_600_000}&to=${began}`;
        await page.evaluate(
          `history.pushState(null, '', '${address}'); dispatchEvent(new PopStateEvent('popstate'))`,
        );
        await shows(page, `.trend-keys li[data-point="${shown}"]`, '最低');
        expect(await inked(page)).toBeGreaterThan(1_000);
        return Date.now() - began;
      };
      // Beside a small one in the same run: on a quiet machine it is the second that counts.
      const smallMs = await opened(small);
      const largeMs = await opened(point);
      expect(largeMs, `100,000 samples; a hundred took ${smallMs} ms`).toBeLessThan(
        Math.max(1_000, 4 * smallMs),
      );

      await page.locator('.trend-at').click();
      await page.keyboard.press('1');
      await page.waitForURL(/\/trend\?points=G-0\/ch4$/);
      await shows(page, '.trend-keys li', '原始值');
      // Between 0.4 and 0.6 h ago there is nothing: the middle fifth of the last hour.
      await expect.poll(() => curveIn(page, 0.1, 0.35)).toBeGreaterThan(20);
      expect(await curveIn(page, 0.45, 0.55)).toBeLessThanOrEqual(2);
      expect(await curveIn(page, 0.62, 0.74)).toBeGreaterThan(10);

      await page.getByRole('button', { name: '表格' }).click();
      await page.waitForURL(/table=1/);
      await shows(page, '.trend-table tbody tr', '%');
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'CSV' }).click(),
      ]);
      const rows = (await readFile(await file.path(), 'utf8')).trim().split('\r\n');
      expect(rows.length).toBeGreaterThan(2_500);
      expect(rows.filter((row) => row.endsWith(',bad')).length).toBeGreaterThan(100);
      expect(rows[1]).toMatch(/^G-0\/ch4,%,2\d{3}-/);
    });

    test('T leads there from an alarm; keys and the pointer move and zoom, and all of it is in the address', async () => {
      house.city.raise(0, 'orange', { onsetAt: Date.now() - 86_400_000 });
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      await page.keyboard.press('j');
      await shows(page, '.detail-pane h2', '中华路燃气阀井');
      await page.keyboard.press('t');
      await page.waitForURL(/\/trend\?points=G-0\/ch4&from=\d+&to=\d+$/);
      const span = (): number => {
        const query = new URL(page.url()).searchParams;
        return Number(query.get('to')) - Number(query.get('from'));
      };
      expect(span()).toBe(3_600_000);
      await shows(page, '.trend-keys li', '最低');
      const over = await page.locator('.trends-holder .u-over').boundingBox();
      if (over === null) throw new Error('no chart');
      await page.mouse.move(over.x + over.width * 0.25, over.y + 50);
      await page.mouse.down();
      await page.mouse.move(over.x + over.width * 0.5, over.y + 50, { steps: 4 });
      await page.mouse.up();
      await expect.poll(span).toBeLessThan(1_000_000);
      expect(span()).toBeGreaterThan(800_000);
      const zoomed = page.url();
      await page.keyboard.press('ArrowLeft');
      await expect.poll(() => page.url()).not.toBe(zoomed);
      await page.keyboard.press('3');
      await page.waitForURL(/range=24h$/);
      await shows(page, '.trends-tools [aria-pressed=true]', '24 小时');
    });

    test('axe finds nothing and nothing runs off the side: curves and table, by night and by day, at three sizes', async () => {
      for (const id of [0, 1]) house.city.raise(id, 'orange', { onsetAt: Date.now() - 600_000 });
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      for (const light of [false, true]) {
        if (light) await fromMenu(page, '日间');
        for (const query of ['', '&table=1']) {
          await page.goto(`${house.server.origin}/trend?points=G-0/ch4,G-1/depth-1${query}`);
          await shows(page, '.trend-keys li', '最低');
          await everyoneCanUse(page, `trend${query}, ${light ? 'day' : 'night'}`);
        }
      }
      for (const width of [1920, 1366, 390]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      }
    });
  });
}
