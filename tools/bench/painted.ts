/** What an officer has of an alarm: its row painted and its tone begun in a real browser, among fifty consoles and 10,000 points. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { openBrowser } from '#test/dashboard/browser.ts';
import { openConsoles } from './consoles.ts';
import { quantile, type Figure } from './figures.ts';
import { runLoad, type Run } from './load.ts';
import { startOurs, type Ours } from './ours.ts';

/** 25 points each. */
const GATEWAYS = 400;
/** Of five values each: 2,000 value changes a second. */
const MESSAGES_PER_S = 400;
/** Beside the browser and the load's own listener. */
const PROTOCOL_CONSOLES = 48;
const ALARMS = 90;
/** One more than a multiple of the gateways, so that alarms go round them; two seconds apart, so that each sounds for itself. */
const ALARM_EVERY = 2 * GATEWAYS + 1;
const LAST_PLACE = 23;
const WARM_PLACE = 24;
const PAINTED_MS = 3_000;
const OFFICER = { username: 'bench-duty', password: 'Bench-duty-1234' };

/** Epoch ms: message in the page's socket, row in a painted frame, a beep handed to the sound device. */
type Noted = {
  readonly arrivals: readonly [value: number, at: number][];
  readonly painted: readonly [value: number, at: number][];
  readonly beeps: readonly number[];
};

export async function paintedConsole(): Promise<Figure[]> {
  execFileSync('npm', ['run', 'build'], { cwd: join(import.meta.dirname, '../..'), stdio: 'pipe' });
  const ours = await startOurs(GATEWAYS);
  const browser = await openBrowser();
  try {
    await createOfficer(ours);
    const page = await browser.open({ width: 1920, height: 1080 });
    await openDuty(page, ours.http);
    const consoles = await openConsoles({ ...ours, count: PROTOCOL_CONSOLES, frozen: 0 });
    try {
      const steady = { window: 1, ratePerS: MESSAGES_PER_S, amidOther: true };
      await runLoad(ours, {
        ...steady,
        messages: 10 * MESSAGES_PER_S,
        alarmEvery: null,
        lastPlace: WARM_PLACE,
      });
      const run = await runLoad(ours, {
        ...steady,
        messages: ALARMS * ALARM_EVERY,
        alarmEvery: ALARM_EVERY,
        lastPlace: LAST_PLACE,
      });
      // The load's own listener hears the last ones before a browser has painted them.
      await page.waitForTimeout(PAINTED_MS);
      return figuresOf(run, await page.evaluate<Noted>('window.noted()'));
    } finally {
      await consoles.close();
    }
  } finally {
    await browser.close();
    await ours.stop();
  }
}

async function createOfficer({ http, token }: Ours): Promise<void> {
  const answer = await fetch(`${http}/api/v1/users`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ ...OFFICER, roles: ['duty-officer'], scope: {} }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

/** Logged in by keyboard, as a person: that also lets the page sound. Resolves when list, map and sound stand. */
async function openDuty(page: Page, http: string): Promise<void> {
  await page.addInitScript(NOTE);
  await page.goto(`${http}/duty`);
  await page.fill('input[name=username]', OFFICER.username);
  await page.fill('input[name=password]', OFFICER.password);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.list-pane[aria-busy=false]');
  await page.evaluate(MAP_STANDS);
  await page.locator('.header', { hasText: '声音 开' }).waitFor();
}

function figuresOf(run: Run, noted: Noted): Figure[] {
  const arrivals = new Map(noted.arrivals);
  const painted = new Map(noted.painted);
  // The last one meets those that the load ends with, all at once. What never came is later than any target.
  const delays = run.sent.slice(0, ALARMS - 1).map(([value, sentAt]) => {
    const arrivedAt = arrivals.get(value) ?? Infinity;
    const beepAt = noted.beeps.find((at) => at >= arrivedAt) ?? Infinity;
    return { paint: (painted.get(value) ?? Infinity) - arrivedAt, sound: beepAt - sentAt };
  });
  const ascending = (of: (delay: (typeof delays)[number]) => number): number[] =>
    delays.map(of).toSorted((a, b) => a - b);
  const paint = ascending((delay) => (Number.isNaN(delay.paint) ? Infinity : delay.paint));
  const sound = ascending((delay) => delay.sound);
  const from = `${delays.length} alarms, 50 consoles, 10,000 points, ${Math.round(run.perS * 5)} values/s, graphics in software`;
  const line = (what: string, value: number, unit: string, target: Figure['target']): Figure => ({
    ...{ section: 'console', what, value, unit, target, from },
  });
  return [
    line('alarm in the page’s socket -> row painted, p50', quantile(paint, 0.5), 'ms', null),
    line('alarm in the page’s socket -> row painted, p95', quantile(paint, 0.95), 'ms', { most: 500 }),
    line('publish -> tone begins, p50', quantile(sound, 0.5), 'ms', null),
    line('publish -> tone begins, p99', quantile(sound, 0.99), 'ms', { most: 1_000 }),
    line('CPU of the platform', (run.cpuPerMillion / 1e6) * run.perS, 'cores', null),
  ];
}

const MAP_STANDS = `new Promise((resolve) => {
  const look = () =>
    document.querySelector('.map-holder')?.cityMap?.loaded() ? resolve(true) : requestAnimationFrame(look);
  look();
})`;

/**
 * Runs in the page before its own code: a socket that tells of alarms before the page hears of them, an eye on new rows (the
 * message after a frame's callback comes when that frame has been handed over), an ear on the oscillators.
 */
const NOTE = `(() => {
  const now = () => performance.timeOrigin + performance.now();
  const arrivals = [], painted = [], beeps = [];
  const waiting = new Map();
  const Plain = WebSocket;
  window.WebSocket = class extends Plain {
    constructor(...args) {
      super(...args);
      this.addEventListener('message', ({ data }) => {
        if (typeof data !== 'string' || !data.startsWith('42["alarm"')) return;
        const [, { alarm, event }] = JSON.parse(data.slice(2));
        if (event.change !== 'raised') return;
        arrivals.push([alarm.value, now()]);
        waiting.set(alarm.id, alarm.value);
      });
    }
  };
  const look = () => {
    for (const row of document.querySelectorAll('[data-id]')) {
      const value = waiting.get(row.dataset.id);
      if (value === undefined) continue;
      waiting.delete(row.dataset.id);
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => painted.push([value, now()]);
        port2.postMessage(null);
      });
    }
  };
  new MutationObserver(look).observe(document, {
    subtree: true, childList: true, attributes: true, attributeFilter: ['data-id'],
  });
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (at) {
    beeps.push(now() + Math.max(0, at - this.context.currentTime) * 1000);
    return start.call(this, at);
  };
  window.noted = () => ({ arrivals, painted, beeps });
})()`;
