/** What moves by itself: new alarms, a lost line, sound and title. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { fromMenu, logIn, rowIds, topOf } from './browser.ts';
import { WELL } from './mock-city.ts';
import { shows, text, type PageHouse } from './page-house.ts';

export function liveOnThePage(house: PageHouse): void {
  describe('the list under fire', { timeout: 120_000 }, () => {
    test('the chosen row stays under the cursor while 50 alarms arrive; reds are pinned, the bar counts the rest', async () => {
      for (let i = 0; i < 5; i++) house.city.raise(i, 'yellow');
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      await expect.poll(async () => (await rowIds(page)).length).toBe(5);
      await page.locator('[data-id="al-2"][aria-selected=false]').click();
      await page.locator('[data-id="al-2"][aria-selected=true]').waitFor();
      // The click turned the sound on: its bar goes, and the list moves up once.
      await page.locator('.bar-sound').waitFor({ state: 'detached' });
      const before = await topOf(page, 'al-2');
      const rows = await rowIds(page);
      // A hand at the list just now, however long this machine took to get here.
      await page.keyboard.press('Shift');
      for (let i = 10; i < 60; i++) house.city.raise(i, i % 25 === 0 ? 'red' : 'orange');
      await shows(page, '.new-bar', '50 条新报警（最高 一级）');
      await expect.poll(() => page.locator('.pinned-row').count()).toBe(2);
      expect(await topOf(page, 'al-2')).toBe(before);
      await page.locator('.grid').evaluate('(grid) => { grid.scrollTop = 0 }');
      await expect.poll(() => rowIds(page)).toEqual(rows);
      await page.keyboard.press('Home');
      await page.locator('.new-bar').waitFor({ state: 'detached' });
      await expect.poll(async () => (await rowIds(page)).slice(0, 2).sort()).toEqual(['al-25', 'al-50']);
    });

    test('ten seconds without a hand at the list order it anew: the chosen row stays on its pixel, reds are in sight', async () => {
      for (let i = 0; i < 30; i++) house.city.raise(i, 'yellow');
      const page = await house.browser.open();
      await page.clock.install();
      await logIn(page, house.server.origin);
      await page.locator('.bar-sound').click();
      await page.locator('.bar-sound').waitFor({ state: 'detached' });
      await expect.poll(async () => (await rowIds(page)).length).toBeGreaterThan(5);
      const rows = await rowIds(page);
      const [first = '', second = ''] = rows;
      await page.locator(`[data-id="${second}"]`).click();
      await page.locator(`[data-id="${second}"][aria-selected=true]`).waitFor();
      const before = await topOf(page, second);
      await page.keyboard.press('Shift');
      house.city.change(first, 'colour', { colour: 'orange', highestColour: 'orange' });
      for (let i = 40; i < 46; i++) house.city.raise(i, 'red');
      await shows(page, '.new-bar', '6 条新报警，1 条升级（最高 一级）');
      expect((await rowIds(page)).slice(0, 2)).toEqual([first, second]);
      await expect.poll(() => page.locator('.pinned-row').count()).toBe(3);
      await shows(page, '.pinned-more', '另有 3 条一级未接警');

      await page.clock.fastForward(11_000);
      await shows(page, '.new-bar', '上方 6 条未接警（最高 一级）');
      // The leap of the clock makes the line look lost until the next beat: that bar comes and goes above the list.
      await expect.poll(() => topOf(page, second)).toBe(before);
      expect(await page.locator(`[data-id="${second}"]`).getAttribute('aria-rowindex')).toBe('8');
      await expect.poll(() => page.locator('.pinned-row').count()).toBe(3);
      await page.locator('.pinned-more').click();
      await expect.poll(() => page.locator('.grid-row').count()).toBe(6);
      await page.locator('.pinned').waitFor({ state: 'detached' });
    });

    test('coming back to the list finds it in order, however it was left', async () => {
      for (let i = 0; i < 3; i++) house.city.raise(i, 'yellow');
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      await page.keyboard.press('j');
      house.city.raise(7, 'orange');
      await shows(page, '.new-bar', '1 条新报警（最高 二级）');
      await page.keyboard.press('h');
      await shows(page, 'h1', '交接清单');
      await page.goBack();
      await expect.poll(async () => (await rowIds(page))[0]).toBe('al-7');
    });

    test('5,000 alarms draw no more than the rows in sight', async () => {
      for (let i = 0; i < 5_000; i++) house.city.raise(i, 'blue');
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      await shows(page, '.tab', '5000');
      await expect.poll(() => page.getAttribute('.grid', 'aria-rowcount')).toBe('5000');
      await page.waitForSelector('.grid-row');
      expect(await page.locator('.grid-row').count()).toBeLessThan(45);
    });

    test('a hole in the chain brings a fresh snapshot', async () => {
      house.city.raise(0, 'orange');
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      house.city.raise(1, 'yellow');
      await shows(page, '.grid-row', '人民路下穿立交');
      // Its channel is `depth-1`: the row names what is measured.
      await shows(page, '.grid-row', '积水深度');
      // However long the place is called, what the alarm is about is not cut by a hair.
      const cut = await page.evaluate<
        string[]
      >(`[...document.querySelectorAll('.cell-what b')].flatMap((place) => {
        place.textContent = '牡丹区人民路与长江路交叉口东南角8号燃气相邻电力井（模拟）';
        const subject = place.parentElement.querySelector('.row-subject');
        const whole = document.createRange();
        whole.selectNodeContents(subject);
        const needed = whole.getBoundingClientRect().width;
        return needed > subject.getBoundingClientRect().width ? [subject.textContent] : [];
      })`);
      expect(cut).toEqual([]);
      expect(house.server.snapshots()).toBe(1);
      house.server.swallow(1);
      house.city.raise(2, 'yellow');
      house.city.raise(3, 'yellow');
      await shows(page, '.grid-row', '巨野化工园');
      expect(house.server.snapshots()).toBe(2);
      await expect.poll(() => page.locator('.grid-row').count()).toBe(4);
    });

    test('未入账 and late records are shown as such', async () => {
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      house.city.raise(0, 'orange', { unjournaled: true });
      house.city.raise(1, 'orange', { historical: true });
      await shows(page, '.grid-row', '未入账');
      await shows(page, '.notice', '补传数据报警：二级 人民路下穿立交');
    });
  });

  describe('when the line is down', { timeout: 120_000 }, () => {
    test('the bar says of when the picture is, values are hatched, and the return shows what a fresh page would', async () => {
      house.city.raise(0, 'orange');
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      await page.waitForSelector('.grid-row');
      house.server.cut();
      await page.locator('.bar-stale').waitFor();
      expect(await text(page, '.bar-stale')).toMatch(/实时连接中断 00:\d\d · 画面为 \d\d:\d\d:\d\d 的数据/);
      await page.waitForSelector('.console.stale .value');
      await expect.poll(() => page.title()).toContain('连接中断');
      house.city.raise(1, 'red');
      house.server.mend();
      await page.locator('.bar-stale').waitFor({ state: 'detached' });
      await expect.poll(() => rowIds(page)).toEqual(['al-1', 'al-0']);
      expect(house.server.snapshots()).toBe(1);
    });
  });

  describe('when the rules stand still behind a line that is up', { timeout: 120_000 }, () => {
    test('a bar says for how long no alarm can have come, and goes when they work again', async () => {
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      house.city.health = {
        ...WELL,
        status: 'failing',
        reasons: [{ code: 'alarm-path-stalled', detail: '' }],
        quietMs: 21_000,
      };
      await shows(page, '.bar-stalled', '报警通路停滞 00:21');
      house.city.health = { ...WELL, quietMs: 40 };
      await page.locator('.bar-stalled').waitFor({ state: 'detached' });
    });
  });

  describe('the header', { timeout: 120_000 }, () => {
    test('says how old the data are, how notifications do, the measured delay and how long the shift has been on', async () => {
      const page = await house.browser.open({ width: 1920, height: 1080 });
      await logIn(page, house.server.origin);
      await shows(page, '.header', '采集 3 秒前');
      await shows(page, '.header', '通知 正常');
      await shows(page, '.header', '时延 12 ms');
      expect(await text(page, '.header-worked')).toMatch(/^(白班|夜班) 已值 \d{1,2}:\d\d$/);
      expect(await page.locator('.header .attention').count()).toBe(0);
      house.city.health = { ...WELL, dataQuietMs: 400_000, delayMs: 2_340, notifications: 'failing' };
      await shows(page, '.header .attention', '采集 6 分钟前');
      await shows(page, '.header', '时延 2.3 s');
      await page.locator('.header .attention', { hasText: '通知 不可用' }).waitFor();
      house.city.health = { ...WELL, dataQuietMs: null, delayMs: null, notifications: 'off' };
      for (const part of ['采集 —', '通知 未配置', '时延 —']) await shows(page, '.header-item', part);
    });

    test('with everything in trouble stays one row at 1366, in English at most two, and nothing is cut off', async () => {
      const reasons = [{ code: 'on-call-missing', detail: '' }];
      house.city.health = {
        ...WELL,
        ...{ status: 'degraded', reasons, notifications: 'gaps', delayMs: 1_234 },
      };
      const page = await house.browser.open();
      await logIn(page, house.server.origin, 'li');
      await shows(page, '.header .health', '平台 降级');
      const header = page.locator('.header');
      const fits = () =>
        header.evaluate((e) => [
          e.scrollWidth - e.clientWidth <= 1,
          e.clientHeight < 60,
          e.clientHeight < 100,
        ]);
      expect(await fits()).toEqual([true, true, true]);
      await fromMenu(page, 'English');
      await shows(page, '.header .health', 'Platform degraded');
      expect((await fits()).filter((_, at) => at !== 1)).toEqual([true, true]);
    });
  });

  describe('sound and title', { timeout: 120_000 }, () => {
    test('a page nobody touched says that its sound is off; one click turns it on', async () => {
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      await page.locator('.bar-sound', { hasText: '声音未开启，点击开启' }).waitFor();
      await page.locator('.bar-sound').click();
      await page.locator('.bar-sound').waitFor({ state: 'detached' });
      await shows(page, '.header', '声音 开');
    });

    test('the click that turns the sound on still opens the row it was aimed at', async () => {
      for (let i = 0; i < 6; i++) house.city.raise(i, 'orange');
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      await page.locator('.bar-sound').waitFor();
      await expect.poll(async () => (await rowIds(page)).length).toBe(6);
      const [, second = ''] = await rowIds(page);
      const row = page.locator(`[data-id="${second}"]`);
      const box = await row.boundingBox();
      if (box === null) throw new Error('no second row');
      // At its lower edge: when the rows move up by the bar's height, the next one lies under the pointer.
      await page.mouse.move(box.x + 200, box.y + box.height - 3);
      await page.mouse.down();
      await page.evaluate(SOUND_RUNS);
      expect(await topOf(page, second)).toBe(Math.round(box.y));
      await page.mouse.up();
      await expect.poll(() => row.getAttribute('aria-selected')).toBe('true');
      await page.locator('.bar-sound').waitFor({ state: 'detached' });
    });

    test('an untaken 一级 stands in the title until it is taken', async () => {
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      const alarm = house.city.raise(0, 'red');
      await expect.poll(() => page.title()).toMatch(/^\(1\) 一级 中华路燃气阀井/);
      house.city.order(alarm.id, 'acknowledge', { revision: alarm.revision }, 'li');
      await expect.poll(() => page.title()).toBe('城市生命线值守台');
    });

    test('一级 sounds within a second, again and again, until it is taken; X silences it; one tab of two sounds', async () => {
      const page = await house.browser.open();
      await page.addInitScript(COUNT_BEEPS);
      await logIn(page, house.server.origin);
      await page.locator('.list-pane').click();
      const other = await page.context().newPage();
      await other.addInitScript(COUNT_BEEPS);
      await other.goto(`${house.server.origin}/duty`);
      await other.locator('.list-pane').click();
      await shows(other, '.header', '声音 在其他页签');
      await shows(page, '.header', '声音 开');
      const alarm = house.city.raise(0, 'red');
      await expect.poll(() => beeps(page)).toBeGreaterThan(0);
      // On the page's own clock: how long this machine takes to look is not the page's doing.
      expect(Number(await page.evaluate('beepAt - redAt'))).toBeLessThan(1_000);
      const first = await beeps(page);
      await expect.poll(() => beeps(page)).toBeGreaterThan(first);
      expect(await beeps(other)).toBe(0);
      await page.bringToFront();
      await page.keyboard.press('x');
      await shows(page, '.header', '静音');
      const silenced = await beeps(page);
      await page.waitForTimeout(4_500);
      expect(await beeps(page)).toBe(silenced);
      const second = house.city.raise(1, 'red');
      await expect.poll(() => beeps(page)).toBeGreaterThan(silenced);
      for (const { id, revision } of [alarm, second]) house.city.order(id, 'acknowledge', { revision }, 'li');
      await expect.poll(() => page.title()).toBe('城市生命线值守台');
      const taken = await beeps(page);
      await page.waitForTimeout(4_500);
      expect(await beeps(page)).toBe(taken);
    });

    test('X silences for 60 s and shows it', async () => {
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      await page.keyboard.press('x');
      await shows(page, '.header', '静音 60 秒');
    });
  });
}

/** Waits until a sound of the page would be heard, and what hangs on it has been drawn. */
const SOUND_RUNS = `(async () => {
  const context = new AudioContext();
  await context.resume();
  for (let i = 0; i < 10; i++) await new Promise(requestAnimationFrame);
})()`;

/** Counts every beep that the page starts; notes when it was first drawn red, and when it first sounded. */
const COUNT_BEEPS = `
  window.beeps = 0;
  new MutationObserver(() => {
    if (document.title.includes('一级')) window.redAt ??= performance.now();
  }).observe(document, { subtree: true, childList: true, characterData: true });
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (at) { window.beepAt ??= performance.now(); window.beeps++; return start.call(this, at); };
`;
const beeps = async (page: Page): Promise<number> => Number(await page.evaluate('window.beeps'));
