/** The built console in a real browser: what an officer does and sees. Builds the page first. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { logIn, openBrowser, rowIds, topOf, type TestBrowser } from './browser.ts';
import { createMockCity, type MockCity } from './mock-city.ts';
import { startMockServer, type MockServer } from './mock-server.ts';

const ROOT = join(import.meta.dirname, '../..');
const axe = readFileSync(join(ROOT, 'node_modules/axe-core/axe.min.js'), 'utf8');
let browser: TestBrowser;
let city: MockCity;
let server: MockServer;

beforeAll(async () => {
  await build({ root: join(ROOT, 'dashboard'), logLevel: 'error' });
  browser = await openBrowser();
}, 120_000);
afterAll(async () => {
  await browser.close();
  expect(browser.complaints).toEqual([]);
});
beforeEach(async () => {
  city = createMockCity();
  server = await startMockServer(city);
});
afterEach(async () => {
  await browser.tidy();
  await server.close();
});

const text = (page: Page, selector: string): Promise<string> => page.locator(selector).first().innerText();
/** Contents of a row or of another element holding `part`. */
const shows = (page: Page, selector: string, part: string) =>
  page.locator(selector, { hasText: part }).first().waitFor();

describe('logging in', { timeout: 30_000 }, () => {
  test('a wrong password is told, and the address asked for is reached afterwards', async () => {
    const alarm = city.raise(0, 'orange');
    const page = await browser.open();
    await page.goto(`${server.origin}/duty/a/${alarm.id}?colour=orange`);
    await page.fill('input[name=username]', 'zhang');
    await page.fill('input[name=password]', 'wrong');
    await page.keyboard.press('Enter');
    await shows(page, '[role=alert]', '用户名或密码不正确');
    await logIn2(page);
    await shows(page, 'h2', '中华路燃气阀井');
    expect(new URL(page.url()).search).toBe('?colour=orange');
  });

  test('a reload keeps session, selection and filter', async () => {
    city.raise(0, 'orange');
    const page = await browser.open();
    await logIn(page, server.origin);
    await page.keyboard.press('2');
    await page.keyboard.press('j');
    await shows(page, 'h2', '中华路燃气阀井');
    await page.reload();
    await shows(page, 'h2', '中华路燃气阀井');
    expect(await page.getAttribute('.count:nth-child(2)', 'aria-pressed')).toBe('true');
  });
});

