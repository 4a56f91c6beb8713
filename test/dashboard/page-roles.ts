/**
 * Every order of the console for every role: offered to exactly those whom the platform lets. That the platform refuses it to
 * the others, whatever they send, is asked of each of its addresses in test/server/openapi.test.ts.
 */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { ROLES, type Role } from '#domain/user.ts';
import { can, type Action } from '../../server/rights.ts';
import { beginSession } from './browser.ts';
import { shows, type PageHouse } from './page-house.ts';

type Offer = {
  readonly action: Action;
  readonly button: string;
  /** The page leads to people with this right alone. */
  readonly pageNeeds?: Action;
};

/** By address; `content` stands there once the page has all it shows. */
const PAGES: readonly {
  readonly address: string;
  readonly content: string;
  readonly offers: readonly Offer[];
}[] = [
  {
    address: '/duty/a/al-0',
    content: '.timeline li',
    offers: [
      { action: 'acknowledge', button: '接警' },
      { action: 'shelve', button: '搁置' },
      { action: 'verdict', button: '核实' },
      { action: 'note', button: '备注' },
      { action: 'maintenance', button: '检修窗口' },
    ],
  },
  {
    address: '/duty/a/al-1',
    content: '.timeline li',
    offers: [{ action: 'unshelve', button: '取消搁置' }],
  },
  {
    address: '/duty/a/al-2',
    content: '.timeline li',
    offers: [{ action: 'reset', button: '复位' }],
  },
  {
    address: '/map?facility=F-0',
    content: '.facility-points',
    offers: [
      { action: 'maintenance', button: '检修窗口' },
      { action: 'change-registry', button: '移动位置' },
      { action: 'change-registry', button: '连接管网' },
    ],
  },
  {
    address: '/cfg/gateways',
    content: '.table tbody tr',
    offers: [{ action: 'change-gateways', button: '登记网关' }],
  },
  {
    address: '/cfg/points/F-0',
    content: '.table tbody tr',
    offers: [
      { action: 'change-registry', button: '登记设备' },
      { action: 'maintenance', button: '检修窗口', pageNeeds: 'change-registry' },
    ],
  },
  {
    address: '/cfg/organisations',
    content: '.table tbody tr',
    offers: [{ action: 'change-registry', button: '新增单位' }],
  },
  {
    address: '/cfg/quarantine/1',
    content: '.table tbody tr',
    offers: [{ action: 'quarantine', button: '收录保留的记录' }],
  },
  {
    address: '/cfg/influx',
    content: '.fact-box, .table tbody tr',
    offers: [{ action: 'manage-influx', button: '放弃' }],
  },
  {
    address: '/cfg/on-call',
    content: '.table tbody tr',
    offers: [{ action: 'change-on-call', button: '修改值班表' }],
  },
  {
    address: '/cfg/rules',
    content: '.table tbody tr',
    offers: [{ action: 'draft-rules', button: '新建草稿' }],
  },
  {
    address: '/cfg/walls',
    content: '.table tbody tr',
    offers: [{ action: 'manage-walls', button: '生成链接' }],
  },
  {
    address: '/cfg/users',
    content: '.table tbody tr',
    offers: [{ action: 'manage-users', button: '新增人员' }],
  },
];

/** Somebody of each role behind the mock. */
const PERSON: Readonly<Record<Role, string>> = {
  'duty-officer': 'zhang',
  'duty-leader': 'li',
  crew: 'crew',
  engineer: 'eng',
  viewer: 'view',
  'system-admin': 'admin',
  'security-admin': 'sec',
  'audit-admin': 'aud',
};

export function rolesOnThePage(house: PageHouse): void {
  describe('what each role is offered', { timeout: 240_000 }, () => {
    test.each(ROLES)('%s', async (role) => {
      const { id } = house.city.raise(0, 'blue');
      const shelved = {
        kind: 'shelved',
        by: 'li',
        reason: '检修',
        since: 0,
        until: Date.now() + 3_600_000,
      } as const;
      house.city.raise(1, 'blue', { suppression: 'shelved', suppressions: [shelved] });
      house.city.raise(2, 'yellow', { latched: true, active: false, state: 'acknowledged' });
      const page = await openFor(house, role);
      const [offered, expected]: [string[], string[]] = [[], []];
      for (const { address, content, offers } of PAGES) {
        await page.goto(house.server.origin + address);
        await page.locator(`${content}, .starting p`).first().waitFor();
        const open = (await page.locator('.starting p').count()) === 0;
        if (!open) await shows(page, '.starting', '您的角色没有这个页面');
        // The list's tabs have some of the same words.
        const place = page.locator(address.startsWith('/duty') ? '.actions, .maintenance-button' : 'body');
        for (const { action, button, pageNeeds } of offers) {
          const holder = { roles: [role], scope: {} };
          const line = `${address}: ${button}`;
          if (can(holder, action) && (pageNeeds === undefined || can(holder, pageNeeds))) {
            expected.push(line);
            // What is offered may come a moment after the rest.
            await place.getByRole('button', { name: button }).first().waitFor();
          }
          if ((await place.getByRole('button', { name: button }).count()) > 0) offered.push(line);
        }
      }
      expect(offered).toEqual(expected);
      // Neither does the key of an order do what no button offers.
      if (can({ roles: [role], scope: {} }, 'acknowledge')) return;
      await page.goto(`${house.server.origin}/duty/a/${id}`);
      await page.locator('.detail-pane h2, .starting p').first().waitFor();
      for (const key of ['a', 's', 'f', 'n']) await page.keyboard.press(key);
      expect(await page.locator('dialog[open]').count()).toBe(0);
      expect(house.city.alarms.get(id)?.state).toBe('unacknowledged');
      expect(house.city.config.written).toEqual([]);
    });
  });
}

const openFor = async (house: PageHouse, role: Role): Promise<Page> => {
  const page = await house.browser.open({ width: 1600, height: 900 });
  await beginSession(page, house.server.origin, PERSON[role]);
  return page;
};
