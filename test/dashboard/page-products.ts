/** Mapping forms on the page: written beside a message, tried while they are written, refused field by field. */
import { describe, expect, test } from 'vitest';
import { fromMenu, openAs } from './browser.ts';
import { everyoneCanUse, shows, type PageHouse } from './page-house.ts';

export function productsOnThePage(house: PageHouse): void {
  const open = (address: string) => openAs(house.browser, house.server.origin, 'eng', address);
  const sent = () =>
    house.city.config.written.filter(({ path }) => path.startsWith('/products') && path !== '/products/try');

  describe('mapping forms', { timeout: 120_000 }, () => {
    test('a new one begins with a common shape, says at once what a message gives, and is saved', async () => {
      const page = await open('/cfg/products');
      await shows(page, '.table', '甲厂网关');
      await everyoneCanUse(page, 'list of mappings');
      await page.getByRole('button', { name: '新建映射' }).click();
      await page.getByRole('button', { name: '名称与数值的列表' }).click();
      await shows(page, '.product-result', '得到 1 条记录');
      await shows(page, '.product-value', 'ch4 = 0.4');
      await page.getByLabel('倍率 1').fill('0.1');
      await shows(page, '.product-value', 'ch4 = 0.04');
      await page.getByLabel('编号').fill('acme');
      await page.getByLabel('名称', { exact: true }).fill('某厂');
      await everyoneCanUse(page, 'new mapping');
      await page.getByRole('button', { name: '保存' }).click();
      await shows(page, '.form h2', '某厂');
      expect(sent()).toEqual([
        {
          path: '/products',
          body: {
            ...{ id: 'acme', name: '某厂', timeUnit: 's', channels: { CH4: 'ch4' }, scale: { ch4: 0.1 } },
            pointers: { device: '/sn', time: '/ts', valuesList: { list: '/data', name: '/k', value: '/v' } },
            ignore: ['rssi'],
          },
        },
      ]);
    });

    test('a fault stands beside its field, in words, and goes when it is mended', async () => {
      const page = await open('/cfg/products/P-1');
      await page.getByLabel('上报主题').fill('lifeline/x');
      await page.getByRole('button', { name: '保存' }).click();
      await shows(page, '.field:has-text("上报主题") [role=alert]', '主题写法不对');
      expect(sent()).toHaveLength(1);
      await page.getByLabel('上报主题').fill('up/x');
      await page.getByLabel('样例报文').fill('{"sn":"G-1","ts":1763800000,"data":[]}');
      await page.locator('.field:has-text("上报主题") [role=alert]').waitFor({ state: 'detached' });
      await page.getByLabel('样例报文').fill('{"sn"');
      await shows(page, '.steps .doubt', 'not JSON');
      await everyoneCanUse(page, 'faulty sample');
    });

    test('what somebody else saved meanwhile is not written over', async () => {
      const page = await open('/cfg/products/P-1');
      await page.getByLabel('名称', { exact: true }).fill('我的改名');
      const other = await open('/cfg/products/P-1');
      await other.getByLabel('名称', { exact: true }).fill('别人的改名');
      await other.getByRole('button', { name: '保存' }).click();
      await shows(other, '.form h2', '别人的改名');
      await page.getByRole('button', { name: '保存' }).click();
      await shows(page, '[role=alert]', '已被他人更改');
      expect(sent()).toHaveLength(1);
      await page.getByRole('button', { name: '重新读取' }).click();
      await shows(page, '.form h2', '别人的改名');
    });

    test('one that gateways use is not retired; it fits a phone, by day and in English', async () => {
      const page = await open('/cfg/products/P-1');
      await page.getByRole('button', { name: '停用' }).click();
      await page.locator('dialog').getByRole('button', { name: '停用' }).click();
      await shows(page, '.form [role=alert]', '须先');
      await fromMenu(page, '日间');
      await fromMenu(page, 'English');
      await shows(page, '.product-trial', 'Try it on a message');
      await page.setViewportSize({ width: 390, height: 844 });
      const fits = 'document.documentElement.scrollWidth <= document.documentElement.clientWidth';
      await expect.poll(() => page.evaluate(fits)).toBe(true);
      await everyoneCanUse(page, 'mapping on a phone');
    });
  });
}
