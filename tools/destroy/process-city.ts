/** A city in a process of its own that is hurt and started again: what an act needs of it, and its verdict at the end. */
import { readFileSync } from 'node:fs';
import type { Health } from '#domain/contract/health.ts';
import { type Api, logIn, openAlarms, until } from '#test/e2e/api.ts';
import {
  freshDataDirectory,
  type PlatformOptions,
  type PlatformProcess,
  type StartingPlatform,
  spawnPlatform,
} from '#test/e2e/platform-process.ts';
import { account, type Account } from './act.ts';
import { judgeFiles, judgeRunning, type Expected, RULE } from './city-judge.ts';
import { type Field, openField } from './field.ts';
import { LOAD_DEVICES, registerWells } from './wells.ts';

export type ProcessCity = {
  readonly directory: string;
  /** The one that runs; throws when none does. */
  platform(): PlatformProcess;
  api(): Api;
  /** Gateway `GW-1`, whose devices load the city. */
  readonly field: Field;
  /** Secrets of all gateways by id. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Starts it and joins the field; with `killAfterMs` it is killed that long after its start instead. */
  start(killAfterMs?: number): Promise<void>;
  kill(): Promise<void>;
  /** Starts it where it should not: the reason it gave when it ended by itself, null when it listened (and was killed). */
  refuses(): Promise<string | null>;
  /** How it is started from now on. */
  use(platform: PlatformOptions): void;
  /** Measurements of this device were destroyed on purpose: nobody can find them in the store. */
  destroyed(device: string): void;
  /** Stops it as an operator does; throws when it does not end well. */
  stop(): Promise<void>;
  /** Sends a red value of a device that never rang, and adds it to what is expected; does not wait. */
  raise(): string;
  /** Raises, and waits until that alarm is open. */
  ring(): Promise<void>;
  /** Starts it and rings: notes how long that took. */
  rise(): Promise<void>;
  /** Notes the memory held so far. */
  weigh(): void;
  /** Codes of the health's reasons, each kept as "told". */
  health(): Promise<readonly string[]>;
  /** Waits until health names `code` (or with `is` false no longer does). */
  toldOf(code: string, is?: boolean, withinMs?: number): Promise<void>;
  /** Waits until a system alarm of `rule` is open, and keeps it as "told". */
  alarmed(rule: string, withinMs?: number): Promise<void>;
  told(how: string): void;
  breach(line: string): void;
  /** Pays what is owed, judges everything over the API, stops, judges the files, removes them. */
  judge(): Promise<Account>;
  /** Ends it whatever it does, and removes its files. */
  dispose(): Promise<void>;
};

export type CityPlan = {
  /** Devices that can ring once each. */
  readonly alarms: number;
  /** Gateways beside GW-1, without devices. */
  readonly moreGateways?: readonly string[];
  readonly platform?: PlatformOptions;
  /** Stands in for a directory below the system's own for temporary files; not removed at the end. */
  readonly directory?: string;
};

const RED_VALUE = 4.5;
const ANSWER_MS_MAX = 60_000;
const REASON_LENGTH_MAX = 300;

