/**
 * A whole city from a seed: the real pipeline over a virtual clock, a disk that drops and tears what was not synced, a
 * network that loses and repeats, officers who act, and deaths at any moment. What it must come to is judged in
 * sim-oracles.ts.
 */
import type { AlarmEvent } from '#domain/alarm.ts';
import type { Answer } from '#domain/event.ts';
import type { AlarmAction, CommandInput, Input, Journaled, PublishInput } from '#domain/input.ts';
import type { Person } from '#domain/user.ts';
import { DEFAULT_BOUNDS } from '#config';
import { openPipeline, type Pipeline } from '#pipeline';
import { openAlarms, shippedCatalogue } from '#rules/engine.ts';
import { ledgerOnThisThread } from '#store/ledger/in-process.ts';
import { type Ledger, memoryLedger } from '#store/ledger/ledger.ts';
import type { Journal } from '#store/ports.ts';
import { isWorldError } from '#store/store-error.ts';
import type { LedgerFollower } from '../../city/ports.ts';
import { type Random, seededRandom } from './random.ts';
import { SimClock, settle } from './sim-clock.ts';
import { SimDisk } from './sim-disk.ts';
import { type Carried, createSimPhones, SIM_ON_CALL, type SimPhones } from './sim-phones.ts';
import { createSimField, REPORT_INTERVAL_MS, type SimField, type SimPoint } from './sim-field.ts';
import { openSimJournal } from './sim-journal.ts';
import { openSimOutputs, type SimOutputs } from './sim-outputs.ts';

export type Answered = { readonly alarm: string; readonly action: AlarmAction; readonly answer: Answer };

/** All a simulation leaves behind for the oracles. */
export type SimOutcome = {
  readonly seed: number;
  readonly field: SimField;
  readonly points: readonly SimPoint[];
  readonly pipeline: Pipeline;
  readonly outputs: SimOutputs;
  readonly ledger: Ledger;
  readonly journal: readonly Journaled<Input>[];
  /** Every alarm event announced, life by life. */
  readonly announced: readonly AlarmEvent[];
  readonly answered: readonly Answered[];
  readonly kills: number;
  readonly powerCuts: number;
  /** Messages that the vendors took, life by life. */
  readonly carried: readonly Carried[];
};

/** Thrown from inside a disk call: the process dies there and then. */
class Death extends Error {}

const STEP_MS = 20;
const DUTY: Person = { username: 'duty', roles: ['duty-leader'], address: 'sim' };
const START_WALL_MS = Date.UTC(2026, 5, 1);

/** What a test puts between the pipeline and its world. */
export type SimTwist = {
  readonly journal?: (journal: Journal, clock: SimClock) => Journal;
  readonly outputs?: (outputs: SimOutputs) => SimOutputs;
  readonly ledger?: (ledger: LedgerFollower) => LedgerFollower;
  /** Stands in for handing a publish over. */
  readonly publish?: (pipeline: Pipeline, input: PublishInput, synced: () => void) => void;
  /** Called with each step of the field; not while the city comes to rest. */
  readonly everyStep?: (disk: SimDisk, random: Random) => void;
  /** Rules other than the shipped ones. */
  readonly catalogue?: { readonly revision: string; readonly catalogue: unknown };
  /** Space the journal holds back for the alarm path. */
  readonly reserveBytes?: number;
};

type Life = { readonly pipeline: Pipeline; readonly outputs: SimOutputs };

