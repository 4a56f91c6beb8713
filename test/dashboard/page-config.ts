/** The configuration pages: what an engineer and an administrator see and do. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { fromMenu, logIn } from './browser.ts';
import { dialogListens, everyoneCanUse, shows, text, type PageHouse } from './page-house.ts';

/** Logs in, then opens a page of the configuration by its address. */
async function openAs(house: PageHouse, who: string, address: string): Promise<Page> {
  const page = await house.browser.open();
  await logIn(page, house.server.origin, who);
  await page.goto(`${house.server.origin}${address}`);
  await page.waitForSelector('.page h1');
  return page;
}

export function configOnThePage(house: PageHouse): void {
  describe('gateways', { timeout: 120_000 }, () => {
    test('the list begins with what needs a hand, and finds by a word', async () => {
      const page = await openAs(house, 'admin', '/cfg/gateways');
      await shows(page, '.table', 'GW-2');
      const ids = () => page.locator('.table tbody .row-button').allInnerTexts();
      await expect.poll(ids).toEqual(['GW-2', 'GW-3', 'GW-1']);
      expect(await text(page, '.table tbody tr')).toContain('离线');
      await page.fill('input[type=search]', '拒收');
      await expect.poll(ids).toEqual(['GW-3']);
      await everyoneCanUse(page);
    });

    test('a new gateway’s secret is shown once, with a label for its box', async () => {
      const page = await openAs(house, 'admin', '/cfg/gateways');
      await page.getByRole('button', { name: '登记网关' }).click();
      await page.getByLabel('编号').fill('GW-9');
      await page.getByLabel('名称').fill('九号网关');
      await page.getByLabel('产品映射').selectOption({ label: '甲厂网关（P-1）' });
      await page.getByRole('button', { name: '保存' }).click();
      await shows(page, '.secret code', 'secret-of-GW-9');
      await shows(page, '.qr-label', '九号网关');
      expect(await page.locator('.qr-label path').getAttribute('d')).toMatch(/^M4 4h7/);
      await everyoneCanUse(page);
      await page.getByRole('button', { name: '关闭' }).click();
      await page.locator('.secret').waitFor({ state: 'detached' });
      await shows(page, '.table', 'GW-9');
      expect(house.city.config.written.at(-1)?.body).toMatchObject({ id: 'GW-9', product: 'P-1' });
    });

    test('the diagnosis goes through each packet, follows the gateway, and stands still when asked to', async () => {
      const page = await openAs(house, 'eng', '/cfg/gateways/GW-3');
      await shows(page, '.packet summary', '存疑：设备');
      await page.locator('.packets .packet summary').first().click();
      await shows(page, '.steps .doubt', 'no device called X-1');
      await shows(page, '.fact-box', '未登记的设备');
      await everyoneCanUse(page);
      await shows(page, '.fact-list', '2 次');
      await page.getByRole('button', { name: '暂停刷新' }).click();
      await shows(page, '.diagnosis-age', '已暂停');
      await fromMenu(page, '日间');
      await fromMenu(page, 'English');
      await shows(page, '.fact-box', 'Last packets');
      await everyoneCanUse(page);
    });

    test('an engineer is not offered what only the administrator may', async () => {
      const page = await openAs(house, 'eng', '/cfg/gateways/GW-1');
      await shows(page, '.gateway-actions', '检修窗口');
      expect(await page.getByRole('button', { name: '更换密钥' }).count()).toBe(0);
    });

    test('a new secret is asked for twice; a refusal is told in words', async () => {
      const page = await openAs(house, 'admin', '/cfg/gateways/GW-1');
      await page.getByRole('button', { name: '更换密钥' }).click();
      await shows(page, 'dialog', '旧密钥立即失效');
      await dialogListens(page);
      await page.keyboard.press('Enter');
      await shows(page, '.secret code', 'secret-of-GW-1');
      await page.getByRole('button', { name: '停用', exact: true }).click();
      await page.getByRole('button', { name: '停用网关' }).click();
      await shows(page, 'dialog [role=alert]', '须先停用其下的设备或测点');
    });

    test('a red alarm is seen from here too', async () => {
      const page = await openAs(house, 'admin', '/cfg/gateways');
      house.city.raise(0, 'red');
      await shows(page, '.red-strip', '一级 未接警 1');
    });
  });
}