export async function openCity(plan: CityPlan): Promise<ProcessCity> {
  const fresh = freshDataDirectory();
  const directory = plan.directory ?? fresh.path;
  const expected: Expected[] = [];
  const gone = new Set<string>();
  let options = plan.platform ?? {};
  const told = new Set<string>();
  const breaches: string[] = [];
  let running: PlatformProcess | null = null;
  let starting: StartingPlatform | null = null;
  let worstRestartMs: number | null = null;
  let peakRssMb = 0;
  let token: string | null = null;
  let field: Field | null = null;

  const platform = (): PlatformProcess => {
    if (running === null) throw new Error('no platform runs');
    return running;
  };
  const api = (): Api => apiWith(platform().http, token ?? '');

  async function begin(killAfterMs?: number): Promise<void> {
    const begun = spawnPlatform(directory, options);
    starting = begun;
    if (killAfterMs !== undefined) {
      await new Promise((resolve) => setTimeout(resolve, killAfterMs));
      await begun.kill('SIGKILL');
      return;
    }
    running = await begun.listening;
    if (field !== null) await field.join(running.mqttPort);
  }

  function weigh(): void {
    if (running !== null) peakRssMb = Math.max(peakRssMb, peakRssMbOf(running.pid));
  }

  async function kill(): Promise<void> {
    weigh();
    await starting?.kill('SIGKILL');
    running = null;
    field?.leave();
  }

  async function refuses(): Promise<string | null> {
    const begun = spawnPlatform(directory, options);
    starting = begun;
    const listens = await begun.listening.then(
      () => true,
      () => false,
    );
    if (listens) {
      await begun.kill('SIGKILL');
      return null;
    }
    const { code, output } = await begun.ended;
    return (
      /(?:\[|StoreError: |code: ')([a-z]+-[a-z-]+|E[A-Z]+)/.exec(output)?.[1] ??
      `exit ${code}: ${output.slice(0, REASON_LENGTH_MAX)}`
    );
  }

  async function stop(): Promise<void> {
    weigh();
    field?.leave();
    await platform().kill('SIGTERM');
    const end = await starting?.ended;
    if (end?.code !== 0) throw new Error(`asked to stop it ended with ${end?.code}:\n${end?.output}`);
    running = null;
  }

  async function dispose(): Promise<void> {
    await kill();
    fresh.remove();
  }

  try {
    await begin();
    token = (await logIn(platform().http)).token;
    const secrets = await registerWells(api(), plan);
    const joining = openField('GW-1', secrets.get('GW-1') ?? '', LOAD_DEVICES);
    field = joining;
    await joining.join(platform().mqttPort);

    const raise = (): string => {
      const device = `A-${expected.length + 1}`;
      expected.push({ point: `${device}/ch4`, colour: 'red' });
      void joining.send(device, RED_VALUE);
      return device;
    };
    const ring = async (): Promise<void> => {
      const device = raise();
      await until(
        `the alarm of ${device}`,
        ANSWER_MS_MAX,
        () => api().get<{ items: { rule: string }[] }>(`/api/v1/alarms?state=open&facility=F-${device}`),
        ({ items }) => items.some(({ rule }) => rule === RULE),
      );
    };
    const health = async (): Promise<readonly string[]> => {
      const answer = await fetch(`${platform().http}/api/v1/health`);
      const { reasons } = (await answer.json()) as Health;
      return reasons.map(({ code }) => code);
    };
    return {
      directory,
      platform,
      api,
      field: joining,
      secrets,
      start: begin,
      kill,
      refuses,
      use: (platform) => {
        options = platform;
      },
      destroyed: (device) => void gone.add(device),
      stop,
      raise,
      ring,
      async rise() {
        const from = performance.now();
        await begin();
        await ring();
        worstRestartMs = Math.max(worstRestartMs ?? 0, Math.round(performance.now() - from));
      },
      weigh,
      health,
      async toldOf(code, is = true, withinMs = ANSWER_MS_MAX) {
        await until(
          `health ${is ? 'names' : 'no longer names'} ${code}`,
          withinMs,
          health,
          (codes) => codes.includes(code) === is,
        );
        if (is) told.add(code);
      },
      async alarmed(rule, withinMs = ANSWER_MS_MAX) {
        await until(
          `the system alarm ${rule}`,
          withinMs,
          () => openAlarms(api()),
          (open) => open.some((alarm) => alarm.rule === rule),
        );
        told.add(rule);
      },
      told: (how) => void told.add(how),
      breach: (line) => void breaches.push(line),
      async judge() {
        joining.load(false);
        await until(
          'everything owed is acknowledged',
          ANSWER_MS_MAX,
          async () => joining.owed(),
          (owed) => owed === 0,
        );
        // Acknowledged comes before decided: this alarm is decided after all that was acknowledged.
        await ring();
        const records = [...joining.acknowledged.values()];
        const found = await judgeRunning(
          api(),
          records.filter(({ device }) => !gone.has(device)),
          expected,
        );
        for (const { rule, point } of await openAlarms(api())) if (point === null) told.add(rule);
        await stop();
        breaches.push(...judgeFiles(directory, records));
        fresh.remove();
        return {
          ...found,
          worstRestartMs,
          peakRssMb: Math.round(peakRssMb),
          told: [...told],
          breaches: [...breaches, ...found.breaches],
        };
      },
      dispose,
    };
  } catch (cause) {
    await dispose();
    throw cause;
  }
}

/** `work` in a city of its own; whatever it throws becomes a breach, and nothing is left running. */
export async function inCity(plan: CityPlan, work: (city: ProcessCity) => Promise<void>): Promise<Account> {
  const city = await openCity(plan);
  try {
    await work(city);
    return await city.judge();
  } catch (cause) {
    await city.dispose();
    return account({ breaches: [cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)] });
  }
}

function apiWith(http: string, token: string): Api {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return {
    token,
    async get<T>(path: string) {
      const response = await fetch(http + path, { headers });
      if (response.status !== 200) throw new Error(`${path}: ${response.status}`);
      return response.json() as Promise<T>;
    },
    async post<T>(path: string, body: unknown) {
      const response = await fetch(http + path, { method: 'POST', headers, body: JSON.stringify(body) });
      return { status: response.status, body: (await response.json()) as T };
    },
  };
}

/** The most this process ever held. */
function peakRssMbOf(pid: number): number {
  const line = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1] ?? 0) / 1024;
}
