/** The replay in a real browser: what a past second shows, that it looks like no other page, and that it can do nothing. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { MockCity } from './mock-city.ts';
import { fromMenu, logIn, rowIds } from './browser.ts';
import { everyoneCanUse, shows, type PageHouse } from './page-house.ts';

const MINUTE = 60_000;
/** Ten minutes of history, a minute apart, ending ten minutes ago; times are the ends of their seconds. */
function history(city: MockCity): { at: (minute: number) => number } {
  // Within one hour, so that the axis holds all of it.
  const recent = Math.floor((Date.now() - 20 * MINUTE) / 1_000) * 1_000;
  const intoHour = recent % (60 * MINUTE);
  const start = intoHour < 2 * MINUTE || intoHour > 50 * MINUTE ? recent - 15 * MINUTE : recent;
  const at = (minute: number): number => start + minute * MINUTE;
  let said = city.events.length;
  const happened = (minute: number): void => {
    for (const { event } of city.events.slice(said)) Object.assign(event, { at: at(minute) });
    said = city.events.length;
  };
  const raise = (minute: number, number: number, colour: 'red' | 'orange' | 'yellow'): void => {
    city.raise(number, colour, { onsetAt: at(minute) });
    happened(minute);
  };
  raise(0, 0, 'orange');
  raise(1, 1, 'yellow');
  city.order('al-0', 'acknowledge', { revision: 1 }, 'zhang');
  happened(2);
  raise(3, 2, 'yellow');
  city.change('al-1', 'normal', { state: 'normal', active: false, value: 1 });
  happened(4);
  city.change('al-0', 'normal', { state: 'normal', active: false });
  happened(5);
  return { at };
}

/** What the log says was open and untaken at a time. */
function waitingAt(city: MockCity, at: number): string[] {
  const then = new Map(
    city.events.filter(({ event }) => event.at <= at).map(({ alarm }) => [alarm.id, alarm]),
  );
  return [...then.values()]
    .filter(({ state }) => state === 'unacknowledged')
    .map(({ id }) => id)
    .sort();
}
const listed = async (page: Page): Promise<string[]> => (await rowIds(page)).sort();
const open = (page: Page, house: PageHouse, at: number, more = ''): Promise<unknown> =>
  page.goto(`${house.server.origin}/replay?t=${at}${more}`);

export function replayOnThePage(house: PageHouse): void {
  describe('the replay', { timeout: 120_000 }, () => {
    test('shows at each second what the log says, in the list, the counts and the map’s table', async () => {
      const { at } = history(house.city);
      const page = await house.browser.open({ width: 1600, height: 900 });
      await logIn(page, house.server.origin);
      for (const minute of [-1, 0, 1, 2, 3, 4, 5]) {
        await open(page, house, at(minute) + 500, '&table=1');
        await page.waitForSelector('.replay[aria-busy=false]');
        const expected = waitingAt(house.city, at(minute) + 999);
        await expect.poll(() => listed(page), { message: `minute ${minute}` }).toEqual(expected);
        await expect
          .poll(() => page.locator('.tab[aria-pressed=true] b').first().innerText())
          .toBe(String(expected.length));
      }
      // One taken then: it stands under its tab, with the name of who took it, though it is long over now.
      await open(page, house, at(4), '&tab=handling&table=1');
      await shows(page, '.grid-row', '张三');
      await shows(page, '.map-table', '中华路燃气阀井');
    });

    test('is framed and tagged, rings nothing, takes no orders, and shows what is untaken now above', async () => {
      const { at } = history(house.city);
      const page = await house.browser.open({ width: 1600, height: 900 });
      await logIn(page, house.server.origin);
      await open(page, house, at(3));
      await page.locator('[data-id=al-2]').click();
      await page.waitForURL(/\/replay\/a\/al-2\?/);
      await shows(page, '.replay-detail h2', '巨野化工园');
      await shows(page, '.replay-detail', '91.2');
      const frame = await page.evaluate(`(() => {
        const { borderTopStyle, borderTopWidth } = getComputedStyle(document.querySelector('.replay'));
        return borderTopWidth + ' ' + borderTopStyle;
      })()`);
      expect(frame).toBe('4px dashed');
      await shows(page, '.replay-tag', '回放');
      expect(await page.locator('.actions').count()).toBe(0);
      const before = house.city.sequence();
      for (const key of ['a', 's', 'f', 'n']) await page.keyboard.press(key);
      expect(await page.locator('dialog[open]').count()).toBe(0);
      expect(house.city.sequence()).toBe(before);
      house.city.raise(9, 'red');
      await shows(page, '.red-strip', '一级 未接警 1');
      expect(await listed(page)).toEqual(waitingAt(house.city, at(3) + 999));
      await page.keyboard.press('Escape');
      await page.waitForURL(/\/duty$/);
    });

    test('R begins at the alarm’s onset; keys step by seconds and events, and playing moves on', async () => {
      const { at } = history(house.city);
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      await page.locator('[data-id=al-2]').click();
      await page.keyboard.press('r');
      await page.waitForURL(new RegExp(`/replay/a/al-2\\?t=${at(3) + 999}`));
      await expect.poll(() => listed(page)).toEqual(['al-1', 'al-2']);
      const time = (): number => Number(new URL(page.url()).searchParams.get('t'));
      await page.locator('.replay-tag').click();
      await page.keyboard.press('ArrowLeft');
      await expect.poll(() => listed(page)).toEqual(['al-1']);
      expect(time()).toBe(at(3) - 1);
      await page.keyboard.press('PageUp');
      await expect.poll(time).toBe(at(2) + 999);
      await page.keyboard.press('PageDown');
      await expect.poll(time).toBe(at(3) + 999);
      await page.getByRole('button', { name: '60x' }).click();
      await expect.poll(() => listed(page)).toEqual(['al-2']);
      expect(time()).toBeGreaterThanOrEqual(at(4));
      await page.keyboard.press('Escape');
      await page.waitForURL(/\/duty$/);
    });

    test('axe finds nothing and nothing runs off the side: empty, with alarms and detail, by night and by day', async () => {
      const { at } = history(house.city);
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      for (const light of [false, true]) {
        if (light) await fromMenu(page, '日间');
        for (const address of [`/replay?t=${at(-1)}`, `/replay/a/al-2?t=${at(3)}`]) {
          await page.goto(`${house.server.origin}${address}`);
          await page.waitForSelector('.replay[aria-busy=false]');
          await everyoneCanUse(page, `${address}, ${light ? 'day' : 'night'}`);
        }
      }
      for (const width of [1920, 1366, 390]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      }
    });
  });
}
