/** A rule's whole way on the real platform, in a browser: drafted, tried, refused to its author, published, ringing, rolled back. */
import { existsSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alarm } from '#domain/alarm.ts';
import { everyoneCanUse, shows } from '../dashboard/page-house.ts';
import { openAlarms, until } from './api.ts';
import { type BrowserCity, openBrowserCity } from './browser-city.ts';

const WITHIN_MS = 60_000;
/** Orange by the shipped rule, whose red begins at 4 %; red by the draft. */
const METHANE = 3.7;

describe.skipIf(!existsSync('/usr/bin/chromium'))(
  'a rule from draft to force and back (chromium)',
  { timeout: 300_000 },
  () => {
    let city: BrowserCity;
    let author: Page;
    let second: Page;

    beforeAll(async () => {
      city = await openBrowserCity(['G-1', 'G-2', 'G-3'], {
        ada: ['engineer'],
        li: ['duty-leader'],
        duty: ['duty-officer'],
      });
    }, 180_000);
    afterAll(() => city?.close());

    it('before it, 3.7 % methane is orange', async () => {
      expect((await ring('G-1')).colour).toBe('orange');
    });

    it('the engineer drafts a red at 3.5 % and tries it on what is stored: one alarm, red instead of orange', async () => {
      author = await city.pageOf('ada', '/cfg/rules');
      await author.getByRole('button', { name: '新建草稿' }).click();
      await author.getByLabel('草稿名称').fill('早一级');
      await author.getByRole('button', { name: '开始', exact: true }).click();
      await shows(author, 'h1', '草稿：早一级');
      await author.getByLabel('修改现行规则').selectOption('gas-well-ch4');
      await author.getByRole('button', { name: '修改', exact: true }).click();
      await author.locator('.field-item').nth(3).getByLabel('限值', { exact: true }).fill('3.5');
      await shows(author, '.change-lines', '3.5');
      await shows(author, '[role=status]', '检查通过');
      await author.getByRole('button', { name: '保存到草稿' }).click();
      await shows(author, '.change-lines', '限值');
      await author.getByRole('button', { name: '开始回测' }).click();
      await author.locator('.backtest-sum').waitFor({ timeout: 120_000 });
      await shows(author, '.backtest-sum', '本版 1 条（红1 橙0 黄0 蓝0），现行 1 条');
      await everyoneCanUse(author, 'back-test');
    });

    it('its author is offered no publishing, and the platform refuses the order itself', async () => {
      await shows(author, '.fact-box', '您参与了起草，须由另一人发布');
      expect(await author.getByRole('button', { name: '立即发布生效' }).count()).toBe(0);
      const ada = await city.api('ada');
      const draft = decodeURIComponent(new URL(author.url()).pathname.split('/').at(-1) ?? '');
      const { revision } = await ada.get<{ revision: number }>(`/api/v1/rules/drafts/${draft}`);
      const refused = await ada.post<{ code: string }>(`/api/v1/rules/drafts/${draft}/publish`, {
        revision,
        why: '自己发布',
      });
      expect([refused.status, refused.body.code]).toEqual([403, 'second-person-publishes']);
    });

    it('a second person publishes it, and 3.7 % rings red on the duty page', async () => {
      second = await city.pageOf('li', new URL(author.url()).pathname);
      await publish('早一级试行');
      await shows(second, '.version', 'li 发布，ada 起草');
      const duty = await city.pageOf('duty', '/duty');
      await duty.waitForSelector('.list-pane[aria-busy=false]');
      const alarm = await ring('G-2');
      expect([alarm.colour, alarm.limitValue]).toEqual(['red', 3.5]);
      await duty.locator(`[data-id="${alarm.id}"]`, { hasText: '一级' }).waitFor();
      await expect.poll(() => duty.title()).toContain('(1) 一级 中华路阀井');
    });

    it('the version before comes back the same way, and 3.7 % is orange again', async () => {
      await author.goto(`${city.platform().http}/cfg/rules/versions`);
      await author.getByRole('button', { name: '回退到此版' }).click();
      await shows(author, '.needs', '回退无须再回测');
      await second.goto(author.url());
      await publish('限值有误');
      await shows(second, '.version', '回退到第 1 版的内容');
      expect((await ring('G-3')).colour).toBe('orange');
      expect(city.browser.complaints).toEqual([]);
    });

    async function publish(why: string): Promise<void> {
      await second.getByLabel('发布原因').fill(why);
      await second.getByRole('button', { name: '立即发布生效' }).click();
      await second.waitForURL('**/cfg/rules/versions');
    }

    /** The alarm of the methane at this device. */
    async function ring(device: string): Promise<Alarm> {
      const duty = await city.api('duty');
      await city.publish(device, METHANE);
      const find = async () => (await openAlarms(duty)).find(({ point }) => point === `${device}/ch4`);
      const alarm = await until('the alarm', WITHIN_MS, find, (one) => one !== undefined);
      if (alarm === undefined) throw new Error('no alarm');
      return alarm;
    }
  },
);
