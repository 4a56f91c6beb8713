/** Publish -> alarm at a console: paced, at shares of what we can take, and beside Node-RED. */
import type { Contestant } from './contestant.ts';
import { openConsoles, type Arrival } from './consoles.ts';
import { quantile, type Figure } from './figures.ts';
import { runLoad, type Run } from './load.ts';
import { startNodeRed } from './others.ts';
import { startOurs } from './ours.ts';

const SECONDS = 8;
/** Alarms must each meet a point that has not rung: 50 gateways x 23 points, one of each for the end, one to warm up. */
const ALARMS_MAX = 1_100;
const LAST_PLACE = 23;
export const WARM_PLACE = 24;
const WARM_SECONDS = 4;

export async function latency(rates: {
  readonly oursPerS: number;
  readonly nodeRedPerS: number;
}): Promise<Figure[]> {
  const section = 'publish -> alarm';
  const figures: Figure[] = [];
  for (const share of [0.25, 0.5, 0.8]) {
    const run = await pacedRun(() => startOurs(50), rates.oursPerS * share);
    figures.push(...percentiles(section, `at ${share * 100} % of our maximum`, run, null));
  }
  const theirs = await pacedRun(() => startNodeRed(50), rates.nodeRedPerS / 2);
  const ours = await pacedRun(() => startOurs(50), rates.nodeRedPerS / 2);
  const high = await pacedRun(() => startOurs(50), rates.nodeRedPerS * 4);
  const [p99Theirs, p99Ours] = [quantile(theirs.delaysMs, 0.99), quantile(ours.delaysMs, 0.99)];
  return [
    ...figures,
    ...percentiles(section, 'Node-RED at half its maximum', theirs, null),
    ...percentiles(section, 'ours at half Node-RED’s maximum', ours, null),
    {
      section,
      what: 'p99, of Node-RED’s at half its maximum',
      value: p99Ours / p99Theirs,
      unit: '',
      target: { most: 0.2 },
      from: `${p99Ours.toFixed(1)} : ${p99Theirs.toFixed(1)} ms`,
    },
    ...percentiles(section, 'ours at 4 x Node-RED’s maximum', high, { p99: 20, p999: 50 }),
  ];
}

/** An alarm to many consoles: how long until the last of them has it. */
export async function manyConsoles(count: number): Promise<Figure[]> {
  const ours = await startOurs(50);
  await warmUp(ours, 1_000);
  const consoles = await openConsoles({ http: ours.http, token: ours.token, count, frozen: 0 });
  try {
    const run = await runLoad(ours, {
      messages: 8_000,
      window: 20,
      ratePerS: 1_000,
      alarmEvery: 101,
      lastPlace: LAST_PLACE,
    });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const arrivals = (await consoles.arrivals()).filter((one) => one.consoles === count);
    const spread = arrivals.map(({ firstAt, lastAt }) => lastAt - firstAt).toSorted((a, b) => a - b);
    const section = `${count} consoles`;
    const note = `${spread.length} alarms to ${count} consoles each, clients on the same cores`;
    return [
      {
        section,
        what: 'first to last console, p50',
        value: quantile(spread, 0.5),
        unit: 'ms',
        target: { most: 25 },
        from: note,
      },
      {
        section,
        what: 'first to last console, p95',
        value: quantile(spread, 0.95),
        unit: 'ms',
        target: null,
        from: note,
      },
      {
        section,
        what: 'publish -> last console, p99',
        value: quantile(untilLast(run, arrivals), 0.99),
        unit: 'ms',
        target: { most: 1_000 },
        from: 'without the browser’s painting and sound',
      },
    ];
  } finally {
    await consoles.close();
    await ours.stop();
  }
}

function untilLast({ sent }: Run, arrivals: readonly Arrival[]): number[] {
  const sentAt = new Map(sent);
  return arrivals
    .flatMap(({ value, lastAt }) => {
      const at = sentAt.get(value);
      return at === undefined ? [] : [lastAt - at];
    })
    .toSorted((a, b) => a - b);
}

async function pacedRun(start: () => Promise<Contestant>, ratePerS: number): Promise<Run> {
  const contestant = await start();
  try {
    await warmUp(contestant, ratePerS);
    return await runLoad(contestant, paced(ratePerS));
  } finally {
    await contestant.stop();
  }
}

export async function warmUp(contestant: Contestant, ratePerS: number): Promise<void> {
  const messages = Math.round(ratePerS * WARM_SECONDS);
  await runLoad(contestant, { messages, window: 20, ratePerS, alarmEvery: null, lastPlace: WARM_PLACE });
}

export function paced(ratePerS: number) {
  const messages = Math.round(ratePerS * SECONDS);
  // One more than a multiple of the gateways, so that the alarms go round all of them.
  const alarmEvery = Math.max(1, Math.ceil(messages / ALARMS_MAX / 50)) * 50 + 1;
  return { messages, window: 20, ratePerS, alarmEvery, lastPlace: LAST_PLACE };
}

function percentiles(
  section: string,
  what: string,
  run: Run,
  most: { p99: number; p999: number } | null,
): Figure[] {
  const from = `${run.delaysMs.length} alarms at ${Math.round(run.perS)} messages/s${run.alarmsMissed > 0 ? `, ${run.alarmsMissed} MISSED` : ''}`;
  const figure = (name: string, share: number, target: Figure['target']): Figure => ({
    ...{ section, what: `${what}: ${name}`, value: quantile(run.delaysMs, share), unit: 'ms', target, from },
  });
  return [
    figure('p50', 0.5, null),
    figure('p99', 0.99, most === null ? null : { most: most.p99 }),
    figure('p99.9', 0.999, most === null ? null : { most: most.p999 }),
  ];
}
