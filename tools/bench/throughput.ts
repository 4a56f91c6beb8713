/** Loads A and B: the contestants take turns in one run, so that whatever else the machine does falls on all of them. */
import type { Contestant } from './contestant.ts';
import { list, median, type Figure } from './figures.ts';
import { runLoad, type Run } from './load.ts';
import { startMosquitto } from './mosquitto.ts';
import { startFloor, startNodeRed } from './others.ts';
import { startOurs } from './ours.ts';

type Entrant = { readonly start: () => Promise<Contestant>; readonly messages: number };
/** Above this share of a core the generator itself may have been the limit. */
const GENERATOR_LIMIT = 0.9;

export type Rates = { readonly figures: Figure[]; readonly oursPerS: number; readonly nodeRedPerS: number };

export async function loadA(rounds: number, messages: number): Promise<Rates> {
  const runs = await taken(rounds, { window: 20 }, [
    { start: () => startMosquitto(50), messages },
    { start: () => startOurs(50), messages },
    { start: () => startNodeRed(50), messages: messages / 5 },
    { start: () => startFloor(50), messages },
  ]);
  const [mosquitto = [], ours = [], nodeRed = [], floor = []] = runs;
  const section = 'A: 50 gateways, window 20';
  const figures = [
    ...plain(section, 'mosquitto, acknowledging only', mosquitto),
    ...plain(section, 'city lifeline, whole', ours),
    ...plain(section, 'Node-RED 5.0.7 behind mosquitto', nodeRed),
    ...plain(section, 'bare floor, keeping nothing', floor),
    ratio(section, 'CPU a message, of mosquitto', cpu(ours), cpu(mosquitto), { most: 0.5 }),
    ratio(section, 'rate, of Node-RED', rate(ours), rate(nodeRed), { least: 12 }),
    ratio(section, 'CPU a message, of Node-RED', cpu(ours), cpu(nodeRed), { most: 1 / 12 }),
    ratio(section, 'rate, of the bare floor', rate(ours), rate(floor), null),
  ];
  return { figures, oursPerS: median(rate(ours)), nodeRedPerS: median(rate(nodeRed)) };
}

export async function loadB(rounds: number, messages: number): Promise<Figure[]> {
  const runs = await taken(rounds, { window: 1 }, [
    { start: () => startMosquitto(2_000), messages },
    { start: () => startOurs(2_000), messages },
  ]);
  const [mosquitto = [], ours = []] = runs;
  const section = 'B: 2,000 gateways, one in flight';
  return [
    ...plain(section, 'mosquitto, acknowledging only', mosquitto),
    ...plain(section, 'city lifeline, whole', ours),
    ratio(section, 'rate, of mosquitto', rate(ours), rate(mosquitto), { least: 0.75 }),
    ratio(section, 'CPU a message, of mosquitto', cpu(ours), cpu(mosquitto), null),
  ];
}

/** The same platform on a disk whose sync costs nothing stands for acknowledging at once. */
export async function durability(rounds: number, messages: number): Promise<Figure[]> {
  const runs = await taken(rounds, { window: 20 }, [
    { start: () => startOurs(50), messages },
    { start: () => startOurs(50, {}, '/dev/shm'), messages },
  ]);
  const [disk = [], memory = []] = runs;
  return [
    ratio('A: durability', 'rate with real syncs, of syncs that cost nothing', rate(disk), rate(memory), {
      least: 0.75,
    }),
  ];
}

/** `rounds` times in turn, each contestant started anew and warmed up; runs by contestant. */
async function taken(
  rounds: number,
  load: { window: number },
  entrants: readonly Entrant[],
): Promise<Run[][]> {
  const runs: Run[][] = entrants.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, { start, messages }] of entrants.entries()) {
      const contestant = await start();
      try {
        const shape = { ...load, ratePerS: null, alarmEvery: null };
        await runLoad(contestant, { ...shape, messages: messages / 2, lastPlace: 0 });
        const run = await runLoad(contestant, { ...shape, messages, lastPlace: 1 });
        console.error(
          `  ${contestant.name}: ${Math.round(run.perS)} /s, ${run.cpuPerMillion.toFixed(1)} CPU s a million${run.alarmsMissed > 0 ? `, ${run.alarmsMissed} ALARMS MISSED` : ''}`,
        );
        runs[at]?.push(run);
      } finally {
        await contestant.stop();
      }
    }
  }
  return runs;
}

const rate = (runs: readonly Run[]): number[] => runs.map(({ perS }) => perS);
const cpu = (runs: readonly Run[]): number[] => runs.map(({ cpuPerMillion }) => cpuPerMillion);

function plain(section: string, name: string, runs: readonly Run[]): Figure[] {
  const share = Math.max(...runs.map(({ generatorShare }) => generatorShare));
  const limited =
    share > GENERATOR_LIMIT
      ? `; the generator used ${share.toFixed(2)} of a core and may have been the limit`
      : '';
  const figure = (what: string, values: readonly number[], unit: string, note = ''): Figure => ({
    ...{ section, what: `${name}: ${what}`, value: median(values), unit, target: null },
    from: `${list(values)}${note}`,
  });
  return [
    figure('messages', rate(runs), '/s', limited),
    figure('CPU', cpu(runs), 's a million'),
    figure(
      'memory',
      runs.map(({ rssMb }) => rssMb),
      'MB',
    ),
  ];
}

/** Of medians. */
function ratio(
  section: string,
  what: string,
  ours: readonly number[],
  theirs: readonly number[],
  target: Figure['target'],
): Figure {
  return {
    section,
    what,
    value: median(ours) / median(theirs),
    unit: '',
    target,
    from: `${list([median(ours)])} : ${list([median(theirs)])}`,
  };
}
