/** The long watch: taking back, what happened meanwhile, earlier alarms, calls, sound. */
import { describe, expect, test } from 'vitest';
import { alarmOf } from './alarm-fixture.ts';
import { logIn } from './browser.ts';
import { dialogListens, everyoneCanUse, shows, type PageHouse } from './page-house.ts';

export function watchOnThePage(house: PageHouse): void {
  describe('keeping watch', { timeout: 120_000 }, () => {
    test('what a gateway sent late is one line, and its episodes stand behind it', async () => {
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      const onsetAt = house.city.now() - 7_200_000;
      const late = {
        historical: true,
        active: false,
        state: 'normal',
        onsetAt,
        returnedAt: onsetAt + 252_000,
      } as const;
      house.city.alarms.set(
        'late-0',
        alarmOf('late-0', { ...late, facility: 'F-0', highestColour: 'orange' }),
      );
      const told = {
        gateway: 'GW-7',
        at: house.city.now(),
        from: onsetAt,
        to: onsetAt + 3_600_000,
        points: 40,
      };
      const counts = {
        added: 0,
        changed: 0,
        withdrawn: 0,
        byColour: { blue: 0, yellow: 0, orange: 0, red: 0 },
      };
      house.city.tellBackfill({ ...told, ...counts, gateway: 'GW-6', alarms: [] });
      house.city.tellBackfill({ ...told, ...counts, added: 1, alarms: ['late-0'] });
      await shows(page, '.notice', '网关 GW-7 补传已判定：新增报警 1 条，更正 0 条，撤销 0 条');
      expect(await page.locator('.notice', { hasText: 'GW-6' }).count()).toBe(0);
      await page.locator('.notice').getByRole('button', { name: '查看' }).click();
      await dialogListens(page);
      await shows(page, 'dialog [data-id=late-0]', '二级 中华路燃气阀井');
      await shows(page, 'dialog [data-id=late-0]', '04:12');
      await everyoneCanUse(page, 'back-fill');
      await page.locator('dialog [data-id=late-0] button').click();
      await shows(page, '.detail-pane h2', '中华路燃气阀井');
    });

    test('a shelving and a verdict can be taken back for ten seconds', async () => {
      const alarm = house.city.raise(0, 'blue');
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      await page.keyboard.press('j');
      await page.keyboard.press('s');
      await dialogListens(page);
      await page.keyboard.type('检修');
      await page.keyboard.press('Enter');
      await shows(page, '.notice', '已搁置');
      await page.locator('.notice', { hasText: '撤销' }).waitFor();
      await page.keyboard.press('z');
      await expect.poll(() => house.city.alarms.get(alarm.id)?.suppression).toBe('none');
      await page.locator('.detail-state', { hasText: '搁置' }).waitFor({ state: 'detached' });
      await page.keyboard.press('f');
      await dialogListens(page);
      // The focus stands on the first choice and has chosen nothing: Enter says nothing for the officer.
      await page.locator('dialog [name=verdict]:focus').first().waitFor();
      expect(await page.locator('dialog button.primary').isDisabled()).toBe(true);
      await page.keyboard.press('Enter');
      expect(await page.locator('dialog [name=verdict]:checked').count()).toBe(0);
      await page.keyboard.press('ArrowDown');
      await page.locator('dialog button.primary:enabled', { hasText: '提交 Enter' }).waitFor();
      expect(house.city.alarms.get(alarm.id)?.verdict).toBeNull();
      await page.keyboard.press('Enter');
      await shows(page, '.notice', '已记录核实结论“误报”');
      expect(house.city.alarms.get(alarm.id)?.verdict).toBe('false-alarm');
      await page.keyboard.press('z');
      await expect.poll(() => house.city.alarms.get(alarm.id)?.verdict).toBeNull();
    });

    test('after more than five minutes away, a notice leads to what changed', async () => {
      const page = await house.browser.open();
      await page.addInitScript("localStorage.setItem('lifeline.seen.zhang', String(Date.now() - 3_600_000))");
      house.city.raise(0, 'orange');
      house.city.order('al-0', 'acknowledge', { revision: 1 }, 'li');
      await logIn(page, house.server.origin);
      await page
        .locator('.notice', { hasText: '离开期间 2 条变化' })
        .getByRole('button', { name: '查看' })
        .click();
      await dialogListens(page);
      await shows(page, 'dialog', '接警 李四');
      await everyoneCanUse(page, 'away');
      await page.locator('.away-row').first().click();
      await shows(page, '.detail-pane h2', '中华路燃气阀井');
    });

    test('earlier alarms of the same point show what they turned out to be; a call is noted', async () => {
      const before = house.city.raise(0, 'orange', { onsetAt: house.city.now() - 86_400_000 });
      const over = house.city.change(before.id, 'normal', {
        state: 'normal',
        active: false,
        returnedAt: house.city.now() - 86_000_000,
        verdict: 'biogas',
      });
      const past = { ...over, id: 'al-old' };
      const alarm = house.city.raise(0, 'orange');
      house.city.alarms.set(past.id, past);
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      await page.keyboard.press('j');
      await shows(page, '.similar', '同类历史 1 次');
      await shows(page, '.similar', '沼气');
      await page.locator('.phone a').evaluate("(link) => link.removeAttribute('href')");
      await page.locator('.phone a').click();
      await page.locator('.phone').getByRole('button', { name: '已接通' }).click();
      await shows(page, '.timeline', '致电菏泽燃气有限公司 0530-555 0119：已接通');
      expect(house.city.alarms.get(alarm.id)?.state).toBe('unacknowledged');
    });

    test('a burst sounds once and tells how many more; the sound check remembers that all was heard', async () => {
      const page = await house.browser.open();
      await page.addInitScript(COUNT_TONES);
      await logIn(page, house.server.origin);
      await page.locator('.list-pane').click();
      await shows(page, '.header', '声音 开');
      for (let i = 0; i < 12; i++) house.city.raise(i, 'yellow');
      await shows(page, '.notice', '另有 11 条');
      expect(await page.evaluate('tones')).toBe(1);
      await page.locator('.user-menu summary').click();
      await page.locator('.user-menu').getByRole('button', { name: '声音自检' }).click();
      await dialogListens(page);
      await everyoneCanUse(page, 'sound check');
      await page.getByRole('button', { name: '逐一播放' }).click();
      await page.getByRole('button', { name: '都听到了' }).click({ timeout: 30_000 });
      await expect.poll(() => page.evaluate("localStorage.getItem('lifeline.heard')")).toMatch(/^\d+$/);
    });

    test('while its sound is off, the title says so every other second', async () => {
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      await expect.poll(() => page.title()).toContain('【声音未开启】');
      await expect.poll(() => page.title()).toBe('城市生命线值守台');
    });

    test('an acked 二级 that becomes 一级 waits again; one that returns waits to be taken, at its highest', async () => {
      const alarm = house.city.raise(0, 'orange');
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      await page.keyboard.press('j');
      await page.keyboard.press('a');
      await shows(page, '.detail-state', '张三 处置中');
      house.city.change(alarm.id, 'colour', {
        colour: 'red',
        highestColour: 'red',
        state: 'unacknowledged',
        acknowledgedBy: null,
      });
      await shows(page, '.detail-state', '待接警');
      await expect.poll(() => page.title()).toContain('(1) 一级');
      house.city.change(alarm.id, 'returned', {
        colour: 'yellow',
        active: false,
        state: 'returned-unacknowledged',
        returnedAt: house.city.now(),
      });
      await shows(page, '.detail-state', '已恢复待接警');
      await shows(page, '.detail-head', '一级');
      await shows(page, '.tab:nth-child(3)', '1');
    });
  });
}

/** Counts tones by their first beep: the yellow tone has one. */
const COUNT_TONES = `
  window.tones = 0;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (at) { window.tones++; return start.call(this, at); };
`;
