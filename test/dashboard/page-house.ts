/** What every test of the built page has: the page, a browser, a city and its server. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { openBrowser, type TestBrowser } from './browser.ts';
import { createMockCity, type MockCity } from './mock-city.ts';
import { startMockServer, type MockServer } from './mock-server.ts';

export const ROOT = join(import.meta.dirname, '../..');

/** `browser` lives for the whole run; city and server are new for each test. */
export type PageHouse = { browser: TestBrowser; city: MockCity; server: MockServer };

/** Registers the building and tearing down; what it returns is filled before the first test runs. */
export function usePageHouse(): PageHouse {
  const house = {} as PageHouse;
  beforeAll(async () => {
    await build({ root: join(ROOT, 'dashboard'), logLevel: 'error' });
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
