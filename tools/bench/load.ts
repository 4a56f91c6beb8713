/** Runs one job of the load generator against a contestant and puts what both saw together. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Contestant, LoadGateway } from './contestant.ts';

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
};

/** Value of an alarm and when its message was sent, epoch ms with fractions. */
export type Sent = readonly [value: number, at: number];
export type Outcome = {
  readonly messages: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly startedAt: number;
  readonly sent: readonly Sent[];
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

export async function runLoad(contestant: Contestant, load: Omit<Job, 'port' | 'gateways'>): Promise<Run> {
  const child = fork(join(import.meta.dirname, 'generator.ts'), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const heard = new Map<number, number>();
  const stop = await contestant.onAlarm?.((value) =>
    heard.set(value, performance.timeOrigin + performance.now()),
  );
  const { port, gateways } = contestant;
  child.send({ ...load, port, gateways } satisfies Job);
  await once(child, 'message');
  const cpuFrom = contestant.cpuSeconds();
  child.send('go');
  const [outcome] = (await once(child, 'message')) as [Outcome];
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

async function settle(done: () => boolean): Promise<void> {
  for (const until = performance.now() + ALARMS_WAIT_MS; !done() && performance.now() < until; ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
