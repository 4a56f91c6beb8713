/**
 * The field, from a command line. `npm run sim -- --help` tells the options. A plan is printed with `--print-plan`
 * (feed it to `POST /api/v1/import`); secrets come back from that call and go in with `--secrets file.json`.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type CityPlan, planCity } from './city-plan.ts';
import { payloads, readRecording } from './csv-player.ts';
import { playBack } from './playback.ts';
import { SCENARIOS } from './scenarios.ts';
import { startSimulation } from './simulation.ts';

const HELP = `usage:
  npm run -s sim -- --print-plan [--wells N] [--density sparse|full] [--seed N] [--interval MS]
      prints the simulated city as JSON for POST /api/v1/import
  npm run sim -- --secrets FILE [--url mqtt://127.0.0.1:1883] [--scenario NAME[,NAME]]
                 [--wells N] [--density sparse|full] [--seed N] [--interval MS] [--pace N]
      plays the city; FILE holds [{"id","secret"}], or the whole answer of the import; NAME is one of
      ${SCENARIOS.join(', ')}
  npm run sim -- --play FILE.csv[.gz] --gateway ID --secret S --time-column T --value-column V
                 [--device-column D] [--device-prefix P] --channel C [--zone-minutes 480] [--records 50]
      replays recorded data through one gateway with its original time stamps`;

/** Four wells in each of the ten counties, so that every kind of facility has a few: fewer leave some scenes out. */
const WELLS_MIN = 40;

/** A command line that cannot be followed; the message says why. */
class UsageError extends Error {}

const { values: flags } = readFlags();

try {
  if (flags.help) console.log(HELP);
  else if (flags['print-plan']) console.log(JSON.stringify(plan(), null, 1));
  else if (flags.play !== undefined) await play(flags.play);
  else simulate();
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause);
  if (cause instanceof UsageError) console.error(HELP);
  process.exitCode = cause instanceof UsageError ? 2 : 1;
}

function readFlags() {
  try {
    return parseArgs({
      options: {
        help: { type: 'boolean', default: false },
        'print-plan': { type: 'boolean', default: false },
        secrets: { type: 'string' },
        url: { type: 'string', default: 'mqtt://127.0.0.1:1883' },
        scenario: { type: 'string', default: 'city' },
        wells: { type: 'string', default: '150' },
        density: { type: 'string', default: 'full' },
        seed: { type: 'string', default: '1' },
        interval: { type: 'string', default: '10000' },
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
  } catch (cause) {
    console.error(`${cause instanceof Error ? cause.message : String(cause)}\n${HELP}`);
    process.exit(2);
  }
}

/** The value of a flag that this way of running needs. */
function needed(name: 'secrets' | 'gateway' | 'secret' | 'value-column' | 'channel'): string {
  const value = flags[name];
  if (value === undefined) throw new UsageError(`--${name} is missing`);
  return value;
}

function number(
  name: 'wells' | 'seed' | 'interval' | 'pace' | 'zone-minutes' | 'records',
  min: number,
  max: number,
): number {
  const value = Number(flags[name]);
  const whole = name === 'pace' || Number.isInteger(value);
  if (flags[name].trim() === '' || !whole || !(value >= min && value <= max)) {
    throw new UsageError(`--${name} takes a number from ${min} to ${max}, not "${flags[name]}"`);
  }
  return value;
}

function plan(): CityPlan {
  return planCity({
    seed: number('seed', 0, 4_294_967_295),
    wells: number('wells', WELLS_MIN, 100_000),
    density: density(),
    reportIntervalMs: number('interval', 1_000, 86_400_000),
  });
}

function density(): 'sparse' | 'full' {
  if (flags.density === 'sparse' || flags.density === 'full') return flags.density;
  throw new UsageError(`--density is sparse or full, not "${flags.density}"`);
}

function readSecrets(path: string): Map<string, string> {
  const read: unknown = JSON.parse(readFileSync(path, 'utf8'));
  const list = typeof read === 'object' && read !== null && 'secrets' in read ? read.secrets : read;
  if (!Array.isArray(list)) throw new UsageError(`${path} holds no list of secrets`);
  return new Map(list.map(({ id, secret }: { id: string; secret: string }) => [id, secret]));
}

function simulate(): void {
  const secrets = readSecrets(needed('secrets'));
  const scenarios = flags.scenario.split(',').map((wanted) => {
    const scenario = SCENARIOS.find((name) => name === wanted);
    if (scenario !== undefined) return scenario;
    throw new UsageError(`no scenario "${wanted}"; there are ${SCENARIOS.join(', ')}`);
  });
  const seed = number('seed', 0, 4_294_967_295);
  const simulation = startSimulation({
    plan: plan(),
    secrets,
    url: flags.url,
    scenarios,
    seed,
    pace: number('pace', 0.1, 1_000),
    say: (line) => console.log(`field: ${line}`),
  });
  console.log(`field: ${simulation.gateways.size} gateways, scenario ${flags.scenario}, seed ${seed}`);
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    void simulation.stop().then(() => process.exit(0));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

async function play(path: string): Promise<void> {
  const options = { url: flags.url, gateway: needed('gateway'), secret: needed('secret') };
  const { samples, leftOut } = readRecording(path, {
    time: flags['time-column'],
    value: needed('value-column'),
    ...(flags['device-column'] === undefined ? {} : { device: flags['device-column'] }),
    zoneMinutes: number('zone-minutes', -840, 840),
    channel: needed('channel'),
    devicePrefix: flags['device-prefix'],
  });
  const publishes = await playBack(payloads(samples, number('records', 1, 1_000)), options);
  const without = leftOut === 0 ? '' : `; ${leftOut} rows hold no number and were left out`;
  console.log(`played ${samples.length} samples in ${publishes} publishes, all acknowledged${without}`);
}
