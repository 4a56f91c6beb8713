/** The city map in a real browser (WebGL in software): what stands on it, what a click does, and what survives. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { logIn, openBrowser, rowIds } from './browser.ts';
import { shows, type PageHouse } from './page-house.ts';

/** Ids of the alarms as drawn, sorted; empty while nothing is drawn. */
async function onMap(page: Page): Promise<string> {
  const ids = await page.evaluate(`(() => {
    const map = document.querySelector('.map-holder')?.cityMap;
    if (!map?.style || map.getLayer('alarms') === undefined) return [];
    return map.queryRenderedFeatures({ layers: ['alarms'] }).flatMap((f) => f.properties.ids.split(','));
  })()`);
  return Array.isArray(ids) ? [...new Set(ids.map(String))].sort().join(' ') : '';
}
const drawn = (page: Page, ids: readonly string[]): Promise<void> =>
  expect.poll(() => onMap(page), { timeout: 60_000, interval: 250 }).toBe([...ids].sort().join(' '));

/** Presses where the map shows the glyph with these members, once it stands still there. */
async function pressGlyph(page: Page, ids: string): Promise<void> {
  const place = async (): Promise<number[]> =>
    page.evaluate<number[]>(`(() => {
      const holder = document.querySelector('.map-holder');
      const box = holder.getBoundingClientRect();
      const found = holder.cityMap.queryRenderedFeatures({ layers: ['alarms'] }).find((f) => f.properties.ids === '${ids}');
      if (found === undefined || holder.cityMap.isMoving()) return [];
      const { x, y } = holder.cityMap.project(found.geometry.coordinates);
      return [box.x + x, box.y + y];
    })()`);
  let at: number[] = [];
  const standsStill = async (): Promise<boolean> => {
    const before = at;
    at = await place();
    return at.length === 2 && at.join() === before.join();
  };
  await expect.poll(standsStill, { timeout: 30_000, interval: 250 }).toBe(true);
  const [x = 0, y = 0] = at;
  await page.mouse.click(x, y);
}