describe('taking an alarm', { timeout: 30_000 }, () => {
  test('is done by keyboard alone: J chooses, A takes', async () => {
    const alarm = city.raise(0, 'orange');
    const page = await browser.open();
    await logIn(page, server.origin);
    await page.keyboard.press('j');
    await shows(page, '.detail-pane', '0530-555 0119');
    await page.keyboard.press('a');
    await shows(page, '.detail-pane', 'zhang 处置中');
    expect(city.alarms.get(alarm.id)).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'zhang' });
    await shows(page, '.timeline', '接警');
  });

  test('一级 asks first; Esc leaves it untaken', async () => {
    const alarm = city.raise(0, 'red');
    const page = await browser.open();
    await logIn(page, server.origin);
    await page.keyboard.press('j');
    await page.keyboard.press('a');
    await shows(page, 'dialog[open]', '确认接警');
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
    expect(city.alarms.get(alarm.id)?.state).toBe('unacknowledged');
    await page.keyboard.press('a');
    await page.keyboard.press('Enter');
    await shows(page, '.detail-pane', 'zhang 处置中');
  });

  test('one officer’s 接警 shows its name to the other at once; the second is told who took it', async () => {
    const alarm = city.raise(0, 'orange');
    const one = await browser.open();
    const two = await browser.open();
    await logIn(one, server.origin);
    await logIn(two, server.origin, 'li');
    await one.keyboard.press('j');
    await two.keyboard.press('j');
    await one.keyboard.press('a');
    await shows(two, '.detail-pane', 'zhang 处置中');

    // The other screen is behind: its order carries the revision it saw, and changes nothing.
    const second = city.raise(1, 'orange');
    await shows(two, '.new-bar', '1 条新报警');
    await two.keyboard.press('Home');
    await two.locator(`[data-id="${second.id}"]`).click();
    server.swallow(1);
    city.order(second.id, 'acknowledge', { revision: second.revision }, 'zhang');
    await two.keyboard.press('a');
    await shows(two, '.notice', 'zhang 已于');
    expect(city.alarms.get(second.id)?.acknowledgedBy).toBe('zhang');
    expect(
      city.events.filter((m) => m.alarm.id === second.id && m.event.change === 'acknowledged'),
    ).toHaveLength(1);
    expect(city.alarms.get(alarm.id)?.acknowledgedBy).toBe('zhang');
  });

  test('without an answer the screen goes back after two seconds and says so', async () => {
    city.raise(0, 'orange');
    const page = await browser.open();
    await logIn(page, server.origin);
    await page.keyboard.press('j');
    server.deaf = true;
    await page.keyboard.press('a');
    await shows(page, '.detail-state', 'zhang 处置中');
    await shows(page, '.notice', '2 秒内未获平台确认');
    await shows(page, '.detail-state', '待接警');
  });

  test('keys mean nothing while typing', async () => {
    const alarm = city.raise(0, 'orange');
    const page = await browser.open();
    await logIn(page, server.origin);
    await page.keyboard.press('j');
    await page.keyboard.press('/');
    await page.keyboard.type('an');
    expect(await page.inputValue('input[type=search]')).toBe('an');
    expect(city.alarms.get(alarm.id)?.state).toBe('unacknowledged');
  });

  test('a viewer is offered no action', async () => {
    city.raise(0, 'orange');
    const page = await browser.open();
    await logIn(page, server.origin, 'view');
    await page.keyboard.press('j');
    await shows(page, 'h2', '中华路燃气阀井');
    expect(await page.locator('.actions').count()).toBe(0);
  });

  test('shelving asks for a reason and an end, and lists the alarm under 搁置', async () => {
    const alarm = city.raise(0, 'blue');
    const page = await browser.open();
    await logIn(page, server.origin);
    await page.keyboard.press('j');
    await page.keyboard.press('s');
    await page.keyboard.type('现场检修');
    await page.keyboard.press('Enter');
    await page.locator('dialog').waitFor({ state: 'detached' });
    await shows(page, '.detail-pane', '现场检修');
    expect(city.alarms.get(alarm.id)?.suppressions[0]?.by).toBe('zhang');
    await shows(page, '.tab:nth-child(4)', '1');
  });
});

describe('the list under fire', { timeout: 40_000 }, () => {
  test('the chosen row stays under the cursor while 50 alarms arrive; reds are pinned, the bar counts the rest', async () => {
    for (let i = 0; i < 5; i++) city.raise(i, 'yellow');
    const page = await browser.open();
    await logIn(page, server.origin);
    await page.locator('[data-id="al-2"]').click();
    const before = await topOf(page, 'al-2');
    const rows = await rowIds(page);
    for (let i = 10; i < 60; i++) city.raise(i, i % 25 === 0 ? 'red' : 'orange');
    await shows(page, '.new-bar', '48 条新报警（最高 二级）');
    expect(await page.locator('.pinned-row').count()).toBe(2);
    expect(await topOf(page, 'al-2')).toBe(before);
    await page.locator('.grid').evaluate('(grid) => { grid.scrollTop = 0 }');
    expect(await rowIds(page)).toEqual(rows);
    await page.keyboard.press('Home');
    await page.locator('.new-bar').waitFor({ state: 'detached' });
    expect((await rowIds(page)).slice(0, 2).sort()).toEqual(['al-25', 'al-50']);
  });

  test('5,000 alarms draw no more than the rows in sight', async () => {
    for (let i = 0; i < 5_000; i++) city.raise(i, 'blue');
    const page = await browser.open();
    await logIn(page, server.origin);
    await shows(page, '.tab', '5000');
    expect(await page.locator('.grid-row').count()).toBeLessThan(45);
    expect(await page.getAttribute('.grid', 'aria-rowcount')).toBe('5000');
  });

  test('a hole in the chain brings a fresh snapshot', async () => {
    city.raise(0, 'orange');
    const page = await browser.open();
    await logIn(page, server.origin);
    city.raise(1, 'yellow');
    await shows(page, '.grid-row', '人民路下穿立交');
    expect(server.snapshots()).toBe(1);
    server.swallow(1);
    city.raise(2, 'yellow');
    city.raise(3, 'yellow');
    await shows(page, '.grid-row', '巨野化工园');
    expect(server.snapshots()).toBe(2);
    expect(await page.locator('.grid-row').count()).toBe(4);
  });

  test('未入账 and late records are shown as such', async () => {
    const page = await browser.open();
    await logIn(page, server.origin);
    city.raise(0, 'orange', { unjournaled: true });
    city.raise(1, 'orange', { historical: true });
    await shows(page, '.grid-row', '未入账');
    await shows(page, '.notice', '补传数据报警：二级 人民路下穿立交');
  });
});

