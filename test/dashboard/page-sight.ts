/** Levels without colour, and the page at twice its size. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { beginSession, logIn } from './browser.ts';
import { shows, type PageHouse } from './page-house.ts';

const LEVELS = [
  { colour: 'red', numeral: '1', word: '一级' },
  { colour: 'orange', numeral: '2', word: '二级' },
  { colour: 'yellow', numeral: '3', word: '三级' },
  { colour: 'blue', numeral: '4', word: '四级' },
] as const;

/** Below this share of differing pixels two glyphs look alike: neighbouring sizes of one shape differ by less. */
const DIFFERENT = 0.12;

export function sightOnThePage(house: PageHouse): void {
  describe('without colour', { timeout: 120_000 }, () => {
    test.each(['夜间', '日间'])('%s: each level tells itself by outline, numeral and word', async (theme) => {
      LEVELS.forEach(({ colour }, i) => house.city.raise(i, colour));
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      await page.evaluate(
        `document.documentElement.dataset.theme = '${theme === '日间' ? 'light' : 'dark'}'`,
      );
      const session = await page.context().newCDPSession(page);
      await session.send('Emulation.setEmulatedVisionDeficiency', { type: 'achromatopsia' });
      const pictures: Picture[] = [];
      for (const { colour, numeral, word } of LEVELS) {
        const cell = page.locator('.grid-row .cell-level', { has: page.locator(`.glyph-${colour}`) });
        expect(await cell.locator('text').textContent()).toBe(numeral);
        expect((await cell.innerText()).trim()).toContain(word);
        pictures.push(await pictureOf(house, await cell.locator('.glyph').screenshot()));
      }
      for (const { greatestTint } of pictures) expect(greatestTint).toBeLessThanOrEqual(2);
      for (const [i, one] of pictures.entries())
        for (const [j, other] of pictures.entries())
          if (i < j)
            expect(differing(one, other), `${LEVELS[i]?.word} and ${LEVELS[j]?.word}`).toBeGreaterThan(
              DIFFERENT,
            );
    });
  });

  describe('at 200 %', { timeout: 180_000 }, () => {
    test.each([
      { width: 1920, height: 1080, zoom: 2 },
      { width: 1366, height: 768, zoom: 1 },
    ])(
      '$width x $height at zoom $zoom offers everything that 1920 x 1080 does',
      async ({ width, height, zoom }) => {
        house.city.raise(0, 'orange');
        house.city.raise(1, 'blue');
        const wide = await controls(house, { width: 1920, height: 1080 });
        const zoomed = await controls(house, { width: width / zoom, height: height / zoom });
        expect(wide.size).toBeGreaterThan(40);
        expect([...wide].filter((name) => !zoomed.has(name))).toEqual([]);
      },
    );
  });
}

/** Names of every link, button and field that a tour of the duty page, its detail and its map shows, none of them cut off. */
async function controls(
  house: PageHouse,
  size: { readonly width: number; readonly height: number },
): Promise<Set<string>> {
  const page = await house.browser.open(size);
  await beginSession(page, house.server.origin, 'li');
  await page.goto(`${house.server.origin}/duty`);
  const names = new Set<string>();
  const look = async (): Promise<void> => {
    for (const name of await shown(page)) names.add(name);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  };
  await shows(page, '.grid-row', '中华路燃气阀井');
  // Where there is little room the areas open on demand.
  const areas = page.locator('.areas-toggle');
  if (await areas.isVisible()) await areas.click();
  await look();
  await page.locator('.user-menu summary').click();
  await page.locator('.user-menu[open] .menu-keys').waitFor();
  await look();
  await page.keyboard.press('Escape');
  await page.keyboard.press('j');
  await shows(page, '.detail-pane h2', '中华路燃气阀井');
  await page.waitForSelector('.timeline li');
  await look();
  for (const key of ['s', 'f', 'n', '?']) {
    await page.keyboard.press(key);
    await page.waitForSelector('dialog[open]:focus-within');
    await look();
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
  }
  await page.goto(`${house.server.origin}/map?facility=F-0`);
  await page.waitForSelector('.facility-points');
  await look();
  await page.close();
  return names;
}

/** Without the key: a link of the header may be a button of the menu. */
const shown = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>(`[...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
    .filter((e) => e.checkVisibility({ visibilityProperty: true }) && e.getBoundingClientRect().width > 0)
    .map((e) => e.getAttribute('aria-label') ?? (e.labels?.[0] ?? e).textContent.replace(/[\\s\\d:]+/g, ' ').trim())
    .map((name) => name.replace(/ [A-Z]$/, ''))`);

type Picture = { readonly light: readonly number[]; readonly greatestTint: number };

/** A blank page reads it: the console's own policy allows no such thing. */
async function pictureOf(house: PageHouse, png: Buffer): Promise<Picture> {
  const blank = await house.browser.open();
  const picture = await blank.evaluate<Picture>(`new Promise((done, fail) => {
    const image = new Image();
    image.onload = () => {
      const context = new OffscreenCanvas(32, 32).getContext('2d');
      context.drawImage(image, 0, 0, 32, 32);
      const { data } = context.getImageData(0, 0, 32, 32);
      const light = [];
      let greatestTint = 0;
      for (let i = 0; i < data.length; i += 4) {
        const rgb = [data[i], data[i + 1], data[i + 2]];
        light.push((rgb[0] + rgb[1] + rgb[2]) / 3);
        greatestTint = Math.max(greatestTint, Math.max(...rgb) - Math.min(...rgb));
      }
      done({ light, greatestTint });
    };
    image.onerror = fail;
    image.src = 'data:image/png;base64,${png.toString('base64')}';
  })`);
  await blank.close();
  return picture;
}

/** Share of pixels whose side of the picture's own middle grey differs: outline and numeral, however light the filling is. */
function differing(one: Picture, other: Picture): number {
  const sides = ({ light }: Picture): boolean[] => {
    const middle = (Math.min(...light) + Math.max(...light)) / 2;
    return light.map((value) => value > middle);
  };
  const [left, right] = [sides(one), sides(other)];
  return left.filter((side, i) => side !== right[i]).length / left.length;
}
