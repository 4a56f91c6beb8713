/** 一张图 beyond alarms, in a real browser: networks and their traces, base maps, placing and joining. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { toGcj02 } from '#domain/datum.ts';
import { fromMenu, logIn } from './browser.ts';
import { locationOf } from './mock-city.ts';
import { everyoneCanUse, shows, type PageHouse } from './page-house.ts';

const MAP = `document.querySelector('.map-holder')?.cityMap`;
/** What a source of the drawn map holds; -1 while there is none. */
const count = (page: Page, source: string): Promise<number> =>
  page.evaluate<number>(`${MAP}?.getSource?.('${source}')?.serialize().data.features?.length ?? -1`);
const holds = (page: Page, source: string, features: number): Promise<void> =>
  expect.poll(() => count(page, source), { timeout: 60_000, interval: 250 }).toBe(features);

async function openMap(house: PageHouse, query: string, username = 'eng'): Promise<Page> {
  const page = await house.browser.open({ width: 1366, height: 768 });
  await logIn(page, house.server.origin, username);
  await page.goto(`${house.server.origin}/map${query}`);
  return page;
}

export function mapEditOnThePage(house: PageHouse): void {
  describe('networks and places on the map', { timeout: 240_000 }, () => {
    test('a trace is drawn and told in words, and the address holds it; a lifeline can be switched off', async () => {
      house.city.raise(10, 'red');
      const page = await openMap(house, '?facility=F-0', 'zhang');
      await page.getByRole('button', { name: '下游' }).click();
      await page.waitForURL(/trace=down/);
      await shows(page, '.trace', '4 处设施，其中报警 1 条');
      await holds(page, 'reach', 8);
      await page.reload();
      await holds(page, 'reach', 8);
      await page.locator('.map-layers summary').click();
      await page.getByLabel('燃气', { exact: true }).uncheck();
      await page.waitForURL(/hide=gas/);
      const left = () => page.evaluate(`${MAP}.queryRenderedFeatures({ layers: ['edges-gas'] }).length`);
      await expect.poll(left).toBe(0);
      expect(await page.getByRole('button', { name: '移动位置' }).count()).toBe(0);
    });

    test('a facility is moved by numbers: tried first, refused in words, and its code stays', async () => {
      const page = await openMap(house, '?facility=F-0');
      await shows(page, '.facility-code', '3717020111000001');
      await page.getByRole('button', { name: '移动位置' }).click();
      await page.locator('.map-pin').waitFor();
      await page.getByLabel('纬度').fill('');
      await page.keyboard.type('34.');
      // What happens in the city meanwhile takes nothing out of a half-written field.
      house.city.raise(1, 'red');
      await holds(page, 'alarms', 1);
      await page.keyboard.type('7');
      await page.keyboard.press('Tab');
      await shows(page, '.map-task [role=alert]', '位置离所属区县太远');
      await page.getByLabel('纬度').fill('35.27');
      await page.keyboard.press('Tab');
      await shows(page, '.map-task [role=status]', '校验通过');
      expect(house.city.moved.size).toBe(0);
      await page.getByRole('button', { name: '保存' }).click();
      await shows(page, '.facility-code', '3717020111000001');
      expect(house.city.moved.get('F-0')).toMatchObject({ location: { lat: 35.27 } });
    });

    test('two facilities are joined, and the pipe is retired again', async () => {
      const page = await openMap(house, '?facility=F-0');
      await holds(page, 'edges', 6);
      await page.getByRole('button', { name: '连接管网' }).click();
      await page.locator('.picker input').fill('F-15');
      await page.locator('.picker select').selectOption('F-15');
      await page.locator('.map-task select').last().selectOption('gas-main');
      await shows(page, '.map-task [role=status]', '校验通过');
      await page.getByRole('button', { name: '保存' }).click();
      await holds(page, 'edges', 7);
      await page.goto(`${house.server.origin}/map?edge=gas-main-F-0-F-15`);
      await page.getByRole('button', { name: '停用这段管线' }).click();
      await page.locator('dialog[open]').getByRole('button', { name: '停用' }).click();
      await holds(page, 'edges', 6);
    });

    test('over a GCJ-02 base everything is drawn within 5 m of it, what is stored stays, and its line is printed', async () => {
      house.city.bases = [
        {
          ...{
            id: 'shifted',
            name: '偏移底图',
            kind: 'raster',
            urls: ['/no-tiles/{z}/{x}/{y}'],
            datum: 'gcj02',
          },
          ...{ approval: 'GS(2025)1234号', attribution: null, maxZoom: 18 },
        },
      ];
      const page = await openMap(house, '?all=1');
      await shows(page, '.map-caption', '偏移底图 · 审图号：GS(2025)1234号');
      const drawn = (id: string) =>
        page.evaluate<[number, number]>(
          `${MAP}.getSource('facilities').serialize().data.features.find((f) => f.properties.facility === '${id}').geometry.coordinates`,
        );
      await holds(page, 'facilities', 100);
      for (const number of [0, 4, 7]) {
        const { lon, lat } = locationOf(number);
        const [x, y] = await drawn(`F-${number}`);
        const [east, north] = toGcj02([lon, lat]);
        expect(Math.hypot(x - east, y - north) * 111_200).toBeLessThan(5);
      }
      await page.locator('.map-layers summary').click();
      await page.getByLabel('示意图').check();
      await page.waitForURL(/base=sketch/);
      await shows(page, '.map-caption', '底图为示意图，非测绘成果');
      const back = locationOf(4);
      await expect.poll(() => drawn('F-4')).toEqual([back.lon, back.lat]);
      expect(house.city.moved.size).toBe(0);
    });

    test('axe finds nothing on trace, pipe and tasks, by night and by day; nothing is clipped at 390', async () => {
      const page = await openMap(house, '');
      for (const light of [false, true]) {
        if (light) await fromMenu(page, '日间');
        await page.goto(`${house.server.origin}/map?facility=F-0&trace=down`);
        await page.locator('.trace-list').waitFor();
        await everyoneCanUse(page, 'trace');
        await page.getByRole('button', { name: '连接管网' }).click();
        await page.locator('.picker select').waitFor();
        await everyoneCanUse(page, 'joining');
        await page.goto(`${house.server.origin}/map?edge=E-1`);
        await page.locator('.edge-card').waitFor();
        await everyoneCanUse(page, 'pipe');
      }
      await page.setViewportSize({ width: 390, height: 844 });
      const sideways = () => page.evaluate('document.documentElement.scrollWidth > innerWidth');
      await expect.poll(sideways).toBe(false);
    });
  });
}