describe('when the line is down', { timeout: 40_000 }, () => {
  test('the bar says of when the picture is, values are hatched, and the return shows what a fresh page would', async () => {
    city.raise(0, 'orange');
    const page = await browser.open();
    await logIn(page, server.origin);
    await page.waitForSelector('.grid-row');
    const { port } = new URL(server.origin);
    await server.close();
    await page.locator('.bar-stale').waitFor({ timeout: 9_000 });
    expect(await text(page, '.bar-stale')).toMatch(/实时连接中断 00:0\d · 画面为 \d\d:\d\d:\d\d 的数据/);
    expect(await page.locator('.duty.stale .value').count()).toBeGreaterThan(0);
    expect(await page.title()).toContain('连接中断');
    city.raise(1, 'red');
    server = await startMockServer(city, Number(port));
    await page.locator('.bar-stale').waitFor({ state: 'detached', timeout: 9_000 });
    expect(await rowIds(page)).toEqual(['al-1', 'al-0']);
    expect(server.snapshots()).toBe(0);
  });
});

describe('sound and title', { timeout: 30_000 }, () => {
  test('a page nobody touched says that its sound is off; one click turns it on', async () => {
    const page = await browser.open();
    // Log in without touching this page: the browser must not have had a gesture here.
    await page.context().addCookies([{ name: 'lifeline_session', value: 'token-zhang', url: server.origin }]);
    await page.goto(`${server.origin}/duty`);
    await page.locator('.bar-sound', { hasText: '声音未开启，点击开启' }).waitFor();
    await page.locator('.bar-sound').click();
    await page.locator('.bar-sound').waitFor({ state: 'detached' });
    await shows(page, '.header', '声音 开');
  });

  test('an untaken 一级 stands in the title until it is taken', async () => {
    const page = await browser.open();
    await logIn(page, server.origin);
    const alarm = city.raise(0, 'red');
    await expect.poll(() => page.title()).toMatch(/^\(1\) 一级 中华路燃气阀井/);
    city.order(alarm.id, 'acknowledge', { revision: alarm.revision }, 'li');
    await expect.poll(() => page.title()).toBe('城市生命线值守台');
  });

  test('一级 sounds within a second, again and again, until it is taken; X silences it; one tab of two sounds', async () => {
    const page = await browser.open();
    await page.addInitScript(COUNT_BEEPS);
    await logIn(page, server.origin);
    const other = await page.context().newPage();
    await other.addInitScript(COUNT_BEEPS);
    await other.goto(`${server.origin}/duty`);
    await other.locator('.list-pane').click();
    await shows(other, '.header', '声音 在其他页签');
    const alarm = city.raise(0, 'red');
    await expect.poll(() => beeps(page), { timeout: 1_000 }).toBeGreaterThan(0);
    const first = await beeps(page);
    await expect.poll(() => beeps(page), { timeout: 6_000 }).toBeGreaterThan(first);
    expect(await beeps(other)).toBe(0);
    await page.bringToFront();
    await page.keyboard.press('x');
    const silenced = await beeps(page);
    await page.waitForTimeout(4_500);
    expect(await beeps(page)).toBe(silenced);
    const second = city.raise(1, 'red');
    await expect.poll(() => beeps(page), { timeout: 1_000 }).toBeGreaterThan(silenced);
    for (const { id, revision } of [alarm, second]) city.order(id, 'acknowledge', { revision }, 'li');
    await expect.poll(() => page.title()).toBe('城市生命线值守台');
    const taken = await beeps(page);
    await page.waitForTimeout(4_500);
    expect(await beeps(page)).toBe(taken);
  });

  test('X silences for 60 s and shows it', async () => {
    const page = await browser.open();
    await logIn(page, server.origin);
    await page.keyboard.press('x');
    await shows(page, '.header', '静音 60 秒');
  });
});

