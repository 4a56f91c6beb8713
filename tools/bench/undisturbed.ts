/** Publish -> alarm alone, beside each thing that goes on in a duty room, and beside all of them at once. */
import { openBystanders } from './bystanders.ts';
import { openConsoles } from './consoles.ts';
import { quantile, type Figure } from './figures.ts';
import { paced, WARM_PLACE, warmUp } from './latency.ts';
import { runLoad } from './load.ts';
import { BENCH_PASSWORD, startOurs } from './ours.ts';

/** `consoles`: 50 that read and one that is frozen. */
const BESIDE = ['consoles', 'trends', 'backtests', 'slow InfluxDB'] as const;
type Beside = (typeof BESIDE)[number];

const RATE_PER_S = 2_000;
const TRENDS_PER_S = 10;
/** What trends and back-tests have to read. */
const HISTORY_MESSAGES = 200_000;
/** A point of each gateway that no later alarm is on. */
const HISTORY_PLACE = WARM_PLACE - 2;
/** Until the bystanders are at their work. */
const UNDER_WAY_MS = 3_000;

export async function undisturbed(): Promise<Figure[]> {
  const alone = await measured([]);
  const figures: Figure[] = [];
  for (const beside of [...BESIDE.map((one) => [one]), [...BESIDE]]) {
    const busy = await measured(beside);
    figures.push({
      section: 'undisturbed',
      what: `p99 beside ${beside.length === 1 ? beside[0] : 'all of them'}, of p99 alone`,
      ...{ value: busy.p99Ms / alone.p99Ms, unit: '' },
      target: beside.length === 1 ? null : { most: 1.5 },
      from: `${busy.p99Ms.toFixed(1)} : ${alone.p99Ms.toFixed(1)} ms at ${RATE_PER_S} messages/s${busy.told}`,
    });
  }
  return figures;
}

async function measured(beside: readonly Beside[]): Promise<{ p99Ms: number; told: string }> {
  const bystanders = await openBystanders();
  const slow: NodeJS.ProcessEnv = beside.includes('slow InfluxDB')
    ? { INFLUX_URL: bystanders.influxUrl, INFLUX_BUCKET: 'bench', INFLUX_PROFILE: 'v1' }
    : {};
  const ours = await startOurs(50, slow);
  let consoles: Awaited<ReturnType<typeof openConsoles>> | null = null;
  try {
    const history = { messages: HISTORY_MESSAGES, window: 20, ratePerS: null, alarmEvery: null };
    await runLoad(ours, {
      ...history,
      lastPlace: HISTORY_PLACE,
      amidOther: slow['INFLUX_URL'] !== undefined,
    });
    await warmUp(ours, RATE_PER_S);
    if (beside.includes('consoles'))
      consoles = await openConsoles({ http: ours.http, token: ours.token, count: 50, frozen: 1 });
    await bystanders.begin({
      ...{ http: ours.http, adminPassword: BENCH_PASSWORD, backtests: beside.includes('backtests') },
      trendsPerS: beside.includes('trends') ? TRENDS_PER_S : 0,
    });
    await new Promise((resolve) => setTimeout(resolve, UNDER_WAY_MS));
    const before = await bystanders.done();
    const run = await runLoad(ours, { ...paced(RATE_PER_S), amidOther: beside.length > 0 });
    const after = await bystanders.done();
    const counts = [
      [after.trends - before.trends, 'trends'],
      [after.backtests - before.backtests, 'back-tests'],
      [after.influxWrites - before.influxWrites, 'slow writes'],
      [run.alarmsMissed, 'alarms MISSED'],
    ] as const;
    const told = counts.flatMap(([count, what]) => (count > 0 ? [`, ${count} ${what}`] : [])).join('');
    return { p99Ms: quantile(run.delaysMs, 0.99), told };
  } finally {
    await consoles?.close();
    await bystanders.close();
    await ours.stop();
  }
}
