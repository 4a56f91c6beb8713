/** Logging in, and what an officer orders. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { logIn } from './browser.ts';
import { dialogListens, shows, type PageHouse } from './page-house.ts';

export function ordersOnThePage(house: PageHouse): void {
  describe('logging in', { timeout: 120_000 }, () => {
    test('a wrong password is told, and the address asked for is reached afterwards', async () => {
      const alarm = house.city.raise(0, 'orange');
      const page = await house.browser.open();
      await page.goto(`${house.server.origin}/duty/a/${alarm.id}?colour=orange`);
      await page.fill('input[name=username]', 'zhang');
      await page.fill('input[name=password]', 'wrong');
      await page.keyboard.press('Enter');
      await shows(page, '[role=alert]', '用户名或密码不正确');
      await logIn2(page);
      await shows(page, 'h2', '中华路燃气阀井');
      expect(new URL(page.url()).search).toBe('?colour=orange');
    });

    test('a reload keeps session, selection and filter', async () => {
      house.city.raise(0, 'orange');
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      await page.keyboard.press('2');
      await page.keyboard.press('j');
      await shows(page, 'h2', '中华路燃气阀井');
      await page.reload();
      await shows(page, 'h2', '中华路燃气阀井');
      await expect.poll(() => page.getAttribute('.count:nth-child(2)', 'aria-pressed')).toBe('true');
    });
  });

  describe('taking an alarm', { timeout: 120_000 }, () => {
    test('is done by keyboard alone: J chooses, A takes', async () => {
      const alarm = house.city.raise(0, 'orange');
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      await page.keyboard.press('j');
      await shows(page, '.detail-pane', '0530-555 0119');
      await page.keyboard.press('a');
      await shows(page, '.detail-pane', '张三 处置中');
      expect(house.city.alarms.get(alarm.id)).toMatchObject({
        state: 'acknowledged',
        acknowledgedBy: 'zhang',
      });
      await shows(page, '.timeline', '接警');
    });

    test('一级 asks first; Esc leaves it untaken', async () => {
      const alarm = house.city.raise(0, 'red');
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      await page.keyboard.press('j');
      await page.keyboard.press('a');
      await shows(page, 'dialog[open]', '确认接警');
      await dialogListens(page);
      await page.keyboard.press('Escape');
      await page.locator('dialog').waitFor({ state: 'detached' });
      expect(house.city.alarms.get(alarm.id)?.state).toBe('unacknowledged');
      await page.keyboard.press('a');
      await dialogListens(page);
      await page.keyboard.press('Enter');
      await shows(page, '.detail-pane', '张三 处置中');
    });

    test('one officer’s 接警 shows its name to the other at once; the second is told who took it', async () => {
      const alarm = house.city.raise(0, 'orange');
      const one = await house.browser.open();
      const two = await house.browser.open();
      await logIn(one, house.server.origin);
      await logIn(two, house.server.origin, 'li');
      await one.keyboard.press('j');
      await two.keyboard.press('j');
      await one.keyboard.press('a');
      await shows(two, '.detail-pane', '张三 处置中');

      // The other screen is behind: its order carries the revision it saw, and changes nothing.
      const second = house.city.raise(1, 'orange');
      await shows(two, '.tab', '待接警 1');
      await two.keyboard.press('Home');
      await two.locator(`[data-id="${second.id}"]`).click();
      house.server.swallow(1);
      house.city.order(second.id, 'acknowledge', { revision: second.revision }, 'zhang');
      await two.keyboard.press('a');
      await shows(two, '.notice', '张三 已于');
      expect(house.city.alarms.get(second.id)?.acknowledgedBy).toBe('zhang');
      expect(
        house.city.events.filter((m) => m.alarm.id === second.id && m.event.change === 'acknowledged'),
      ).toHaveLength(1);
      expect(house.city.alarms.get(alarm.id)?.acknowledgedBy).toBe('zhang');
    });

    test('without an answer the screen goes back after two seconds and says so', async () => {
      house.city.raise(0, 'orange');
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      await page.keyboard.press('j');
      house.server.deaf = true;
      // Shown for two seconds only: looked for before the key is pressed.
      const shownAtOnce = shows(page, '.detail-state', '张三 处置中');
      await page.keyboard.press('a');
      await shownAtOnce;
      await shows(page, '.notice', '2 秒内未获平台确认');
      await shows(page, '.detail-state', '待接警');
    });

    test('keys mean nothing while typing', async () => {
      const alarm = house.city.raise(0, 'orange');
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      await page.keyboard.press('j');
      await page.keyboard.press('/');
      await page.keyboard.type('an');
      await expect.poll(() => page.inputValue('input[type=search]')).toBe('an');
      expect(house.city.alarms.get(alarm.id)?.state).toBe('unacknowledged');
    });

    test('a viewer is offered no action', async () => {
      house.city.raise(0, 'orange');
      const page = await house.browser.open();
      await logIn(page, house.server.origin, 'view');
      await page.keyboard.press('j');
      await shows(page, 'h2', '中华路燃气阀井');
      expect(await page.locator('.actions').count()).toBe(0);
    });

    test('shelving asks for a reason and an end, and lists the alarm under 搁置', async () => {
      const alarm = house.city.raise(0, 'blue');
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      await page.keyboard.press('j');
      await page.keyboard.press('s');
      await dialogListens(page);
      await page.keyboard.type('现场检修');
      await page.keyboard.press('Enter');
      await page.locator('dialog').waitFor({ state: 'detached' });
      await shows(page, '.detail-pane', '现场检修');
      expect(house.city.alarms.get(alarm.id)?.suppressions[0]?.by).toBe('zhang');
      await shows(page, '.tab:nth-child(4)', '1');
    });

    test('an order that came too late brings its dialog back with what was typed; sent again, it is carried out', async () => {
      const alarm = house.city.raise(0, 'blue');
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      await page.keyboard.press('j');
      await page.keyboard.press('s');
      await dialogListens(page);
      await page.keyboard.type('现场检修');
      await page.locator('dialog').getByLabel('4 小时').check();
      house.city.change(alarm.id, 'returned', { active: false, state: 'returned-unacknowledged' });
      await page.locator('dialog').getByLabel('原因').press('Enter');
      await shows(page, '.notice', '报警已变化');
      await dialogListens(page);
      expect(await page.locator('dialog').getByLabel('原因').inputValue()).toBe('现场检修');
      expect(await page.locator('dialog').getByLabel('4 小时').isChecked()).toBe(true);
      await page.locator('dialog').getByLabel('原因').press('Enter');
      await expect.poll(() => house.city.alarms.get(alarm.id)?.suppressions[0]?.reason).toBe('现场检修');
    });
  });
}

/** The log-in form is open already. */
async function logIn2(page: Page): Promise<void> {
  await page.fill('input[name=password]', 'Watch-2026');
  await page.keyboard.press('Enter');
}
