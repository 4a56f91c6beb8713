/** Rules on the page: from a draft to a version in force and back. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { fromMenu, openAs as open } from './browser.ts';
import { everyoneCanUse, ROOT, shows, type PageHouse } from './page-house.ts';

const openAs = (house: PageHouse, who: string, address: string): Promise<Page> =>
  open(house.browser, house.server.origin, who, address);

const fits = (page: Page) => () =>
  page.evaluate<boolean>('document.documentElement.scrollWidth <= document.documentElement.clientWidth');

/** A draft of the engineer in which the well's red limit is 4.5. */
async function draftOn(page: Page, house: PageHouse): Promise<void> {
  await page.getByRole('button', { name: '新建草稿' }).click();
  await page.getByLabel('草稿名称').fill('阀井少报');
  await page.getByRole('button', { name: '开始', exact: true }).click();
  await shows(page, 'h1', '草稿：阀井少报');
  await page.getByLabel('修改现行规则').selectOption('gas-well-ch4');
  await page.getByRole('button', { name: '修改', exact: true }).click();
  await shows(page, 'h1', '燃气阀门井甲烷');
  const red = page.locator('.field-item').nth(3);
  await red.getByLabel('限值', { exact: true }).fill('4.5');
  await shows(page, '.change-lines', '4.5');
  await shows(page, '[role=status]', '检查通过');
  await everyoneCanUse(page, 'rule form');
  await page.getByRole('button', { name: '保存到草稿' }).click();
  await shows(page, '.change-lines', '级别 · “80%LEL” · 限值');
  expect(house.browser.complaints).toEqual([]);
}

