/** The platform's process, a well whose gateway the test plays, people with passwords, and a browser that logs in by the form. */
import mqtt, { type MqttClient } from 'mqtt';
import type { Page } from 'playwright-core';
import type { Role } from '#domain/user.ts';
import { openBrowser, type TestBrowser } from '../dashboard/browser.ts';
import { type Api, createUser, logIn, registerWell } from './api.ts';
import { freshDataDirectory, type PlatformProcess, startPlatformProcess } from './platform-process.ts';

export type BrowserCity = {
  readonly browser: TestBrowser;
  /** As it is now: another one after `restart`. */
  platform(): PlatformProcess;
  /** Resolves once the value is acknowledged. */
  publish(device: string, ch4: number, agoMs?: number): Promise<void>;
  api(username: string): Promise<Api>;
  /** A window of its own in which this person has logged in, at this address. */
  pageOf(username: string, address: string): Promise<Page>;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Again on the same data and the same ports. */
  restart(): Promise<void>;
  close(): Promise<void>;
};

export async function openBrowserCity(
  devices: readonly string[],
  people: Readonly<Record<string, readonly Role[]>>,
): Promise<BrowserCity> {
  const directory = freshDataDirectory();
  let platform = await startPlatformProcess(directory.path);
  const { http, mqttPort } = platform;
  const admin = await logIn(http);
  const secret = await registerWell(admin, devices);
  const passwords = new Map<string, string>();
  for (const [name, roles] of Object.entries(people))
    passwords.set(name, await createUser(admin, name, roles));
  const passwordOf = (name: string): string => passwords.get(name) ?? '';
  const browser = await openBrowser();
  let gateway: MqttClient | null = null;
  const hangUp = async (): Promise<void> => {
    await gateway?.endAsync(true);
    gateway = null;
  };
  return {
    browser,
    platform: () => platform,
    async publish(device, ch4, agoMs = 0) {
      gateway ??= await mqtt.connectAsync(`mqtt://127.0.0.1:${mqttPort}`, {
        username: 'GW-1',
        password: secret,
      });
      const record = { device, time: Date.now() - agoMs, values: { ch4 }, backfill: agoMs > 0 };
      await gateway.publishAsync('lifeline/v1/GW-1/telemetry', JSON.stringify(record), { qos: 1 });
    },
    api: (name) => logIn(http, name, passwordOf(name)),
    async pageOf(name, address) {
      const page = await browser.open();
      await page.goto(http + address);
      await page.fill('input[name=username]', name);
      await page.fill('input[name=password]', passwordOf(name));
      await page.keyboard.press('Enter');
      await page.locator('input[name=password]').waitFor({ state: 'detached' });
      return page;
    },
    async kill() {
      await hangUp();
      await platform.kill('SIGKILL');
    },
    async restart() {
      const env = { LIFELINE_HTTP_PORT: new URL(http).port, LIFELINE_MQTT_PORT: String(mqttPort) };
      platform = await startPlatformProcess(directory.path, { env });
    },
    async close() {
      await hangUp();
      await browser.close();
      await platform.kill('SIGKILL');
      directory.remove();
    },
  };
}
