/**
 * The journal of a simulated city folded anew. Once as it is: every event and row must come again, in order. Once with
 * ticks between its inputs and with publishes repeated: nothing that a person sees may change.
 */
import { isDeepStrictEqual } from 'node:util';
import type { AlarmEvent } from '#domain/alarm.ts';
import type { CityEvent } from '#domain/event.ts';
import type { Input, Journaled } from '#domain/input.ts';
import type { Measurement } from '#domain/measurement.ts';
import { everyEpisode } from '#emergency/episodes.ts';
import { openAlarms } from '#rules/engine.ts';
import { type City, createCity } from '../../city/city.ts';
import { emptyOutput, fold } from '../../city/fold.ts';
import { type Random, seededRandom } from './random.ts';
import type { SimOutcome } from './sim-city.ts';

type Folded = {
  readonly city: City;
  readonly events: readonly CityEvent[];
  readonly rows: readonly Measurement[];
};

function foldAll(site: string, inputs: readonly Journaled<Input>[]): Folded {
  const city = createCity(site);
  const out = emptyOutput();
  for (const input of inputs) fold(city, input, out);
  return { city, events: out.events, rows: out.rows };
}

/** What a replay must reproduce, and what it must bear. */
export async function judgeReplays(outcome: SimOutcome): Promise<string[]> {
  const { pipeline, journal, outputs, seed } = outcome;
  const { site, position } = pipeline.city;
  const inputs = journal.filter((entry) => entry.position <= position);
  const recorded: CityEvent[] = [];
  await outputs.readEvents(0, async (keyed) => {
    for (const one of keyed) if (one.position <= position) recorded.push(one.event);
  });
  const replayed = foldAll(site, inputs);
  const disturbed = foldAll(site, disturb(inputs, seededRandom(seed ^ 0x7469636b)));
  return [
    ...firstDifference('replay', replayed.events.map(plain), recorded.map(plain)),
    ...(replayed.rows.length === outputs.recordedRows().length
      ? []
      : [`replay gives ${replayed.rows.length} rows, recorded were ${outputs.recordedRows().length}`]),
    ...(isDeepStrictEqual(digest(replayed.city), digest(pipeline.city))
      ? []
      : ['the state rebuilt from the journal differs from the live one']),
    ...firstDifference('extra ticks and repeats', seen(disturbed), seen(replayed)),
  ];
}

/** The JSON of it: what is undefined here and absent there is the same. */
export const plain = (value: unknown): unknown =>
  value === undefined ? null : JSON.parse(JSON.stringify(value));

const digest = (city: City): unknown =>
  plain({
    position: city.position,
    open: openAlarms(city.rules),
    late: [...city.lateWindows],
    messages: everyEpisode(city.emergency),
    registry: city.registry.revision,
  });

/** Alarms and messages, and how many rows; not what was refused: a repeat is. */
function seen({ events, rows }: Folded): unknown[] {
  const told = events.filter(({ kind }) => kind === 'alarm' || kind === 'notification');
  return [...told.map(plain), { rows: rows.length }];
}

function firstDifference(what: string, a: readonly unknown[], b: readonly unknown[]): string[] {
  const at = a.findIndex((one, place) => !isDeepStrictEqual(one, b[place]));
  if (at < 0 && a.length === b.length) return [];
  const place = at < 0 ? Math.min(a.length, b.length) : at;
  return [
    `${what}: event ${place} of ${a.length} is ${brief(a[place])}, was ${brief(b[place])} of ${b.length}`,
  ];
}

const brief = (event: unknown): string => {
  const { change, at, alarm } = (event ?? {}) as Partial<AlarmEvent>;
  return alarm === undefined
    ? String(JSON.stringify(event)).slice(0, 120)
    : `${alarm.rule} ${alarm.point} ${change} ${alarm.colour} at ${at}`;
};

/** A tick before every third input, some time after the one before; and every tenth publish once more, marked as repeated. */
function disturb(inputs: readonly Journaled<Input>[], random: Random): Journaled<Input>[] {
  const all: Journaled<Input>[] = [];
  let before = 0;
  const add = (input: Journaled<Input>): void => void all.push({ ...input, position: all.length + 1 });
  for (const input of inputs) {
    const gap = input.engineTime - before;
    // Time stood still between a death and the start after it.
    if (gap > 1 && input.kind !== 'resumed' && random.chance(0.3)) {
      const { engineTime, receivedAt } = input;
      const earlier = 1 + random.int(Math.floor(gap) - 1);
      add({ kind: 'tick', position: 0, engineTime: engineTime - earlier, receivedAt: receivedAt - earlier });
    }
    add(input);
    if (input.kind === 'publish' && random.chance(0.1)) add({ ...input, dup: true });
    before = input.engineTime;
  }
  return all;
}
