/** The page behind the link: what it shows, what marks it as opened, and what a tap does. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, type TestBrowser } from '../dashboard/browser.ts';
import { openPhoneHouse, type PhoneHouse } from './phone-house.ts';
import { listOf, person } from './phone-room.ts';

let house: PhoneHouse;
beforeAll(async () => {
  house = await openPhoneHouse();
});
afterAll(() => house.close());

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const tap = (answer: string) =>
  house.server.app.inject({ method: 'POST', url: house.page, headers: FORM, payload: `answer=${answer}` });
const get = (url: string, method: 'GET' | 'HEAD' = 'GET') => house.server.app.inject({ method, url });

describe('the phone page', () => {
  it('says level, place, value against limit, since when and whom it is for, without a script', async () => {
    const { statusCode, body, headers } = await get(house.page);
    expect(statusCode).toBe(200);
    for (const words of [
      '一级（红）报警',
      'Facility W-1',
      '4.5 %',
      '张建国',
      'tel:',
      'geo:35.2,115.4',
      '禁火禁电',
    ])
      expect(body).toContain(words);
    expect(body).not.toMatch(/<script|style=|onclick/);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'/);
    expect(headers['content-security-policy']).not.toContain('script-src');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['cache-control']).toBe('no-store');
  });

  it('a link preview opens nothing: neither GET nor HEAD of the page, nor HEAD of the picture', async () => {
    house.reports.length = 0;
    await get(house.page);
    await get(house.page, 'HEAD');
    expect((await get(`${house.page}/seen.gif`, 'HEAD')).statusCode).toBe(404);
    expect(house.reports).toEqual([]);
    expect((await get(`${house.page}/seen.gif`)).headers['content-type']).toBe('image/gif');
    expect(house.reports).toEqual([{ id: 'a1.1.1.zhang', report: { report: 'opened' } }]);
  });

  it('a tap is reported with where it came from, and leads back to the page', async () => {
    house.reports.length = 0;
    const reply = await tap('received');
    expect([reply.statusCode, reply.headers.location]).toEqual([303, house.page]);
    expect(house.reports[0]?.report).toEqual({ report: 'answer', answer: 'received', address: '127.0.0.1' });
    expect((await get(house.page)).body).toContain('已回复：收到');
  });

  it('a link that is fetched and tapped again and again is journaled once', async () => {
    house.sendAnew();
    for (let time = 0; time < 3; time += 1) {
      await get(`${house.page}/seen.gif`);
      expect((await tap('arrived')).statusCode).toBe(303);
    }
    await Promise.all([tap('false-alarm'), tap('false-alarm')]);
    expect(house.reports.map(({ report }) => report)).toEqual([
      { report: 'opened' },
      { report: 'answer', answer: 'arrived', address: '127.0.0.1' },
      { report: 'answer', answer: 'false-alarm', address: '127.0.0.1' },
    ]);
  });

  it('a tap on nothing we know changes nothing', async () => {
    house.reports.length = 0;
    expect((await tap('acknowledge')).statusCode).toBe(404);
    expect(house.reports).toEqual([]);
  });

  it('a tampered key is refused with a clear page and counted', async () => {
    const { statusCode, body } = await get(`${house.page}0`);
    expect(statusCode).toBe(404);
    expect(body).toContain('链接无效');
    const metrics = await house.server.metrics.text();
    expect(metrics).toMatch(/lifeline_rejected_total\{reason="page-token-tampered"\} [1-9]/);
  });

  it('what a person or place is called cannot become markup', async () => {
    house.city.register([
      { op: 'update', kind: 'facilities', value: { id: 'W-1', name: '<b onload=x>' } } as never,
    ]);
    const { body } = await get(house.page);
    expect(body).not.toContain('<b onload');
  });
});

describe('the API of messages', () => {
  const path = '/api/v1/alarms/a1/notifications';

  it('shows the messages of an alarm to whoever sees the alarm', async () => {
    const reply = await house.ask('duty-officer', 'GET', path);
    expect(reply.json().items).toMatchObject([{ person: 'zhang', name: '张建国', step: 1, channel: 'ding' }]);
    expect((await house.ask('drain-east', 'GET', path)).statusCode).toBe(404);
  });

  it('the on-call list is read by the duty room and changed by leaders and system administrators', async () => {
    const list = {
      revision: 3,
      persons: [{ id: 'z', name: '张', phone: '13900000000', channels: [{ channel: 'ding' }] }],
      entries: [{ id: 'all', steps: [{ persons: ['z'], waitMs: 60_000 }], leaders: [] }],
      reminders: { afterMs: { red: 600_000 }, everyMs: 600_000, max: 3 },
    };
    const put = async (who: string, body: unknown): Promise<number> => {
      const headers = { authorization: `Bearer ${await house.token(who)}` };
      const payload = body as object;
      return (await house.server.app.inject({ method: 'PUT', url: '/api/v1/on-call', headers, payload }))
        .statusCode;
    };
    expect((await house.ask('duty-officer', 'GET', '/api/v1/on-call')).json()).toMatchObject({ revision: 3 });
    expect((await house.ask('viewer', 'GET', '/api/v1/on-call')).statusCode).toBe(403);
    expect(await put('duty-officer', list)).toBe(403);
    expect(await put('duty-leader', { ...list, surprise: 1 })).toBe(400);
    expect(await put('duty-leader', list)).toBe(200);
    expect(house.city.commands.at(-1)).toMatchObject({ command: 'on-call', revision: 3 });
    // One list for the city: a leader of one area may not decide who is told of the others' alarms.
    expect(await put('west-leader', list)).toBe(403);
  });

  it('an officer of one part of the city sees the phones of those on call there, and no others', async () => {
    const persons = ['east', 'west', 'drain', 'city', 'idle'].map((id) => person(id));
    const steps = (id: string) => ({ id, steps: [{ persons: [id], waitMs: 60_000 }], leaders: [] });
    const entries = [
      { ...steps('east'), areas: ['371721'] },
      { ...steps('west'), areas: ['371702'] },
      { ...steps('drain'), areas: ['371702'], lifelines: ['drainage'] },
      { ...steps('city'), areas: ['371700'] },
    ];
    house.list = listOf({ persons, entries });
    const seen = async (who: string): Promise<unknown> => {
      const list = (await house.ask(who, 'GET', '/api/v1/on-call')).json();
      return [list.persons, list.entries].map((all) => all.map(({ id }: { id: string }) => id));
    };
    const all = ['east', 'west', 'drain', 'city'];
    expect(await seen('duty-officer')).toEqual([[...all, 'idle'], all]);
    expect(await seen('drain-east')).toEqual([
      ['east', 'city'],
      ['east', 'city'],
    ]);
    expect(await seen('west-leader')).toEqual([
      ['west', 'drain', 'city'],
      ['west', 'drain', 'city'],
    ]);
    expect(await seen('gas-west')).toEqual([
      ['west', 'city'],
      ['west', 'city'],
    ]);
  });

  it('a channel is tested by whoever may change the list', async () => {
    const body = { phone: '13900000000' };
    expect((await house.ask('duty-leader', 'POST', '/api/v1/channels/ding/test', body)).json()).toEqual({
      ok: true,
      detail: '',
    });
    expect((await house.ask('duty-leader', 'POST', '/api/v1/channels/none/test', body)).statusCode).toBe(404);
    expect((await house.ask('engineer', 'POST', '/api/v1/channels/ding/test', body)).statusCode).toBe(403);
    // It reaches any number, so a leader of one area may not.
    expect((await house.ask('west-leader', 'POST', '/api/v1/channels/ding/test', body)).statusCode).toBe(403);
  });

  it('receipts need the token of their channel and get the vendor’s own answer', async () => {
    const right = await house.ask(null, 'POST', '/api/v1/receipts/sms/right', [{ success: true }]);
    expect([right.statusCode, right.json()]).toEqual([200, { code: 0, msg: '成功' }]);
    expect((await house.ask(null, 'POST', '/api/v1/receipts/sms/wrong', [])).statusCode).toBe(404);
  });
});

describe.skipIf(!existsSync('/usr/bin/chromium'))('on a phone', () => {
  let browser: TestBrowser;
  let origin: string;
  beforeAll(async () => {
    browser = await openBrowser();
    origin = `http://127.0.0.1:${(await house.server.listen()).port}`;
  });
  afterAll(() => browser.close());

  it.each([
    [390, 844, 'light'],
    [390, 844, 'dark'],
    [360, 640, 'light'],
    [360, 640, 'dark'],
  ] as const)(
    '%i x %i, %s: 收到 is in sight, targets are large, nothing hangs over',
    async (width, height, theme) => {
      const page = await browser.open({ width, height });
      await page.emulateMedia({ colorScheme: theme });
      await page.goto(origin + house.page);
      const boxes = await page
        .locator('button, a.action')
        .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
      expect(Math.min(...boxes)).toBeGreaterThanOrEqual(48);
      const primary = await page.locator('button.primary').boundingBox();
      expect(primary?.height).toBeGreaterThanOrEqual(56);
      expect((primary?.y ?? 0) + (primary?.height ?? 0)).toBeLessThanOrEqual(height);
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      const folder = process.env['PHONE_SCREENSHOTS'];
      if (folder !== undefined) {
        mkdirSync(folder, { recursive: true });
        await page.screenshot({ path: join(folder, `phone-${width}-${theme}.png`), fullPage: true });
      }
      await browser.tidy();
    },
  );

  it('a tap on 收到 is answered on the page, and the page counts as opened', async () => {
    house.sendAnew();
    const page = await browser.open({ width: 390, height: 844 });
    await page.goto(origin + house.page);
    await page
      .locator('button.primary')
      .tap()
      .catch(() => page.locator('button.primary').click());
    await page.waitForSelector('.done');
    expect(house.reports.map(({ report }) => report.report)).toEqual(
      expect.arrayContaining(['opened', 'answer']),
    );
    expect(browser.complaints).toEqual([]);
  });
});
