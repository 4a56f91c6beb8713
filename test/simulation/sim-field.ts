/**
 * The field and the network of a simulated city: gateways that keep every publish until it is acknowledged, and a
 * link that drops, repeats, delays and reorders in both directions. The wire's own queue outlives the platform.
 */
import type { PublishInput } from '#domain/input.ts';
import type { Clock } from '#domain/clock.ts';
import type { Random } from './random.ts';
import type { SimPoint, SimSize } from './sim-plan.ts';

export type SimRecord = {
  readonly device: string;
  readonly time: number;
  readonly seq: number;
  readonly values: Readonly<Record<string, number | null>>;
};
type Publish = {
  readonly gateway: string;
  readonly packetId: number;
  readonly text: string;
  readonly records: readonly SimRecord[];
  dup: boolean;
  resendAt: number;
};

/** What the network and the sensors did amiss, by kind. */
export type FieldFault = 'lost' | 'repeated' | 'answer-lost' | 'no-value' | 'silence' | 'outage';
type Accept = (input: PublishInput, synced: () => void) => void;

export type SimField = {
  /** Everything acknowledged so far. */
  readonly acknowledged: readonly SimRecord[];
  unacknowledged(): number;
  /**
   * Measures, sends and resends what is due at `wall`; `accept` null = the platform is down. `presence` hears of lines
   * that go and come back.
   */
  act(wall: number, accept: Accept | null, presence: (gateway: string, connected: boolean) => void): void;
  /** When there is something to do next. */
  nextAt(): number;
  /** Gateways whose line is up. */
  connected(): string[];
  readonly faults: ReadonlyMap<FieldFault, number>;
  /** No more measuring and no more faults: only what is owed is still sent. */
  drain(): void;
};

const RESEND_AFTER_MS = 5_000;

export function createSimField(
  points: readonly SimPoint[],
  random: Random,
  clock: Clock,
  size: SimSize,
): SimField {
  const gateways = [...new Set(points.map(({ gateway }) => gateway))];
  const faults = new Map<FieldFault, number>();
  /** Lines that are down, and until when. */
  const down = new Map<string, number>();
  const fallen: string[] = [];
  const levels = new Map(points.map((point) => [point, 0.1]));
  const leaks = new Map<SimPoint, number>();
  const nextReportAt = new Map(points.map((point) => [point, 0]));
  const sequences = new Map<string, number>();
  const packetIds = new Map<string, number>();
  const silentUntil = new Map<string, number>();
  const buffers = new Map<string, SimRecord[]>();
  const owed = new Set<Publish>();
  const acknowledged: SimRecord[] = [];
  let generation = 0;
  let calm = false;

  function measure(point: SimPoint, wall: number): SimRecord {
    const leak = leaks.get(point) ?? 0;
    if (leak === 0 && random.chance(size.leakChance)) leaks.set(point, random.pick([0.05, 0.2, 0.8]));
    else if (leak !== 0 && random.chance(0.06)) leaks.set(point, -0.4);
    const level = Math.min(1.2, Math.max(0, (levels.get(point) ?? 0) + leak + (random.next() - 0.5) * 0.05));
    if (level === 0 && leak < 0) leaks.set(point, 0);
    levels.set(point, level);
    const seq = (sequences.get(point.device) ?? 0) + 1;
    sequences.set(point.device, seq);
    const value = amiss('no-value', 0.02) ? null : Math.round(level * point.scale * 1_000) / 1_000;
    return { device: point.device, time: wall, seq, values: { [point.channel]: value } };
  }

  function send(publish: Publish, wall: number, accept: Accept): void {
    publish.resendAt = wall + RESEND_AFTER_MS;
    const copies = !calm && amiss('repeated', 0.05) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (!calm && amiss('lost', 0.05)) continue;
      const { gateway, packetId, text, dup } = publish;
      const payload = new TextEncoder().encode(text);
      const topic = `lifeline/v1/${gateway}/telemetry`;
      const input: PublishInput = {
        kind: 'publish',
        gateway,
        client: 'box',
        topic,
        payload,
        qos: 1,
        dup,
        packetId,
      };
      carry(() =>
        accept(input, () => {
          if (calm || !amiss('answer-lost', 0.05)) carry(() => acknowledge(publish));
        }),
      );
    }
    publish.dup = true;
  }

  /** Over the wire, unless the platform dies before it arrives. */
  function carry(run: () => void): void {
    const ours = generation;
    clock.after(calm ? 0 : random.int(80), () => {
      if (ours === generation) run();
    });
  }

  function amiss(fault: FieldFault, chance: number): boolean {
    if (!random.chance(chance)) return false;
    faults.set(fault, (faults.get(fault) ?? 0) + 1);
    return true;
  }

  function acknowledge(publish: Publish): void {
    if (owed.delete(publish)) acknowledged.push(...publish.records);
  }

  function report(point: SimPoint, wall: number): void {
    nextReportAt.set(point, wall + point.reportIntervalMs + random.int(200) - 100);
    const record = measure(point, wall);
    const buffer = buffers.get(point.gateway) ?? [];
    buffers.set(point.gateway, buffer);
    buffer.push(record);
    if (!down.has(point.gateway) && amiss('outage', size.outageChance)) {
      down.set(point.gateway, wall + random.int(size.outageMsMax));
      fallen.push(point.gateway);
    }
    if (amiss('silence', size.silenceChance)) silentUntil.set(point.gateway, wall + random.int(150_000));
    if (down.has(point.gateway) || (silentUntil.get(point.gateway) ?? 0) > wall) return;
    const records = buffer.splice(0);
    const packetId = ((packetIds.get(point.gateway) ?? 0) % 65_535) + 1;
    packetIds.set(point.gateway, packetId);
    const text = JSON.stringify(records.length === 1 ? records[0] : records);
    owed.add({ gateway: point.gateway, packetId, text, records, dup: false, resendAt: wall });
  }

  return {
    acknowledged,
    unacknowledged: () => owed.size,
    faults,
    connected: () => gateways.filter((gateway) => !down.has(gateway)),
    nextAt: () =>
      Math.min(
        ...nextReportAt.values(),
        ...down.values(),
        ...[...owed].map(({ resendAt, gateway }) => (down.has(gateway) ? Infinity : resendAt)),
      ),
    act(wall, accept, presence) {
      for (const gateway of gateways) {
        const until = down.get(gateway);
        if (until !== undefined && (until <= wall || calm)) {
          down.delete(gateway);
          presence(gateway, true);
        }
      }
      if (!calm) for (const point of points) if ((nextReportAt.get(point) ?? 0) <= wall) report(point, wall);
      for (const gateway of fallen.splice(0)) presence(gateway, false);
      if (accept === null) {
        generation += 1;
        return;
      }
      for (const publish of owed)
        if (publish.resendAt <= wall && !down.has(publish.gateway)) send(publish, wall, accept);
    },
    drain() {
      calm = true;
    },
  };
}
