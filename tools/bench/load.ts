/** Runs one job of the load generator against a contestant and puts what both saw together. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Contestant, LoadGateway } from './contestant.ts';
import { sharedMs } from './shared-clock.ts';

export type Job = {
  readonly port: number;
  readonly gateways: readonly LoadGateway[];
  readonly messages: number;
  /** Publishes in flight per gateway; unused when paced. */
  readonly window: number;
  /** Null = as fast as the window lets it. */
  readonly ratePerS: number | null;
  /** One message in so many raises an alarm, besides the last one of each gateway. */
  readonly alarmEvery: number | null;
  /** Which point of each gateway the last alarm is on: one that has not rung before. */
  readonly lastPlace: number;
  /** Gateways whose last message rings: that tells when all was worked through. */
  readonly lastAlarms: number;
  /** Times of measurements begin after this, epoch ms: an earlier one would be late data, judged apart. */
  readonly timesAfter: number;
};

/** Value of an alarm and when its message was sent (shared-clock.ts). */
export type Sent = readonly [value: number, at: number];
export type Outcome = {
  readonly messages: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly startedAt: number;
  readonly sent: readonly Sent[];
  /** Newest time of a measurement, epoch ms. */
  readonly newest: number;
};

export type Run = {
  readonly messages: number;
  readonly perS: number;
  /** CPU seconds of the contestant for a million messages. */
  readonly cpuPerMillion: number;
  /** Of a whole core: near 1 the generator was the limit. */
  readonly generatorShare: number;
  readonly rssMb: number;
  /** Publish -> alarm, ms, ascending. */
  readonly delaysMs: readonly number[];
  readonly alarmsMissed: number;
  readonly sent: readonly Sent[];
};

const ALARMS_WAIT_MS = 60_000;
const LAST_ALARMS = 50;
/** A contestant is at rest when it used less than this in one look. */
const REST_CPU_S = 0.06;
const REST_LOOK_MS = 500;
const REST_WAIT_MS = 120_000;
const newestTimes = new WeakMap<Contestant, number>();

/** What a caller says of a load; the rest is the same for all. */
export type Load = Omit<Job, 'port' | 'gateways' | 'timesAfter' | 'lastAlarms'> & {
  /** Something else keeps the contestant busy on purpose: it will not come to rest first. */
  readonly amidOther?: boolean;
};

export async function runLoad(contestant: Contestant, { amidOther = false, ...load }: Load): Promise<Run> {
  const child = fork(join(import.meta.dirname, 'generator.ts'), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const heard = new Map<number, number>();
  const stop = await contestant.onAlarm?.((value) => heard.set(value, sharedMs()));
  const { port, gateways } = contestant;
  const timesAfter = newestTimes.get(contestant) ?? 0;
  child.send({ ...load, port, gateways, timesAfter, lastAlarms: LAST_ALARMS } satisfies Job);
  await once(child, 'message');
  if (!amidOther) await atRest(contestant);
  const cpuFrom = contestant.cpuSeconds();
  child.send('go');
  const [outcome] = (await once(child, 'message')) as [Outcome];
  newestTimes.set(contestant, outcome.newest);
  const missing = (): number => outcome.sent.filter(([value]) => !heard.has(value)).length;
  if (stop !== undefined) await settle(() => missing() === 0);
  const cpu = contestant.cpuSeconds() - cpuFrom;
  await stop?.();
  // Worked through when the last alarm was heard; where none are told of, when the last was acknowledged.
  const lastAt = Math.max(0, ...outcome.sent.map(([value]) => heard.get(value) ?? 0));
  const seconds = Math.max(outcome.seconds, (lastAt - outcome.startedAt) / 1_000);
  return {
    messages: outcome.messages,
    perS: outcome.messages / seconds,
    cpuPerMillion: (cpu / outcome.messages) * 1e6,
    generatorShare: outcome.cpuSeconds / outcome.seconds,
    rssMb: contestant.rssMb(),
    delaysMs: outcome.sent
      .filter(([value]) => heard.has(value))
      .map(([value, at]) => (heard.get(value) ?? 0) - at)
      .toSorted((a, b) => a - b),
    alarmsMissed: stop === undefined ? 0 : missing(),
    sent: outcome.sent,
  };
}

/** What it still does for its registry, the log-ins or the run before is not the load's. */
async function atRest({ cpuSeconds }: Contestant): Promise<void> {
  const until = performance.now() + REST_WAIT_MS;
  for (let before = cpuSeconds(), calm = 0; calm < 2; ) {
    if (performance.now() > until) throw new Error(`not at rest within ${REST_WAIT_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, REST_LOOK_MS));
    const now = cpuSeconds();
    calm = now - before < REST_CPU_S ? calm + 1 : 0;
    before = now;
  }
}

async function settle(done: () => boolean): Promise<void> {
  for (const until = performance.now() + ALARMS_WAIT_MS; !done() && performance.now() < until; ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
