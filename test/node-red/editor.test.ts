/** An administrator at the flow editor, in a browser, through the platform. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, type TestBrowser } from '#test/dashboard/browser.ts';
import { type FlowsCity, openFlowsCity } from './flows-city.ts';

describe.skipIf(!existsSync('/usr/bin/chromium'))('the flow editor (chromium)', () => {
  let city: FlowsCity;
  let browser: TestBrowser;
  beforeAll(async () => {
    city = await openFlowsCity();
    browser = await openBrowser(['--lang=zh-CN']);
    await city.until('up');
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await city?.close();
  });

  it('shows our nodes and the example, is connected, and deploys', async () => {
    const page = await browser.open();
    const { http } = city.platform();
    await page.context().addCookies([{ name: 'lifeline_session', value: city.admin().token, url: http }]);
    await page.goto(`${http}/flows`);
    await page.waitForSelector('.red-ui-palette-node[data-palette-type="lifeline-raise"]', {
      timeout: 60_000,
    });
    for (const type of ['lifeline-measurement-in', 'lifeline-alarm-in', 'lifeline-notify'])
      expect(await page.locator(`[data-palette-type="${type}"]`).count(), type).toBe(1);
    await page.waitForSelector('text=平均值持续偏高', { timeout: 30_000 });
    expect(page.url()).toMatch(/\/flows\/(#|$)/);
    const before = await city.admin().get<{ items: unknown[] }>('/api/v1/flow-versions');
    await page.evaluate('RED.nodes.dirty(true)');
    await page.click('#red-ui-header-button-deploy');
    await page.waitForSelector('.red-ui-notification-success', { timeout: 30_000 });
    const after = await city.admin().get<{ items: unknown[] }>('/api/v1/flow-versions');
    expect(after.items.length).toBe(before.items.length + 1);
    const { LIFELINE_TEST_PICTURE: picture } = process.env;
    if (picture !== undefined) await page.screenshot({ path: picture });
    expect(browser.complaints).toEqual([]);
    expect(browser.requests.filter((url) => !url.startsWith(http) && !/^(data|blob):/.test(url))).toEqual([]);
  }, 200_000);
});