export async function simulateCity(
  seed: number,
  durationMs: number,
  twist: SimTwist = {},
): Promise<SimOutcome> {
  const random = seededRandom(seed);
  const clock = new SimClock(START_WALL_MS);
  const disk = new SimDisk(seed);
  const ledger = memoryLedger();
  const points = planPoints(random);
  const field = createSimField(points, random);
  const announced: AlarmEvent[] = [];
  const phones = createSimPhones(seed, clock);
  const answered: Answered[] = [];
  const deaths = { kills: 0, powerCuts: 0 };
  let life: Life | null = null;
  let deathAtCall = Number.POSITIVE_INFINITY;
  let calls = 0;
  disk.onCall = () => {
    calls += 1;
    if (calls >= deathAtCall) throw new Death();
  };

  async function live(): Promise<void> {
    life = await startLife({ clock, disk, random, ledger, announced, phones, twist });
    for (const gateway of new Set(points.map((point) => point.gateway))) {
      const presence = { client: 'box', connected: true, connections: 1, address: 'sim' };
      life.pipeline.submit({ kind: 'presence', gateway, ...presence });
    }
  }

  /** Dies at once; comes back later, perhaps to die again while it recovers. */
  async function die(): Promise<void> {
    life = null;
    phones.die();
    deathAtCall = Number.POSITIVE_INFINITY;
    const downMs = random.int(40_000);
    if (random.chance(0.5)) {
      deaths.kills += 1;
      disk.kill();
      clock.forget(downMs);
    } else {
      deaths.powerCuts += 1;
      disk.powerCut();
      clock.reboot(downMs);
    }
    field.act(clock.wallMs(), null);
  }

  async function surviving(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (cause) {
      // A disk that fails while we start refuses the start; the supervisor tries again.
      if (!(cause instanceof Death) && !(life === null && isWorldError(cause))) throw cause;
      await die();
    }
  }

  const accept = (input: PublishInput, synced: () => void): void => {
    if (life === null) return;
    if (twist.publish === undefined) life.pipeline.publish(input, synced);
    else twist.publish(life.pipeline, input, synced);
  };
  while (life === null) await surviving(live);
  await register(life, clock, points);
  const until = clock.wallMs() + durationMs;
  while (clock.wallMs() < until) {
    if (random.chance(STEP_MS / 45_000)) deathAtCall = calls + 1 + random.int(12);
    if (random.chance(STEP_MS / 90_000)) disk.faults.sync = disk.faults.sync === 0 ? 0.3 : 0;
    twist.everyStep?.(disk, random);
    await surviving(async () => {
      if (life === null) await live();
      field.act(clock.wallMs(), accept);
      if (life !== null && random.chance(STEP_MS / 20_000)) officerActs(life, random, clock, answered);
      await clock.advance(STEP_MS);
    });
  }
  deathAtCall = Number.POSITIVE_INFINITY;
  disk.faults.sync = 0;
  phones.calm();
  disk.capacityBytes = Number.MAX_SAFE_INTEGER;
  field.drain();
  for (let quiet = 0; quiet < 200 && (field.unacknowledged() > 0 || quiet < 150); quiet++) {
    await surviving(async () => {
      if (life === null) await live();
      field.act(clock.wallMs(), accept);
      await clock.advance(1_000);
    });
  }
  // One last death, so that what is judged is what a fresh start finds.
  await die();
  await live();
  await clock.advance(2_000);
  const last = life as Life | null;
  if (last === null) throw new Error('no life left');
  // Messages still come and go: judged between two of them.
  for (let wait = 0; wait < 200 && isBusy(last); wait++) await clock.advance(STEP_MS);
  const journal: Journaled<Input>[] = [];
  await openSimJournal(disk, clock, random, 0).read(0, (entry) => void journal.push(entry));
  return {
    seed,
    field,
    points,
    ...(last as Life),
    ledger,
    journal,
    announced,
    answered,
    carried: phones.carried,
    ...deaths,
  };
}

const isBusy = ({ pipeline }: Life): boolean =>
  pipeline.status().ledgerLag > 0 || pipeline.status().waiting > 0;

