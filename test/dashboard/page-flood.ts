/** Many alarms at once: the flood bar, groups, taking several. */
import { describe, expect, test } from 'vitest';
import { logIn } from './browser.ts';
import { raiseFlood } from './incident-fixture.ts';
import { dialogListens, everyoneCanUse, shows, type PageHouse } from './page-house.ts';

export function floodOnThePage(house: PageHouse): void {
  describe('a flood', { timeout: 120_000 }, () => {
    test('the bar leads to groups: cause and 首发, folded ones with their reason, mild ones counted; axe finds nothing', async () => {
      raiseFlood(house.city);
      const late = { gateway: 'GW-7', at: 1, from: 0, to: 1, points: 1, added: 5, changed: 0, withdrawn: 0 };
      house.city.backfills.push({ ...late, byColour: { blue: 0, yellow: 3, orange: 2, red: 0 }, alarms: [] });
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      await shows(page, '.flood-bar', '报警集中 10分钟70条 已归并2个事件');
      await page.locator('.flood-bar').click();
      await shows(page, '.flood-group:first-child', '事件 #12');
      await shows(page, '.flood-group:first-child', '首发 中华路燃气阀井');
      await shows(page, '.flood-group:first-child', '共 40 条，未接警 40');
      await shows(page, '.flood-group:first-child', '已归并 30');
      await shows(page, '.flood-late', '网关 GW-7');
      expect(new URL(page.url()).searchParams.get('by')).toBe('incident');
      const first = page.locator('.flood-group').first();
      await first.locator('.flood-toggle').click();
      await shows(page, '.flood-why', '首发');
      await shows(page, '.flood-why', '已归并 · 网关 GW-1 离线所致');
      // 一级、二级 alone, until the rest is asked for.
      const loud = await first.locator('.flood-alarm').count();
      expect(loud).toBe(14);
      await first.locator('.flood-muted').click();
      await expect.poll(() => first.locator('.flood-alarm').count()).toBe(40);
      await everyoneCanUse(page, 'flood, grouped');
    });

    test('a group is taken as a whole after a preview with counts by level; what changed meanwhile is left alone', async () => {
      raiseFlood(house.city);
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      await page.goto(`${house.server.origin}/duty?by=incident`);
      await page.locator('.flood-group', { hasText: '事件 #13' }).locator('.flood-take').click();
      await dialogListens(page);
      await shows(page, 'dialog h2', '接警：20 条报警');
      await everyoneCanUse(page, 'taking many');
      house.server.swallow(1);
      house.city.change('al-41', 'colour', { colour: 'red', highestColour: 'red' });
      await page.keyboard.press('Enter');
      await shows(page, '.notice', '已接警 19 条；1 条此间已变化，未接警');
      expect(house.city.alarms.get('al-41')?.state).toBe('unacknowledged');
      const taken = [...house.city.alarms.values()].filter((alarm) => alarm.acknowledgedBy === 'zhang');
      expect(taken.map((alarm) => alarm.incident?.id)).toEqual(Array.from({ length: 19 }, () => 'in-13'));
    });

    test('with 100 alarms in a burst, a key moves the selection in under 200 ms', async () => {
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      raiseFlood(house.city);
      await page.locator('.grid-row').first().waitFor();
      await page.evaluate(MEASURE_KEYS);
      for (let i = 0; i < 5; i++) {
        await page.keyboard.press('j');
        await page.locator(`.grid-row[aria-rowindex="${i + 1}"][aria-selected=true]`).waitFor();
      }
      const took = (await page.evaluate('keysTook')) as number[];
      expect(took).toHaveLength(5);
      // The middle one: this machine also runs everything else.
      expect(took.sort((a, b) => a - b)[2]).toBeLessThan(200);
    });

    test('marked rows, and those in sight, are taken together after asking', async () => {
      for (let i = 0; i < 4; i++) house.city.raise(i, 'orange');
      const page = await house.browser.open();
      await logIn(page, house.server.origin);
      await page.keyboard.press('j');
      await page.locator('.grid-row[aria-selected=true]').waitFor();
      await page.keyboard.press('Space');
      await page.keyboard.press('j');
      await page.locator('.grid-row[aria-rowindex="2"][aria-selected=true]').waitFor();
      await page.keyboard.press('Space');
      await shows(page, '.list-foot', '已标记 2 条');
      await page.keyboard.press('a');
      await dialogListens(page);
      await shows(page, 'dialog h2', '接警：2 条报警');
      await page.keyboard.press('Enter');
      await shows(page, '.notice', '已接警 2 条');
      await page.locator('.take-sight', { hasText: '接警可见 (2)' }).click();
      await dialogListens(page);
      await page.keyboard.press('Enter');
      await expect
        .poll(() => [...house.city.alarms.values()].filter((alarm) => alarm.state === 'acknowledged').length)
        .toBe(4);
    });
  });
}

/** Milliseconds from a key to the frame in which the selection stands elsewhere. */
const MEASURE_KEYS = `
  window.keysTook = [];
  addEventListener('keydown', (event) => {
    const begun = event.timeStamp;
    const before = document.querySelector('.grid-row[aria-selected=true]')?.dataset.id;
    const look = () => document.querySelector('.grid-row[aria-selected=true]')?.dataset.id === before
      ? requestAnimationFrame(look) : keysTook.push(performance.now() - begun);
    requestAnimationFrame(look);
  }, true);
`;
