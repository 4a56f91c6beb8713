/** The oracles of incidents bite: what keeps a person from being told, or the ledger from knowing, is found. */
import { describe, expect, it } from 'vitest';
import type { KeyedEvent, RecordBlock } from '#store/ports.ts';
import { judgeIncidents } from './incident-oracles.ts';
import { simulateCity } from './sim-city.ts';
import type { SimTwist } from './sim-life.ts';

const SEEDS_MAX = 12;
const MINUTES = 12;

/** Breaches seed by seed until one matches `wanted`. */
async function found(twist: SimTwist, wanted: RegExp): Promise<string> {
  const all: string[] = [];
  for (let seed = 501; seed < 501 + SEEDS_MAX && !wanted.test(all.join('\n')); seed += 1) {
    const { breaches } = await judgeIncidents(await simulateCity(seed, MINUTES * 60_000, twist));
    all.push(...breaches);
  }
  return all.join('\n');
}

/** Alarm events on their way to the record log, changed. */
const told = (change: (keyed: KeyedEvent) => KeyedEvent): SimTwist => ({
  outputs: (outputs) => ({
    ...outputs,
    append: (block: RecordBlock) => outputs.append({ ...block, events: block.events.map(change) }),
  }),
});

describe('each planted fault of incidents is found', () => {
  it('a red that is folded', async () => {
    const quiet = told((keyed) => {
      const { event } = keyed;
      if (event.kind !== 'alarm' || event.alarm.colour !== 'red' || !event.announce.ring) return keyed;
      return { ...keyed, event: { ...event, announce: { ring: false, reason: 'folded' } } };
    });
    expect(await found(quiet, /it is red/)).toMatch(/it is red/);
  });

  it('a symptom that is folded though its cause was never told', async () => {
    const untold = told((keyed) => {
      const { event } = keyed;
      if (event.kind !== 'alarm') return keyed;
      const { ring, reason } = event.announce;
      return { ...keyed, event: { ...event, announce: { ring: ring && reason !== 'raised', reason } } };
    });
    expect(await found(untold, /nobody was told/)).toMatch(/nobody was told/);
  });

  it('a ledger that misses how an incident stood', async () => {
    const deaf: SimTwist = {
      ledger: (ledger) => ({
        ...ledger,
        apply: (events, through) =>
          ledger.apply(
            events.filter(({ event, position }) => event.kind !== 'incident' || position % 2 === 0),
            through,
          ),
      }),
    };
    expect(await found(deaf, /the ledger has/)).toMatch(/the ledger has/);
  });
});