async function startLife(world: {
  readonly clock: SimClock;
  readonly disk: SimDisk;
  readonly random: Random;
  readonly ledger: Ledger;
  readonly announced: AlarmEvent[];
  readonly phones: SimPhones;
  readonly twist: SimTwist;
}): Promise<Life> {
  const { clock, disk, random, ledger, announced, phones, twist } = world;
  let carrier: ReturnType<SimPhones['start']> | null = null;
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
    bounds: { ...DEFAULT_BOUNDS, snapshotEveryMs: 20_000 },
    skip: new Set(),
    onCrash(position, cause) {
      if (cause instanceof Death) throw cause;
      throw new Error(`input ${position} broke the fold`, { cause });
    },
    listen: {
      alarm: (event) => void announced.push(event),
      points: () => {},
      gateway: () => {},
      registry: () => {},
      rejected: () => {},
      notification: (event) => carrier?.notification(event),
      committed: () => {},
      unjournaled: () => {},
    },
  });
  carrier = phones.start(pipeline);
  await settle();
  return { pipeline, outputs };
}

function planPoints(random: Random): SimPoint[] {
  return Array.from({ length: 3 + random.int(4) }, (_, order) => ({
    gateway: `GW-${1 + (order % 3)}`,
    device: `D-${order + 1}`,
    channel: order % 2 === 0 ? 'ch4' : 'depth',
    scale: order % 2 === 0 ? 5 : 35,
  }));
}

/** Wells and underpasses, one each a device, over the journal as any registry change. */
async function register(life: Life, clock: SimClock, points: readonly SimPoint[]): Promise<void> {
  const item = (kind: string, value: unknown) => ({ op: 'create', kind, value });
  const gateways = [...new Set(points.map((point) => point.gateway))];
  const items = [
    ...gateways.map((id) =>
      item('gateways', { id, name: id, session: 'always-on', secretHmac: '0'.repeat(64) }),
    ),
    ...points.flatMap(({ device, gateway, channel }) => [
      item('facilities', {
        id: `F-${device}`,
        name: device,
        kind: channel === 'ch4' ? 'gas-valve-well' : 'underpass',
        lifeline: channel === 'ch4' ? 'gas' : 'drainage',
        area: '371702',
        location: { lat: 35.2, lon: 115.4 },
      }),
      item('devices', { id: device, gateway, facility: `F-${device}` }),
      item('points', {
        device,
        channel,
        quantity: channel === 'ch4' ? 'ch4' : 'water-depth',
        unit: channel === 'ch4' ? '%' : 'cm',
        reportIntervalMs: REPORT_INTERVAL_MS,
      }),
    ]),
  ];
  const change = { items } as Extract<Input, { command: 'registry' }>['change'];
  await ordered(life, clock, { kind: 'command', command: 'registry', by: DUTY, change });
  const list = { revision: 0, list: SIM_ON_CALL };
  await ordered(life, clock, { kind: 'command', command: 'on-call', by: DUTY, ...list });
}

async function ordered(life: Life, clock: SimClock, command: CommandInput): Promise<void> {
  const answers: Answer[] = [];
  void life.pipeline.command(command).then((a) => answers.push(a));
  for (let wait = 0; wait < 100 && answers.length === 0; wait++) await clock.advance(50);
  if (answers[0]?.ok !== true) throw new Error(`${command.command} refused: ${JSON.stringify(answers[0])}`);
}

/** Takes, shelves or notes one open alarm, now and then with a revision that is no longer true. */
function officerActs(life: Life, random: Random, clock: SimClock, answered: Answered[]): void {
  const open = openAlarms(life.pipeline.city.rules);
  if (open.length === 0) return;
  const alarm = random.pick(open);
  const action: AlarmAction = random.pick<AlarmAction>([
    { action: 'acknowledge' },
    { action: 'acknowledge' },
    { action: 'reset' },
    { action: 'note', text: 'looked at' },
    { action: 'shelve', until: clock.wallMs() + 120_000, reason: 'test', secondPerson: 'leader' },
  ]);
  const revision = random.chance(0.1) ? alarm.revision - 1 : alarm.revision;
  void life.pipeline
    .command({ kind: 'command', command: 'alarm', by: DUTY, alarm: alarm.id, revision, action })
    .then((answer) => answered.push({ alarm: alarm.id, action, answer }));
}
