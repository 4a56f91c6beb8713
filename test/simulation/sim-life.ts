/** One life of the platform in a simulated city, and what a test may put between it and its world. */
import type { AlarmEvent } from '#domain/alarm.ts';
import type { PublishInput } from '#domain/input.ts';
import { DEFAULT_BOUNDS } from '#config';
import { openPipeline, type Pipeline } from '#pipeline';
import { shippedCatalogue } from '#rules/engine.ts';
import { ledgerOnThisThread } from '#store/ledger/in-process.ts';
import type { Ledger } from '#store/ledger/ledger.ts';
import type { Journal } from '#store/ports.ts';
import type { City } from '../../city/city.ts';
import type { LedgerFollower } from '../../city/ports.ts';
import type { Random } from './random.ts';
import { type SimClock, settle } from './sim-clock.ts';
import type { SimDisk } from './sim-disk.ts';
import { openSimJournal } from './sim-journal.ts';
import { openSimOutputs, type SimOutputs } from './sim-outputs.ts';
import type { SimPhones } from './sim-phones.ts';
import type { SimSize } from './sim-plan.ts';

/** Thrown from inside a disk call: the process dies there and then. */
export class Death extends Error {}

/** What a test puts between the pipeline and its world. */
export type SimTwist = {
  readonly journal?: (journal: Journal, clock: SimClock) => Journal;
  readonly outputs?: (outputs: SimOutputs) => SimOutputs;
  readonly ledger?: (ledger: LedgerFollower) => LedgerFollower;
  /** Stands in for handing a publish over. */
  readonly publish?: (pipeline: Pipeline, input: PublishInput, synced: () => void) => void;
  /** Called once a second; not while the city comes to rest. */
  readonly everySecond?: (disk: SimDisk, random: Random, city: City | null) => void;
  /** Rules other than the shipped ones. */
  readonly catalogue?: { readonly revision: string; readonly catalogue: unknown };
  /** Space the journal holds back for the alarm path. */
  readonly reserveBytes?: number;
};

export type Life = { readonly pipeline: Pipeline; readonly outputs: SimOutputs };

/** Starts the platform on what its disk and its ledger hold. */
export async function startLife(world: {
  readonly clock: SimClock;
  readonly disk: SimDisk;
  readonly random: Random;
  readonly ledger: Ledger;
  readonly announced: AlarmEvent[];
  /** Null = nobody is told on a phone. */
  readonly phones: SimPhones | null;
  readonly twist: SimTwist;
  readonly size: SimSize;
}): Promise<Life> {
  const { clock, disk, random, ledger, announced, phones, twist, size } = world;
  const carrier: { phones: ReturnType<SimPhones['start']> | null } = { phones: null };
  const { journal: twistJournal, outputs: twistOutputs, ledger: twistLedger, reserveBytes } = twist;
  const openJournal = openSimJournal(disk, clock, random, 8, reserveBytes);
  const openOutputs = openSimOutputs(disk, clock, random, 30);
  const openLedger = ledgerOnThisThread(ledger);
  const outputs = twistOutputs?.(openOutputs) ?? openOutputs;
  const pipeline = await openPipeline({
    site: 'simulated',
    clock,
    journal: twistJournal?.(openJournal, clock) ?? openJournal,
    outputs,
    ledger: twistLedger?.(openLedger) ?? openLedger,
    catalogue: twist.catalogue ?? shippedCatalogue(),
    bounds: { ...DEFAULT_BOUNDS, snapshotEveryMs: size.snapshotEveryMs },
    skip: new Set(),
    onCrash(position, cause) {
      if (cause instanceof Death) throw cause;
      throw new Error(`input ${position} broke the fold`, { cause });
    },
    onUnreadable(from, to, cause) {
      throw new Error(`entries ${from} to ${to} cannot be read`, { cause });
    },
    listen: {
      alarm: (event) => void announced.push(event),
      points: () => {},
      gateway: () => {},
      registry: () => {},
      rejected: () => {},
      notification: (event) => carrier.phones?.notification(event),
      committed: () => {},
      unjournaled: () => {},
    },
  });
  carrier.phones = phones?.start(pipeline) ?? null;
  await settle();
  return { pipeline, outputs };
}
