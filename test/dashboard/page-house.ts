/**
 * What every test of the built page has: the page, a browser, a city and its server.
 *
 * A page answers a key or a click when it gets to it. So a test never reads the page once and compares: it waits, with
 * `shows` or `expect.poll`, until the page says what is meant. Only what was waited for just before is read once.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { openBrowser, type TestBrowser } from './browser.ts';
import { createMockCity, type MockCity } from './mock-city.ts';
import { startMockServer, type MockServer } from './mock-server.ts';

export const ROOT = join(import.meta.dirname, '../..');

/** `browser` lives for the whole run; city and server are new for each test. */
export type PageHouse = { browser: TestBrowser; city: MockCity; server: MockServer };

/** Registers the opening and closing; what it returns is filled before the first test runs. The page is built beforehand. */
export function usePageHouse(): PageHouse {
  const house = {} as PageHouse;
  beforeAll(async () => {
    house.browser = await openBrowser();
  }, 120_000);
  afterAll(async () => {
    await house.browser.close();
    expect(house.browser.complaints).toEqual([]);
  });
  beforeEach(async () => {
    house.city = createMockCity();
    house.server = await startMockServer(house.city);
  });
  afterEach(async () => {
    await house.browser.tidy();
    await house.server.close();
  });
  return house;
}

/** Waits until an element of the selector shows `part`. */
export const shows = (page: Page, selector: string, part: string): Promise<void> =>
  page.locator(selector, { hasText: part }).first().waitFor();

export const text = (page: Page, selector: string): Promise<string> =>
  page.locator(selector).first().innerText();

/** Waits until a dialog is open and has the focus: what is typed now goes there. */
export const dialogListens = (page: Page): Promise<unknown> =>
  page.waitForSelector('dialog[open]:focus-within');

const axe = readFileSync(join(ROOT, 'node_modules/axe-core/axe.min.js'), 'utf8');

/** Waits until axe finds nothing to complain of on the page as it settles; `state` names it in a failure. */
export async function everyoneCanUse(page: Page, state = ''): Promise<void> {
  const violations = () =>
    page.evaluate<string[]>(
      `${axe}; axe.run().then((r) => r.violations.map((v) => v.id + ' ' + v.nodes[0].html))`,
    );
  await expect.poll(violations, { message: `axe ${state}` }).toEqual([]);
}
