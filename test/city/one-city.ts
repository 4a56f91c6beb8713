/** One gateway with one gas well on the real pipeline: virtual clock, simulated disk, a ledger in memory. */
import { DEFAULT_BOUNDS } from '#config';
import type { AlarmEvent } from '#domain/alarm.ts';
import type { Answer } from '#domain/event.ts';
import type { CommandInput, Input, Journaled } from '#domain/input.ts';
import type { NoticeInput, RaiseInput } from '#domain/raise.ts';
import type { RegistryChange } from '#domain/registry.ts';
import type { Person } from '#domain/user.ts';
import { openPipeline, type Pipeline, type PipelineParts } from '#pipeline';
import { shippedCatalogue } from '#rules/engine.ts';
import { ledgerOnThisThread } from '#store/ledger/in-process.ts';
import { type Ledger, memoryLedger } from '#store/ledger/ledger.ts';
import { seededRandom } from '#test/simulation/random.ts';
import { SimClock, settle } from '#test/simulation/sim-clock.ts';
import { SimDisk } from '#test/simulation/sim-disk.ts';
import { openSimJournal } from '#test/simulation/sim-journal.ts';
import { openSimOutputs, type SimOutputs } from '#test/simulation/sim-outputs.ts';

export const NOON = Date.UTC(2026, 5, 1, 12);
export const OFFICER: Person = { username: 'duty', roles: ['duty-leader'], address: 'test' };
export const RED = 4.5;

type Changed = Partial<Pick<PipelineParts, 'skip' | 'onCrash' | 'onUnreadable' | 'bounds'>> & {
  readonly wrap?: {
    readonly outputs?: (outputs: SimOutputs) => SimOutputs;
    readonly ledger?: (ledger: PipelineParts['ledger']) => PipelineParts['ledger'];
  };
  readonly reserveBytes?: number;
};

export type OneCity = {
  readonly clock: SimClock;
  readonly disk: SimDisk;
  readonly ledger: Ledger;
  readonly alarms: AlarmEvent[];
  /** Where the city stood when each of `alarms` was told. */
  readonly toldAt: number[];
  /** What was shown from the throw-away copy; null = over. */
  readonly shown: (AlarmEvent | null)[];
  /** Seconds from the start at which each publish was acknowledged, by its value. */
  readonly acked: Map<number, number>;
  readonly pipeline: () => Pipeline;
  /** Opens the pipeline on what is on the disk. */
  open(changed?: Changed): Promise<Pipeline>;
  /** The process dies; nothing runs for `downMs`. */
  kill(downMs?: number): void;
  register(points?: number): Promise<void>;
  /** Publishes one value of device `D-1` (or another) stamped now. */
  send(value: number, device?: string): void;
  command(command: CommandInput | RaiseInput | NoticeInput): Promise<Answer>;
  pass(ms: number): Promise<void>;
  /** Whole journal, read from the disk as it is now. */
  journal(): Promise<Journaled<Input>[]>;
};

export function oneCity(seed = 1): OneCity {
  const clock = new SimClock(NOON);
  const disk = new SimDisk(seed);
  const random = seededRandom(seed);
  const ledger = memoryLedger();
  const alarms: AlarmEvent[] = [];
  const toldAt: number[] = [];
  const shown: (AlarmEvent | null)[] = [];
  const acked = new Map<number, number>();
  let pipeline: Pipeline | null = null;
  let seq = 0;
  const running = (): Pipeline => {
    if (pipeline === null) throw new Error('no city is open');
    return pipeline;
  };
  const city: OneCity = {
    clock,
    disk,
    ledger,
    alarms,
    toldAt,
    shown,
    acked,
    pipeline: running,
    async open({ wrap = {}, reserveBytes = 0, ...changed } = {}) {
      const outputs = openSimOutputs(disk, clock, random, 5);
      const follower = ledgerOnThisThread(ledger);
      pipeline = await openPipeline({
        site: 'one',
        clock,
        journal: openSimJournal(disk, clock, random, 3, reserveBytes),
        outputs: wrap.outputs?.(outputs) ?? outputs,
        ledger: wrap.ledger?.(follower) ?? follower,
        catalogue: shippedCatalogue(),
        bounds: DEFAULT_BOUNDS,
        skip: new Set(),
        onCrash(position, cause) {
          throw new Error(`input ${position} broke the fold`, { cause });
        },
        onUnreadable(from, to, cause) {
          throw new Error(`entries ${from} to ${to} cannot be read`, { cause });
        },
        ...changed,
        listen: {
          alarm(event) {
            alarms.push(event);
            toldAt.push(pipeline?.city.position ?? 0);
          },
          unjournaled: (event) => void shown.push(event),
          points: () => {},
          gateway: () => {},
          registry: () => {},
          rejected: () => {},
          notification: () => {},
          committed: () => {},
        },
      });
      await clock.advance(50);
      return pipeline;
    },
    kill(downMs = 0) {
      pipeline = null;
      disk.kill();
      clock.forget(downMs);
    },
    async register(points = 1) {
      const answer = await city.command({
        ...{ kind: 'command', command: 'registry', by: OFFICER, change: wells(points) },
      });
      if (!answer.ok) throw new Error(JSON.stringify(answer));
      await city.pass(100);
    },
    send(value, device = 'D-1') {
      seq += 1;
      const record = { device, time: clock.wallMs(), seq, values: { ch4: value } };
      running().publish(
        {
          ...{ kind: 'publish', gateway: 'GW-1', client: 'box', topic: 'lifeline/v1/GW-1/telemetry' },
          ...{ payload: new TextEncoder().encode(JSON.stringify(record)), qos: 1, dup: false, packetId: seq },
        },
        () => acked.set(value, (clock.wallMs() - NOON) / 1_000),
      );
    },
    async command(command) {
      let answer: Answer | null = null;
      void running()
        .command(command)
        .then((one) => (answer = one));
      for (let wait = 0; wait < 200 && answer === null; wait++) await clock.advance(10);
      if (answer === null) throw new Error('no answer');
      return answer;
    },
    async pass(ms) {
      await clock.advance(ms);
      await settle();
    },
    async journal() {
      const entries: Journaled<Input>[] = [];
      await openSimJournal(disk, clock, random, 0).read(0, (entry) => void entries.push(entry));
      return entries;
    },
  };
  return city;
}

/** `count` wells, a device and a ch4 point each, all on gateway `GW-1`. */
export function wells(count: number): RegistryChange {
  const items: unknown[] = [
    {
      ...{ op: 'create', kind: 'gateways' },
      value: { id: 'GW-1', name: 'GW-1', session: 'always-on', secretHmac: '0'.repeat(64) },
    },
    {
      ...{ op: 'create', kind: 'facilities' },
      value: {
        ...{ id: 'F-1', name: 'F-1', kind: 'gas-valve-well', lifeline: 'gas', area: '371702' },
        location: { lat: 35.2, lon: 115.4 },
      },
    },
  ];
  for (let index = 1; index <= count; index++) {
    const device = `D-${index}`;
    items.push(
      { op: 'create', kind: 'devices', value: { id: device, gateway: 'GW-1', facility: 'F-1' } },
      {
        ...{ op: 'create', kind: 'points' },
        value: { device, channel: 'ch4', quantity: 'ch4', unit: '%', reportIntervalMs: 60_000 },
      },
    );
  }
  return { items } as RegistryChange;
}

/** The last of each alarm's events, by rule and subject. */
export const latest = (events: readonly (AlarmEvent | null)[], rule: string): AlarmEvent | undefined =>
  events.findLast((event): event is AlarmEvent => event?.alarm.rule === rule);