export function registryOnThePage(house: PageHouse): void {
  describe('facilities, quarantine and import', { timeout: 120_000 }, () => {
    test('a point’s limit is changed from its facility’s page; what the form does not show stays', async () => {
      const page = await openAs(house, 'eng', '/cfg/points');
      await page.fill('input[type=search]', '中华路');
      await page.locator('.table .row-button').first().click();
      await page.getByRole('button', { name: 'ch4' }).click();
      await page.getByLabel('高高限').fill('4');
      await page.getByLabel('属性').fill('coverLevelM = 52.1\nflooded = true');
      await everyoneCanUse(page);
      await page.getByRole('button', { name: '保存' }).click();
      await shows(page, '[role=status]', '已保存');
      expect(house.city.config.written.at(-1)).toEqual({
        path: '/points/G-0/ch4',
        body: {
          reportIntervalMs: 30_000,
          range: null,
          limits: { HH: 4 },
          attributes: { coverLevelM: 52.1, flooded: true },
        },
      });
    });

    test('a facility, a device and a point are registered by hand, with the catalogue’s choices', async () => {
      const page = await openAs(house, 'eng', '/cfg/points');
      await page.getByRole('button', { name: '登记设施' }).click();
      const form = page.locator('form.form');
      await form.getByLabel('编号').fill('F-3');
      await form.getByLabel('名称').fill('新阀井');
      await form.getByLabel('系统').selectOption('gas');
      await form.getByLabel('类型').selectOption('gas-valve-well');
      await form.getByLabel('区县').selectOption('371702');
      await form.getByLabel('纬度').fill('35.2');
      await form.getByLabel('经度').fill('115.4');
      await everyoneCanUse(page);
      await form.getByRole('button', { name: '保存' }).click();
      await shows(page, '.fact-box', 'G-3');
      await page.getByRole('button', { name: '登记设备' }).click();
      await form.getByLabel('设备编号').fill('G-3b');
      await form.getByLabel('网关').selectOption('GW-1');
      await everyoneCanUse(page);
      await form.getByRole('button', { name: '保存' }).click();
      await page.getByRole('button', { name: '登记测点' }).click();
      await form.getByLabel('通道').fill('ch4');
      await form.getByLabel('监测量').selectOption('ch4');
      await form.getByLabel('单位').selectOption('%{LEL}');
      await everyoneCanUse(page);
      await form.getByRole('button', { name: '保存' }).click();
      await expect
        .poll(() => house.city.config.written.filter(({ path }) => path !== '/session'))
        .toMatchObject([
          {
            path: '/facilities',
            body: { id: 'F-3', kind: 'gas-valve-well', location: { lat: 35.2, lon: 115.4 } },
          },
          { path: '/devices', body: { id: 'G-3b', gateway: 'GW-1', facility: 'F-3' } },
          {
            path: '/points',
            body: { device: 'G-3', channel: 'ch4', unit: '%{LEL}', reportIntervalMs: 60_000 },
          },
        ]);
    });

    test('out of use: asked for twice, and a refusal is told in words', async () => {
      const page = await openAs(house, 'eng', '/cfg/points/F-0?point=G-0%2Fch4');
      await page.getByRole('button', { name: '停用测点' }).click();
      await shows(page, 'dialog', '停用G-0/ch4？');
      await dialogListens(page);
      await page.keyboard.press('Enter');
      await page.locator('dialog').waitFor({ state: 'detached' });
      expect(house.city.config.written.at(-1)?.path).toBe('/points/G-0/ch4/retire');
      await page.getByRole('button', { name: '停用设施' }).click();
      await dialogListens(page);
      await page.keyboard.press('Enter');
      await shows(page, 'dialog [role=alert]', '须先停用其下的设备或测点');
      await everyoneCanUse(page);
    });

    test('the forms fit a phone, in English and by day', async () => {
      const page = await openAs(house, 'eng', '/cfg/points/F-0');
      await fromMenu(page, '日间');
      await fromMenu(page, 'English');
      const fits = () =>
        page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth');
      await shows(page, '.fact-box', 'G-0');
      await expect.poll(fits).toBe(true);
      await page.setViewportSize({ width: 390, height: 844 });
      await expect.poll(fits).toBe(true);
      await page.getByRole('button', { name: 'Register a point' }).click();
      await page.getByLabel('Quantity').selectOption('ch4');
      await expect.poll(fits).toBe(true);
      await everyoneCanUse(page);
    });

    test('an unknown device is registered from what it sent, and its kept records count', async () => {
      const page = await openAs(house, 'eng', '/cfg/quarantine');
      await shows(page, '.table', '未登记的设备');
      await page.locator('.table tbody tr').first().click();
      await page.getByRole('button', { name: '登记设备' }).click();
      await page.getByLabel('查找位置').fill('F-0');
      await page.getByLabel('符合').selectOption('F-0');
      await expect.poll(() => page.getByLabel('监测量').inputValue()).toBe('ch4');
      await everyoneCanUse(page);
      await page.getByRole('button', { name: '登记并收录' }).click();
      await shows(page, '[role=status]', '已登记 X-1：1 个测点，收录 12 条记录');
      expect(house.city.config.written.at(-1)?.body).toMatchObject({
        ...{ gateway: 'GW-3', device: 'X-1', id: 'X-1', facility: 'F-0' },
        points: [{ channel: 'ch4', quantity: 'ch4', unit: '%', reportIntervalMs: 10_000 }],
      });
    });

    test('InfluxDB’s refused lines are sent again by the administrator only; its answer is told', async () => {
      const page = await openAs(house, 'admin', '/cfg/influx');
      await shows(page, '.fact-box', '没有应答，等待中');
      await shows(page, '.fact-box', '1203');
      await everyoneCanUse(page);
      await page.getByRole('button', { name: '重新写入' }).click();
      await shows(page, '[role=alert]', '再次拒绝');
      const engineer = await openAs(house, 'eng', '/cfg/influx');
      await shows(engineer, '.packet', 'field type conflict');
      expect(await engineer.getByRole('button', { name: '放弃' }).count()).toBe(0);
    });

    test('who is told is read by the duty leader, who tries a channel from here', async () => {
      const page = await openAs(house, 'li', '/cfg/on-call');
      await shows(page, '.comings', '3 分钟未确认则下一步');
      await everyoneCanUse(page);
      await page.getByRole('button', { name: '试发' }).click();
      await page.getByLabel('电话').fill('13800000000');
      await page.keyboard.press('Enter');
      await shows(page, 'dialog [role=status]', '已受理： taken');
    });

    test('the duty leader adds a second person as the next step; the whole list is sent with its revision', async () => {
      const page = await openAs(house, 'li', '/cfg/on-call');
      await page.getByRole('button', { name: '修改值班表' }).click();
      await page.getByRole('button', { name: '新增人员' }).click();
      await shows(page, '.on-call-editor [role=status]', '每个人都要有姓名和电话');
      const added = page.getByRole('group', { name: 'person-2' });
      await added.getByLabel('名称').fill('赵六');
      const named = page.getByRole('group', { name: '赵六', exact: true });
      await named.getByLabel('电话', { exact: true }).fill('13700000000');
      await page.getByRole('button', { name: '加一步' }).click();
      await page.getByRole('group', { name: '第 2 步' }).getByLabel('赵六').check();
      await page.getByRole('group', { name: '区县' }).getByLabel('牡丹区').check();
      await everyoneCanUse(page, 'on-call editor');
      await page.getByRole('button', { name: '保存' }).click();
      await shows(page, '[role=status]', '值班表已生效');
      const sent = house.city.config.written.find(({ path }) => path.includes('on-call'));
      expect(sent?.body).toEqual({
        revision: 3,
        persons: [
          { id: 'wang', name: '王五', phone: '13800000000', channels: [{ channel: 'sms-1' }] },
          { id: 'person-2', name: '赵六', phone: '13700000000', channels: [{ channel: 'sms-1' }] },
        ],
        entries: [
          {
            id: 'all',
            areas: ['371702'],
            steps: [
              { persons: ['wang'], waitMs: 180_000 },
              { persons: ['person-2'], waitMs: 180_000 },
            ],
            leaders: [],
          },
        ],
        reminders: { afterMs: {}, everyMs: 600_000, max: 1 },
      });
    });

    test('a file is tried first: faults row by row; a clean one gives secrets and labels once', async () => {
      const page = await openAs(house, 'admin', '/cfg/import');
      const choose = (name: string, csv: string) =>
        page.setInputFiles('input[type=file]', { name, mimeType: 'text/csv', buffer: Buffer.from(csv) });
      await choose('bad.csv', 'id,name\n坏,一\n');
      await page.getByRole('button', { name: '检查' }).click();
      await shows(page, '.table tbody tr', '编号只能用字母');
      expect(await page.getByRole('button', { name: '导入', exact: true }).isDisabled()).toBe(true);
      await choose('good.csv', 'id,name\nGW-7,七号\n');
      await page.getByRole('button', { name: '检查' }).click();
      await shows(page, '[role=status]', '将新增 1 项');
      await page.getByRole('button', { name: '导入', exact: true }).click();
      await shows(page, '.qr-label', 'GW-7');
      await everyoneCanUse(page);
    });
  });
}
