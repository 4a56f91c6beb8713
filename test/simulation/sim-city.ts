/**
 * A whole city from a seed: the real pipeline over a virtual clock, a disk that drops and tears what was not synced, a
 * network that loses and repeats, officers who act, and deaths at any moment. What it must come to is judged in
 * sim-oracles.ts.
 */
import type { AlarmEvent } from '#domain/alarm.ts';
import type { Answer } from '#domain/event.ts';
import type { AlarmAction, CommandInput, Input, Journaled, PublishInput } from '#domain/input.ts';
import type { Person } from '#domain/user.ts';
import type { Pipeline } from '#pipeline';
import { openAlarms } from '#rules/engine.ts';
import { type Ledger, memoryLedger } from '#store/ledger/ledger.ts';
import { isWorldError } from '#store/store-error.ts';
import { type Random, seededRandom } from './random.ts';
import { createChances } from './sim-chances.ts';
import { type Peaks, watchBounds } from './sim-bounds.ts';
import { SimClock } from './sim-clock.ts';
import { SimDisk } from './sim-disk.ts';
import { Death, type Life, type SimTwist, startLife } from './sim-life.ts';
import { type Carried, createSimPhones, SIM_ON_CALL } from './sim-phones.ts';
import { createSimField, type SimField } from './sim-field.ts';
import { openSimJournal } from './sim-journal.ts';
import type { SimOutputs } from './sim-outputs.ts';
import { registryOf, type SimPoint, type SimSize, STREET } from './sim-plan.ts';

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
  /** The most there ever was of what is bounded. */
  readonly peaks: Peaks;
  /** What went wrong by intent, by kind. */
  readonly faults: ReadonlyMap<string, number>;
};

/** A step ends at the latest after this, so that nothing waits long for its turn. */
const STEP_MS_MAX = 1_000;
const SECOND_MS = 1_000;
const DUTY: Person = { username: 'duty', roles: ['duty-leader'], address: 'sim' };
const START_WALL_MS = Date.UTC(2026, 5, 1);

export async function simulateCity(
  seed: number,
  durationMs: number,
  twist: SimTwist = {},
  size: SimSize = STREET,
): Promise<SimOutcome> {
  const random = seededRandom(seed);
  const clock = new SimClock(START_WALL_MS);
  const disk = new SimDisk(seed);
  const ledger = memoryLedger();
  const points = size.points(random);
  const field = createSimField(points, random, clock, size);
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

  const presence = (gateway: string, connected: boolean): void => {
    const connections = connected ? 1 : 0;
    life?.pipeline.submit({
      ...{ kind: 'presence', gateway, client: 'box', address: 'sim' },
      ...{ connected, connections },
    });
  };
  /** Nobody may log in before it is registered. */
  const connectAll = (): void => {
    if (life !== null && life.pipeline.city.registry.gateways.size > 0)
      for (const gateway of field.connected()) presence(gateway, true);
  };

  async function live(): Promise<void> {
    life = await startLife({ clock, disk, random, ledger, announced, phones, twist, size });
    connectAll();
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
    field.act(clock.wallMs(), null, () => {});
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
  connectAll();
  const until = clock.wallMs() + durationMs;
  let spells = 0;
  const chances = createChances(random, clock.wallMs());
  chances.add(size.deathEveryMs, () => (deathAtCall = calls + 1 + random.int(12)));
  chances.add(
    () => (disk.faults.sync === 0 ? size.diskFailsEveryMs : size.diskFailsForMs),
    () => {
      if (disk.faults.sync === 0) spells += 1;
      disk.faults.sync = disk.faults.sync === 0 ? 0.3 : 0;
    },
  );
  chances.add(size.officerEveryMs, () => life !== null && officerActs(life, random, clock, answered));
  const bounds = watchBounds(points);
  let nextSecond = clock.wallMs();
  while (clock.wallMs() < until) {
    await surviving(async () => {
      if (life === null) await live();
      const now = clock.wallMs();
      if (now >= nextSecond) {
        twist.everySecond?.(disk, random, life?.pipeline.city ?? null);
        if (life !== null) bounds.look(life.pipeline);
        nextSecond = now + SECOND_MS;
      }
      chances.act(now);
      field.act(now, accept, presence);
      const next = Math.min(field.nextAt(), chances.nextAt(), now + STEP_MS_MAX);
      await clock.advance(Math.max(1, next - now));
    });
  }
  deathAtCall = Number.POSITIVE_INFINITY;
  disk.faults.sync = 0;
  phones.calm();
  disk.capacityBytes = Number.MAX_SAFE_INTEGER;
  field.drain();
  for (let quiet = 0; quiet < 300 && (field.unacknowledged() > 0 || quiet < 150); quiet++) {
    await surviving(async () => {
      if (life === null) await live();
      field.act(clock.wallMs(), accept, presence);
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
  for (let wait = 0; wait < 200 && isBusy(last); wait++) await clock.advance(20);
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
    peaks: bounds.peaks,
    faults: new Map<string, number>([
      ...field.faults,
      ['kill', deaths.kills],
      ['power-cut', deaths.powerCuts],
      ['disk-failing', spells],
    ]),
    ...deaths,
  };
}

const isBusy = ({ pipeline }: Life): boolean =>
  pipeline.status().ledgerLag > 0 || pipeline.status().waiting > 0;

async function register(life: Life, clock: SimClock, points: readonly SimPoint[]): Promise<void> {
  const change = registryOf(points);
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