export function rulesOnThePage(house: PageHouse): void {
  describe('rules', { timeout: 120_000 }, () => {
    test('the rules in force are found by lifeline, kind, quantity and form, with their levels in words', async () => {
      const page = await openAs(house, 'eng', '/cfg/rules');
      const names = () => page.locator('.table tbody .row-button').allInnerTexts();
      await expect.poll(async () => (await names()).length).toBeGreaterThan(60);
      await page.getByLabel('类型').selectOption('gas-valve-well');
      await page.getByLabel('监测量').selectOption('ch4');
      await page.getByLabel('规则形式').selectOption('limit');
      await expect.poll(names).toEqual(['燃气阀门井甲烷']);
      await shows(page, '.level-line', '≥ 4 %');
      await shows(page, '.level-line', '≥ 0.5 %，持续 5 分钟');
      expect(page.url()).toContain('quantity=ch4');
      await everyoneCanUse(page, 'rules');
      await page.locator('.table tbody .row-button').click();
      await shows(page, '.rule-change', '第 1 版');
      await everyoneCanUse(page, 'one rule');
    });

    test('a fault stands beside its field, in the words of the form, and nothing is saved', async () => {
      const page = await openAs(house, 'eng', '/cfg/rules');
      await page.getByRole('button', { name: '新建草稿' }).click();
      await page.getByLabel('草稿名称').fill('试');
      await page.getByRole('button', { name: '开始', exact: true }).click();
      await shows(page, 'h1', '草稿：试');
      await page.getByLabel('修改现行规则').selectOption('gas-leak-like');
      await page.getByRole('button', { name: '修改', exact: true }).click();
      await page.locator('textarea.code').first().fill('gas >= 1.0 && level > 2.0');
      const wrong = page.locator('.field').filter({ has: page.locator('[aria-invalid=true]') });
      await wrong.filter({ hasText: 'Unknown variable: level' }).waitFor();
      expect(await page.getByRole('button', { name: '保存到草稿' }).isDisabled()).toBe(true);
      await everyoneCanUse(page, 'faulty rule');
    });

    test('draft, back-test, refused for its author, published by a second person, and rolled back', async () => {
      const page = await openAs(house, 'eng', '/cfg/rules');
      await draftOn(page, house);
      await page.getByRole('button', { name: '最近 30 天' }).click();
      await page.getByRole('button', { name: '开始回测' }).click();
      await shows(page, '.run-progress', '回测进行中');
      await shows(page, '.backtest-sum', '本版 41 条（红1 橙6 黄12 蓝22），现行 118 条；多出 3，少掉 80');
      await page.locator('.difference summary').first().click();
      await page.locator('.small-trend polyline').waitFor();
      await everyoneCanUse(page, 'back-test');
      await shows(page, '.fact-box', '您参与了起草，须由另一人发布');
      expect(await page.getByRole('button', { name: '立即发布生效' }).count()).toBe(0);

      const second = await openAs(house, 'li', new URL(page.url()).pathname);
      await shows(second, '.needs', '本稿内容已在最近 7 天或全部历史上完成回测');
      await second.getByLabel('发布原因').fill('重复报警太多');
      await second.getByRole('button', { name: '立即发布生效' }).click();
      await shows(second, '.version', 'li 发布，eng 起草');
      await shows(second, '.version', '原因：重复报警太多');
      await second.getByRole('button', { name: '与上一版比较' }).click();
      await shows(second, '.version .change-lines', '4.5');
      await everyoneCanUse(second, 'versions');

      await page.goto(`${house.server.origin}/cfg/rules/versions`);
      await page.getByRole('button', { name: '回退到此版' }).click();
      await shows(page, '.needs', '回退无须再回测');
      await second.goto(page.url());
      await second.getByLabel('发布原因').fill('限值有误');
      await second.getByRole('button', { name: '立即发布生效' }).click();
      await shows(second, '.version', '回退到第 1 版的内容');
    });

    test('a new rule is written from its form; the page fits a phone, by day and in English', async () => {
      const page = await openAs(house, 'eng', '/cfg/rules');
      await expect.poll(fits(page)).toBe(true);
      await page.getByRole('button', { name: '新建草稿' }).click();
      await page.getByLabel('草稿名称').fill('新规则');
      await page.getByRole('button', { name: '开始', exact: true }).click();
      await page.getByRole('button', { name: '新增规则' }).click();
      await page.getByLabel('编号').fill('well-flooded');
      await page.getByLabel('规则形式').selectOption('rate');
      await page.getByRole('button', { name: '开始', exact: true }).click();
      await page.getByLabel('添加到 监测量').selectOption('sewer-level');
      await page.getByLabel('单位', { exact: true }).fill('m');
      await page.getByLabel('中文').first().fill('井水位上涨快');
      await page.getByLabel('英文').first().fill('Level rises fast');
      await page.getByRole('group', { name: '级别' }).getByLabel('名称').fill('fast');
      await page.getByRole('group', { name: '级别' }).getByLabel('限值', { exact: true }).fill('0.4');
      await shows(page, '[role=status]', '检查通过');
      await fromMenu(page, '日间');
      await fromMenu(page, 'English');
      await shows(page, '[role=status]', 'it can be saved');
      await everyoneCanUse(page, 'new rule, day, English');
      await page.setViewportSize({ width: 390, height: 844 });
      await expect.poll(fits(page)).toBe(true);
      await page.getByRole('button', { name: 'Save to the draft' }).click();
      await shows(page, '.rule-change', 'none of this id is in force');
      await expect.poll(fits(page)).toBe(true);
      await everyoneCanUse(page, 'draft on a phone');
    });

    test('a draft runs in shadow until it is stopped, and shows what it would have raised', async () => {
      const page = await openAs(house, 'eng', '/cfg/rules');
      await draftOn(page, house);
      await page.getByRole('button', { name: '开始影子运行' }).click();
      await shows(page, '.backtest', '同期实际报警 16 条');
      await shows(page, '.backtest-sum', '本版 41 条');
      await everyoneCanUse(page, 'shadow');
      await page.getByRole('button', { name: '停止影子运行' }).click();
      await shows(page, '.draft-list', '已结束');
    });

    test('levels that watch nothing stand beside the facility’s devices, with what is missing', async () => {
      const page = await openAs(house, 'eng', '/cfg/points/F-0');
      await shows(page, '.fact-box', '1 个级别未生效');
      await shows(page, '.comings', 'attribute coverLevelM is missing');
      await everyoneCanUse(page, 'unbound levels');
    });

    test('a spreadsheet is tried and imported sheet by sheet, its places in the datum that was chosen', async () => {
      const page = await openAs(house, 'eng', '/cfg/import');
      await page.setInputFiles('input[type=file]', join(ROOT, 'test/dashboard/files/facilities.xlsx'));
      await page.getByLabel('坐标系').selectOption('gcj02');
      await everyoneCanUse(page, 'import');
      const asked = page.waitForRequest(/import/);
      await page.getByRole('button', { name: '检查' }).click();
      expect((await asked).url()).toContain('coordinates=gcj02');
      await shows(page, '[role=status]', '将新增 1 项');
      const { body } = house.city.config.written.find(({ path }) => path === '/import') ?? {};
      expect(String(body)).toContain('设施,XF-1,人民路 & 中华路阀井');
    });

    test('a viewer reads the rules and is offered no order', async () => {
      const page = await openAs(house, 'view', '/cfg/rules');
      await shows(page, '.table', 'gas-well-ch4');
      expect(await page.getByRole('button', { name: '新建草稿' }).count()).toBe(0);
    });
  });
}
