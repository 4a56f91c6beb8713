/** The oracles bite: a fault planted through the parts handed to the pipeline is found within a few seeds. */
import { describe, expect, it } from 'vitest';
import type { Pipeline } from '#pipeline';
import { shippedCatalogue } from '#rules/engine.ts';
import type { Journal, KeyedEvent, SnapshotPage } from '#store/ports.ts';
import { simulateCity } from './sim-city.ts';
import type { SimTwist } from './sim-life.ts';
import { judgeCity } from './sim-oracles.ts';

const SEEDS_MAX = 12;
const MINUTES = 12;

/** Breaches seed by seed until one matches `wanted`; a city that refuses to start counts as a breach. */
async function found(
  twist: SimTwist | (() => SimTwist),
  wanted: RegExp,
  { seeds = SEEDS_MAX, rules }: { readonly seeds?: number; readonly rules?: unknown } = {},
): Promise<string> {
  const all: string[] = [];
  for (let seed = 701; seed < 701 + seeds && !wanted.test(all.join('\n')); seed++) {
    try {
      const given = typeof twist === 'function' ? twist() : twist;
      const outcome = await simulateCity(seed, MINUTES * 60_000, given);
      all.push(...(await judgeCity(outcome, rules)).breaches);
    } catch (cause) {
      all.push(`did not run: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
  }
  return all.join('\n');
}

/** A journal that calls a commit synced as soon as it has it. */
function syncsOnPaper(journal: Journal, clock: { after(ms: number, run: () => void): unknown }): Journal {
  let synced: (through: number) => void = () => {};
  return {
    ...journal,
    commit(entries) {
      journal.commit(entries);
      clock.after(0, () => synced(entries.at(-1)?.position ?? 0));
    },
    onSynced(listener) {
      synced = listener;
      journal.onSynced(listener);
    },
  };
}

/** A network that delivers every third publish of a gateway, and its resends, only after the next one. */
function outOfOrder(): NonNullable<SimTwist['publish']> {
  const held = new Map<string, { readonly packetId: number; deliver(pipeline: Pipeline): void }>();
  let count = 0;
  return (pipeline, input, synced) => {
    const earlier = held.get(input.gateway);
    if (earlier?.packetId === input.packetId) return;
    if (earlier === undefined && ++count % 3 === 0) {
      const deliver = (later: Pipeline): void => later.publish(input, synced);
      held.set(input.gateway, { packetId: input.packetId, deliver });
      return;
    }
    pipeline.publish(input, synced);
    held.delete(input.gateway);
    earlier?.deliver(pipeline);
  };
}

/** The shipped rules, but with one number of every level changed. */
function shippedBut(field: 'deadband' | 'offDelayMs', value: number): NonNullable<SimTwist['catalogue']> {
  const text = JSON.stringify(shippedCatalogue().catalogue);
  const changed = text.replaceAll(new RegExp(`"${field}":[\\d.]+`, 'g'), `"${field}":${value}`);
  return { revision: `${field}-${value}`, catalogue: JSON.parse(changed) };
}

/** Makes a point's memory of its newest sample always empty. */
const forgetNewest = (point: object): void =>
  void Object.defineProperty(point, 'newest', { get: () => null, set: () => {}, enumerable: true });

const isAlarm = ({ event }: KeyedEvent): boolean => event.kind === 'alarm';

describe('each planted fault is found', () => {
  it('no fault: nothing is found', async () => {
    expect(await found({}, /./, { seeds: 3 })).toBe('');
  });

  it('no fault, on a network that delivers out of order: nothing is found', async () => {
    const catalogue = shippedBut('offDelayMs', 0);
    const twist = (): SimTwist => ({ catalogue, publish: outOfOrder() });
    expect(await found(twist, /./, { rules: catalogue.catalogue })).toBe('');
  });

  it('acknowledging before the sync', async () => {
    const wanted = /lost after its acknowledgement/;
    const breaches = await found(
      {
        publish(pipeline, input, synced) {
          pipeline.publish(input, () => {});
          synced();
        },
      },
      wanted,
    );
    expect(breaches).toMatch(wanted);
  });

  it('a journal that calls synced what is not', async () => {
    const wanted = /lost after its acknowledgement|the journal ends at/;
    const breaches = await found({ journal: syncsOnPaper }, wanted);
    expect(breaches).toMatch(wanted);
  });

  it('a row that is recorded twice', async () => {
    let blocks = 0;
    const wanted = /counted 2 times/;
    const breaches = await found(
      {
        outputs: (outputs) => ({
          ...outputs,
          append(block) {
            const twice = ++blocks % 40 === 0 ? block.rows.slice(0, 1) : [];
            outputs.append({ ...block, rows: [...block.rows, ...twice] });
          },
        }),
      },
      wanted,
    );
    expect(breaches).toMatch(wanted);
  });

  it('a row that never reaches the record log', async () => {
    let blocks = 0;
    const wanted = /lost after its acknowledgement/;
    const breaches = await found(
      {
        outputs: (outputs) => ({
          ...outputs,
          append: (block) =>
            outputs.append({ ...block, rows: block.rows.slice(++blocks % 40 === 0 ? 1 : 0) }),
        }),
      },
      wanted,
    );
    expect(breaches).toMatch(wanted);
  });

  it('an alarm event that never reaches the record log', async () => {
    const wanted = /has sequence|recorded otherwise/;
    const breaches = await found(
      {
        outputs: (outputs) => ({
          ...outputs,
          append(block) {
            const events = block.events.filter((keyed) => !(isAlarm(keyed) && keyed.position % 10 === 0));
            outputs.append({ ...block, events });
          },
        }),
      },
      wanted,
    );
    expect(breaches).toMatch(wanted);
  });

  it('a ledger that misses an event', async () => {
    let missed = 0;
    const wanted = /the ledger has \d+ alarm events/;
    const breaches = await found(
      {
        ledger: (ledger) => ({
          ...ledger,
          apply(events, through) {
            const first = events.findIndex(isAlarm);
            const miss = first >= 0 && ++missed % 10 === 0;
            ledger.apply(miss ? events.toSpliced(first, 1) : events, through);
          },
        }),
      },
      wanted,
    );
    expect(breaches).toMatch(wanted);
  });

  it('an out-of-order value that clears', async () => {
    const wanted = /only the (second model|engine) has/;
    const catalogue = shippedBut('offDelayMs', 0);
    const clearing = (): SimTwist => {
      const carry = outOfOrder();
      return {
        catalogue,
        // What is not known to be older than the newest passes for in order.
        publish(pipeline, input, synced) {
          const { points } = pipeline.city.ingest;
          for (let index = 0; index < points.length; index++) forgetNewest(points.forWrite(index));
          carry(pipeline, input, synced);
        },
      };
    };
    const breaches = await found(clearing, wanted, { rules: catalogue.catalogue });
    expect(breaches).toMatch(wanted);
  });

  it('an alarm that clears at the limit itself', async () => {
    const wanted = /only the second model has[^]*only the engine has/;
    expect(await found({ catalogue: shippedBut('deadband', 0) }, wanted)).toMatch(wanted);
  });

  it('a delay that counts no samples and starts anew with every stray one', async () => {
    const wanted = /only the (second model|engine) has/;
    const breaches = await found(
      {
        publish(pipeline, input, synced) {
          const { points } = pipeline.city.rules;
          for (let index = 0; index < points.length; index++)
            for (const { levels } of points.forWrite(index).rules)
              for (const level of levels) Object.assign(level, { onSpan: null, offSpan: null, run: null });
          pipeline.publish(input, synced);
        },
      },
      wanted,
    );
    expect(breaches).toMatch(wanted);
  });

  it('a rise that promotes nothing', async () => {
    const wanted = /only the second model has[^]*only the engine has/;
    const text = JSON.stringify(shippedCatalogue().catalogue);
    const catalogue: unknown = JSON.parse(
      text.replace('"promotes":{"rule":"ponding-depth"', '"promotes":{"rule":"o2-low"'),
    );
    expect(await found({ catalogue: { revision: 'no-promotion', catalogue } }, wanted)).toMatch(wanted);
  });

  it('neighbours that ring alone, and neighbours that never ring', async () => {
    const text = JSON.stringify(shippedCatalogue().catalogue);
    const wanted = [/only the engine has gas-wells-adjacent/, /only the second model has gas-wells-adjacent/];
    for (const [at, atLeast] of [1, 9].entries()) {
      const changed: unknown = JSON.parse(
        text
          .replace('"atLeast":2,', `"atLeast":${atLeast},`)
          .replace('"atLeast":2}', `"atLeast":${atLeast}}`),
      );
      const breaches = await found(
        { catalogue: { revision: `at-least-${atLeast}`, catalogue: changed } },
        wanted[at] ?? /./,
      );
      expect(breaches).toMatch(wanted[at] ?? /./);
    }
  });

  it('a snapshot that mixes two moments', async () => {
    const first = new Map<string, SnapshotPage>();
    const wanted = /announced|only the|state rebuilt|did not run/;
    const breaches = await found(
      {
        outputs: (outputs) => ({
          ...outputs,
          async loadSnapshot() {
            const snapshot = await outputs.loadSnapshot();
            if (snapshot === null) return null;
            const pages = snapshot.pages.map((page) => {
              const name = `${page.name} ${page.page}`;
              if (page.name !== 'rest' && !first.has(name)) first.set(name, page);
              return first.get(name) ?? page;
            });
            return { ...snapshot, pages };
          },
        }),
      },
      wanted,
    );
    expect(breaches).toMatch(wanted);
  });
});
