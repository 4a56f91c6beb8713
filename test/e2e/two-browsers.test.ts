/** Two officers, two browsers, the real platform: what one takes the other sees, and one alarm has one taker. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import mqtt, { type MqttClient } from 'mqtt';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, type TestBrowser } from '../dashboard/browser.ts';
import { type Api, createUser, logIn, openAlarms, registerWell, until } from './api.ts';
import { freshDataDirectory, type PlatformProcess, startPlatformProcess } from './platform-process.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Other suites run beside this one, on a few cores: what is polled for instead of pushed takes longer still. */
const AT_ONCE_MS = 5_000;

describe.skipIf(!existsSync('/usr/bin/chromium'))(
  'two browsers on the real platform (chromium)',
  { timeout: 180_000 },
  () => {
    const directory = freshDataDirectory();
    let platform: PlatformProcess;
    let browser: TestBrowser;
    let client: MqttClient;
    let api: Api;
    const pages: Record<'zhang' | 'li', Page | null> = { zhang: null, li: null };

    beforeAll(async () => {
      platform = await startPlatformProcess(directory.path);
      const admin = await logIn(platform.http);
      const secret = await registerWell(admin, ['G-1', 'G-2', 'G-3', 'G-4', 'G-5']);
      browser = await openBrowser();
      for (const name of ['zhang', 'li'] as const) {
        const password = await createUser(admin, name, ['duty-officer']);
        const page = await browser.open();
        await page.goto(`${platform.http}/duty`);
        await page.fill('input[name=username]', name);
        await page.fill('input[name=password]', password);
        await page.keyboard.press('Enter');
        await page.waitForSelector('.list-pane[aria-busy=false]');
        pages[name] = page;
        if (name === 'zhang') api = await logIn(platform.http, name, password);
      }
      client = await mqtt.connectAsync(`mqtt://127.0.0.1:${platform.mqttPort}`, {
        username: 'GW-1',
        password: secret,
      });
    }, 180_000);

    afterAll(async () => {
      await client?.endAsync();
      await browser?.tidy();
      await browser?.close();
      await platform?.kill('SIGTERM');
      directory.remove();
    });

    const pageOf = (name: 'zhang' | 'li'): Page => {
      const page = pages[name];
      if (page === null) throw new Error(`${name} has no page`);
      return page;
    };
    const publish = (device: string, ch4: number): Promise<unknown> =>
      client.publishAsync(
        'lifeline/v1/GW-1/telemetry',
        JSON.stringify({ device, time: Date.now(), values: { ch4 } }),
        { qos: 1 },
      );

    it('3.0 % methane stands in both lists at once', async () => {
      const from = performance.now();
      await publish('G-1', 3);
      await Promise.all(
        (['zhang', 'li'] as const).map((name) => pageOf(name).locator('.grid-row').first().waitFor()),
      );
      const tookMs = performance.now() - from;
      console.log(`publish -> both browsers: ${Math.round(tookMs)} ms`);
      expect(tookMs).toBeLessThan(AT_ONCE_MS);
    });

    it('one takes it by keyboard; the other reads at once who did', async () => {
      await pageOf('zhang').keyboard.press('j');
      await pageOf('li').keyboard.press('j');
      await pageOf('zhang').locator('.detail-pane', { hasText: '0530-1234567' }).waitFor();
      const from = performance.now();
      await pageOf('zhang').keyboard.press('a');
      await pageOf('li').locator('.detail-pane', { hasText: 'zhang 处置中' }).waitFor();
      const tookMs = performance.now() - from;
      console.log(`taken in one browser -> named in the other: ${Math.round(tookMs)} ms`);
      expect(tookMs).toBeLessThan(AT_ONCE_MS);
    });

    it('both press at once: one record, and the second is told', async () => {
      // On a busy machine one press may come after the other's answer: then nothing is left to press for, and none is told.
      for (const device of ['G-2', 'G-4', 'G-5']) if (await bothPress(device)) return;
      expect.unreachable('no two presses met');
    });

    /** Whether the second was told who took it; at any rate there is one record. */
    async function bothPress(device: string): Promise<boolean> {
      await publish(device, 3.2);
      const raised = await until(
        'the alarm',
        60_000,
        async () => (await openAlarms(api)).find((one) => one.point === `${device}/ch4`),
        (one) => one !== undefined,
      );
      for (const name of ['zhang', 'li'] as const) {
        await pageOf(name).goto(`${platform.http}/duty/a/${raised?.id}`);
        await pageOf(name).locator('.detail-pane', { hasText: '3.2' }).waitFor();
      }
      await Promise.all([pageOf('zhang').keyboard.press('a'), pageOf('li').keyboard.press('a')]);
      await Promise.all(
        (['zhang', 'li'] as const).map((name) =>
          pageOf(name)
            .locator('.detail-pane', { hasText: /(zhang|li) 处置中/ })
            .waitFor(),
        ),
      );
      const alarm = (await openAlarms(api)).find((one) => one.point === `${device}/ch4`);
      const { items } = await api.get<{ items: { change: string; by: string | null }[] }>(
        `/api/v1/alarms/${alarm?.id}/events`,
      );
      expect(items.filter((event) => event.change === 'acknowledged')).toHaveLength(1);
      const taker = alarm?.acknowledgedBy ?? '';
      const other = taker === 'zhang' ? 'li' : 'zhang';
      const told = pageOf(other).locator('[role=status], [role=alert], .notices', { hasText: taker }).first();
      return told.waitFor({ timeout: 10_000 }).then(
        () => true,
        () => false,
      );
    }

    it('axe finds nothing on the page as it stands', async () => {
      const page = pageOf('zhang');
      await page.evaluate(AXE);
      const found = await page.evaluate(async () => {
        const { axe } = globalThis as unknown as {
          axe: { run(options: unknown): Promise<{ violations: { id: string; nodes: unknown[] }[] }> };
        };
        const tags = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'];
        const { violations } = await axe.run({ runOnly: { type: 'tag', values: tags } });
        return violations.map(({ id, nodes }) => `${id} (${nodes.length})`);
      });
      expect(found).toEqual([]);
      expect(browser.complaints.filter((line) => !line.includes('409'))).toEqual([]);
    });
  },
);