export function mapOnThePage(house: PageHouse): void {
  describe('the city map', { timeout: 240_000 }, () => {
    test('shows what the list shows, also after the graphics context was lost and restored', async () => {
      for (let i = 0; i < 8; i++) house.city.raise(i, i % 3 === 0 ? 'red' : 'yellow');
      const page = await house.browser.open({ width: 1600, height: 900 });
      await logIn(page, house.server.origin);
      const ids = Array.from({ length: 8 }, (_, i) => `al-${i}`);
      await drawn(page, ids);
      await page.evaluate(`(() => {
        const { cityMap } = document.querySelector('.map-holder');
        window.loss = cityMap.getCanvas().getContext('webgl2').getExtension('WEBGL_lose_context');
        window.loss.loseContext();
      })()`);
      await shows(page, '.map-why', '地图画面中断');
      house.city.raise(8, 'red');
      house.city.order('al-1', 'shelve', shelf(house, 'al-1'), 'zhang');
      await page.locator('.map-table [data-id=al-8]').waitFor();
      await page.evaluate('window.loss.restoreContext()');
      await page.locator('.map-why').waitFor({ state: 'detached' });
      await drawn(page, [...ids.filter((id) => id !== 'al-1'), 'al-8']);
      await expect.poll(async () => (await rowIds(page)).sort().join(' ')).toBe(await onMap(page));
    });

    test('a click chooses the alarm, a stack fans out first, and the address holds box and choice over a reload', async () => {
      for (const id of [0, 5]) house.city.raise(id, 'orange', { facility: 'F-0' });
      house.city.raise(4, 'blue');
      const page = await house.browser.open({ width: 1400, height: 900 });
      await logIn(page, house.server.origin);
      await page.goto(`${house.server.origin}/map?at=115.75000,35.02000,8.50`);
      await drawn(page, ['al-0', 'al-4', 'al-5']);
      await pressGlyph(page, 'al-4');
      await page.waitForURL(/\/map\/a\/al-4\?at=115\.7/);
      await shows(page, '.detail-pane h2', '单县热力站');
      await page.keyboard.press('Escape');
      await page.waitForURL(/\/map\?at=/);
      await pressGlyph(page, 'al-0,al-5');
      const fanned = `document.querySelector('.map-holder').cityMap.queryRenderedFeatures({ layers: ['alarms'] }).length`;
      await expect.poll(() => page.evaluate(fanned), { timeout: 30_000 }).toBe(3);
      await pressGlyph(page, 'al-5');
      await page.waitForURL(/\/map\/a\/al-5/);
      await page.reload();
      await drawn(page, ['al-0', 'al-4', 'al-5']);
      expect(new URL(page.url()).pathname).toBe('/map/a/al-5');
    });

    test('a facility opens its card: points with values, owner’s phone, cameras; the filter applies to the map', async () => {
      house.city.raise(0, 'yellow');
      house.city.raise(4, 'red');
      const page = await house.browser.open({ width: 1400, height: 900 });
      await logIn(page, house.server.origin);
      await page.goto(`${house.server.origin}/map?facility=F-0&lifeline=gas`);
      await shows(page, '.facility', '中华路燃气阀井');
      await shows(page, '.facility', '0530-555 0119');
      await shows(page, '.facility-points', '2.6');
      expect(await page.getAttribute('.facility .cameras a', 'href')).toBe(
        'https://video.invalid/zhonghua-1',
      );
      await shows(page, '.map-caption', '底图为示意图，非测绘成果');
      await shows(page, '.legend-lines', '干线');
      await drawn(page, ['al-0']);
    });

    test('places are told to the map once; alarms and values that come later do not tell them again', async () => {
      house.city.points = 500;
      const page = await house.browser.open({ width: 1400, height: 900 });
      await logIn(page, house.server.origin);
      await page.goto(`${house.server.origin}/map`);
      const told = `document.querySelector('.map-holder')?.cityMap?.getSource?.('points')?.serialize().data.features?.length`;
      await expect.poll(() => page.evaluate(told), { timeout: 30_000 }).toBe(500);
      await page.evaluate(`(() => {
        const { cityMap } = document.querySelector('.map-holder');
        const source = cityMap.getSource('points');
        const { setData } = source;
        window.toldAgain = 0;
        source.setData = function (data) { window.toldAgain++; return setData.call(this, data); };
      })()`);
      for (const id of [0, 1]) house.city.raise(id, 'orange');
      await drawn(page, ['al-0', 'al-1']);
      house.city.raise(2, 'red');
      await drawn(page, ['al-0', 'al-1', 'al-2']);
      expect(await page.evaluate('window.toldAgain')).toBe(0);
    });

    test('the second monitor follows what the first one chooses', async () => {
      for (let i = 0; i < 3; i++) house.city.raise(i, 'orange');
      const first = await house.browser.open();
      await logIn(first, house.server.origin);
      const second = await first.context().newPage();
      await second.goto(`${house.server.origin}/map?follow=1&table=1`);
      await second.locator('.map-table [data-id=al-1]').waitFor();
      await first.locator('[data-id="al-1"]').click();
      await second.waitForURL(/\/map\/a\/al-1\?.*follow=1/);
    });

    test('without WebGL the table takes its place, the list goes on, and the map’s code is never fetched', async () => {
      for (let i = 0; i < 4; i++) house.city.raise(i, 'orange');
      const plain = await openBrowser(['--disable-3d-apis']);
      try {
        const page = await plain.open({ width: 1600, height: 900 });
        await logIn(page, house.server.origin);
        await shows(page, '.map-why', '没有 WebGL 2');
        await expect.poll(() => page.locator('.map-table .pinned-row').count()).toBe(4);
        await page.locator('.map-table [data-id=al-2]').click();
        await shows(page, '.detail-pane h2', '巨野化工园');
        expect(plain.requests.filter((address) => /city-map|maplibre/.test(address))).toEqual([]);
        expect(plain.complaints).toEqual([]);
      } finally {
        await plain.close();
      }
    });

    test('who was told of an alarm is listed per person, and nothing when nobody was', async () => {
      const { id } = house.city.raise(0, 'red');
      house.city.raise(1, 'blue');
      const item = { alarm: id, kind: 'alert', attempts: 1, at: Date.now(), detail: null };
      house.city.notifications.set(id, [
        { ...item, id: 'n1', step: 1, person: 'p1', name: '孙班长', channel: 'sms', state: 'delivered' },
        {
          ...item,
          id: 'n2',
          step: 1,
          person: 'p2',
          name: '周工',
          channel: 'voice',
          state: 'failed',
          detail: '空号',
        },
      ]);
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      await page.locator(`[data-id=${id}]`).click();
      await shows(page, '.told', '孙班长');
      await shows(page, '.told li', '空号');
      await page.locator('[data-id=al-1]').click();
      await shows(page, '.detail-pane h2', '人民路下穿立交');
      expect(await page.locator('.told').count()).toBe(0);
    });
  });
}

const shelf = (house: PageHouse, id: string) => ({
  revision: house.city.alarms.get(id)?.revision,
  reason: '检修',
  until: Date.now() + 3_600_000,
});
