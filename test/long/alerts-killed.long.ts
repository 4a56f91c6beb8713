/**
 * From an alarm to a tap on the phone, through a double of a DingTalk robot, with the platform killed (-9) at every
 * step: one alert per person and step, none lost. And how fast a red alarm reaches the channel.
 */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { NotificationItem } from '#domain/notification.ts';
import { openBrowser, type TestBrowser } from '../dashboard/browser.ts';
import { type Api, logIn, openAlarms, registerWell, until } from '../e2e/api.ts';
import { freshDataDirectory, type PlatformProcess, startPlatformProcess } from '../e2e/platform-process.ts';
import type { Vendor } from '../emergency/doubles/vendor.ts';
import { openDingtalk } from '../emergency/doubles/vendors.ts';

const WAIT_MS = 600_000;
const GAS = 4.5;

/** A port below the ephemeral ones, so that the link in the message leads to every life of the platform. */
async function freePort(): Promise<number> {
  for (let port = 21_000 + Math.floor(Math.random() * 8_000); ; port += 1) {
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!free) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

class Case {
  readonly directory = freshDataDirectory();
  readonly env: Record<string, string>;
  readonly vendor: Vendor;
  platform: PlatformProcess | null = null;
  secret = '';
  #seq = 0;

  constructor(vendor: Vendor, port: number) {
    this.vendor = vendor;
    const file = join(this.directory.path, '..', `channels-${port}.json`);
    const ding = {
      id: 'ding',
      kind: 'dingtalk',
      baseUrl: vendor.url,
      accessToken: 't',
      secret: 's',
      perMinute: 10_000,
    };
    writeFileSync(file, JSON.stringify({ publicUrl: `http://127.0.0.1:${port}`, channels: [ding] }), {
      mode: 0o600,
    });
    this.env = { LIFELINE_CHANNELS_FILE: file, LIFELINE_HTTP_PORT: `${port}` };
  }

  async start(): Promise<Api> {
    this.platform = await startPlatformProcess(this.directory.path, { env: this.env });
    return logIn(this.platform.http);
  }

  async kill(): Promise<void> {
    const { platform } = this;
    this.platform = null;
    await platform?.kill('SIGKILL');
  }

  async prepare(devices: readonly string[] = ['G-1']): Promise<Api> {
    const api = await this.start();
    this.secret = await registerWell(api, devices);
    const person = (id: string) => ({ id, name: id, phone: '13900000001', channels: [{ channel: 'ding' }] });
    const answer = await fetch(`${this.platform?.http}/api/v1/on-call`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${api.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        revision: 0,
        persons: [person('zhang'), person('li')],
        entries: [
          {
            id: 'all',
            steps: [
              { persons: ['zhang'], waitMs: WAIT_MS },
              { persons: ['li'], waitMs: WAIT_MS },
            ],
            leaders: [],
          },
        ],
        reminders: { afterMs: {}, everyMs: 600_000, max: 1 },
      }),
    });
    expect(answer.status, await answer.text()).toBe(200);
    return api;
  }

  /** Resolves when the gateway has its PUBACK. */
  async publish(device = 'G-1', value = GAS): Promise<void> {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${this.platform?.mqttPort}`, {
      username: 'GW-1',
      password: this.secret,
      clientId: 'box',
    });
    this.#seq += 1;
    const record = { device, time: Date.now(), seq: this.#seq, values: { ch4: value } };
    await client.publishAsync('lifeline/v1/GW-1/telemetry', JSON.stringify(record), { qos: 1 });
    client.end(true);
  }

  items = async (api: Api): Promise<NotificationItem[]> => {
    const alarm = (await openAlarms(api)).find(({ point }) => point !== null);
    if (alarm === undefined) return [];
    return (await api.get<{ items: NotificationItem[] }>(`/api/v1/alarms/${alarm.id}/notifications`)).items;
  };

  reaches = (api: Api, ...states: NotificationItem['state'][]): Promise<NotificationItem[]> =>
    until(
      states.join(' or '),
      30_000,
      () => this.items(api),
      (items) => items.length > 0 && items.every(({ state }) => states.includes(state)),
    );

  links(): string[] {
    return this.vendor.taken.map(({ text }) => /打开回执：(\S+)/.exec(text)?.[1] ?? '');
  }

  async close(): Promise<void> {
    await this.platform?.kill('SIGTERM');
    await this.vendor.close();
    this.directory.remove();
  }
}

describe('killed at every step, one alert reaches one person', () => {
  let browser: TestBrowser;
  let one: Case;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    await browser.tidy();
    await one.close();
  });

  async function tap(link: string): Promise<void> {
    const page = await browser.open({ width: 390, height: 844 });
    await page.goto(link);
    await page.click('button.primary');
    await page.waitForSelector('.done');
  }

  async function judge(api: Api, messagesMax: number): Promise<void> {
    await one.reaches(api, 'acknowledged');
    const items = await one.items(api);
    expect(items.map(({ person, step, round }) => [person, step, round])).toEqual([['zhang', 1, 1]]);
    expect(new Set(one.links()).size, 'one link, whatever was sent twice').toBe(1);
    expect(one.vendor.taken.length).toBeLessThanOrEqual(messagesMax);
    expect(one.vendor.rejected).toEqual([]);
    console.log(
      `    messages at the vendor: ${one.vendor.taken.length}, attempts journaled: ${items[0]?.attempts}`,
    );
  }

  const fresh = async (): Promise<Api> => {
    one = new Case(await openDingtalk('t', 's'), await freePort());
    return one.prepare();
  };

  it('before the attempt: at the gateway’s PUBACK', async () => {
    await fresh();
    await one.publish();
    await one.kill();
    const api = await one.start();
    await one.reaches(api, 'accepted', 'opened');
    await tap(one.links()[0] ?? '');
    await judge(api, 2);
  });

  it('after the vendor has it and before its answer is known', async () => {
    await fresh();
    let killed: (() => void) | null = null;
    const dead = new Promise<void>((resolve) => (killed = resolve));
    one.vendor.onTaken = async () => {
      one.vendor.onTaken = null;
      await one.kill();
      killed?.();
    };
    await one.publish();
    await dead;
    const api = await one.start();
    await one.reaches(api, 'accepted');
    expect(one.vendor.taken, 'a robot shows it twice: docs/alerts.md says so').toHaveLength(2);
    await tap(one.links()[0] ?? '');
    await judge(api, 2);
  });

  it('after it was accepted', async () => {
    const before = await fresh();
    await one.publish();
    await one.reaches(before, 'accepted');
    await one.kill();
    const api = await one.start();
    await tap(one.links()[0] ?? '');
    await judge(api, 1);
  });

  it('while the page is open, before the tap', async () => {
    const before = await fresh();
    await one.publish();
    await one.reaches(before, 'accepted');
    const page = await browser.open({ width: 390, height: 844 });
    await page.goto(one.links()[0] ?? '');
    await one.kill();
    const api = await one.start();
    await page.click('button.primary');
    await page.waitForSelector('.done');
    await judge(api, 1);
  });

  it('after the tap', async () => {
    const before = await fresh();
    await one.publish();
    await one.reaches(before, 'accepted');
    await tap(one.links()[0] ?? '');
    await one.kill();
    const api = await one.start();
    await judge(api, 1);
    const alarm = (await openAlarms(api)).find(({ point }) => point !== null);
    const events = await api.get<{ items: { change: string; by: string; note: string }[] }>(
      `/api/v1/alarms/${alarm?.id}/events`,
    );
    expect(events.items.filter(({ change }) => change === 'note').map(({ by, note }) => [by, note])).toEqual([
      ['on-call:zhang', 'zhang（手机）：收到'],
    ]);
  });
});

describe('how fast', () => {
  it('red reaches the channel within 3 s, 100 times', async () => {
    const devices = Array.from({ length: 100 }, (_, place) => `G-${place + 1}`);
    const one = new Case(await openDingtalk('t', 's'), await freePort());
    try {
      await one.prepare(devices);
      const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${one.platform?.mqttPort}`, {
        username: 'GW-1',
        password: one.secret,
        clientId: 'box',
      });
      const took: number[] = [];
      for (const device of devices) {
        const before = one.vendor.taken.length;
        const from = Date.now();
        const record = { device, time: from, values: { ch4: GAS } };
        client.publish('lifeline/v1/GW-1/telemetry', JSON.stringify(record), { qos: 1 });
        await until(
          device,
          10_000,
          async () => one.vendor.taken.length,
          (count) => count > before,
        );
        took.push((one.vendor.taken.at(-1)?.at ?? 0) - from);
      }
      client.end(true);
      took.sort((a, b) => a - b);
      const [p50, p99] = [took[49] ?? 0, took[98] ?? 0];
      console.log(
        `    red -> channel: p50 ${p50} ms, p99 ${p99} ms, worst ${took.at(-1)} ms of ${took.length}`,
      );
      expect(p99).toBeLessThan(3_000);
    } finally {
      await one.close();
    }
  });
});
