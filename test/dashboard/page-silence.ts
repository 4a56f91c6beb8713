/** Silence and who sounds, over more than a minute of the page's own clock. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { logIn } from './browser.ts';
import { shows, type PageHouse } from './page-house.ts';

export function silenceOnThePage(house: PageHouse): void {
  describe('sixty seconds of silence', { timeout: 120_000 }, () => {
    test('X silences an untaken 一级 for 60 s and no longer; of two tabs one sounds, and the other when it is closed', async () => {
      const page = await house.browser.open();
      // A window's tabs share this clock.
      await page.clock.install();
      await page.addInitScript(COUNT_RED);
      await logIn(page, house.server.origin);
      await page.locator('.list-pane').click();
      await shows(page, '.header', '声音 开');
      const other = await page.context().newPage();
      await other.addInitScript(COUNT_RED);
      await other.goto(`${house.server.origin}/duty`);
      await other.locator('.list-pane').click();
      await shows(other, '.header', '声音 在其他页签');

      house.city.raise(0, 'red');
      await expect.poll(() => redBeeps(page)).toBeGreaterThan(0);
      await page.bringToFront();
      await page.keyboard.press('x');
      await shows(page, '.header', '静音');
      const silenced = await redBeeps(page);
      await later(page, 20_000);
      await shows(page, '.header', '静音 3');
      await later(page, 20_000);
      await shows(page, '.header', '静音 1');
      // More than one second hand has gone by with the 一级 still untaken.
      await page.waitForTimeout(2_500);
      expect(await redBeeps(page)).toBe(silenced);

      await later(page, 20_000);
      await expect.poll(() => redBeeps(page)).toBeGreaterThan(silenced);
      await shows(page, '.header', '声音 开');
      expect(await redBeeps(other)).toBe(0);

      await page.close();
      await shows(other, '.header', '声音 开');
      await expect.poll(() => redBeeps(other)).toBeGreaterThan(0);
    });
  });
}

/** Moves the page's clock on; between two steps frames come, so that the line does not seem silent for long. */
async function later(page: Page, ms: number): Promise<void> {
  await page.clock.fastForward(ms);
  await page.waitForTimeout(1_200);
}

/** Counts the beeps of a 一级, which alone are square; a lost line has a tone of its own. */
const COUNT_RED = `
  window.redBeeps = 0;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (at) { if (this.type === 'square') window.redBeeps++; return start.call(this, at); };
`;
const redBeeps = async (page: Page): Promise<number> => Number(await page.evaluate('window.redBeeps'));