describe('for everyone', { timeout: 60_000 }, () => {
  const sizes = [
    { width: 1920, height: 1080 },
    { width: 1366, height: 768 },
    { width: 390, height: 844 },
  ];
  const violations = async (page: Page): Promise<string[]> => {
    const ran = await page.evaluate(
      `${axe}; axe.run().then((r) => r.violations.map((v) => v.id + ' ' + v.nodes[0].html))`,
    );
    return Array.isArray(ran) ? ran.map(String) : ['axe did not run'];
  };

  test('axe finds nothing: log-in, empty, alarms with detail, dialogs, day colours, English, line down', async () => {
    const page = await browser.open();
    await page.goto(`${server.origin}/login`);
    await page.waitForSelector('form');
    expect(await violations(page)).toEqual([]);
    await logIn(page, server.origin, 'li');
    expect(await violations(page)).toEqual([]);
    for (let i = 0; i < 12; i++)
      city.raise(i, (['red', 'orange', 'yellow', 'blue'] as const)[i % 4] ?? 'blue');
    await page.waitForSelector('[data-id=al-11]');
    await page.keyboard.press('j');
    await page.waitForSelector('.trend canvas');
    await page.waitForSelector('.timeline li');
    expect(await violations(page)).toEqual([]);
    for (const key of ['a', 's', 'f', 'n', '?']) {
      await page.keyboard.press(key);
      await page.waitForSelector('dialog[open]');
      expect([key, await violations(page)]).toEqual([key, []]);
      await page.keyboard.press('Escape');
      await page.locator('dialog').waitFor({ state: 'detached' });
    }
    await page.getByRole('button', { name: '日间' }).click();
    await page.getByRole('button', { name: 'English' }).click();
    expect(await page.getAttribute('html', 'lang')).toBe('en');
    expect(await violations(page)).toEqual([]);
    await server.close();
    await page.locator('.bar-stale').waitFor({ timeout: 9_000 });
    expect(await violations(page)).toEqual([]);
  });

  test.each(sizes)(
    'at $width x $height nothing scrolls sideways and no button is clipped, in both languages',
    async (size) => {
      for (let i = 0; i < 8; i++)
        city.raise(i, (['red', 'orange', 'yellow', 'blue'] as const)[i % 4] ?? 'blue');
      const page = await browser.open(size);
      await logIn(page, server.origin, 'li');
      for (const language of ['zh', 'en']) {
        for (const chosen of [false, true]) {
          if (chosen) await page.keyboard.press('j');
          else await page.keyboard.press('Escape');
          await page.waitForTimeout(50);
          const clipped = await page.evaluate(
            `[document.documentElement, ...document.querySelectorAll('button, .header, .detail-pane, .list-head')]
            .filter((e) => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0).map((e) => e.className + ': ' + e.textContent)`,
          );
          expect([language, chosen, clipped]).toEqual([language, chosen, []]);
        }
        if (language === 'zh') await page.getByRole('button', { name: 'English' }).click();
      }
    },
  );

  test('no saturated colour is on screen while nothing is wrong', async () => {
    const page = await browser.open();
    await logIn(page, server.origin);
    const picture = (await page.screenshot()).toString('base64');
    // A blank page reads it: the console's own policy allows no such thing.
    const blank = await browser.open();
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
    const outside = browser.requests.filter((address) => !/^(http:\/\/127\.0\.0\.1|data:)/.test(address));
    expect(browser.requests.length).toBeGreaterThan(50);
    expect(outside).toEqual([]);
  });
});

/** Counts every beep that the page starts. */
const COUNT_BEEPS = `
  window.beeps = 0;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (at) { window.beeps++; return start.call(this, at); };
`;
const beeps = async (page: Page): Promise<number> => Number(await page.evaluate('window.beeps'));

/** The log-in form is open already. */
async function logIn2(page: Page): Promise<void> {
  await page.fill('input[name=password]', 'Watch-2026');
  await page.keyboard.press('Enter');
}
