/**
 * The field, from a command line. `npm run sim -- --help` tells the options. A plan is printed with `--print-plan`
 * (feed it to `POST /api/v1/import`); secrets come back from that call and go in with `--secrets file.json`.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import mqtt from 'mqtt';
import { planCity } from './city-plan.ts';
import { payloads, readSamples } from './csv-player.ts';
import { seededRandom } from './random.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import { startSimulation } from './simulation.ts';

const HELP = `usage:
  npm run sim -- --print-plan [--wells N] [--seed N]
      prints the simulated city as JSON for POST /api/v1/import
  npm run sim -- --secrets FILE [--url mqtt://127.0.0.1:1883] [--scenario ${SCENARIOS.join('|')}]
                 [--wells N] [--seed N] [--interval MS] [--pace N]
      plays the city; FILE holds [{"id","secret"}] as the import answered it
  npm run sim -- --play FILE.csv[.gz] --gateway ID --secret S --time-column T --value-column V
                 [--device-column D] [--device-prefix P] --channel C [--zone-minutes 480] [--records 50]
      replays recorded data through one gateway with its original time stamps`;

const { values: flags } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    'print-plan': { type: 'boolean', default: false },
    secrets: { type: 'string' },
    url: { type: 'string', default: 'mqtt://127.0.0.1:1883' },
    scenario: { type: 'string', default: 'city' },
    wells: { type: 'string', default: '36' },
    seed: { type: 'string', default: '1' },
    interval: { type: 'string', default: '2000' },
    pace: { type: 'string', default: '10' },
    play: { type: 'string' },
    gateway: { type: 'string' },
    secret: { type: 'string' },
    'time-column': { type: 'string', default: 'time' },
    'value-column': { type: 'string' },
    'device-column': { type: 'string' },
    'device-prefix': { type: 'string', default: '' },
    channel: { type: 'string' },
    'zone-minutes': { type: 'string', default: '480' },
    records: { type: 'string', default: '50' },
  },
});

/** The value of a flag that this way of running needs; ends the process when it is missing. */
function needed(name: 'secrets' | 'gateway' | 'secret' | 'value-column' | 'channel'): string {
  const value = flags[name];
  if (value === undefined) {
    console.error(`--${name} is missing\n${HELP}`);
    process.exit(2);
  }
  return value;
}

const seed = Number(flags.seed);
const intervalMs = Number(flags.interval);

if (flags.help) console.log(HELP);
else if (flags['print-plan']) {
  console.log(JSON.stringify(planCity(seededRandom(seed), Number(flags.wells), intervalMs), null, 1));
} else if (flags.play !== undefined) await play(flags.play);
else simulate();

function simulate(): void {
  const list: { id: string; secret: string }[] = JSON.parse(readFileSync(needed('secrets'), 'utf8'));
  const scenario = SCENARIOS.find((name) => name === flags.scenario);
  if (scenario === undefined)
    throw new Error(`no scenario "${flags.scenario}"; there are ${SCENARIOS.join(', ')}`);
  const chosen: Scenario = scenario;
  const simulation = startSimulation({
    plan: planCity(seededRandom(seed), Number(flags.wells), intervalMs),
    secrets: new Map(list.map(({ id, secret }) => [id, secret])),
    url: flags.url,
    scenario: chosen,
    seed,
    reportIntervalMs: intervalMs,
    pace: Number(flags.pace),
    say: (line) => console.log(`field: ${line}`),
  });
  console.log(`field: ${simulation.gateways.size} gateways, scenario ${chosen}, seed ${seed}`);
  const stop = (): void => void simulation.stop().then(() => process.exit(0));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

async function play(path: string): Promise<void> {
  const samples = readSamples(path, {
    time: flags['time-column'],
    value: needed('value-column'),
    ...(flags['device-column'] === undefined ? {} : { device: flags['device-column'] }),
    zoneMinutes: Number(flags['zone-minutes']),
    channel: needed('channel'),
    devicePrefix: flags['device-prefix'],
  });
  const gateway = needed('gateway');
  const client = await mqtt.connectAsync(flags.url, {
    username: gateway,
    password: needed('secret'),
    clientId: 'player',
  });
  let publishes = 0;
  for (const payload of payloads(samples, Number(flags.records))) {
    await client.publishAsync(`lifeline/v1/${gateway}/telemetry`, payload, { qos: 1 });
    publishes += 1;
  }
  await client.endAsync();
  console.log(`played ${samples.length} samples in ${publishes} publishes, all acknowledged`);
}
