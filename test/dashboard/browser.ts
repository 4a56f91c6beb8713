/** One headless browser at a time, on the built console, against the mock server. */
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MOCK_PASSWORD } from './mock-api.ts';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export type TestBrowser = {
  /** A window of its own: own cookies, own storage. */
  open(size?: { width: number; height: number }): Promise<Page>;
  /** What pages complained about, the line being down left out. */
  complaints: string[];
  /** Every address asked for. */
  requests: string[];
  /** Closes the windows, keeps the browser. */
  tidy(): Promise<void>;
  close(): Promise<void>;
};

export async function openBrowser(more: readonly string[] = []): Promise<TestBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'console-'));
  const main = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    args: [...ARGS, ...more],
  });
  const browser = main.browser();
  if (browser === null) throw new Error('no browser behind the context');
  const complaints: string[] = [];
  const requests: string[] = [];
  const contexts: BrowserContext[] = [];
  return {
    complaints,
    requests,
    async open(viewport = { width: 1366, height: 768 }) {
      const context = await browser.newContext({ viewport, reducedMotion: 'reduce' });
      contexts.push(context);
      const page = await context.newPage();
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        if (
          message.type() === 'error' &&
          !/Failed to load resource|WebSocket connection/.test(message.text())
        ) {
          complaints.push(message.text());
        }
      });
      page.on('request', (request) => requests.push(request.url()));
      return page;
    },
    async tidy() {
      for (const context of contexts.splice(0)) await context.close();
    },
    async close() {
      await main.close();
      await browser.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/**
 * Begins a session without the form, which has tests of its own, and waits for the list. Nobody has touched the page then:
 * its sound is off until something clicks.
 */
export async function logIn(page: Page, origin: string, username = 'zhang'): Promise<void> {
  await beginSession(page, origin, username);
  await page.goto(`${origin}/duty`);
  await page.waitForSelector('.list-pane[aria-busy=false]');
}

/** The same at another page's address. */
export async function openAs(
  browser: TestBrowser,
  origin: string,
  username: string,
  address: string,
): Promise<Page> {
  const page = await browser.open();
  await beginSession(page, origin, username);
  await page.goto(`${origin}${address}`);
  await page.waitForSelector('.page h1');
  return page;
}

/** The session's cookie alone: the caller goes where it likes. */
export async function beginSession(page: Page, origin: string, username: string): Promise<void> {
  const data = { username, password: MOCK_PASSWORD };
  const reply = await page.request.post(`${origin}/api/v1/session`, { data });
  if (!reply.ok()) throw new Error(`${username} may not log in: ${reply.status()}`);
}

/** Ids of the rows from top to bottom, as the page numbers them for screen readers. */
export async function rowIds(page: Page): Promise<string[]> {
  const numbered = await page.locator('.grid-row').evaluateAll((rows) =>
    rows.map((row) => ({
      id: row.getAttribute('data-id') ?? '',
      index: Number(row.getAttribute('aria-rowindex')),
    })),
  );
  return numbered.sort((a, b) => a.index - b.index).map((row) => row.id);
}

/** Distance of a row from the top of the window, in pixels. */
export async function topOf(page: Page, id: string): Promise<number> {
  const box = await page.locator(`[data-id="${id}"]`).boundingBox();
  if (box === null) throw new Error(`row ${id} is not on screen`);
  return Math.round(box.y);
}

/** Presses a button of the menu under the person's name, and leaves the menu. */
export async function fromMenu(page: Page, name: string): Promise<void> {
  await page.locator('.user-menu summary').click();
  await page.locator('.user-menu').getByRole('button', { name }).click();
  await page.keyboard.press('Escape');
}
