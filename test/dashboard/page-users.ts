/** People on the page: the security administrator's alone. */
import { describe, expect, test } from 'vitest';
import { fromMenu, openAs } from './browser.ts';
import { dialogListens, everyoneCanUse, shows, type PageHouse } from './page-house.ts';

export function usersOnThePage(house: PageHouse): void {
  const open = (address: string) => openAs(house.browser, house.server.origin, 'sec', address);
  const sent = () => house.city.config.written.filter(({ path }) => path.startsWith('/users'));

  describe('people', { timeout: 120_000 }, () => {
    test('a new crew is given its role and its part of the city', async () => {
      const page = await open('/cfg/users');
      await shows(page, '.table', '菏泽燃气有限公司');
      await shows(page, '.table', '已锁定');
      await everyoneCanUse(page, 'people');
      await page.getByRole('button', { name: '新增人员' }).click();
      await page.getByLabel('登录名').fill('crew-2');
      await page.getByLabel('姓名').fill('郑工');
      await page.getByLabel('初始密码').fill('Crew-2026-x');
      await page.getByRole('checkbox', { name: '抢修员' }).check();
      await page.getByLabel('添加到 权属单位').selectOption('drain-co');
      await page.getByLabel('添加到 区县').selectOption('371702');
      await everyoneCanUse(page, 'new person');
      await page.getByRole('button', { name: '保存' }).click();
      await shows(page, '.table tr.current', '郑工');
      expect(sent()).toEqual([
        {
          path: '/users',
          body: {
            ...{ username: 'crew-2', name: '郑工', password: 'Crew-2026-x', roles: ['crew'] },
            scope: { organisations: ['drain-co'], areas: ['371702'] },
          },
        },
      ]);
    });

    test('whoever gives rights asks for areas and units alone, nothing that would be refused', async () => {
      const before = house.browser.requests.length;
      const page = await open('/cfg/users');
      await shows(page, '.table', '菏泽燃气有限公司');
      await page.waitForLoadState('networkidle');
      const asked = house.browser.requests.slice(before).filter((address) => address.includes('/api/v1/'));
      expect(asked.some((address) => address.includes('/organisations'))).toBe(true);
      expect(asked.filter((address) => /facilities|points|alarms|people/.test(address))).toEqual([]);
    });

    test('a lock is lifted, a password reset, an account retired after a question', async () => {
      const page = await open('/cfg/users/zhang');
      await shows(page, '.form', '还要锁定 9 分钟');
      await page.getByRole('button', { name: '解除锁定' }).click();
      await shows(page, '.table tr.current', '正常');
      await page.getByText('重置密码').click();
      await page.getByLabel('新密码').fill('Again-2026');
      await page.getByRole('button', { name: '设为新密码' }).click();
      await shows(page, '[role=status]', '密码已重置');
      await page.getByRole('button', { name: '停用账号' }).click();
      await dialogListens(page);
      await page.keyboard.press('Enter');
      await shows(page, '.table tr.current', '已停用');
      expect(sent().map(({ path }) => path)).toEqual([
        '/users/zhang/unlock',
        '/users/zhang',
        '/users/zhang/retire',
      ]);
    });

    test('nobody is offered more for themselves: own roles can only become fewer, the own scope is not there', async () => {
      const page = await open('/cfg/users/sec');
      await shows(page, '.form', '角色只能减少');
      expect(await page.getByRole('checkbox', { name: '系统管理员' }).isDisabled()).toBe(true);
      expect(await page.getByRole('checkbox', { name: '安全管理员' }).isDisabled()).toBe(false);
      expect(await page.getByLabel('添加到 区县').count()).toBe(0);
      expect(await page.getByRole('button', { name: '停用账号' }).count()).toBe(0);
    });

    test('it fits a phone, by day and in English; others are not led here', async () => {
      const page = await open('/cfg/users/crew-1');
      await fromMenu(page, '日间');
      await fromMenu(page, 'English');
      await shows(page, '.form', 'needs an owner unit');
      await page.locator('.three-roles summary').click();
      await page.setViewportSize({ width: 390, height: 844 });
      await expect
        .poll(() =>
          page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth'),
        )
        .toBe(true);
      await everyoneCanUse(page, 'people on a phone');
      const engineer = await openAs(house.browser, house.server.origin, 'eng', '/cfg/rules');
      expect(await engineer.locator('a[href="/cfg/users"]').count()).toBe(0);
    });
  });
}
